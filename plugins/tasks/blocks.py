"""What tasks show on pages of others: a party's or a record's tasks, the cartable above the list, the block of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup
from sqlalchemy import ColumnElement, func, select

from kernel.api import Context, DashboardBlock, Figure, FirstStep, Panel, Party, _, fragment, stored_number
from plugins.tasks import page
from plugins.tasks.kinds import in_box, is_late, is_open
from plugins.tasks.models import Task, Workflow, WorkflowRun
from plugins.tasks.progress.page import history
from plugins.tasks.progress.telling import provided
from plugins.tasks.resources import TASK
from plugins.tasks.shipping import shipped
from plugins.tasks.storing import about
from plugins.tasks.words import BOXES, PRIORITIES, PRIORITY_COLOURS, STATE_COLOURS, STATES

RIGHT = TASK.permission
LIST = f"/{TASK.path}"
SHOWN = 8


def slot(context: Context, name: str, subject: Any) -> Markup | None:
    """Fill the places of the kernel's pages: those of a task's own page, of its list, and of other records."""
    if name == "list.top" and subject == TASK.name:
        return cartable(context)
    if name == "list.top" and subject in ("tasks.workflow", "tasks.run"):
        return workflow_bar(context, subject)
    if name not in ("record.head", "record.facts", "record.side"):
        return None
    resource, number = subject
    if resource == TASK.name:
        parts = {"record.head": page.head, "record.side": page.work, "record.facts": page.followers}
        return parts[name](context, number) if name in parts else None
    if name == "record.side" and resource == "tasks.progress_report":
        return history(context, number)
    if name == "record.facts" and resource == "tasks.run":
        return run_steps(context, number)
    if name == "record.side" and not resource.startswith("tasks."):
        return record_block(context, resource, number)
    return None


def _rows(context: Context, *conditions: ColumnElement[bool], limit: int = SHOWN) -> list[dict[str, Any]]:
    statement = select(Task).where(*conditions).order_by(Task.due.asc().nulls_last(), Task.urgency, Task.id)
    tasks = context.session.scalars(statement.limit(limit)).all()
    names = page.user_names(context, {task.assignee_id for task in tasks if task.assignee_id})
    return [
        {
            "task": task,
            "url": f"{LIST}/{task.id}",
            "assignee": names.get(task.assignee_id or 0, ""),
            "state": STATES[task.state],
            "tone": STATE_COLOURS[task.state],
            "priority": PRIORITIES[task.priority] if task.urgency < 2 else "",
            "urgent": PRIORITY_COLOURS[task.priority],
            "late": task.due is not None
            and task.due < context.today
            and task.state in ("new", "doing", "waiting"),
        }
        for task in tasks
    ]


def _tasks_body(
    context: Context, condition: ColumnElement[bool], resource: str, number: int, every: str
) -> Markup | None:
    may_make = context.may(RIGHT, "create") and not context.read_only
    open_ones = _rows(context, condition, is_open(Task, context))
    closed = select(func.count()).select_from(Task).where(condition, ~is_open(Task, context))
    count = context.session.scalar(closed) or 0
    if not open_ones and not count and not may_make:
        return None
    given = urlencode({"resource": resource, "record_id": number})
    return fragment(
        "tasks/block.html",
        rows=open_ones,
        closed=count,
        every=every,
        new_url=f"/tasks/new?{given}" if may_make else "",
        start_url=f"/tasks/start?{given}" if _startable(context, resource) else "",
        report_url=f"/tasks/progress/new?{given}" if _reportable(context, resource, number) else "",
    )


def _reportable(context: Context, resource: str, number: int) -> bool:
    """Whether progress can be told of a record: of a party's tasks, and of what another plugin tells of."""
    if not context.may("tasks.progress_report", "create") or context.read_only:
        return False
    declared = context.runtime.resources.get(resource)
    if declared is not None and issubclass(declared.model, Party):
        return True
    with context.system("whether progress can be told of a visible record") as system:
        return provided(system, resource, number) is not None


