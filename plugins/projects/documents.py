"""The report for the employer: state, how the progress comes about, phases with what was planned and what is real."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentRows,
    _,
    day_value,
    number_value,
    text_value,
    word_values,
)
from plugins.projects.keeping import TASKS_THAT_STAND
from plugins.projects.kinds import Hundredths, exact_text
from plugins.projects.models import Phase, Project, Task
from plugins.projects.progress import counts, exact_progress, shares
from plugins.projects.resources import PROJECT
from plugins.projects.resources.lists import PHASE_KINDS, TASK_STATES

PERCENT = Hundredths("progress", _("Progress"))

BODY = """<h1>{{ words.report }}</h1>
<table class="facts">
<tr>
<td>{{ words.project }}</td>
<td><b>{{ project.title }}</b></td>
<td>{{ words.code }}</td>
<td>{{ project.code }}</td>
</tr>
<tr>
<td>{{ words.employer }}</td>
<td>{{ project.employer }}</td>
<td>{{ words.contract }}</td>
<td>{{ project.contract_number }}</td>
</tr>
<tr>
<td>{{ words.expert }}</td>
<td>{{ project.expert }}</td>
<td>{{ words.state }}</td>
<td>{{ project.state }}</td>
</tr>
<tr>
<td>{{ words.planned }}</td>
<td>{% if project.begins %}{{ project.begins|jalali('short') }}{% endif %}
{% if project.ends %} – {{ project.ends|jalali('short') }}{% endif %}</td>
<td>{{ words.today }}</td>
<td>{{ today|jalali('short') }}</td>
</tr>
</table>
<p class="figure">{{ words.progress }}: <b>{{ project.progress }}</b>
{% if project.delay %} — {{ words.delay }}: {{ project.delay|number }}{% endif %}</p>
{% if phases %}<h2>{{ words.phases }}</h2>
<table class="rows"><thead>
<tr>
<th>{{ words.title }}</th>
<th>{{ words.kind }}</th>
<th>{{ words.planned }}</th>
<th>{{ words.real }}</th>
<th>{{ words.delay }}</th>
</tr></thead>
{% for row in phases %}<tr>
<td>{{ row.title }}</td>
<td>{{ row.kind }}</td>
<td>{% if row.planned_from %}{{ row.planned_from|jalali('short') }} – {% endif %}
{% if row.planned_until %}{{ row.planned_until|jalali('short') }}{% endif %}</td>
<td>{% if row.actual_from %}{{ row.actual_from|jalali('short') }} – {% endif %}
{% if row.actual_until %}{{ row.actual_until|jalali('short') }}{% endif %}</td>
<td>{% if row.delay %}{{ row.delay|number }}{% endif %}</td>
</tr>{% endfor %}</table>{% endif %}
{% if tasks %}<h2>{{ words.tasks }}</h2>
<table class="rows"><thead>
<tr>
<th>{{ words.title }}</th>
<th>{{ words.state }}</th>
<th>{{ words.value }}</th>
<th>{{ words.done }}</th>
<th>{{ words.share }}</th>
<th>{{ words.brings }}</th>
</tr></thead>
{% for row in tasks %}<tr>
<td>{{ row.title }}</td>
<td>{{ row.state }}</td>
<td>{{ row.value|number }}</td>
<td>{{ row.percent }}</td>
<td>{{ row.share }}</td>
<td>{{ row.brings }}</td>
</tr>{% endfor %}
{% if project.exact %}<tr class="sum"><td colspan="5">{{ words.sum }}</td>
<td>{{ project.exact }}</td>
</tr>{% endif %}</table>
<p class="note">{{ words.rule }}</p>{% endif %}
"""
STYLE = """.facts { width: 100% }
.facts td { padding: 1mm 1.5mm; vertical-align: top }
.facts td:nth-child(odd) { color: #444; width: 26mm }
.figure { font-size: 12pt; margin: 5mm 0 }
.rows { width: 100%; border-collapse: collapse }
.rows th, .rows td { border: .2mm solid #999; padding: 1mm 1.5mm; text-align: start }
.sum td { font-weight: bold }
.note { color: #444; font-size: 8pt }
"""
_WORDS = {
    "report": _("Report of the project"),
    "project": _("Project"),
    "code": _("Project code"),
    "employer": _("Employer"),
    "contract": _("Contract number"),
    "expert": _("Responsible expert"),
    "state": _("State"),
    "planned": _("According to plan"),
    "real": _("Real"),
    "today": _("Date of the report"),
    "progress": _("Progress"),
    "delay": _("Delay (days)"),
    "phases": _("Phases and milestones"),
    "tasks": _("Tasks"),
    "title": _("Title"),
    "kind": _("Kind"),
    "value": _("Value (weight)"),
    "done": _("Done"),
    "share": _("Share of the whole"),
    "brings": _("Brings"),
    "sum": _("Sum"),
    "rule": _(
        "The progress is the sum of value × percent, divided by the sum of the values, rounded down; cancelled tasks do"
        " not count."
    ),
}
FACTS = ("employer", "expert", "state", "contract_number")


def reports_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the reports of these projects hold, as the actor may see it."""
    wanted = list(ids)
    seen = {item.name: item for item in PROJECT.visible_fields(context)}
    tasks = _grouped(context, Task, "projects.task", wanted, Task.id, *TASKS_THAT_STAND)
    phases = _grouped(context, Phase, "projects.phase", wanted, Phase.place, Phase.id.is_not(None))
    found = {}
    for project in context.session.execute(select(Project).where(Project.id.in_(wanted))).scalars():
        mine = tasks[project.id]
        shown = {
            name: seen[name].show(seen[name].value_of(project), context) if name in seen else ""
            for name in FACTS
        }
        exact = exact_progress(mine)
        found[project.id] = {
            "project": {
                **shown,
                "title": project.title,
                "code": project.code,
                "progress": PERCENT.show(project.progress, context),
                "exact": exact_text(exact, context) if exact is not None else "",
                "begins": project.begins_on if "begins_on" in seen else "",
                "ends": project.ends_on if "ends_on" in seen else "",
                "delay": project.delay if "delay" in seen else "",
            },
            "phases": [_phase(context, phase) for phase in phases[project.id]],
            "tasks": [
                _task(context, task, share)
                for task, share in zip(mine, shares(mine), strict=True)
                if counts(task)
            ],
            "words": {name: context.text(text) for name, text in _WORDS.items()},
        }
    return found


def _grouped(
    context: Context, model: Any, right: str, projects: Sequence[int], order: Any, *conditions: Any
) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    if context.may(right, "view"):
        statement = (
            select(model).where(model.project_id.in_(list(projects)), *conditions).order_by(order, model.id)
        )
        for row in context.session.execute(statement).scalars():
            found[row.project_id].append(row)
    return found


def _phase(context: Context, phase: Phase) -> dict[str, Any]:
    milestone = phase.kind == "milestone"
    return {
        "title": phase.title,
        "kind": context.text(PHASE_KINDS[phase.kind]),
        "planned_from": "" if milestone else phase.planned_from or "",
        "planned_until": phase.planned_until or "",
        "actual_from": "" if milestone else phase.actual_from or "",
        "actual_until": phase.actual_until or "",
        "delay": phase.delay,
    }


def _task(context: Context, task: Task, share: Any) -> dict[str, Any]:
    return {
        "title": task.title,
        "state": context.text(TASK_STATES[task.state]),
        "value": task.value,
        "percent": PERCENT.show(task.percent, context),
        "share": exact_text(share.weight * 100, context),
        "brings": exact_text(share.brought, context),
    }


EMPLOYER_REPORT = DocumentKind(
    key="employer_report",
    title=_("Report of a project for the employer"),
    resource=PROJECT.name,
    find=reports_of,
    page=DocumentPage(paper="A4"),
    values=(
        DocumentGroup(
            name="project",
            title=_("Project"),
            items=(
                text_value("title", _("Title")),
                text_value("code", _("Project code"), "P0001"),
                text_value("employer", _("Employer")),
                text_value("expert", _("Responsible expert")),
                text_value("state", _("State")),
                text_value("contract_number", _("Contract number"), "1405/12"),
                text_value("progress", _("Progress"), "۶۲٪"),
                text_value("exact", _("Progress before rounding"), "۶۲٫۵٪"),
                day_value("begins", _("Planned begin")),
                day_value("ends", _("Planned end")),
                number_value("delay", _("Delay (days)"), 3),
            ),
        ),
        DocumentRows(
            name="phases",
            title=_("Phases and milestones"),
            items=(
                text_value("title", _("Title")),
                text_value("kind", _("Kind")),
                day_value("planned_from", _("Planned from")),
                day_value("planned_until", _("Planned until")),
                day_value("actual_from", _("Really from")),
                day_value("actual_until", _("Really until")),
                number_value("delay", _("Delay (days)"), 2),
            ),
        ),
        DocumentRows(
            name="tasks",
            title=_("Tasks"),
            items=(
                text_value("title", _("Title")),
                text_value("state", _("State")),
                number_value("value", _("Value (weight)"), 5),
                text_value("percent", _("Done"), "۵۰٪"),
                text_value("share", _("Share of the whole"), "۲۵٪"),
                text_value("brings", _("Brings"), "۱۲٫۵٪"),
            ),
        ),
        word_values(_WORDS, _("Words of the report")),
    ),
    body=BODY,
    style=STYLE,
    order=300,
)
