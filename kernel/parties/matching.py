"""The search behind the warning of duplicates: which parties share a code, a number or a name with sets of values.

It sees every party out of the bin, so it runs in a session of the system only; what is told is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    Text,
    any_,
    column,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from kernel.fa.text import squeeze
from kernel.parties.merge.aliases import bearers
from kernel.parties.models import PERSON, ContactPoint, Party, PartyPair

CODES = {
    "national_code": Party.national_code,
    "legal_id": Party.legal_id,
    "card_number": Party.card_number,
    "foreign_code": Party.foreign_code,
}
NUMBERS = ("mobile", "phone", "fax")
MOST_OF_A_NAME = 20
"""Parties told for one name."""


class Match(NamedTuple):
    """One party that resembles the set of values at `place`, and why."""

    place: int
    party_id: int
    reason: str


Places = dict[str, list[int]]
"""Positions of the sets in which a value stands."""


def matches(session: Session, kind: str, sets: Sequence[Mapping[str, Any]]) -> Iterator[Match]:
    """Find parties of `kind` that resemble the sets, at most six queries for any number of sets.

    A set holds canonical values by attribute name; `numbers` holds those of further contact points; a party with the
    set's own `id` is left out.
    """
    others = _told_apart(session, sets)
    for find in (_by_code, _by_number, _by_name):
        for match in find(session, kind, sets):
            own = sets[match.place].get("id")
            if own != match.party_id and (own, match.party_id) not in others:
                yield match


def _told_apart(session: Session, sets: Sequence[Mapping[str, Any]]) -> set[tuple[int, int]]:
    """Give the pairs, both ways, of which somebody has said that they are two: of parties that are being edited."""
    own = [values["id"] for values in sets if values.get("id")]
    if not own:
        return set()
    statement = select(PartyPair.first_id, PartyPair.second_id).where(
        PartyPair.dismissed, or_(PartyPair.first_id.in_(own), PartyPair.second_id.in_(own))
    )
    pairs = [(first, second) for first, second in session.execute(statement)]
    return {*pairs, *((second, first) for first, second in pairs)}


def _by_code(session: Session, kind: str, sets: Sequence[Mapping[str, Any]]) -> Iterator[Match]:
    wanted = {name: _index(sets, lambda values, name=name: [values.get(name)]) for name in CODES}
    arms = [
        select(literal(name).label("reason"), CODES[name].label("value"), Party.id).where(
            CODES[name] == any_(_texts(places)), *_kept(kind)
        )
        for name, places in wanted.items()
        if places
    ]
    for reason, value, party_id in (*_rows(session, arms), *_merged(session, kind, wanted)):
        yield from (Match(place, party_id, reason) for place in wanted[reason][value])


def _merged(session: Session, kind: str, wanted: Mapping[str, Places]) -> Iterator[tuple[str, str, int]]:
    """Give the parties that bear a code from another that was merged into them."""
    found = bearers(session, wanted)
    statement = select(Party.id).where(Party.id.in_({party_id for _n, _v, party_id in found}), *_kept(kind))
    kept = set(session.execute(statement).scalars()) if found else set()
    yield from (each for each in found if each[2] in kept)


def _by_number(session: Session, kind: str, sets: Sequence[Mapping[str, Any]]) -> Iterator[Match]:
    mobiles = _index(sets, lambda values: [values.get("mobile")])
    everything = _index(
        sets, lambda values: [*(values.get(name) for name in NUMBERS), *(values.get("numbers") or ())]
    )
    if not everything:
        return
    wanted = _texts(everything)
    further = select(literal("number"), ContactPoint.value, ContactPoint.party_id).join(
        Party, Party.id == ContactPoint.party_id
    )
    arms = [
        select(literal("mobile"), Party.mobile, Party.id).where(Party.mobile == any_(wanted), *_kept(kind)),
        *(
            select(literal("number"), number, Party.id).where(number == any_(wanted), *_kept(kind))
            for number in (Party.phone, Party.fax)
        ),
        further.where(ContactPoint.value == any_(wanted), *_kept(kind)),
    ]
    for reason, value, party_id in _rows(session, arms):
        for place in everything[value]:
            both_mobile = reason == "mobile" and place in mobiles.get(value, ())
            yield Match(place, party_id, "mobile" if both_mobile else "number")


def _by_name(session: Session, kind: str, sets: Sequence[Mapping[str, Any]]) -> Iterator[Match]:
    """Persons by name and date of birth together: many share a name alone. Organisations by name."""
    named: dict[tuple[str, Any], list[int]] = {}
    for place, values in enumerate(sets):
        born = values.get("birth_date") if kind == PERSON else None
        name = _name(kind, values)
        if name and (born or kind != PERSON):
            named.setdefault((name, born), []).append(place)
    if not named:
        return
    wanted = (
        func.unnest(_texts(name for name, _born in named), _days(born for _name, born in named))
        .table_valued(column("name", Text), column("born", Date), name="wanted")
        .render_derived()
    )
    same = [Party.search_key >= wanted.c.name + "|", Party.search_key < wanted.c.name + "}", *_kept(kind)]
    if kind == PERSON:
        same.append(Party.birth_date == wanted.c.born)
    # The limit keeps the planner to one look into the index per name; joined, it reads the whole table.
    alike = select(Party.id).where(*same).limit(MOST_OF_A_NAME).lateral("alike")
    statement = select(wanted.c.name, wanted.c.born, alike.c.id).join_from(wanted, alike, true())
    reason = "name_and_birth" if kind == PERSON else "name"
    for name, born, party_id in session.execute(statement):
        yield from (Match(place, party_id, reason) for place in named[name, born])


def _name(kind: str, values: Mapping[str, Any]) -> str:
    if kind == PERSON:
        return squeeze(" ".join(values.get(part) or "" for part in ("first_name", "last_name")))
    return squeeze(values.get("name") or "")


def _index(sets: Sequence[Mapping[str, Any]], values_of: Any) -> Places:
    found: Places = {}
    for place, values in enumerate(sets):
        for value in dict.fromkeys(values_of(values)):
            if value:
                found.setdefault(value, []).append(place)
    return found


def _kept(kind: str) -> tuple[ColumnElement[bool], ...]:
    return Party.kind == kind, Party.binned_at.is_(None)


def _texts(values: Iterable[str]) -> BindParameter[Any]:
    return literal(list(values), ARRAY(Text))


def _days(values: Iterable[Any]) -> BindParameter[Any]:
    return literal(list(values), ARRAY(Date))


def _rows(session: Session, arms: Sequence[Select[*tuple[Any, ...]]]) -> Iterable[Any]:
    return session.execute(union_all(*arms)) if arms else ()