def _startable(context: Context, resource: str) -> bool:
    if not context.may("tasks.run", "create") or context.read_only:
        return False
    kinds = Workflow.about_resource.in_([resource])
    return context.session.scalar(select(Workflow.id).where(Workflow.active, kinds).limit(1)) is not None


def party_panel(context: Context, party_id: int) -> Iterable[Panel] | None:
    """Give the open tasks for a party, and how many are closed."""
    if not context.may(RIGHT, "view"):
        return None
    kind = context.session.scalar(select(Party.kind).where(Party.id == party_id))
    if kind is None:
        return None
    every = f"{LIST}?f.party.is={party_id}"
    body = _tasks_body(context, Task.party_id == party_id, kind, party_id, every)
    if body is None:
        return None
    printed = fragment(
        "tasks/printed.html", rows=_rows(context, Task.party_id == party_id, is_open(Task, context))
    )
    return [
        Panel(title=_("Tasks"), body=body, order=150, key="tasks", icon="clipboard-list", printed=printed)
    ]


def record_block(context: Context, resource: str, number: int) -> Markup | None:
    """Give the tasks about a record that is no party; parties have a panel."""
    declared = context.runtime.resources.get(resource)
    if declared is None or issubclass(declared.model, Party) or not context.may(RIGHT, "view"):
        return None
    conditions = [getattr(Task, name) == value for name, value in about(context, resource, number).items()]
    body = _tasks_body(context, conditions[0] & conditions[1], resource, number, "")
    return None if body is None else fragment("tasks/side.html", body=body)


def figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    """Give how many open tasks there are for these parties, and whether some are overdue."""
    if not context.may(RIGHT, "view"):
        return None
    late = func.count().filter(is_late(Task, context))
    statement = (
        select(Task.party_id, func.count(), late)
        .where(Task.party_id.in_(list(party_ids)), is_open(Task, context))
        .group_by(Task.party_id)
    )
    return {
        number: [
            Figure(
                key="open",
                label=_("Open tasks"),
                value=count,
                tone="alarm" if overdue else "neutral",
                url=f"{LIST}?f.party.is={number}&f.open.is=1",
                order=150,
            )
        ]
        for number, count, overdue in context.session.execute(statement)
    }


def counts(context: Context) -> dict[str, int]:
    """Give how many tasks lie in each drawer of the actor's cartable; of those sent, the open ones. One statement."""
    named = {box: in_box(context, box) for box in BOXES}
    for box in ("sent", "follows"):
        named[box] = named[box] & is_open(Task, context)
    named["today"] = in_box(context, "inbox") & (Task.due == context.today)
    found = context.session.execute(
        select(*(func.count().filter(each) for each in named.values())).select_from(Task)
    )
    return dict(zip(named, found.one(), strict=True))


def cartable(context: Context) -> Markup | None:
    """Give the drawers of the cartable with their counts, its categories, and whose cartable a supervisor looks at."""
    if not context.may(RIGHT, "view"):
        return None
    box = request.args.get("f.box.is", "")
    whose = stored_number(request.args.get("f.assignee.is", ""))
    category = stored_number(request.args.get("f.category.is", ""))
    held = counts(context)
    tabs = [
        {
            "label": context.text(title),
            "url": f"{LIST}?f.box.is={key}",
            "current": box == key,
            "count": held[key] or None,
        }
        for key, title in BOXES.items()
    ]
    sees_others = bool(context.actor.scopes(RIGHT, "view") & {"team", "all"})
    if sees_others:
        open_list = f"{LIST}?f.open.is=1&view=all"
        tabs.append(
            {"label": context.text(_("All users’")), "url": open_list, "current": not box, "count": None}
        )
    return fragment(
        "tasks/cartable.html",
        tabs=tabs,
        categories=_categories(context, box, whose, category),
        people=_people(context) if sees_others and not box else [],
        whose=whose,
        category=category,
        may_make=context.may(RIGHT, "create") and not context.read_only,
    )


