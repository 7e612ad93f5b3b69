"""For whom a piece is printed, at which firm, and why nothing is printed for others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.access.session import allowed_ids
from kernel.documents.models import LETTERS
from kernel.i18n import LazyText, _
from kernel.parties.chosen import meant, told
from kernel.parties.employments import contact_persons
from kernel.parties.models import ORGANISATION, Employment, Party
from kernel.parties.periods import holds_on
from kernel.resources.context import Context
from kernel.resources.lists.searching import any_of

RIGHT = ("party", "print")
"""What patterns grant; it is asked of each party apart."""
OWN, FIRM, EITHER = "own", "firm", "either"
ADDRESSES: Mapping[str, LazyText] = {
    OWN: _("Their own address"),
    FIRM: _("The address of the firm"),
    EITHER: _("Their own; where there is none, that of the firm"),
}
"""Whose address a person gets."""
CONTACTS, POSITION = "contacts", "position"
READERS: Mapping[str, LazyText] = {
    CONTACTS: _("Persons themselves; organisations with the name of their contact person"),
    POSITION: _("Whoever holds a position at the organisations today"),
}
"""To whom letters are addressed."""

NO_RIGHT, NO_ADDRESS, NO_STREET = "no_right", "no_address", "no_street"
NO_FIRM, NO_CONTACT, NO_HOLDER = "no_firm", "no_contact", "no_holder"
NOT_A_FIRM, EMPTY, TOO_LONG, GONE = "not_a_firm", "empty", "too_long", "gone"
WITHDRAWN = "withdrawn"
REASONS: Mapping[str, LazyText] = {
    NO_RIGHT: _("You may not print this party"),
    NO_ADDRESS: _("No address"),
    NO_STREET: _("The address has no street"),
    NO_FIRM: _("Works at no organisation that you see"),
    NO_CONTACT: _("An organisation without a contact person"),
    NO_HOLDER: _("Nobody holds this position there"),
    NOT_A_FIRM: _("A person who does not hold this position"),
    EMPTY: _("A variable of the text is empty"),
    TOO_LONG: _("The words do not fit, even in the smallest letters"),
    GONE: _("Is no longer there, or hidden from you meanwhile"),
    WITHDRAWN: _("The letter was stopped, or its recipient wants none any more"),
}
"""Why somebody is left out; a word after a colon names the variable that is empty."""


@dataclass(frozen=True)
class Target:
    """One piece: for this party, at this firm where it is addressed there; with a `reason`, none."""

    party: int
    organisation: int | None = None
    reason: str = ""


def reason_text(reason: str) -> LazyText | str:
    """Give a stored reason as people read it."""
    return told(REASONS, reason)


def may_print(context: Context, ids: Iterable[int]) -> set[int]:
    """Give those of the parties that the actor may print; each of them he also sees."""
    wanted = sorted(set(ids))
    if not wanted or not context.may(*RIGHT):
        return set()
    return allowed_ids(context.session, Party, wanted, RIGHT[1])


def find_targets(
    context: Context, kind: str, source: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[list[Target], int]:
    """Give everybody who is meant, with the reason where nothing is printed, and how many more are hidden."""
    ids, hidden = ([], 0) if source.get("everywhere") else meant(context, source)
    if kind != LETTERS:
        return _addressed(context, ids, options), hidden
    if options.get("readers") == POSITION:
        return _holders(context, ids, options, everywhere=bool(source.get("everywhere"))), hidden
    return _contacts(context, ids, without=bool(options.get("without_contact"))), hidden


def _addressed(context: Context, ids: Sequence[int], options: Mapping[str, Any]) -> list[Target]:
    """Labels and envelopes: each party itself, with the firm where that is whose address may be wanted."""
    kinds, may = _kinds(context, ids), may_print(context, ids)
    persons = [number for number in ids if kinds.get(number) != ORGANISATION]
    firms = _firms(context, persons, options.get("company")) if options.get("whose", OWN) != OWN else {}
    found = []
    for number in ids:
        if number not in may:
            found.append(Target(number, reason=NO_RIGHT))
        elif options.get("whose") == FIRM and number in persons and number not in firms:
            found.append(Target(number, reason=NO_FIRM))
        else:
            found.append(Target(number, firms.get(number)))
    return found


def _contacts(context: Context, ids: Sequence[int], *, without: bool) -> list[Target]:
    """Letters: persons themselves; at organisations the first contact person, or where wanted the organisation alone."""
    kinds = _kinds(context, ids)
    firms = [number for number in ids if kinds.get(number) == ORGANISATION]
    people = contact_persons(context, firms) if firms else {}
    may = may_print(context, [*ids, *(person for some in people.values() for person in some)])
    found = []
    for number in ids:
        first = next((person for person in people.get(number, []) if person in may), None)
        if number not in may or (people.get(number) and first is None):
            found.append(Target(number, reason=NO_RIGHT))
        elif first is not None:
            found.append(Target(first, number))
        elif number in firms and not without:
            found.append(Target(number, reason=NO_CONTACT))
        else:
            found.append(Target(number))
    return found


def _holders(
    context: Context, ids: Sequence[int], options: Mapping[str, Any], *, everywhere: bool
) -> list[Target]:
    """Letters to whoever holds a position today: at these organisations or at all, or among these persons."""
    held = (
        select(Employment.person_id, Employment.organisation_id)
        .join(Party, Party.id == Employment.person_id)
        .where(Employment.position_id == options["position"], holds_on(Employment, context.today))
        .order_by(Employment.organisation_id, Employment.id)
    )
    if not everywhere:
        held = held.where(any_of(Employment.organisation_id, ids) | any_of(Employment.person_id, ids))
    posts = list(dict.fromkeys((row[0], row[1]) for row in context.session.execute(held)))
    may = may_print(context, (person for person, _firm in posts))
    found = [Target(person, firm, "" if person in may else NO_RIGHT) for person, firm in posts]
    reached = {number for post in posts for number in post}
    kinds = _kinds(context, ids)
    for number in ids:
        if number not in reached:
            reason = NO_HOLDER if kinds.get(number) == ORGANISATION else NOT_A_FIRM
            found.append(Target(number, reason=reason))
    return found


def _firms(context: Context, persons: Sequence[int], company: int | None) -> dict[int, int]:
    """Give the firm of each person: this company, or where none is named that of the longest-standing present post."""
    statement = (
        select(Employment.person_id, Employment.organisation_id)
        .join(Party, Party.id == Employment.organisation_id)
        .where(any_of(Employment.person_id, persons), holds_on(Employment, context.today))
        .order_by(Employment.id)
    )
    if company is not None:
        statement = statement.where(Employment.organisation_id == company)
    found: dict[int, int] = {}
    for person, organisation in context.session.execute(statement):
        found.setdefault(person, organisation)
    return found


def _kinds(context: Context, ids: Sequence[int]) -> dict[int, str]:
    statement = select(Party.id, Party.kind).where(any_of(Party.id, ids))
    return {row.id: row.kind for row in context.session.execute(statement)}
