"""Corrections of points by hand: a right of its own, and always with a reason."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Invalid, Problem, _, command, fields, load
from plugins.club import ledger
from plugins.club.accounts import open_account
from plugins.club.models import Member
from plugins.club.resources import MEMBER
from plugins.club.resources.programme import REASONS
from plugins.club.terms import terms_of

MOST = 10**12
WHICH = fields.Link("member", _("Member"), to=MEMBER.name, required=True)
POINTS = fields.Whole(
    "points", _("Points"), required=True, least=-MOST, most=MOST, help=_("With a minus they are taken away.")
)
REASON = fields.BaseChoice("reason", _("Reason"), source=REASONS, required=True)
NOTE = fields.Text("note", _("Note"), limit=300)


@command(
    "club.correct",
    _("Correct points"),
    resource="club.entry",
    action="correct",
    of="club.entry",
    fields=(WHICH, POINTS, REASON, NOTE),
)
def correct(context: Context, *, member: int, points: Any, reason: Any, note: Any = None) -> int:
    """Add or take points by hand; gives the entry's id. More than there are cannot be taken."""
    load(context, MEMBER, member)
    wanted, reason_id = POINTS.read(points, context), REASON.read(reason, context)
    remark = NOTE.read(note, context)
    if not wanted:
        raise Invalid([Problem("points", _("Enter how many points are added or taken."))])
    with context.system("points by hand") as system:
        account = open_account(system.session, member, system.today)
        occasion = f"correct {_next(account.member)}"
        more = {"reason_id": reason_id, "note": remark}
        if wanted > 0:
            expires = terms_of(system.runtime).expires_on(system.today)
            return account.earn(
                "correct", wanted, occasion, counts_from=system.today, expires_on=expires, **more
            ).id
        try:
            return account.spend(-wanted, occasion, kind="correct", **more).id
        except ledger.NotEnough as error:
            there = error.spendable
            raise Invalid([Problem("points", _("Only %(there)d points are there.", there=there))]) from error


def _next(member: Member) -> str:
    """Name a correction: the member's row is locked, and its version grows with each change of its sums."""
    return f"{member.id} {member.version}"
