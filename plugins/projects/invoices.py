"""Projects that invoices open: one project for an invoice, one task for each of its services, with the service's expert.

Works by the events of the plugin `sales`, which are told at least once: what was opened is known by the invoice's number and
each task by its line, both unique, so that a second telling changes nothing.

When the invoice is cancelled, the project is marked and its expert told. With the setting *close*, tasks that nobody has
begun are cancelled, and a project on which nobody has begun goes into the first state that means "stopped". What has been
begun stays for people to decide. Returns of single goods change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.api import Context, Invalid, _, command, localise_digits, squeeze
from plugins.projects import cartable, keeping, telling
from plugins.projects.models import Project, ServiceExpert, State, Task
from plugins.projects.preparing import prepare_project, settle
from plugins.projects.resources import PROJECT

if TYPE_CHECKING:
    from plugins.sales.api import IssuedInvoice, SoldLine

ORIGIN = "sales.line-{}"
ALL, SERVICES, NEVER = "all", "services", "never"
CLOSE = "close"


def runs(context: Context) -> bool:
    """Whether the plugin `sales` is there."""
    return "sales" in context.plugins


@command(
    "projects.open_for_invoice",
    _("Open a project for an invoice"),
    resource="projects.project",
    action="create",
)
def open_for_invoice(context: Context, *, invoice: int) -> int | None:
    """Open the project of an issued invoice of sale, as the site has set; gives its id, the same for a second time.

    None for purchases, returns, what was cancelled meanwhile, and where the site wishes no project for it.
    """
    wish = context.runtime.setting("projects.open_for_invoices")
    if not runs(context) or wish == NEVER:
        return None
    from plugins.sales.api import invoice as issued

    with context.system("a project for an invoice") as system:
        known = _project_of(system, invoice)
        if known is not None:
            return known.id
        facts = issued(system, invoice)
        if facts is None or facts.kind != "sale" or facts.cancelled:
            return None
        services = [line for line in facts.lines if line.kind == "service"]
        if wish == SERVICES and not services:
            return None
        number = _open(system, facts, services)
    return number


def _project_of(system: Context, invoice: int) -> Project | None:
    wanted = select(Project).where(Project.invoice_id == invoice).with_for_update(key_share=True)
    return system.session.execute(wanted).scalar_one_or_none()


def _open(system: Context, facts: IssuedInvoice, services: Sequence[SoldLine]) -> int:
    experts = _experts(system, services)
    employer: Any = PROJECT.by_name["employer"]
    name = employer.labels([facts.party_id], system).get(facts.party_id, "")
    project = Project(
        title=system.text(_("%(name)s, invoice %(number)s", name=name, number=facts.number))[:200],
        employer_id=facts.party_id,
        expert_id=next((expert for expert, _value, _days in experts.values() if expert), None),
        invoice_id=facts.invoice_id,
        invoice_number=facts.number,
        contract_amount=facts.payable,
        contract_on=facts.day,
        begins_on=facts.day,
    )
    problems = prepare_project(system, project, {})
    if problems:
        raise Invalid(problems)
    system.session.add(project)
    system.session.flush()
    tasks = [_task(system, project.id, line, facts.day, experts[line.line_id]) for line in services]
    system.session.add_all(tasks)
    system.session.flush()
    number, made = project.id, [task.id for task in tasks]
    keeping.refresh(system, [number])
    cartable.follow_new(system, made)
    telling.tell_of_new(system, made)
    return number


Charged = tuple[int | None, int, int | None]
"""Who is in charge of a service, its value, and the days until it is due."""


def _experts(system: Context, services: Sequence[SoldLine]) -> dict[int, Charged]:
    """Give for each line whom its service goes to: as the table here says, else as the catalogue does."""
    from plugins.sales.api import items

    wanted = sorted({line.item_id for line in services if line.item_id is not None})
    table = {
        row.item_id: (row.expert_id, row.value, row.days)
        for row in system.session.execute(
            select(ServiceExpert).where(ServiceExpert.item_id.in_(wanted))
        ).scalars()
    }
    catalogue = {item.item_id: item.expert_id for item in items(system, wanted)} if wanted else {}
    found: dict[int, Charged] = {}
    for line in services:
        expert, value, days = table.get(line.item_id or 0, (None, 1, None))
        found[line.line_id] = (expert or catalogue.get(line.item_id or 0), value, days)
    return found


def _task(system: Context, project: int, line: SoldLine, day: date, charged: Charged) -> Task:
    expert, value, days = charged
    quantity = f"{line.quantity.normalize():f}"
    shown = localise_digits(quantity, system.locale)
    title = line.title if quantity == "1" else f"{line.title} × {shown}"
    task = Task(
        project_id=project,
        title=title[:200],
        assignee_id=expert,
        value=value,
        starts_on=day,
        due_on=None if days is None else day + timedelta(days=days),
        origin=ORIGIN.format(line.line_id),
        search_key=squeeze(title),
    )
    settle(task, system.today)
    return task


@command(
    "projects.follow_cancelled_invoice",
    _("Let a project follow its cancelled invoice"),
    resource="projects.project",
    action="edit",
)
def follow_cancelled(context: Context, *, invoice: int) -> int | None:
    """Do what the site has set for the project of a cancelled invoice, once; gives the project's id."""
    with context.system("the invoice of a project was cancelled") as system:
        project = _project_of(system, invoice)
        if project is None or project.invoice_cancelled_on is not None:
            return None if project is None else project.id
        number, expert = project.id, project.expert_id
        project.invoice_cancelled_on = system.today
        system.session.flush()
        if system.runtime.setting("projects.on_cancelled") == CLOSE:
            _close(system, number)
        telling.tell_of_cancelled(system, number, expert)
    return number


def _close(system: Context, number: int) -> None:
    """Cancel what nobody has begun; where that is all, stop the project."""
    wanted = select(Task).where(
        Task.project_id == number, Task.state != "cancelled", Task.binned_at.is_(None)
    )
    tasks = list(system.session.execute(wanted.order_by(Task.id)).scalars())
    untouched = [task.id for task in tasks if task.state == "open" and not task.percent and task.origin]
    begun = any(task.state == "done" or task.percent for task in tasks)
    for task in untouched:
        _cancel(system, task)
    keeping.refresh(system, [number])
    project = system.session.get_one(Project, number, populate_existing=True)
    if begun or project.stage != "not_begun" or len(untouched) < len(tasks):
        return
    stopped = select(State.id).where(State.stage == "cancelled").order_by(State.place, State.id).limit(1)
    state = system.session.execute(stopped).scalar_one_or_none()
    if state is not None:
        project.state_id = state
        prepare_project(system, project, {"state": state})
        system.session.flush()


def _cancel(system: Context, number: int) -> None:
    task = system.session.get_one(Task, number)
    if task.cartable_id is not None and cartable.runs(system):
        cartable.cancel(system, task.cartable_id)
        return
    task.state = "cancelled"
    settle(task, system.today)
    system.session.flush()


def services_of(context: Context) -> list[dict[str, Any]]:
    """Give the services on sale with whom their tasks go to, for the page of the table; none without sales."""
    if not runs(context):
        return []
    from plugins.sales.api import items

    table = {row.item_id: row for row in context.session.execute(select(ServiceExpert)).scalars()}
    return [
        {
            "item": item,
            "expert": getattr(table.get(item.item_id), "expert_id", None),
            "value": getattr(table.get(item.item_id), "value", 1),
            "days": getattr(table.get(item.item_id), "days", None),
        }
        for item in items(context)
        if item.kind == "service"
    ]
