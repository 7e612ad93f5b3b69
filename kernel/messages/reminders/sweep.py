"""Making reminders: every few minutes, for each ladder, those of the records whose rung came due since it was last looked.

A ladder remembers the day up to which it has looked, so that a standstill is made up for and a record entered late does not
get rungs that were long over. The unique key of a reminder makes it the only one, however many look at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from billiard.exceptions import SoftTimeLimitExceeded
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.access.actor import Actor
from kernel.extension.contributions import DatedRecord, Job
from kernel.fa.clock import to_instant
from kernel.fa.errors import ClockError
from kernel.i18n import _
from kernel.jobs.models import Occasion
from kernel.jobs.schedule import work_days
from kernel.messages.reminders.days import DaysOff, overtaken, targets_due, targets_of
from kernel.messages.reminders.models import Reminder, ReminderLadder, ReminderRung
from kernel.messages.reminders.sending import send_open
from kernel.messages.reminders.sources import OCCASION, sources
from kernel.messages.reminders.telling import tell_owners
from kernel.parties.models import Party
from kernel.parties.segments.reading import segment_ids
from kernel.resources.acting import acting_user
from kernel.resources.context import Context
from kernel.resources.errors import CommandError
from kernel.resources.fields.periods import anniversaries
from kernel.resources.lists.searching import any_of

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
MADE_UP_FOR = timedelta(days=7)
"""A standstill longer than this is not made up for as a whole."""
BELATED = timedelta(days=1)
"""How late a greeting may come; what is dated to one day only is never late."""


@dataclass(frozen=True)
class Due:
    """A reminder that is due: of a record, by a rung, for a target, on a day."""

    record: DatedRecord
    rung: ReminderRung
    target: date
    day: date


def sweep(context: Context) -> int:
    """Make the reminders that came due; the context acts for the system. Gives how many are new.

    One ladder that cannot be read (its segment is broken, its owner gone) does not keep the others waiting.
    """
    made = 0
    statement = select(ReminderLadder).where(ReminderLadder.active).order_by(ReminderLadder.id)
    for ladder in context.session.execute(statement.with_for_update(skip_locked=True)).scalars().all():
        try:
            with context.session.begin_nested():
                made += sweep_ladder(context, ladder)
        except (CommandError, LookupError) as refusal:
            log.warning("ladder %s reaches nobody: %s", ladder.id, type(refusal).__name__)
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # a plugin's search for dates: whatever it raises, only its ladder waits
            log.exception("the dates of ladder %s cannot be read", ladder.id)
    open_due(context)
    send_open(context)
    return made


def sweep_ladder(context: Context, ladder: ReminderLadder) -> int:
    """Make the reminders of one ladder that came due since it was last looked at, and drop those of changed dates."""
    today = context.today
    since = max(ladder.swept_on or today, today - MADE_UP_FOR)
    known = work_days(context.session, context.runtime, context.now - MADE_UP_FOR)
    days_off = DaysOff(known, ladder.on_day_off, ladder.nowruz_off)
    due = list(_due(context, ladder, days_off, since, today))
    due = _reachable(context, ladder, due)
    _drop_changed(context, ladder, due, since)
    made = _enter(context, ladder, due)
    context.session.execute(
        update(ReminderLadder).where(ReminderLadder.id == ladder.id).values(swept_on=today)
    )
    return made


def _due(
    context: Context, ladder: ReminderLadder, days_off: DaysOff, since: date, today: date
) -> Iterator[Due]:
    rungs = select(ReminderRung).where(ReminderRung.ladder_id == ladder.id)
    for rung in context.session.execute(rungs).scalars().all():
        targets = targets_due(since, today, rung.days_before, days_off)
        for record, target in _records(context, ladder, targets):
            yield Due(record, rung, target, targets[target])


def _records(
    context: Context, ladder: ReminderLadder, targets: Mapping[date, date]
) -> Iterator[tuple[DatedRecord, date]]:
    """Give the records of which a date is among the targets, each with that date."""
    if not targets:
        return
    if ladder.source == OCCASION:
        yield from _greeted(context, ladder, targets)
        return
    declared = sources(context.runtime).get(ladder.source)
    if declared is None:
        return
    days = sorted(targets)
    if declared.yearly:
        days = sorted({day for target in targets for day in anniversaries(target, target)})
    for record in declared.find(context, days):
        for target in targets_of(record.day, declared.yearly, targets):
            yield record, target


def _greeted(
    context: Context, ladder: ReminderLadder, targets: Mapping[date, date]
) -> Iterator[tuple[DatedRecord, date]]:
    """Give the parties of the ladder's segment for each day that bears the name of its occasion."""
    named = select(Occasion.day).where(Occasion.title == ladder.occasion, Occasion.day.in_(list(targets)))
    found = sorted(set(context.session.execute(named).scalars()))
    if not found or ladder.segment_id is None:
        return
    parties = select(Party.id, Party.owner_id).where(any_of(Party.id, _members(context, ladder)))
    for number, owner_id in context.session.execute(parties):
        for target in found:
            yield DatedRecord(record_id=number, day=target, party_id=number, owner_id=owner_id), target


