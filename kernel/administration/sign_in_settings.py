"""What an administrator sets of signing in: who needs a second step, and how long sessions live."""

from __future__ import annotations

from kernel.access import second_factor, sessions
from kernel.extension.contributions import Setting
from kernel.i18n import _

SETTINGS = (
    Setting(
        key=second_factor.REQUIRED,
        title=_("Second step with a one-time code"),
        kind="choice",
        default=second_factor.OPTIONAL,
        choices={
            second_factor.OPTIONAL: _("Everybody decides for himself"),
            second_factor.ADMINISTRATORS: _("Administrators must have it"),
            second_factor.ALL: _("Everybody must have it"),
        },
        help=_(
            "Who must have it and has not sets it up at the next sign-in. Sessions that are open now go on."
        ),
        order=10,
    ),
    Setting(
        key=sessions.IDLE_MINUTES,
        title=_("Minutes without use after which a session ends"),
        kind="whole",
        default=int(sessions.IDLE.total_seconds() // 60),
        bounds=sessions.IDLE_BOUNDS,
        help=_("From 5 minutes to 10080 (a week)."),
        order=20,
    ),
    Setting(
        key=sessions.LIFE_DAYS,
        title=_("Days after which a session ends in any case"),
        kind="whole",
        default=sessions.LIFE.days,
        bounds=sessions.LIFE_BOUNDS,
        help=_("From 1 to 30; counts for sessions that begin from now on."),
        order=30,
    ),
)
