"""The jobs of the club: each brings all members to the day, and may be run again at any time."""

from __future__ import annotations

from datetime import timedelta

from kernel.api import Context, Job, _

LIMIT = timedelta(minutes=30)


def settle(context: Context) -> None:
    """Let points count and expire, give birthday points, and let points of idle members decay."""
    context.run("club.settle")
    context.run("club.congratulate")
    context.run("club.decay")


def join(context: Context) -> None:
    """Make members by the rules."""
    context.run("club.join_by_rules")


def judge(context: Context) -> None:
    """Judge all ranks."""
    context.run("club.judge_ranks")


def ask(context: Context) -> None:
    """Ask members about what they bought."""
    context.run("club.ask_after_purchases")


def contact(context: Context) -> None:
    """Make the planned contacts of the day."""
    context.run("club.plan_contacts")


JOBS = (
    Job(
        name="points",
        title=_("Points count, expire and decay"),
        at="01:10",
        function=settle,
        limit=LIMIT,
        queue="long",
    ),
    Job(name="surveys", title=_("Ask members about what they bought"), at="10:00", function=ask, limit=LIMIT),
    Job(name="contacts", title=_("Planned contact with members"), at="08:30", function=contact, limit=LIMIT),
    Job(name="join", title=_("Make members by rules"), at="01:40", function=join, limit=LIMIT, queue="long"),
    Job(
        name="ranks",
        title=_("Judge the ranks of all members"),
        at="02:00",
        function=judge,
        limit=LIMIT,
        queue="long",
    ),
)
