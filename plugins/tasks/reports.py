"""Standard reports on tasks: who has what, what is late, what was done when."""

from __future__ import annotations

from kernel.api import StandardReport, _

TASKS = "tasks.task"

REPORTS = (
    StandardReport(
        key="by_assignee",
        title=_("Open tasks by user and state"),
        resource=TASKS,
        groups=("assignee",),
        across="state",
        filters={"open.is": "1"},
        chart="rows",
        order=10,
    ),
    StandardReport(
        key="by_category",
        title=_("Tasks by category and state"),
        resource=TASKS,
        groups=("category",),
        across="state",
        dated="created_at",
        period="this_year",
        chart="rows",
        order=20,
    ),
    StandardReport(
        key="overdue",
        title=_("Overdue tasks by user and category"),
        resource=TASKS,
        groups=("assignee", "category"),
        figures=("count:", "min:due"),
        filters={"late.is": "1"},
        largest_first=True,
        chart="rows",
        order=30,
    ),
    StandardReport(
        key="done_by_month",
        title=_("Tasks done by month"),
        resource=TASKS,
        groups=("done_at:month",),
        figures=("count:", "sum:value"),
        filters={"state.is": "done"},
        dated="done_at",
        period="last_12_months",
        chart="line",
        order=40,
    ),
    StandardReport(
        key="done_by_user",
        title=_("Tasks done by user"),
        resource=TASKS,
        groups=("assignee",),
        figures=("count::share", "sum:value"),
        filters={"state.is": "done"},
        dated="done_at",
        period="this_month",
        largest_first=True,
        order=50,
    ),
)