def _categories(context: Context, box: str, whose: int | None, chosen: int | None) -> list[dict[str, Any]]:
    conditions = [is_open(Task, context)]
    kept = {"f.box.is": box} if box else {"f.open.is": "1", **({"f.assignee.is": whose} if whose else {})}
    if box in BOXES:
        conditions.append(in_box(context, box))
    elif whose is not None:
        conditions.append(Task.assignee_id == whose)
    counted = select(Task.category_id, func.count()).where(*conditions).group_by(Task.category_id)
    found = {number: count for number, count in context.session.execute(counted) if number is not None}
    titles: Any = TASK.by_name["category"]
    names = titles.labels(sorted(found), context) if found else {}
    return [
        {
            "label": names.get(number, ""),
            "count": count,
            "current": number == chosen,
            "url": f"{LIST}?{urlencode(kept if number == chosen else {**kept, 'f.category.is': number})}",
        }
        for number, count in sorted(found.items(), key=lambda pair: -pair[1])
    ]


def _people(context: Context) -> list[tuple[int, str, int]]:
    """Users with open tasks that the reader sees, with how many: whose cartable can be looked at."""
    counted = (
        select(Task.assignee_id, func.count())
        .where(is_open(Task, context), Task.assignee_id.is_not(None))
        .group_by(Task.assignee_id)
    )
    found = {row[0]: row[1] for row in context.session.execute(counted)}
    names = page.user_names(context, set(found))
    return sorted(
        ((number, names.get(number, ""), count) for number, count in found.items()), key=lambda row: row[1]
    )


def home_block(context: Context) -> Iterable[DashboardBlock] | None:
    """Give the counts of the actor's cartable, and what is due first."""
    if not context.may(RIGHT, "view"):
        return None
    body = fragment(
        "tasks/home.html",
        held=counts(context),
        rows=_rows(context, in_box(context, "inbox"), limit=6),
        list_url=LIST,
        may_make=context.may(RIGHT, "create") and not context.read_only,
    )
    return [DashboardBlock(title=_("Cartable"), body=body, order=50, key="cartable", span=2)]


def run_steps(context: Context, number: int) -> Markup | None:
    """Give the tasks of a run of a workflow in the order of their steps, as far as the reader sees them."""
    statement = select(WorkflowRun).where(WorkflowRun.id == number)
    run = context.session.scalars(statement).one_or_none()
    if run is None:
        return None
    rows = _rows(context, Task.run_id == number, limit=100)
    rows.sort(key=lambda row: row["task"].step_place or 0)
    may_stop = run.state == "running" and context.may("tasks.run", "edit") and not context.read_only
    return fragment("tasks/run.html", rows=rows, number=number, may_stop=may_stop)


def workflow_bar(context: Context, resource: str) -> Markup | None:
    """Give what can be done with workflows besides defining them: starting one, and taking over those that ship."""
    if context.read_only:
        return None
    may_start = context.may("tasks.run", "create")
    missing = 0
    if resource == "tasks.workflow" and context.may("tasks.workflow", "create"):
        keys = list(shipped(context))
        with context.system("which shipped workflows the site has") as system:
            known = set(system.session.scalars(select(Workflow.key).where(Workflow.key.in_(keys))))
        missing = len(set(keys) - known)
    if not may_start and not missing:
        return None
    return fragment("tasks/workflow_bar.html", may_start=may_start, missing=missing)


def first_steps(context: Context) -> Iterable[FirstStep]:
    """What a new user of the cartable does first."""
    yield FirstStep(
        key="task",
        title=_("Give the first task"),
        url=f"{LIST}/new",
        done=context.session.scalar(select(Task.id).limit(1)) is not None,
        permission=(RIGHT, "create"),
        order=120,
    )
