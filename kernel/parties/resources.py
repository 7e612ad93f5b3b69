"""Persons, organisations and their groups as resources: lists, forms, search and import follow from these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from kernel.fa.tracks import number_of_track
from kernel.i18n import LazyText, _
from kernel.parties import addresses, consents, contacts, relations, roles, states
from kernel.parties.ages import Age
from kernel.parties.bulk import IMPORT_FIELDS, create_parties
from kernel.parties.directory import DIRECTORY, describe
from kernel.parties.duplicates import PartyDuplicate, find_duplicates
from kernel.parties.employments import EMPLOYMENTS, STAFF, TWO_MAIN_CONTACTS
from kernel.parties.filters import (
    InBuyingRole,
    InGroup,
    InHousehold,
    InMyGroups,
    InPosition,
    InRole,
    WorksAt,
)
from kernel.parties.groups import member_part, place_group, prepare_group
from kernel.parties.households import HOUSEHOLD
from kernel.parties.merge.aliases import former
from kernel.parties.models import ORGANISATION, PERSON, Party, PartyGroup
from kernel.parties.relation_kinds import RELATION_KIND
from kernel.parties.rules import party_written, prepare_party
from kernel.parties.segments.fields import InSegment
from kernel.parties.tabs import PERSONAL, STANDING, placed
from kernel.resources.context import Context
from kernel.resources.fields import (
    BaseChoice,
    Choice,
    Code,
    Day,
    EconomicCode,
    Email,
    Field,
    Instant,
    LegalId,
    Link,
    LongText,
    NationalCode,
    Phone,
    Text,
    UserLink,
    Website,
    Whole,
)
from kernel.resources.resource import Resource, Search, Section, Sort
from kernel.resources.views.declaration import Tree

PERMISSION = "party"
SEARCHED = ("short_name", "legal_id", "economic_code", "registration_number")
"""Fields that stand in the key by which organisations are searched, beside the name."""
TITLES = "title"
ACQUAINTANCE = "acquaintance"

TAKEN = _("Another record already has this number. If you cannot find it, ask an administrator.")


class CardNumber(Code):
    """A club or membership card. A reader types the track of the card while the field has the focus."""

    widget = "card"

    def parse(self, raw: Any, context: Context) -> str:
        """Take the number out of a track such as `;60371234=9912?`; of what is typed by hand, without spaces."""
        number = number_of_track(str(raw))
        return number or "".join(super().parse(raw, context).split())


def _shared_fields(kind: str) -> tuple[Field, ...]:
    return (
        Text(
            "form_of_address",
            _("Form of address"),
            limit=100,
            help=_("Used in place of the title."),
            in_list=False,
        ),
        Phone("mobile", _("Mobile"), only="mobile", aliases=("موبایل", "تلفن همراه", "mobile phone", "cell")),
        Phone("phone", _("Telephone"), aliases=("تلفن ثابت", "tel", "landline")),
        Code("phone_extension", _("Extension"), limit=8, in_list=False),
        Phone("fax", _("Fax"), aliases=("نمابر",)),
        Email("email", _("E-mail"), private=True, aliases=("ایمیل", "mail")),
        Website("website", _("Website")),
        UserLink("owner", _("Responsible expert"), attribute="owner_id", merge="keep"),
        BaseChoice(
            "acquaintance", _("How they came to know us"), source=ACQUAINTANCE, attribute="acquaintance_id"
        ),
        *_mirrored(),
        LongText("note", _("Note"), aliases=("توضیح", "توضیحات", "remarks", "comment")),
        Instant("created_at", _("Created"), read_only=True),
        InRole(),
        states.InState(),
        InGroup(kind),
        InMyGroups(),
        InSegment(kind),
    )


def _mirrored() -> tuple[Field, ...]:
    """Give the places of the main address, which stand in the party itself."""
    titles = {"province": _("Province"), "city": _("City"), "district": _("District")}
    return tuple(
        Link(
            name,
            title,
            to=name,
            attribute=f"{name}_id",
            read_only=True,
            same_as=(f"addresses-{name}",),
        )
        for name, title in titles.items()
    )


def _party(
    *,
    name: str,
    texts: tuple[LazyText, LazyText, LazyText],
    icon: str,
    own: Sequence[Field],
    parts: tuple[Any, ...],
    about_fields: tuple[str, ...],
    relation: tuple[str, ...],
    extra: Mapping[str, Any],
) -> Resource:
    title, plural, about = texts
    fields = (
        # A person has a first name besides, which is called "name" in Persian.
        Text("display_name", _("Full name") if name == PERSON else _("Name"), read_only=True),
        *own,
        *_shared_fields(name),
    )
    return Resource(
        name=name,
        model=Party,
        title=title,
        plural=plural,
        path=f"{name}s",
        permission=PERMISSION,
        icon=icon,
        faces=True,
        label="display_name",
        fields=fields,
        sections=(
            Section(about, (*about_fields, "form_of_address"), "about"),
            Section(
                _("Contact details"),
                ("mobile", "phone", "phone_extension", "fax", "email", "website"),
                "contact",
            ),
            Section(_("Relation with us"), ("owner", "acquaintance", *relation, "note"), "relation"),
        ),
        tabs=(STANDING, PERSONAL) if name == PERSON else (STANDING,),
        parts=(
            contacts.PART,
            addresses.PART,
            *placed(STANDING, *parts, roles.PART, states.PART, member_part(name)),
            *(placed(PERSONAL, consents.PART) if name == PERSON else ()),
        ),
        told=(relations.TOLD,),
        sorts=(
            Sort("name", _("Name"), ("sort_key",)),
            Sort("newest", _("Newest first"), ("created_at",), descending=True),
        ),
        search=Search(
            private="search_private", scan="card_number" if name == PERSON else None, held=SEARCHED
        ),
        only=lambda model: model.kind == name,
        fixed={"kind": name},
        prepare=prepare_party,
        written=party_written,
        owner="owner_id",
        event="party_changed",
        importable=True,
        reachable=True,
        duplicates=partial(_duplicates, name),
        former=former,
        bulk_create=partial(create_parties, name),
        description=describe,
        constraints={
            **{
                f"uq_party_{code}": (code, TAKEN)
                for code in ("national_code", "legal_id", "card_number")
                if any(item.name == code for item in own)
            },
            "uq_party_user_id": ("user", _("This sign-in belongs to another person already.")),
            "ck_party_own_is_kept": (None, _("Our own organisation cannot go to the bin.")),
            "ex_employment_main_contact": (None, TWO_MAIN_CONTACTS),
            "uq_party_state_present": (None, _("Somebody else has just recorded a state; try again.")),
            "ex_address_main": (None, addresses.ONE_MAIN),
            "ex_party_role_period": (None, _("The periods of one role may not overlap.")),
            "uq_contact_point_party_id_kind_value": (None, _("The same contact detail stands there twice.")),
            "ex_employment_period": (None, _("The same post stands there twice for the same days.")),
            "ex_relation_period": (None, _("This relation stands there already for some of these days.")),
            "ex_relation_exclusive": (
                None,
                _(
                    "There is one such relation at a time, and another one holds on some of these days;"
                    " perhaps with somebody in the bin or whom you do not see."
                ),
            ),
            "uq_party_group_member": (None, _("The party is in this group already.")),
        },
        **extra,
    )


def _duplicates(
    kind: str, context: Context, sets: Sequence[Mapping[str, Any]]
) -> Sequence[Sequence[PartyDuplicate]]:
    return find_duplicates(context, kind, sets)


PERSON_RESOURCE = _party(
    name=PERSON,
    texts=(_("Person"), _("Persons"), _("Person")),
    icon="user",
    own=(
        BaseChoice(
            "title", _("Name prefix"), source=TITLES, attribute="title_id", aliases=("پیشوند", "prefix")
        ),
        Text("first_name", _("First name"), limit=100, aliases=("نام کوچک",)),
        Text("last_name", _("Last name"), limit=100, aliases=("فامیل", "surname", "family name")),
        Text("father_name", _("Father's name"), limit=100, in_list=False),
        Choice("gender", _("Gender"), options={"female": _("Female"), "male": _("Male")}),
        Day("birth_date", _("Date of birth"), past_only=True, aliases=("تولد", "birthday")),
        Age(),
        NationalCode("national_code", _("National code"), aliases=("کدملی", "شماره ملی")),
        Code("foreign_code", _("Passport or foreigner's code"), limit=20, private=True, in_list=False),
        CardNumber(
            "card_number",
            _("Card number"),
            limit=50,
            private=True,
            help=_("Club or membership card; a card reader fills it while the cursor is here."),
        ),
        UserLink(
            "user",
            _("Sign-in of a colleague"),
            attribute="user_id",
            in_list=False,
            importable=False,
            help=_("Only for people who work here: the user that this person signs in as."),
        ),
        InPosition(),
        WorksAt(),
        InHousehold(),
        InBuyingRole(),
    ),
    parts=(EMPLOYMENTS,),
    about_fields=(
        *("title", "first_name", "last_name", "father_name", "gender", "birth_date", "age"),
        *("national_code", "foreign_code", "card_number"),
    ),
    relation=("user",),
    extra={
        "unruled": ("title", "first_name", "last_name", "form_of_address"),
        "import_fields": (*IMPORT_FIELDS, *consents.IMPORT_FIELDS),
        "list_columns": ("display_name", "mobile", "city", "owner", "created_at"),
        "quick_filters": ("role", "group", "owner", "province"),
        "quick": ("first_name", "last_name", "mobile"),
        "identities": ("national_code", "card_number", "mobile"),
        "same_without_identity": ("first_name", "last_name", "birth_date"),
        "menu": 10,
    },
)

ORGANISATION_RESOURCE = _party(
    name=ORGANISATION,
    texts=(_("Organisation"), _("Organisations"), _("Organisation")),
    icon="building",
    own=(
        Text("name", _("Registered name"), required=True, limit=200, aliases=("نام شرکت", "company")),
        Text("short_name", _("Brand or short name"), limit=100),
        LegalId("legal_id", _("Legal identifier"), private=False, aliases=("شناسه ملی شرکت",)),
        EconomicCode("economic_code", _("Economic code"), private=False),
        Code("registration_number", _("Registration number"), limit=20),
        Link(
            "part_of",
            _("Unit or branch of"),
            to="organisation",
            attribute="part_of_id",
            help=_("For departments, of our own organisation too."),
        ),
    ),
    parts=(STAFF,),
    about_fields=("name", "short_name", "legal_id", "economic_code", "registration_number", "part_of"),
    relation=(),
    extra={
        "unruled": ("name", "form_of_address"),
        "import_fields": IMPORT_FIELDS,
        "list_columns": ("display_name", "phone", "city", "owner", "created_at"),
        "quick_filters": ("role", "group", "owner", "province"),
        "identities": ("legal_id",),
        "same_without_identity": ("name",),
        "menu": 20,
    },
)


def _group(kind: str, title: LazyText, plural: LazyText) -> Resource:
    return Resource(
        name=f"{kind}_group",
        model=PartyGroup,
        title=title,
        plural=plural,
        path=f"{kind}-groups",
        permission="party_group",
        icon="sitemap",
        fields=(
            Text("name", _("Name"), required=True, limit=100),
            Link("parent", _("Beneath"), to=f"{kind}_group", attribute="parent_id"),
            Whole("position", _("Rank in the list"), least=0, most=1_000_000, default=1000),
        ),
        list_columns=("name", "parent"),
        sections=(Section(title, ("name", "parent", "position")),),
        sorts=(
            Sort("tree", _("Tree"), ("path",)),
            Sort("rank", _("Rank in the list"), ("position", "sort_key")),
        ),
        views=(Tree(parent="parent", sort="rank"),),
        search=Search(),
        only=lambda model: model.kind == kind,
        fixed={"kind": kind},
        prepare=prepare_group,
        written=place_group,
        constraints={"uq_party_group_name": ("name", _("There is already a group of this name here."))},
    )


GROUPS = (
    _group(PERSON, _("Group of persons"), _("Groups of persons")),
    _group(ORGANISATION, _("Group of organisations"), _("Groups of organisations")),
)
RESOURCES = (PERSON_RESOURCE, ORGANISATION_RESOURCE, DIRECTORY, HOUSEHOLD, RELATION_KIND, *GROUPS)
