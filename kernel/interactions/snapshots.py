"""What a person was when it happened: organisation, position and unit as of the day, kept with the interaction.

They are taken from the posts of that day when the interaction is recorded, and again when it is put to another day. A later
promotion, a change of firm or a correction of the posts leaves them as they are: the history at a former firm stays there.
They are ids, so that a reader who may not see an organisation is not told its name here either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.fa.clock import local
from kernel.interactions.models import Interaction, InteractionParty
from kernel.parties.models import Employment, Party
from kernel.parties.periods import holds_on
from kernel.resources.context import Context
from kernel.resources.models import BaseValue

Snapshot = tuple[int | None, int | None, str | None]
"""Organisation, position, unit."""
NOTHING: Snapshot = (None, None, None)


@dataclass(frozen=True)
class Standing:
    """What a person was at the time, as the reader may see it; `organisation_id` is None where it is hidden."""

    organisation_id: int | None
    organisation: str
    position: str
    unit: str

    @property
    def words(self) -> str:
        """All of it in one line; empty where nothing is known."""
        return "، ".join(filter(None, (self.position, self.unit, self.organisation)))


def day_of(context: Context, interaction: Interaction) -> date:
    """Give the site's day on which an interaction began."""
    return local(interaction.started_at, context.time_zone).date()


def take_snapshots(system: Context, main: Interaction) -> None:
    """Note what all who took part in a stored interaction were on its day, where it is not noted of this day already.

    Asked as the system: whoever records it need not see the firm, whose name is then not shown to him.
    """
    day = day_of(system, main)
    others = select(InteractionParty).where(InteractionParty.interaction_id == main.id)
    rows: list[Interaction | InteractionParty] = [main, *system.session.execute(others).scalars()]
    fresh = [row for row in rows if row.as_of != day]
    if not fresh:
        return
    together = {row.party_id for row in rows}
    found = _held(system.session, [row.party_id for row in fresh], day, together)
    for row in fresh:
        row.organisation_id, row.position_id, row.unit = found.get(row.party_id, NOTHING)
        row.as_of = day


def _held(
    session: Session, person_ids: Sequence[int], day: date, among: Collection[int]
) -> dict[int, Snapshot]:
    """Give the post that counts of each person on a day: at a firm that took part, as its contact, else the latest."""
    statement = (
        select(Employment)
        .where(Employment.person_id.in_(list(person_ids)), holds_on(Employment, day))
        .order_by(
            Employment.is_main_contact, Employment.is_contact, Employment.since.nulls_first(), Employment.id
        )
    )
    found: dict[int, Employment] = {}
    for post in session.execute(statement).scalars():
        known = found.get(post.person_id)
        if known is None or post.organisation_id in among or known.organisation_id not in among:
            found[post.person_id] = post
    return {person: (post.organisation_id, post.position_id, post.unit) for person, post in found.items()}


def standings(context: Context, rows: Sequence[Any]) -> Mapping[int, Standing]:
    """Give what the persons of these interactions, or of their rows of further parties, were; by the rows' ids.

    Two queries for all, in the reader's own session: what he may not see is left out.
    """
    firms = {row.organisation_id for row in rows if row.organisation_id}
    positions = {row.position_id for row in rows if row.position_id}
    names: dict[int, str] = {}
    titles: dict[int, str] = {}
    if firms:
        named = select(Party.id, Party.display_name).where(Party.id.in_(firms))
        names = {row[0]: row[1] for row in context.session.execute(named)}
    if positions:
        titled = select(BaseValue.id, BaseValue.title).where(BaseValue.id.in_(positions))
        titles = {row[0]: row[1] for row in context.session.execute(titled)}
    return {
        row.id: Standing(
            row.organisation_id if row.organisation_id in names else None,
            names.get(row.organisation_id, ""),
            titles.get(row.position_id, ""),
            row.unit or "",
        )
        for row in rows
        if row.as_of is not None
    }
