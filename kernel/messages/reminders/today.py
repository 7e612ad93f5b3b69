"""Today's reminders as a user sees them: by kind, those of parties that he sees; ticked, they are done or dismissed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, func, or_, select, update

from kernel.extension.contributions import DashboardBlock
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.messages.reminders.models import Reminder, ReminderLadder
from kernel.messages.reminders.sources import OCCASION, sources
from kernel.parties.models import Party
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import NotFound

RIGHT = "reminder"
"""What grants on reminders speak of."""
PAGE = 200
"""Reminders that the page shows at most."""
MOST = 1000
"""Reminders that one action takes at most."""
STATES: dict[str, LazyText] = {
    "waiting": _("later today"),
    "open": _("open"),
    "queued": _("sent"),
    "left_out": _("not sent"),
    "done": _("done"),
    "dismissed": _("dismissed"),
    "overtaken": _("overtaken by a later one"),
    "obsolete": _("the date was changed"),
}
STANDING = ("waiting", "open", "left_out")
"""States in which somebody still has to do something."""


@dataclass(frozen=True)
class Line:
    """One reminder on the page."""

    id: int
    party_id: int
    party_kind: str
    name: str
    phone: str | None
    target: date
    at: time | None
    days: int
    """Days from today to the date; negative when it has passed."""
    due_at: datetime
    state: str
    reason: str
    ladder: str


@dataclass(frozen=True)
class Kind:
    """The reminders of one kind of date."""

    source: str
    title: LazyText | str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Today:
    """What the page shows."""

    kinds: Sequence[Kind]
    count: int
    more: bool
    settled: int
    """Reminders of today with which something was done."""


def todays(context: Context, *, all_states: bool = False) -> Today:
    """Give the reminders that are due by today and still to be seen to, by kind; with `all_states` all of today's."""
    context.require(RIGHT, "view")
    wanted: ColumnElement[bool] = Reminder.state.in_(STANDING) & (Reminder.day <= context.today)
    if all_states:
        wanted = or_(wanted, Reminder.day == context.today)
    statement = (
        select(Reminder, Party, ReminderLadder.name)
        .join(Party, Party.id == Reminder.party_id)
        .outerjoin(ReminderLadder, ReminderLadder.id == Reminder.ladder_id)
        .where(wanted)
        .order_by(Reminder.source, Reminder.due_at, Reminder.id)
        .limit(PAGE + 1)
    )
    rows = list(context.session.execute(statement))
    by_source: dict[str, list[Line]] = {}
    for reminder, party, ladder in rows[:PAGE]:
        by_source.setdefault(reminder.source, []).append(_line(context, reminder, party, ladder or ""))
    settled = select(func.count()).where(
        Reminder.day == context.today, Reminder.state.in_(("queued", "done", "dismissed"))
    )
    return Today(
        [Kind(source, _title(context, source), lines) for source, lines in by_source.items()],
        min(len(rows), PAGE),
        len(rows) > PAGE,
        int(context.session.execute(settled).scalar_one()),
    )


@command("reminder.settle", _("See to reminders"), resource=RIGHT, action="edit")
def settle(context: Context, *, ids: Sequence[int], dismiss: bool = False) -> int:
    """Say that reminders were seen to, or need not be; give how many. Only those of parties that the actor sees."""
    found = visible_ids(context, ids)
    state = "dismissed" if dismiss else "done"
    with context.system("reminders that somebody has seen to") as system:
        changed = system.session.execute(
            update(Reminder)
            .where(Reminder.id.in_(found), Reminder.state.in_(STANDING))
            .values(state=state, settled_at=context.now, settled_by=context.actor.user_id)
            .returning(Reminder.id)
        ).all()
    return len(changed)


@command("reminder.reopen", _("Open reminders again"), resource=RIGHT, action="edit")
def reopen(context: Context, *, ids: Sequence[int]) -> int:
    """Take back that reminders were seen to; give how many."""
    found = visible_ids(context, ids)
    with context.system("reminders that are open again") as system:
        changed = system.session.execute(
            update(Reminder)
            .where(Reminder.id.in_(found), Reminder.state.in_(("done", "dismissed")))
            .values(state="open", settled_at=None, settled_by=None)
            .returning(Reminder.id)
        ).all()
    return len(changed)


def visible_ids(context: Context, ids: Sequence[int]) -> list[int]:
    """Give those of some reminders that the actor sees; `NotFound` where he sees none of them."""
    statement = (
        select(Reminder.id)
        .join(Party, Party.id == Reminder.party_id)
        .where(Reminder.id.in_(list(ids)[:MOST]))
    )
    found = list(context.session.execute(statement).scalars())
    if ids and not found:
        raise NotFound()
    return found


def parties_of(context: Context, ids: Sequence[int]) -> list[int]:
    """Give the parties of some reminders, those that the actor sees, each once."""
    found = visible_ids(context, ids)
    statement = select(Reminder.party_id).where(Reminder.id.in_(found)).order_by(Reminder.id)
    return list(dict.fromkeys(context.session.execute(statement).scalars()))


def dashboard_blocks(ctx: Context) -> list[DashboardBlock]:
    """Tell on the desk how many reminders are open."""
    if not ctx.may(RIGHT, "view"):
        return []
    statement = (
        select(Reminder.id)
        .join(Party, Party.id == Reminder.party_id)
        .where(Reminder.state.in_(STANDING), Reminder.day <= ctx.today)
        .limit(PAGE + 1)
    )
    count = len(ctx.session.execute(statement).all())
    if not count:
        return []
    told = ngettext_lazy("%(n)d reminder is open.", "%(n)d reminders are open.", n=count)
    return [DashboardBlock(title=_("Today's reminders"), body=told, order=15, key="reminders.open", span=1)]


def _line(context: Context, reminder: Reminder, party: Party, ladder: str) -> Line:
    return Line(
        id=reminder.id,
        party_id=party.id,
        party_kind=party.kind,
        name=party.display_name,
        phone=party.mobile or party.phone,
        target=reminder.target,
        at=reminder.at,
        days=(reminder.target - context.today).days,
        due_at=reminder.due_at,
        state=reminder.state,
        reason=reminder.reason,
        ladder=ladder,
    )


def _title(context: Context, source: str) -> LazyText | str:
    if source == OCCASION:
        return _("Occasions")
    declared = sources(context.runtime).get(source)
    return declared.title if declared is not None else source
