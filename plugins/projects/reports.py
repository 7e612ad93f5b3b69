"""Standard reports: projects by state, what is late, the load and the delays of people, money by kind."""

from __future__ import annotations

from kernel.api import StandardReport, _

PROJECTS, TASKS = "projects.project", "projects.task"

REPORTS = (
    StandardReport(
        key="by_state",
        title=_("Projects by state"),
        resource=PROJECTS,
        groups=("state",),
        figures=("count::share", "avg:progress"),
        chart="rows",
        order=10,
    ),
    StandardReport(
        key="late",
        title=_("Late projects by expert"),
        resource=PROJECTS,
        groups=("expert",),
        figures=("count:", "sum:delay", "max:delay"),
        filters={"late.is": "1"},
        chart="rows",
        order=20,
    ),
    StandardReport(
        key="money",
        title=_("Contracts and credit by kind of project"),
        resource=PROJECTS,
        groups=("kind",),
        across="stage",
        figures=("sum:contract_amount", "sum:budget", "count:"),
        order=30,
    ),
    StandardReport(
        key="load",
        title=_("Load by person"),
        resource=TASKS,
        groups=("assignee",),
        figures=("count:", "sum:value", "avg:percent"),
        filters={"state.is": "open"},
        chart="rows",
        largest_first=True,
        order=40,
    ),
    StandardReport(
        key="delays",
        title=_("Delays by person and cause"),
        resource=TASKS,
        groups=("assignee", "delay_cause"),
        figures=("count:", "sum:delay", "max:delay"),
        filters={"delay.from": "1"},
        order=50,
    ),
    StandardReport(
        key="phases",
        title=_("Delays of phases by project"),
        resource="projects.phase",
        groups=("project",),
        figures=("count:", "sum:delay", "max:delay"),
        filters={"delay.from": "1"},
        order=60,
    ),
)
