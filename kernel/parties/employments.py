"""Posts of persons at organisations: staff, position, unit, and who is the contact person (رابط)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, select

from kernel.i18n import LazyText, _
from kernel.parties.models import ORGANISATION, PERSON, Employment, Party
from kernel.parties.periods import holds_on, since_field, until_field
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import BaseChoice, Field, Link, Text, YesNo
from kernel.resources.resource import Part

POSITIONS = "position"
"""The list of base data from which positions are chosen."""
BUYING_ROLES = "buying_role"
"""The list of base data of parts in the buying centre of an organisation."""
TWO_MAIN_CONTACTS = _(
    "The organisation has another main contact person in this time. Take the mark from one of them, or end that post."
)


def prepare_employment(context: Context, row: Employment, values: Mapping[str, Any]) -> list[Problem]:
    """Refuse a post that ends before it begins, and one whose two parties are not a person and an organisation."""
    if row.is_main_contact:
        row.is_contact = True
    problems = []
    if row.since is not None and row.until is not None and row.until < row.since:
        problems.append(Problem("until", _("A post cannot end before it begins.")))
    statement = select(Party.id, Party.kind).where(Party.id.in_([row.person_id, row.organisation_id]))
    kinds = {row.id: row.kind for row in context.session.execute(statement)}
    if kinds.get(row.person_id) != PERSON:
        problems.append(Problem("person", _("Staff are persons.")))
    if kinds.get(row.organisation_id) != ORGANISATION:
        problems.append(Problem("organisation", _("A post is held at an organisation.")))
    return problems


def _fields(other: Field) -> tuple[Field, ...]:
    return (
        other,
        BaseChoice("position", _("Position"), source=POSITIONS, attribute="position_id"),
        Text("unit", _("Organisational unit"), limit=200),
        YesNo("is_contact", _("Contact person of the organisation")),
        YesNo("is_main_contact", _("The main contact person")),
        BaseChoice(
            "buying_role", _("Part in buying decisions"), source=BUYING_ROLES, attribute="buying_role_id"
        ),
        since_field(),
        until_field(),
    )


def _contacts_first(model: Any) -> ColumnElement[int]:
    return case((model.is_main_contact, 2), (model.is_contact, 1), else_=0)


def _part(name: str, title: LazyText, key: str, other: Field, add_title: LazyText, **options: Any) -> Part:
    return Part(
        name,
        title,
        Employment,
        key,
        _fields(other),
        prepare=prepare_employment,
        add_title=add_title,
        most=1000,
        on_page=False,
        ruled=False,
        **options,
    )


EMPLOYMENTS = _part(
    "employments",
    _("Posts"),
    "person_id",
    Link("organisation", _("Organisation"), to="organisation", attribute="organisation_id", required=True),
    _("Add a post"),
)
"""The rows of posts on the form of a person."""

STAFF = _part(
    "staff",
    _("Staff"),
    "organisation_id",
    Link("person", _("Person"), to="person", attribute="person_id", required=True),
    _("Add a member of staff"),
    first=_contacts_first,
)
"""The rows of staff on the form of an organisation."""


def contact_persons(context: Context, organisation_ids: Sequence[int]) -> dict[int, list[int]]:
    """Give the present contact persons of each organisation, the main one first, then the longest-standing; one query.

    Organisations without one are left out; letters to them carry no person's name.
    """
    statement = (
        select(Employment.organisation_id, Employment.person_id)
        .where(
            Employment.organisation_id.in_(list(organisation_ids)),
            Employment.is_contact,
            holds_on(Employment, context.today),
        )
        .order_by(Employment.organisation_id, Employment.is_main_contact.desc(), Employment.id)
    )
    found: dict[int, list[int]] = {}
    for organisation_id, person_id in context.session.execute(statement):
        found.setdefault(organisation_id, []).append(person_id)
    return found


def settle_main_contacts(context: Context, party: Party) -> None:
    """Where an organisation has contact persons but no main one now, make the longest-standing of them the main one.

    `party` is the person or organisation that was written. Works as the system: the others may be hidden from the actor.
    """
    mine = Employment.organisation_id if party.kind == ORGANISATION else Employment.person_id
    concerned = select(Employment.organisation_id).where(mine == party.id, Employment.is_contact).distinct()
    with context.system("an organisation without a main contact") as system:
        statement = (
            select(Employment)
            .where(Employment.organisation_id.in_(concerned), Employment.is_contact)
            .order_by(Employment.id)
        )
        posts: dict[int, list[Employment]] = {}
        for row in system.session.execute(statement).scalars():
            posts.setdefault(row.organisation_id, []).append(row)
        for rows in posts.values():
            present = [row for row in rows if row.until is None or row.until >= context.today]
            main = [row for row in rows if row.is_main_contact]
            if present and not any(_at_once(present[0], other) for other in main):
                present[0].is_main_contact = True
        system.session.flush()


def _at_once(one: Employment, other: Employment) -> bool:
    """Say whether two posts are held on some day both."""
    begins = [row.since for row in (one, other) if row.since is not None]
    ends = [row.until for row in (one, other) if row.until is not None]
    return not begins or not ends or max(begins) <= min(ends)
