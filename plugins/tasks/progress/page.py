"""What the page of a report shows besides its fields: buttons, what would be told now, what was told."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup
from sqlalchemy import select

from kernel.api import Action, Context, LazyText, _, changeable, fragment
from plugins.tasks.models import ProgressIssue, ProgressReport
from plugins.tasks.progress.resources import REPORT
from plugins.tasks.progress.sending import since_of
from plugins.tasks.progress.telling import progress_of, words_of

OUTCOMES: dict[str, tuple[LazyText, str]] = {
    "sent": (_("Handed to the outbox"), "green"),
    "letter": (_("To be printed"), "blue"),
    "unchanged": (_("Nothing had changed"), "grey"),
    "left_out": (_("Could not be sent"), "red"),
}
SHOWN = 60


def actions(context: Context, number: int) -> Sequence[Action]:
    """Give the buttons of a report by its state."""
    state = context.session.scalar(select(ProgressReport.state).where(ProgressReport.id == number))
    if state is None or number not in changeable(context, REPORT, [number]):
        return ()
    base = f"/tasks/progress/{number}"
    if state == "running":
        return (
            Action(label=_("Send now"), url=f"{base}/send", icon="send", method="post"),
            Action(label=_("Stop"), url=f"{base}/stop", icon="player-stop", method="post"),
        )
    return (Action(label=_("Go on"), url=f"{base}/resume", icon="refresh", method="post"),)


def history(context: Context, number: int) -> Markup | None:
    """Give what would be told now, and what was told in each period."""
    report = context.session.scalars(select(ProgressReport).where(ProgressReport.id == number)).one_or_none()
    if report is None:
        return None
    with context.system("what a visible report would tell") as system:
        now = progress_of(system, report, since_of(system, number))
        words = "" if now is None else words_of(system, now)
    statement = select(ProgressIssue).where(ProgressIssue.report_id == number)
    rows = context.session.scalars(statement.order_by(ProgressIssue.at.desc()).limit(SHOWN)).all()
    return fragment(
        "tasks/progress.html",
        words=words,
        rows=rows,
        outcomes=OUTCOMES,
    )
