"""Relations between parties: what one is to the other, from a day to a last day. One entry serves both sides.

A relation is seen by who sees both parties, and written by who may edit one of them: what is said of a customer of
mine is mine to record, also where the other is a colleague's whom I only see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select, text

from kernel.access.session import allowed_ids
from kernel.i18n import _
from kernel.parties.models import Party, Relation, RelationKind
from kernel.parties.periods import check_order, covers, holds_on, since_field, until_field
from kernel.parties.relation_kinds import INTRODUCER, all_kinds, kind_by_code, offers
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound, Problem
from kernel.resources.fields import Field, Link, LongText
from kernel.resources.records.load import announce
from kernel.resources.records.values import read_values
from kernel.resources.resource import Part

WORD = _("What the other is")
"""What forms call the choice of a kind and a side."""
OTHER = Link("other", _("Person or organisation"), to="party", required=True)
NOTE = LongText("note", _("Note"))
DATES: tuple[Field, ...] = (since_field(), until_field())
TOLD = Part(
    "relations",
    _("Relation"),
    Relation,
    "first_id",
    (
        Link("kind", _("Kind of relation"), to="relation_kind", attribute="kind_id"),
        Link("first", _("The first party"), to="party", attribute="first_id"),
        Link("second", _("The second party"), to="party", attribute="second_id"),
        *DATES,
        NOTE,
    ),
)
"""How history names relations; it is kept with the first of the two."""
UNKNOWN_KIND = _("There is no such kind of relation.")

CHAIN = text(
    """
    WITH RECURSIVE chain (party_id, days) AS (
      SELECT r.second_id, daterange(r.since, r.until, '[]') * daterange(:since, :until, '[]')
      FROM kernel.relation r
      WHERE r.kind_id = :kind AND r.first_id = :start AND r.id <> :itself
        AND daterange(r.since, r.until, '[]') && daterange(:since, :until, '[]')
      UNION
      SELECT r.second_id, daterange(r.since, r.until, '[]') * c.days
      FROM chain c
      JOIN kernel.relation r ON r.first_id = c.party_id
      WHERE r.kind_id = :kind AND r.id <> :itself AND daterange(r.since, r.until, '[]') && c.days
    )
    SELECT 1 FROM chain WHERE party_id = :goal LIMIT 1
    """
)
"""Whether a chain of relations leads from `start` to `goal` that holds as a whole on one of the days given."""


@dataclass(frozen=True)
class Bond:
    """A relation as one of its parties sees it: `word` is what the other is to it.

    `other_first` says whether the other is the first of the two: the parent, the introducer, the branch.
    """

    id: int
    kind_id: int
    other_first: bool
    word: str
    other_id: int
    other: str
    other_kind: str
    since: date | None
    until: date | None
    note: str | None
    version: int

    def holds_on(self, day: date) -> bool:
        """Say whether it holds on a day."""
        return covers(self.since, self.until, day)


def relations_of(context: Context, party_ids: Sequence[int]) -> dict[int, list[Bond]]:
    """Give the relations of each party in the order of the kinds, the latest first; three queries for all.

    Those whose other party the actor may not see are left out.
    """
    ids = list(party_ids)
    statement = select(Relation).where(or_(Relation.first_id.in_(ids), Relation.second_id.in_(ids)))
    rows = list(context.session.execute(statement).scalars())
    if not rows:
        return {}
    kinds = all_kinds(context)
    ends = {number for row in rows for number in (row.first_id, row.second_id)}
    named = select(Party.id, Party.display_name, Party.kind).where(Party.id.in_(ends))
    parties = {number: (name, kind) for number, name, kind in context.session.execute(named)}
    rank = {number: place for place, number in enumerate(kinds)}
    rows.sort(key=lambda row: (rank[row.kind_id], -(row.since or date.min).toordinal(), row.id))
    found: dict[int, list[Bond]] = {}
    wanted = set(ids)
    for row in rows:
        kind = kinds[row.kind_id]
        for own, other, other_first in (
            (row.first_id, row.second_id, False),
            (row.second_id, row.first_id, True),
        ):
            if own in wanted:
                word = kind.name if other_first else kind.reverse_name
                read = (word, other, *parties[other], row.since, row.until, row.note, row.version)
                found.setdefault(own, []).append(Bond(row.id, row.kind_id, other_first, *read))
    return found


def introducer_of(context: Context, party_ids: Sequence[int], on: date | None = None) -> dict[int, int]:
    """Give who introduced (معرف) each of these parties, the first one recorded, on a day; today where none is named.

    Parties without an introducer whom the actor may see are left out. Two queries for all.
    """
    kind = kind_by_code(context, [INTRODUCER]).get(INTRODUCER)
    statement = (
        select(Relation.second_id, Relation.first_id)
        .where(
            Relation.kind_id == kind,
            Relation.second_id.in_(list(party_ids)),
            holds_on(Relation, on or context.today),
        )
        .order_by(Relation.id.desc())
    )
    return {row.second_id: row.first_id for row in context.session.execute(statement)}


def relate(
    context: Context,
    code: str,
    first_id: int,
    second_id: int,
    *,
    since: date | None = None,
    until: date | None = None,
    note: str | None = None,
) -> int:
    """Record that the first party is <kind> of the second, the kind named by its stable code; gives the relation's id.

    Checks no rights beyond what the walls do: commands do. Raises `Invalid`.
    """
    kind = context.session.execute(select(RelationKind).where(RelationKind.code == code)).scalar_one_or_none()
    if kind is None:
        raise Invalid([Problem("relation", UNKNOWN_KIND)])
    return _record(context, Relation(kind_id=kind.id), kind, (first_id, second_id), (since, until), note)


@command("relation.add", _("Record a relation"), resource="party", action="edit")
def add(
    context: Context,
    *,
    party_id: int,
    relation: str,
    other: Any,
    since: Any = None,
    until: Any = None,
    note: Any = None,
) -> int:
    """Record what `other` is to the party: `relation` is a side's key such as `12.first`; gives the relation's id."""
    kind, other_first = _side(context, relation)
    raw = {"other": other, "since": since, "until": until, "note": note}
    read = read_values((OTHER, *DATES, NOTE), raw, context, all_required=True)
    problems = list(read.problems)
    if kind is None:
        missing = _("%(field)s is required.", field=WORD)
        problems.insert(0, Problem("relation", UNKNOWN_KIND if relation else missing))
    if problems or kind is None:
        raise Invalid(problems)
    values = read.values
    ends = (values["other"], party_id) if other_first else (party_id, values["other"])
    _must_edit_one(context, ends)
    days = values["since"], values["until"]
    return _record(context, Relation(kind_id=kind.id), kind, ends, days, values["note"])


@command("relation.edit", _("Change a relation"), resource="party", action="edit")
def edit(
    context: Context,
    *,
    relation_id: int,
    version: int | None = None,
    since: Any = None,
    until: Any = None,
    note: Any = None,
) -> int:
    """Correct the days and the note of a relation; what stood there before stays in the history."""
    row = _own(context, relation_id)
    if version is not None and row.version != version:
        raise EditConflict()
    raw = {"since": since, "until": until, "note": note}
    read = read_values((*DATES, NOTE), raw, context, all_required=True)
    if read.problems:
        raise Invalid(read.problems)
    values = read.values
    kind = context.session.execute(select(RelationKind).where(RelationKind.id == row.kind_id)).scalar_one()
    days = values["since"], values["until"]
    return _record(context, row, kind, (row.first_id, row.second_id), days, values["note"])


@command("relation.end", _("End a relation"), resource="party", action="edit")
def end(context: Context, *, relation_id: int, until: Any = None) -> int:
    """End a relation on its last day, today where none is named."""
    row = _own(context, relation_id)
    last = until_field().read(until, context) if until else context.today
    return edit(
        context,
        relation_id=relation_id,
        since=row.since,
        until=max(last, row.since) if not until and row.since else last,
        note=row.note,
    )


@command("relation.remove", _("Remove a relation"), resource="party", action="edit")
def remove(context: Context, *, relation_id: int) -> None:
    """Remove a relation that never was; one that is over is ended instead."""
    row = _own(context, relation_id)
    ends = [row.first_id, row.second_id]
    context.session.delete(row)
    context.session.flush()
    _announce(context, ends)


def _record(
    context: Context,
    row: Relation,
    kind: RelationKind,
    ends: tuple[int, int],
    days: tuple[date | None, date | None],
    note: str | None,
) -> int:
    first, second = sorted(ends) if kind.mutual else ends
    problems = _judge(context, kind, (first, second), days)
    if not problems and kind.tree and _comes_back(context, kind, (first, second), days, row.id):
        problems.append(Problem("other", _("This would make a circle of such relations on some days.")))
    if problems:
        raise Invalid(problems)
    row.first_id, row.second_id = first, second
    row.since, row.until = days
    row.note = note
    context.session.add(row)
    context.session.flush()
    _announce(context, ends)
    return row.id


def _judge(
    context: Context,
    kind: RelationKind,
    ends: tuple[int, int],
    days: tuple[date | None, date | None],
) -> list[Problem]:
    problems = check_order(*days)
    if ends[0] == ends[1]:
        problems.append(Problem("other", _("Nobody stands in a relation to themselves.")))
    statement = select(Party.id, Party.kind).where(Party.id.in_(ends))
    kinds = {row.id: row.kind for row in context.session.execute(statement)}
    if len(kinds) < len(set(ends)):
        raise NotFound()
    wanted = (kind.first_kind, kind.second_kind)
    if any(need not in (None, kinds[number]) for number, need in zip(ends, wanted, strict=True)):
        problems.append(Problem("other", _("This kind of relation is not for these two.")))
    return problems


def _comes_back(
    context: Context,
    kind: RelationKind,
    ends: tuple[int, int],
    days: tuple[date | None, date | None],
    itself: int | None,
) -> bool:
    """Look whether the second leads to the first already; all such changes of one kind wait for one another."""
    with context.system("no circles in a tree of relations") as system:
        lock = select(RelationKind.id).where(RelationKind.id == kind.id).with_for_update()
        system.session.execute(lock)
        arguments = {
            "kind": kind.id,
            "start": ends[1],
            "goal": ends[0],
            "itself": itself or 0,
            "since": days[0],
            "until": days[1],
        }
        return system.session.execute(CHAIN, arguments).first() is not None


def _side(context: Context, key: str) -> tuple[RelationKind | None, bool]:
    number, _dot, side = str(key or "").partition(".")
    if not number.isdecimal() or len(number) > 18 or side not in ("first", "second"):
        return None, False
    statement = select(RelationKind).where(RelationKind.id == int(number))
    kind = context.session.execute(statement).scalar_one_or_none()
    return (kind if kind is not None and offers(context, kind) else None), side == "first"


def _own(context: Context, relation_id: int) -> Relation:
    """Give a relation that the actor may change; `NotFound` where he does not see it, `Forbidden` where he only sees it."""
    if relation_id not in allowed_ids(context.session, Relation, [relation_id], "edit"):
        seen = select(Relation.id).where(Relation.id == relation_id)
        raise NotFound() if context.session.execute(seen).first() is None else Forbidden()
    statement = select(Relation).where(Relation.id == relation_id).with_for_update()
    found = context.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def _must_edit_one(context: Context, ends: Sequence[int]) -> None:
    seen = select(Party.id).where(Party.id.in_(list(ends)))
    if len(set(context.session.execute(seen).scalars())) < len(set(ends)):
        raise NotFound()
    if not allowed_ids(context.session, Party, list(ends), "edit"):
        raise Forbidden()


def _announce(context: Context, ends: Sequence[int]) -> None:
    announce(context, context.runtime.resource("person"), sorted(set(ends)), "changed")
