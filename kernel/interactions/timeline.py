"""The interactions of a party, or about a record, for its timeline: newest first, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from kernel.i18n import _
from kernel.interactions.models import Interaction, InteractionLink, InteractionParty
from kernel.interactions.snapshots import Standing, standings
from kernel.parties.models import ORGANISATION, Party
from kernel.resources.context import Context
from kernel.resources.fields import UserLink
from kernel.resources.models import BaseValue


@dataclass(frozen=True)
class Participant:
    """A party that took part, as the reader may see it, and what it was at that time."""

    party_id: int
    name: str
    organisation: bool
    part: str
    standing: Standing | None
    main: bool = False

    @property
    def url(self) -> str:
        """Address of its page."""
        return f"/{'organisations' if self.organisation else 'persons'}/{self.party_id}"


@dataclass(frozen=True)
class Told:
    """An interaction with all that its line of a timeline shows."""

    interaction: Interaction
    done_by: str
    result: str
    reason: str
    participants: Sequence[Participant] = field(default_factory=tuple)


def of_party(
    context: Context,
    party_id: int,
    *,
    before: datetime | None = None,
    limit: int = 50,
    by: int | None = None,
) -> list[Told]:
    """Give the latest interactions in which a party took part, from before a moment, of one user where `by` names him."""
    own = select(Interaction).where(Interaction.party_id == party_id)
    further = (
        select(Interaction)
        .join(InteractionParty, InteractionParty.interaction_id == Interaction.id)
        .where(InteractionParty.party_id == party_id)
    )
    conditions = _narrowed(before, by)
    found = {
        row.id: row
        for statement in (own, further)
        for row in context.session.execute(_latest(statement.where(*conditions), limit)).scalars()
    }
    return described(context, _newest(found.values(), limit))


def about(
    context: Context,
    resource: str,
    record_id: int,
    *,
    before: datetime | None = None,
    limit: int = 50,
    by: int | None = None,
) -> list[Told]:
    """Give the latest interactions that are about a record, in the same way."""
    statement = (
        select(Interaction)
        .join(InteractionLink, InteractionLink.interaction_id == Interaction.id)
        .where(InteractionLink.resource == resource, InteractionLink.record_id == record_id)
        .where(*_narrowed(before, by))
    )
    rows = context.session.execute(_latest(statement, limit)).scalars()
    return described(context, list(rows))


def _narrowed(before: datetime | None, by: int | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if before is not None:
        found.append(Interaction.started_at < before)
    if by is not None:
        found.append(Interaction.done_by_id == by)
    return found


def _latest(statement: Select[Any], limit: int) -> Select[Any]:
    return statement.order_by(Interaction.started_at.desc(), Interaction.id.desc()).limit(limit)


def _newest(rows: Iterable[Interaction], limit: int) -> list[Interaction]:
    return sorted(rows, key=lambda row: (row.started_at, row.id), reverse=True)[:limit]


def described(context: Context, rows: Sequence[Interaction]) -> list[Told]:
    """Add names, results and who took part to interactions; what the reader may not see is left out."""
    if not rows:
        return []
    took_part = participants(context, rows)
    users = {row.done_by_id for row in rows if row.done_by_id}
    names = UserLink("done_by", _("Done by")).labels(sorted(users), context) if users else {}
    titles = _titles(context, rows)
    return [
        Told(
            row,
            names.get(row.done_by_id or 0, ""),
            titles.get(row.result_id or 0, ""),
            titles.get(row.reason_id or 0, ""),
            took_part.get(row.id, ()),
        )
        for row in rows
    ]


def participants(context: Context, rows: Sequence[Interaction]) -> dict[int, list[Participant]]:
    """Give who took part in each interaction, the one that it is with first; five queries for all."""
    statement = select(InteractionParty).where(InteractionParty.interaction_id.in_([row.id for row in rows]))
    further = list(context.session.execute(statement.order_by(InteractionParty.id)).scalars())
    ids = {row.party_id for row in rows} | {row.party_id for row in further}
    named = select(Party.id, Party.display_name, Party.kind).where(Party.id.in_(ids))
    parties = {row[0]: (row[1], row[2] == ORGANISATION) for row in context.session.execute(named)}
    parts = _parts(context, further)
    was = standings(context, rows)
    others = standings(context, further)
    found: dict[int, list[Participant]] = {}
    for row in rows:
        if row.party_id in parties:
            one = Participant(row.party_id, *parties[row.party_id], "", was.get(row.id), main=True)
            found.setdefault(row.id, []).append(one)
    mains = {row.id: row.party_id for row in rows}
    for each in further:
        if each.party_id in parties and mains[each.interaction_id] != each.party_id:
            part = parts.get(each.part_id or 0, "")
            one = Participant(each.party_id, *parties[each.party_id], part, others.get(each.id))
            found.setdefault(each.interaction_id, []).append(one)
    return found


def _parts(context: Context, further: Sequence[InteractionParty]) -> dict[int, str]:
    return _read_titles(context, {row.part_id for row in further if row.part_id})


def _titles(context: Context, rows: Sequence[Interaction]) -> dict[int, str]:
    return _read_titles(
        context, {number for row in rows for number in (row.result_id, row.reason_id) if number}
    )


def _read_titles(context: Context, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    statement = select(BaseValue.id, BaseValue.title).where(BaseValue.id.in_(ids))
    return {row[0]: row[1] for row in context.session.execute(statement)}
