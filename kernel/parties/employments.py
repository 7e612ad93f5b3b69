"""Posts of persons at organisations: staff, position, unit, and who is the contact person (رابط)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.i18n import LazyText, _
from kernel.parties.models import ORGANISATION, PERSON, Employment, Party
from kernel.parties.periods import holds_on, since_field, until_field
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import BaseChoice, Field, Link, Text, YesNo
from kernel.resources.resource import Part

POSITIONS = "position"
"""The list of base data from which positions are chosen."""


def prepare_employment(context: Context, row: Employment, values: Mapping[str, Any]) -> list[Problem]:
    """Refuse a post that ends before it begins, and one whose two parties are not a person and an organisation."""
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
        since_field(),
        until_field(),
    )


def _part(name: str, title: LazyText, key: str, other: Field, add_title: LazyText) -> Part:
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
)
"""The rows of staff on the form of an organisation."""


def contact_persons(context: Context, organisation_ids: Sequence[int]) -> dict[int, list[int]]:
    """Give the present contact persons of each organisation, the longest-standing first; one query.

    Organisations without one are left out; letters to them carry no person's name.
    """
    statement = (
        select(Employment.organisation_id, Employment.person_id)
        .where(
            Employment.organisation_id.in_(list(organisation_ids)),
            Employment.is_contact,
            holds_on(Employment, context.today),
        )
        .order_by(Employment.organisation_id, Employment.id)
    )
    found: dict[int, list[int]] = {}
    for organisation_id, person_id in context.session.execute(statement):
        found.setdefault(organisation_id, []).append(person_id)
    return found
