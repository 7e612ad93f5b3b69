"""Probable pairs as users see them: only those of which they see both; telling two apart is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from kernel.access.session import allowed_ids
from kernel.extension.contributions import Job
from kernel.i18n import LazyText, _
from kernel.jobs.own_work import work_on
from kernel.parties.duplicates import REASONS
from kernel.parties.finding import WORK, begin_scan
from kernel.parties.models import Party, PartyPair, PartyScan
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound, Refused
from kernel.resources.queue import enqueue

PAGE = 50
COUNTED = 1000
"""Pairs that are counted at most."""
SUBJECT = "duplicates"
"""What the work of a search says that it is about."""
BUSY = timedelta(hours=6)
"""A search that has not ended after this time is taken for dead."""


@dataclass(frozen=True)
class Wanted:
    """Which pairs are asked for; `after` is score and number of the last one shown."""

    dismissed: bool = False
    reason: str = ""
    kind: str = ""
    least: int = 0
    after: tuple[int, int] | None = None


@dataclass(frozen=True)
class Pair:
    """Two records that are probably one."""

    id: int
    score: int
    reasons: tuple[LazyText, ...]
    first: Party
    second: Party


@dataclass(frozen=True)
class Partner:
    """Another record that is probably the same as one."""

    id: int
    name: str
    score: int
    reasons: tuple[LazyText, ...]


def pairs(context: Context, wanted: Wanted) -> list[Pair]:
    """Give one page of pairs, the likeliest first: those whose records the actor both sees."""
    first, second = aliased(Party), aliased(Party)
    statement = (
        _narrowed(select(PartyPair, first, second), wanted, first)
        .join(first, first.id == PartyPair.first_id)
        .join(second, second.id == PartyPair.second_id)
        .order_by(PartyPair.score.desc(), PartyPair.id.desc())
        .limit(PAGE)
    )
    if wanted.after is not None:
        statement = statement.where(tuple_(PartyPair.score, PartyPair.id) < wanted.after)
    return [
        Pair(pair.id, pair.score, said(pair.reasons), one, other)
        for pair, one, other in context.session.execute(statement)
    ]


def count_pairs(context: Context, wanted: Wanted) -> int:
    """Count the pairs that the actor would see, up to one more than `COUNTED`."""
    first = aliased(Party)
    inner = _narrowed(select(PartyPair.id), wanted, first).join(first, first.id == PartyPair.first_id)
    capped = inner.limit(COUNTED + 1).subquery()
    return int(context.session.execute(select(func.count()).select_from(capped)).scalar_one())


def probable_partners(context: Context, party_id: int, most: int = 10) -> list[Partner]:
    """Give what is probably the same as a party, the likeliest first."""
    first, second = aliased(Party), aliased(Party)
    statement = (
        select(PartyPair, first, second)
        .join(first, first.id == PartyPair.first_id)
        .join(second, second.id == PartyPair.second_id)
        .where(
            or_(PartyPair.first_id == party_id, PartyPair.second_id == party_id),
            PartyPair.dismissed.is_(False),
        )
        .order_by(PartyPair.score.desc(), PartyPair.id)
        .limit(most)
    )
    found = []
    for pair, one, other in context.session.execute(statement):
        partner = other if one.id == party_id else one
        found.append(Partner(partner.id, partner.display_name, pair.score, said(pair.reasons)))
    return found


def said(reasons: Sequence[str]) -> tuple[LazyText, ...]:
    """Put reasons into words."""
    return tuple(REASONS[reason][1] for reason in reasons if reason in REASONS)


def last_scan(context: Context) -> PartyScan | None:
    """Give the latest search, finished or not."""
    with context.system("when duplicates were searched for") as system:
        found = system.session.execute(
            select(PartyScan).order_by(PartyScan.id.desc()).limit(1)
        ).scalar_one_or_none()
        if found is not None:
            system.session.expunge(found)
        return found


def is_busy(context: Context, scan: PartyScan | None) -> bool:
    """Say whether a search is under way: it has not ended, and its work was neither stopped nor failed."""
    if scan is None or scan.finished_at is not None or scan.started_at <= context.now - BUSY:
        return False
    work = work_on(context, (SUBJECT, scan.id))
    return work is None or work.going_on


@command("party.find_duplicates", _("Search for duplicates"), resource="party", action="merge")
def search(context: Context, *, whole: bool = False) -> int:
    """Have duplicates searched for in the background: among all, or of what was changed since the search before."""
    if is_busy(context, last_scan(context)):
        raise Refused(_("A search is under way already."))
    with context.system("search for duplicates") as system:
        scan = begin_scan(system, whole=whole)
    enqueue(context, WORK, subject=(SUBJECT, scan), scan=scan)
    return scan


@command("party.tell_apart", _("Say that two records are not the same"), resource="party", action="merge")
def tell_apart(context: Context, *, pair_id: int, apart: bool = True) -> int:
    """Remember that the two of a pair are not one, or take that back. Only for those who may merge both."""
    pair = select(PartyPair.first_id, PartyPair.second_id).where(PartyPair.id == pair_id)
    seen = context.session.execute(pair).one_or_none()
    if seen is None:
        raise NotFound()
    if allowed_ids(context.session, Party, list(seen), "merge") != set(seen):
        raise Forbidden()
    with context.system("two records were told apart") as system:
        system.session.execute(
            update(PartyPair)
            .where(PartyPair.id == pair_id)
            .values(dismissed=apart, decided_at=context.now, decided_by=context.actor.user_id or 0)
        )
    return pair_id


def search_nightly(context: Context) -> None:
    """Have what was changed since the last search compared."""
    if not is_busy(context, last_scan(context)):
        scan = begin_scan(context, whole=False)
        enqueue(context, WORK, subject=(SUBJECT, scan), scan=scan)


SEARCHING = Job(name="find-duplicates", title=_("Search for duplicates"), function=search_nightly, at="02:30")


def _narrowed(statement: Any, wanted: Wanted, first: Any) -> Any:
    statement = statement.where(PartyPair.dismissed.is_(wanted.dismissed))
    if wanted.reason:
        statement = statement.where(PartyPair.reasons.contains([wanted.reason]))
    if wanted.kind:
        statement = statement.where(first.kind == wanted.kind)
    if wanted.least:
        statement = statement.where(PartyPair.score >= wanted.least)
    return statement
