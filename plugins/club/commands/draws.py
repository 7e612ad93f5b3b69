"""Freezing and drawing: a right of its own. Registering: whoever may edit draws."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel.api import Context, NotFound, Party, Refused, _, command, editable, fields, load, queue_message
from plugins.club.drawing import draw_now, exclude, freeze
from plugins.club.models import Draw, DrawEntrant, DrawRegistration, Member
from plugins.club.resources import DRAW, MEMBER
from plugins.club.telling import WON, name_of, tell_owner

WHICH = fields.Link("draw", _("Draw"), to=DRAW.name, required=True)
WORD = fields.Text(
    "public_word",
    _("Public word"),
    required=True,
    limit=200,
    help=_("What the announced source gave: it must be the same for everybody who reckons the draw again."),
)
PLACE = fields.Whole("place", _("Place on the list"), required=True, least=1)
WHY = fields.Text("reason", _("Reason"), required=True, limit=300)
MEMBER_FIELD = fields.Link("member", _("Member"), to=MEMBER.name, required=True)


@command(
    "club.freeze_draw", _("Freeze the list of a draw"), resource="club.draw", action="draw", fields=(WHICH,)
)
def freeze_list(context: Context, *, draw: int) -> int:
    """Fix who takes part, and publish hash and commitment; gives how many take part."""
    editable(context, DRAW, draw, "draw")
    with context.system("the list of a draw") as system:
        return freeze(system, load(system, DRAW, draw, lock=True))


@command("club.draw", _("Draw"), resource="club.draw", action="draw", fields=(WHICH, WORD))
def draw_winners(context: Context, *, draw: int, public_word: Any) -> int:
    """Draw with the seed and the public word; gives how many were drawn. Winners and whoever looks after them are told."""
    editable(context, DRAW, draw, "draw")
    word = WORD.read(public_word, context)
    with context.system("a draw") as system:
        held: Draw = load(system, DRAW, draw, lock=True)
        found = draw_now(system, held, word)
        for row in found:
            if row.outcome == "winner":
                _tell(system, held, row)
        return len(found)


@command(
    "club.exclude_winner",
    _("Exclude somebody who was drawn"),
    resource="club.draw",
    action="draw",
    fields=(WHICH, PLACE, WHY),
)
def exclude_winner(context: Context, *, draw: int, place: Any, reason: Any) -> None:
    """Exclude a winner with a reason; the first reserve moves up."""
    editable(context, DRAW, draw, "draw")
    at, why = PLACE.read(place, context), WHY.read(reason, context)
    with context.system("a winner is excluded") as system:
        held: Draw = load(system, DRAW, draw, lock=True)
        wanted = select(DrawEntrant).where(DrawEntrant.draw_id == draw, DrawEntrant.place == at)
        row = system.session.execute(wanted.with_for_update()).scalar_one_or_none()
        if row is None:
            raise NotFound()
        moved_up = exclude(system, held, row, why)
        if moved_up is not None:
            _tell(system, held, moved_up)


@command("club.cancel_draw", _("Cancel a draw"), resource="club.draw", action="draw", fields=(WHICH,))
def cancel_draw(context: Context, *, draw: int) -> None:
    """Call a draw off that was not drawn yet; its list and commitment stay to be seen."""
    editable(context, DRAW, draw, "draw")
    with context.system("a draw is cancelled") as system:
        held: Draw = load(system, DRAW, draw, lock=True)
        if held.state not in ("planned", "frozen"):
            raise Refused(_("This draw is over."))
        held.state = "cancelled"
        system.session.flush()


@command(
    "club.register_for_draw",
    _("Register a member for a draw"),
    resource="club.draw",
    action="edit",
    fields=(WHICH, MEMBER_FIELD),
)
def register_member(context: Context, *, draw: int, member: int) -> bool:
    """Note that a member takes part; says whether that is new."""
    editable(context, DRAW, draw)
    load(context, MEMBER, member)
    with context.system("registering for a draw") as system:
        return enrol(system, load(system, DRAW, draw, lock=True), member, "hand")


def enrol(system: Context, draw: Draw, member_id: int, channel: str) -> bool:
    """Register a member; says whether that is new. `Refused` once the list is frozen."""
    if draw.state != "planned":
        raise Refused(_("The list of this draw was frozen already."))
    row = {"draw_id": draw.id, "member_id": member_id, "channel": channel, "day": system.today}
    statement = insert(DrawRegistration).values(row).on_conflict_do_nothing().returning(DrawRegistration.id)
    return system.session.execute(statement).first() is not None


def _tell(system: Context, draw: Draw, row: DrawEntrant) -> None:
    member = system.session.get_one(Member, row.member_id)
    tell_owner(system, member, WON, _("Has won in a draw of the club"), f"draw {draw.id}")
    if system.session.get(Party, member.party_id) is None:
        return
    queue_message(
        system,
        purpose="club.winner",
        occasion=str(draw.id),
        party_id=member.party_id,
        template="club.winner",
        values={"name": name_of(member), "draw": draw.title},
    )
