"""What other plugins may use of the club: who is a member, and points for what only they know of.

A plugin that works with the club says so by `works_with=("club",)`, imports this module inside its functions only, and asks
`"club" in context.plugins` first. Invoices of the plugin `sales` earn by themselves: nobody awards points for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.api import Context
from plugins.club import joining
from plugins.club.accounts import open_account
from plugins.club.models import Member as MemberRow
from plugins.club.models import Rank
from plugins.club.terms import terms_of

NOTE_LIMIT = 300


@dataclass(frozen=True)
class Member:
    """A member as other plugins see one. `rank` is the rank's title, empty without one; `state` is `active`, `suspended` or
    `left`. `points` can be spent now; `pending` do not count yet.
    """

    id: int
    party_id: int
    number: str
    state: str
    points: int
    pending: int
    rank: str


def member_of(source: Context | Session, party_id: int) -> Member | None:
    """Give the membership of a party; None for one that is no member, or whose membership is not to be seen."""
    session = source.session if isinstance(source, Context) else source
    statement = (
        select(MemberRow, Rank.title)
        .outerjoin(Rank, Rank.id == MemberRow.rank_id)
        .where(MemberRow.party_id == party_id)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    row, rank = found
    return Member(row.id, party_id, row.number, row.state, row.balance, row.pending, rank or "")


def enrol(context: Context, party_ids: Iterable[int]) -> list[int]:
    """Make parties members that are none yet, in the transaction of whoever calls: he has judged that they agreed.

    Gives the ids of the parties that joined now. Call it before points are awarded: numbers of members are taken first.
    """
    with context.system("members of the club by another plugin") as system:
        joined = []
        for party_id in sorted(set(party_ids)):
            if joining.member_of(system.session, party_id) is None:
                joining.join(system, party_id, "rule")
                joined.append(party_id)
        return joined


def award(context: Context, *, party_id: int, points: int, reason: str, origin: str) -> bool:
    """Give a member points for something outside of the club, in the transaction of whoever calls: he has judged the right.

    Once for each `origin`, a name that the calling plugin makes (`education.enrolment-12`): asked again, nothing happens.
    Points count at once, expire as the site's rules say, and pay a debt first. Negative points are taken as far as there are
    any, so nobody comes to owe for them; give them an origin of their own. `reason` is what the member's statement shows.

    False where the party is no member, an active one for points to get, or this origin had its points already.
    """
    if not points or not origin.strip():
        raise ValueError("an award is of some points, and names its origin")
    with context.system("points for what another plugin knows of") as system:
        wanted = select(MemberRow.id).where(MemberRow.party_id == party_id)
        member_id = system.session.execute(wanted).scalar_one_or_none()
        if member_id is None:
            return False
        account = open_account(system.session, member_id, system.today)
        occasion, note = f"award {origin}", reason[:NOTE_LIMIT] or None
        if account.done(occasion) or account.member.state == "left":
            return False
        if points < 0:
            account.lower(-points, occasion, note=note)
            return True
        if account.member.state != "active":
            return False
        expires = terms_of(system.runtime).expires_on(system.today)
        account.earn("bonus", points, occasion, counts_from=system.today, expires_on=expires, note=note)
    return True


__all__ = ["Member", "award", "enrol", "member_of"]