def _members(context: Context, ladder: ReminderLadder) -> list[int]:
    assert ladder.segment_id is not None
    actor = acting_user(context, ladder.owner_id)
    with context.runtime.reading(actor) as theirs:
        return [row[0] for row in theirs.session.execute(segment_ids(theirs, ladder.segment_id))]


def _reachable(context: Context, ladder: ReminderLadder, due: Sequence[Due]) -> list[Due]:
    """Leave only parties that the ladder's owner sees now, and that are in its segment; dates that he may know."""
    actor = acting_user(context, ladder.owner_id)
    declared = sources(context.runtime).get(ladder.source)
    if declared is not None and declared.permission is not None and not actor.may(*declared.permission):
        return []
    if not due:
        return []
    seen = _seen(context, actor, ladder, sorted({each.record.party_id for each in due}))
    return [each for each in due if each.record.party_id in seen]


def _seen(context: Context, actor: Actor, ladder: ReminderLadder, parties: Sequence[int]) -> set[int]:
    with context.runtime.reading(actor) as theirs:
        statement = select(Party.id).where(any_of(Party.id, parties))
        if ladder.segment_id is not None and ladder.source != OCCASION:
            statement = statement.where(Party.id.in_(segment_ids(theirs, ladder.segment_id)))
        return set(theirs.session.execute(statement).scalars())


def _enter(context: Context, ladder: ReminderLadder, due: Sequence[Due]) -> int:
    rows = [row for each in _sent(context, ladder, due) for row in _rows(context, ladder, *each)]
    if not rows:
        return 0
    statement = insert(Reminder).on_conflict_do_nothing().returning(Reminder.id)
    made = 0
    for start in range(0, len(rows), 1000):
        made += len(context.session.execute(statement.values(rows[start : start + 1000])).all())
    return made


def _sent(context: Context, ladder: ReminderLadder, due: Sequence[Due]) -> Iterator[tuple[Due, str]]:
    """Give each with the state in which it begins; those that are too late for anybody are left out."""
    declared = sources(context.runtime).get(ladder.source)
    late = BELATED if declared is None or declared.yearly else timedelta()
    by_date: dict[tuple[int, date], list[Due]] = {}
    for each in due:
        if each.target + late >= context.today:
            by_date.setdefault((each.record.record_id, each.target), []).append(each)
    for together in by_date.values():
        over = overtaken(each.rung.days_before for each in together)
        for each in together:
            yield each, "overtaken" if each.rung.days_before in over else "waiting"


def _rows(context: Context, ladder: ReminderLadder, due: Due, state: str) -> Iterator[dict[str, object]]:
    reached = ("party", "owner") if ladder.recipient == "both" else (ladder.recipient,)
    for recipient in reached:
        if recipient == "owner" and due.record.owner_id is None:
            continue
        yield {
            "ladder_id": ladder.id,
            "source": ladder.source,
            "record_id": due.record.record_id,
            "party_id": due.record.party_id,
            "owner_id": due.record.owner_id,
            "days_before": due.rung.days_before,
            "channel": ladder.channel,
            "recipient": recipient,
            "target": due.target,
            "at": due.record.at,
            "day": due.day,
            "due_at": _instant(context, due.day, due.rung),
            "state": state,
        }


def _instant(context: Context, day: date, rung: ReminderRung) -> datetime:
    try:
        return to_instant(day, rung.at, context.time_zone)
    except ClockError:  # the clock was put forward over it
        return to_instant(day, rung.at.replace(hour=(rung.at.hour + 1) % 24), context.time_zone)


def _drop_changed(context: Context, ladder: ReminderLadder, due: Iterable[Due], since: date) -> None:
    """Let reminders rest that nothing was done with yet and whose record no longer has that date; if it has, wake them."""
    valid = {(each.record.record_id, each.target, each.rung.days_before) for each in due}
    standing = select(Reminder).where(
        Reminder.ladder_id == ladder.id,
        Reminder.state.in_(("waiting", "open", "obsolete")),
        Reminder.day >= since,
        Reminder.day <= context.today,
    )
    changed: dict[str, list[int]] = {"obsolete": [], "waiting": []}
    for row in context.session.execute(standing).scalars():
        holds = (row.record_id, row.target, row.days_before) in valid
        if holds == (row.state == "obsolete"):
            changed["waiting" if holds else "obsolete"].append(row.id)
    for state, ids in changed.items():
        if ids:
            context.session.execute(update(Reminder).where(Reminder.id.in_(ids)).values(state=state))


def open_due(context: Context) -> None:
    """Show the reminders whose time has come, and tell those who are in charge."""
    opened = context.session.execute(
        update(Reminder)
        .where(Reminder.state == "waiting", Reminder.due_at <= context.now)
        .values(state="open")
        .returning(Reminder.owner_id, Reminder.party_id, Reminder.recipient, Reminder.channel)
    )
    tell_owners(
        context,
        [(row.owner_id, row.party_id) for row in opened if row.channel == "list" or row.recipient == "owner"],
    )


SWEEPING = Job(
    name="reminders",
    title=_("See what is to be reminded of"),
    function=sweep,
    every=EVERY,
    limit=timedelta(minutes=10),
)
