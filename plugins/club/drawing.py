"""Draws in the database: who takes part with how many chances, freezing the list, drawing, and checking it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from kernel.api import Context, Refused, _, segment_ids
from plugins.club import lottery
from plugins.club.lottery import Ticketed
from plugins.club.models import Draw, DrawEntrant, DrawRegistration, DrawSeed, Entry, Member, Purchase

EARNING = ("earn", "referral", "bonus", "take_back")


@dataclass(frozen=True)
class Checked:
    """What checking a draw again gave: whether list, commitment and result are what was published."""

    list_holds: bool
    seed_holds: bool
    result_holds: bool

    @property
    def holds(self) -> bool:
        """Whether everything is as it was published."""
        return self.list_holds and self.seed_holds and self.result_holds


def chances(system: Context, draw: Draw) -> list[tuple[Member, int]]:
    """Give who would take part now, with the chances, in the order of their numbers."""
    statement = select(Member).where(Member.state == "active", Member.joined_on <= draw.ends)
    if draw.rank_id is not None:
        statement = statement.where(Member.rank_id == draw.rank_id)
    if draw.segment_id is not None:
        statement = statement.where(Member.party_id.in_(segment_ids(system, draw.segment_id)))
    if draw.registered_only:
        statement = statement.where(
            Member.id.in_(select(DrawRegistration.member_id).where(DrawRegistration.draw_id == draw.id))
        )
    if draw.without_winners_since is not None:
        statement = statement.where(Member.id.not_in(_won_since(draw)))
    members = system.session.execute(statement.order_by(Member.number, Member.id)).scalars().all()
    counted = _counted(system, draw)
    found = []
    for member in members:
        number = 1 if draw.chances == "member" else counted.get(member.id, 0)
        if draw.most_chances:
            number = min(number, draw.most_chances)
        if number > 0:
            found.append((member, number))
    return found


def freeze(system: Context, draw: Draw) -> int:
    """Fix the list and publish its hash with the commitment to a new seed; gives how many take part."""
    if draw.state != "planned":
        raise Refused(_("The list of this draw was frozen already."))
    taking_part = chances(system, draw)
    if len(taking_part) < draw.winners:
        raise Refused(_("Only %(there)d take part; that is fewer than the winners.", there=len(taking_part)))
    rows = [
        {
            "draw_id": draw.id,
            "member_id": member.id,
            "place": place,
            "number": member.number,
            "chances": number,
            "outcome": "none",
        }
        for place, (member, number) in enumerate(taking_part, start=1)
    ]
    seed = lottery.new_seed()
    # Bulk statements, so that no history holds the seed, nor a line for each entrant: the list itself stays.
    system.session.execute(insert(DrawEntrant), rows)
    system.session.execute(delete(DrawSeed).where(DrawSeed.draw_id == draw.id))
    system.session.execute(insert(DrawSeed), [{"draw_id": draw.id, "seed": seed}])
    draw.commitment = lottery.commitment_of(seed)
    draw.list_hash = lottery.list_hash(ticketed(entrants_of(system, draw.id)))
    draw.state, draw.frozen_at = "frozen", system.now
    system.session.flush()
    return len(rows)


def draw_now(system: Context, draw: Draw, public_word: str) -> list[DrawEntrant]:
    """Reveal the seed and write down who is drawn; the same seed, list and word give the same for ever."""
    if draw.state != "frozen":
        raise Refused(_("Only a draw whose list is frozen, and that was not drawn yet, can be drawn."))
    seed = system.session.execute(select(DrawSeed.seed).where(DrawSeed.draw_id == draw.id)).scalar_one()
    rows = entrants_of(system, draw.id)
    if lottery.list_hash(ticketed(rows)) != draw.list_hash:
        raise Refused(_("The frozen list is not what it was when its hash was published."))
    by_place = {row.place: row for row in rows}
    found = lottery.drawn(ticketed(rows), seed, public_word, draw.winners + draw.reserves)
    for order, each in enumerate(found, start=1):
        row = by_place[each.place]
        row.outcome, row.drawn_as = ("winner" if order <= draw.winners else "reserve"), order
    draw.seed, draw.public_word = seed, public_word
    draw.state, draw.drawn_at = "drawn", system.now
    system.session.flush()
    return [by_place[each.place] for each in found]


def exclude(system: Context, draw: Draw, entrant: DrawEntrant, reason: str) -> DrawEntrant | None:
    """Exclude a winner after the draw; the first reserve moves up. Gives who moved up."""
    if draw.state != "drawn" or entrant.outcome not in ("winner", "reserve"):
        raise Refused(_("Only somebody who was drawn can be excluded."))
    won = entrant.outcome == "winner"
    entrant.outcome, entrant.reason = "excluded", reason
    next_up = next((row for row in drawn_of(system, draw.id) if row.outcome == "reserve"), None)
    if won and next_up is not None:
        next_up.outcome = "winner"
    system.session.flush()
    return next_up if won else None


def entrants_of(context: Context, draw_id: int) -> Sequence[DrawEntrant]:
    """Give the frozen list in its order."""
    statement = select(DrawEntrant).where(DrawEntrant.draw_id == draw_id).order_by(DrawEntrant.place)
    return context.session.execute(statement).scalars().all()


def drawn_of(context: Context, draw_id: int) -> Sequence[DrawEntrant]:
    """Give those who were drawn, in the order of the draw."""
    statement = select(DrawEntrant).where(DrawEntrant.draw_id == draw_id, DrawEntrant.drawn_as.is_not(None))
    return context.session.execute(statement.order_by(DrawEntrant.drawn_as)).scalars().all()


def ticketed(rows: Sequence[DrawEntrant]) -> list[Ticketed]:
    """Give the lines of a list as they are reckoned with."""
    return [Ticketed(row.place, row.number, row.chances) for row in rows]


def check(context: Context, draw: Draw) -> Checked:
    """Reckon a draw again from what was published."""
    rows = entrants_of(context, draw.id)
    lines = ticketed(rows)
    seed = draw.seed or ""
    again = lottery.drawn(lines, seed, draw.public_word or "", draw.winners + draw.reserves)
    order = {row.drawn_as: row.place for row in rows if row.drawn_as is not None}
    return Checked(
        list_holds=lottery.list_hash(lines) == draw.list_hash,
        seed_holds=lottery.commitment_of(seed) == draw.commitment,
        result_holds=[each.place for each in again] == [order[number] for number in sorted(order)],
    )


def _won_since(draw: Draw) -> object:
    return (
        select(DrawEntrant.member_id)
        .join(Draw, Draw.id == DrawEntrant.draw_id)
        .where(
            DrawEntrant.outcome == "winner",
            Draw.id != draw.id,
            Draw.ends >= draw.without_winners_since,
        )
    )


def _counted(system: Context, draw: Draw) -> Mapping[int, int]:
    if draw.chances == "purchase":
        statement = (
            select(Purchase.member_id, func.count())
            .where(Purchase.day.between(draw.begins, draw.ends), Purchase.returned < Purchase.amount)
            .group_by(Purchase.member_id)
        )
        return {number: int(count) for number, count in system.session.execute(statement)}
    statement = (
        select(Entry.member_id, func.sum(Entry.points))
        .where(Entry.day.between(draw.begins, draw.ends), Entry.kind.in_(EARNING))
        .group_by(Entry.member_id)
    )
    return {
        number: max(0, int(total)) // draw.per_points for number, total in system.session.execute(statement)
    }
