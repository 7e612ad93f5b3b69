"""Quiet hours: when sendings and advertising wait."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from kernel.extension.contributions import Setting
from kernel.fa.clock import local
from kernel.i18n import _
from kernel.resources.context import Context

FROM, UNTIL = "messages.quiet_from", "messages.quiet_until"
SETTINGS = (
    Setting(
        key=FROM,
        title=_("Quiet hours begin"),
        kind="time",
        default="21:00",
        help=_("In quiet hours sendings and advertising wait; single messages go. Equal times mean none."),
        order=10,
    ),
    Setting(key=UNTIL, title=_("Quiet hours end"), kind="time", default="08:00", order=20),
)


def is_quiet(context: Context) -> bool:
    """Say whether it is quiet now, by the site's clock."""
    begin, end = hours(context)
    now = local(context.now, context.time_zone).time().replace(tzinfo=None)
    if begin <= end:
        return begin <= now < end
    return now >= begin or now < end


def hours(context: Context) -> tuple[time, time]:
    """Give begin and end of the quiet hours."""
    return _time(context.runtime.setting(FROM)), _time(context.runtime.setting(UNTIL))


def quiet_ends(context: Context) -> datetime:
    """Give the moment at which the present quiet hours end."""
    _begin, end = hours(context)
    now = local(context.now, context.time_zone)
    found = datetime.combine(now.date(), end, context.time_zone)
    return found if found > now else found + timedelta(days=1)


def _time(value: time | str) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)
