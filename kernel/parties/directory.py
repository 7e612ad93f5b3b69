"""The phone book (دفتر تلفن): persons and organisations in one list, to look up and to link to."""

from __future__ import annotations

from kernel.i18n import _
from kernel.parties.directory_columns import APART, NUMBERS, FurtherContacts, PostsToday
from kernel.parties.filters import InPosition, WorksAt
from kernel.parties.models import ORGANISATION, PERSON, Party
from kernel.parties.segments.fields import InSegment
from kernel.resources.context import Context
from kernel.resources.field_rules import shown_text
from kernel.resources.fields import Choice, Code, Email, Link, Phone, Text, UserLink, Website
from kernel.resources.resource import Resource, Search, Section, Sort


def describe(context: Context, party: Party) -> str:
    """Give one line about a party beside its name: its mobile or telephone as the reader may see it, set apart from Persian
    words around it.
    """
    numbers = (
        shown_text(context, "party", item, getattr(party, item.name))
        for item in (Phone("mobile", _("Mobile")), Phone("phone", _("Telephone")))
    )
    shown = next(filter(None, numbers), "")
    return APART % shown if shown else ""


DIRECTORY = Resource(
    name="party",
    model=Party,
    title=_("Person or organisation"),
    plural=_("Phone book"),
    path="phone-book",
    icon="address-book",
    faces=True,
    label="display_name",
    fields=(
        Text("display_name", _("Name"), read_only=True),
        Choice(
            "kind",
            _("Kind"),
            options={PERSON: _("Person"), ORGANISATION: _("Organisation")},
            read_only=True,
        ),
        Phone("mobile", _("Mobile"), read_only=True),
        PostsToday(),
        Phone("phone", _("Telephone"), read_only=True),
        Code("phone_extension", _("Extension"), read_only=True),
        Phone("fax", _("Fax"), read_only=True),
        FurtherContacts("further_numbers", _("Further numbers"), NUMBERS),
        Email("email", _("E-mail"), private=True, read_only=True),
        Website("website", _("Website"), read_only=True),
        FurtherContacts("further_emails", _("Further e-mail"), ("email",)),
        Link(
            "city",
            _("City"),
            to="city",
            attribute="city_id",
            read_only=True,
            same_as=("addresses-city",),
        ),
        UserLink("owner", _("Responsible expert"), attribute="owner_id", read_only=True),
        InPosition(),
        WorksAt(),
        InSegment("party"),
    ),
    list_columns=(
        *("display_name", "mobile", "posts", "phone", "phone_extension", "further_numbers"),
        *("email", "further_emails"),
    ),
    sections=(Section(_("Contact details"), ("mobile", "phone", "fax", "email", "website")),),
    quick_filters=("kind", "city", "owner"),
    sorts=(Sort("name", _("Name"), ("sort_key",)),),
    search=Search(
        private="search_private", held=("short_name", "legal_id", "economic_code", "registration_number")
    ),
    editable=False,
    overview=True,
    description=describe,
    menu=30,
)
"""All parties that the actor may see; also what a link to "a party of whatever kind" points to."""
