"""What reminders contribute: ladders, limits, policies, commands, jobs, the entry of the menu."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.access.policies import child, rows
from kernel.extension.contributions import DashboardBlock, MenuItem
from kernel.i18n import _
from kernel.messages.reminders import thresholds, today
from kernel.messages.reminders.ladders import LADDER_RIGHT, REMINDER_LADDER, THRESHOLD
from kernel.messages.reminders.models import Reminder, ReminderLadder, ReminderRung, Threshold
from kernel.messages.reminders.sweep import SWEEPING
from kernel.messages.reminders.telling import CROSSED, DUE
from kernel.resources.commands import commands_in
from kernel.resources.context import Context
from kernel.resources.parts import KernelPart


class _Answers:
    """The hooks that reminders answer themselves."""

    @staticmethod
    def menu() -> Iterable[MenuItem]:
        """Today's reminders."""
        return [
            MenuItem(
                label=_("Reminders"),
                target="/reminders",
                icon="alarm",
                permission=(today.RIGHT, "view"),
                order=60,
            )
        ]

    @staticmethod
    def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock]:
        """What is open, and which limits are exceeded."""
        return [*today.dashboard_blocks(ctx), *thresholds.dashboard_blocks(ctx)]


PART = KernelPart(
    name="reminders",
    resources=(REMINDER_LADDER, THRESHOLD),
    policies=(
        rows(ReminderLadder, LADDER_RIGHT),
        child(ReminderRung, ReminderLadder, key="ladder_id"),
        rows(Reminder, today.RIGHT, party="party_id"),
        rows(Threshold, LADDER_RIGHT),
    ),
    commands=commands_in(today, thresholds),
    jobs=(SWEEPING, thresholds.WATCHING),
    notice_kinds=(DUE, CROSSED),
    hooks=_Answers,
)
"""The part that `kernel.administration.assembly` enters."""
