"""Tasks and the cartable: read this first. What the plugin is, and what it contributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint
from markupsafe import Markup
from sqlalchemy.orm import Session

from kernel.api import (
    BaseList,
    Command,
    Context,
    DashboardBlock,
    DocumentKind,
    Erasure,
    Event,
    Figure,
    FirstStep,
    Job,
    MenuItem,
    MessageTemplate,
    NoticeKind,
    Panel,
    PatternSuggestion,
    Plugin,
    Policy,
    RecordDate,
    Resource,
    SearchSource,
    Setting,
    StandardReport,
    _,
    commands_in,
    hookimpl,
)
from plugins.tasks import blocks, checklists, workflow_commands
from plugins.tasks import commands as commands_module
from plugins.tasks import resources as resources_module
from plugins.tasks.api import StepTemplate, WorkflowTemplate
from plugins.tasks.erasures import ERASURES, erase_words
from plugins.tasks.messages import raise_for_message
from plugins.tasks.policies import POLICIES
from plugins.tasks.progress import commands as progress_commands
from plugins.tasks.progress.letters import LETTER
from plugins.tasks.progress.resources import REPORT
from plugins.tasks.progress.telling import TEMPLATES
from plugins.tasks.reminding import JOBS, due_on
from plugins.tasks.reports import REPORTS
from plugins.tasks.telling import KINDS
from plugins.tasks.views import make_blueprint
from plugins.tasks.workflow_resources import RUN, WORKFLOW

plugin = Plugin(
    name="tasks",
    title=_("Tasks and cartable"),
    version="1.1.0",
    kernel=">=1.0,<2",
    icon="clipboard-list",
    summary=_("What is to be done, by whom, until when: referrals, recurrence, checklists, workflows."),
)

TASK, WORKFLOWS, RUNS, REPORTED = "tasks.task", "tasks.workflow", "tasks.run", "tasks.progress_report"
CARTABLE = "/tasks/tasks?f.box.is=inbox"


@hookimpl
def resources() -> Iterable[Resource]:
    return (resources_module.TASK, WORKFLOW, RUN, REPORT)


@hookimpl
def policies() -> Iterable[Policy]:
    return POLICIES


@hookimpl
def commands() -> Iterable[Command]:
    return commands_in(commands_module, checklists, workflow_commands, progress_commands)


@hookimpl
def base_lists() -> Iterable[BaseList]:
    return resources_module.BASE_LISTS


@hookimpl
def settings() -> Iterable[Setting]:
    return (
        Setting(
            key="result_required",
            title=_("No task is closed without a result"),
            kind="yes_no",
            default=False,
            help=_("The result is written as an interaction with whom the task is for."),
            order=10,
        ),
        Setting(
            key="percent_from_checklist",
            title=_("The percent of a task follows its checklist"),
            kind="yes_no",
            default=False,
            order=20,
        ),
        Setting(
            key="for_messages",
            title=_("A received message gives its party’s expert a task"),
            kind="yes_no",
            default=False,
            order=30,
        ),
    )


@hookimpl
def patterns() -> Iterable[PatternSuggestion]:
    own = {
        (TASK, action): "own" for action in ("view", "create", "edit", "assign", "delete", "print", "report")
    }
    every = {
        (TASK, action): "all"
        for action in (
            "view",
            "create",
            "edit",
            "assign",
            "delete",
            "restore",
            "export",
            "import",
            "print",
            "report",
        )
    }
    keeping = {(WORKFLOWS, action): "all" for action in ("view", "create", "edit", "delete", "restore")}
    telling = ("view", "create", "edit", "delete", "print")
    starting = {(WORKFLOWS, "view"): "all", (RUNS, "view"): "own", (RUNS, "create"): "all"}
    return (
        PatternSuggestion(
            name="staff",
            title=_("Own tasks"),
            grants={
                **own,
                **starting,
                (RUNS, "edit"): "own",
                **{(REPORTED, action): "own" for action in telling},
            },
        ),
        PatternSuggestion(
            name="head",
            title=_("Tasks of the team"),
            grants={
                **own,
                **{(TASK, action): "team" for action in ("view", "edit", "assign", "report")},
                (TASK, "create"): "all",
                **starting,
                **{(RUNS, action): "team" for action in ("view", "edit")},
                **{(REPORTED, action): "team" for action in telling},
                (REPORTED, "create"): "all",
            },
        ),
        PatternSuggestion(
            name="supervisor",
            title=_("Tasks of everybody, and workflows"),
            grants={
                **every,
                **keeping,
                **{(RUNS, action): "all" for action in ("view", "create", "edit", "report", "export")},
                **{
                    (REPORTED, action): "all"
                    for action in (*telling, "assign", "restore", "report", "export")
                },
                ("base_data", "create"): "all",
            },
        ),
    )


@hookimpl
def menu() -> Iterable[MenuItem]:
    return (
        MenuItem(
            label=_("Cartable"),
            target=CARTABLE,
            icon="clipboard-check",
            permission=(TASK, "view"),
            order=30,
            key="KeyK",
        ),
        MenuItem(
            label=_("Tasks"),
            target="/tasks/tasks",
            icon="clipboard-list",
            permission=(TASK, "view"),
            order=31,
        ),
        MenuItem(
            label=_("Reports of progress"),
            target="/tasks/progress-reports",
            icon="send",
            permission=(REPORTED, "view"),
            order=32,
        ),
        MenuItem(
            label=_("Workflows"),
            target="/tasks/workflows",
            icon="sitemap",
            permission=(WORKFLOWS, "edit"),
            order=610,
        ),
        MenuItem(
            label=_("Runs of workflows"),
            target="/tasks/runs",
            icon="timeline",
            permission=(RUNS, "view"),
            order=611,
        ),
    )


@hookimpl
def search_sources() -> Iterable[SearchSource]:
    return (SearchSource(resource=TASK, title=_("Tasks"), order=120),)


@hookimpl
def blueprints() -> Iterable[Blueprint]:
    return (make_blueprint(),)


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def notice_kinds() -> Iterable[NoticeKind]:
    return KINDS


@hookimpl
def templates() -> Iterable[MessageTemplate]:
    return TEMPLATES


@hookimpl
def document_kinds() -> Iterable[DocumentKind]:
    return (LETTER,)


@hookimpl
def record_dates() -> Iterable[RecordDate]:
    return (
        RecordDate(
            key="due",
            title=_("Day on which a task is due"),
            find=due_on,
            permission=(TASK, "view"),
            order=150,
        ),
    )


@hookimpl
def reports() -> Iterable[StandardReport]:
    return REPORTS


@hookimpl
def erasures() -> Iterable[Erasure]:
    return ERASURES


@hookimpl
def erasing(session: Session, ctx: Context, party_id: int) -> None:
    erase_words(session, party_id)


@hookimpl
def message_received(ctx: Context, event: Event) -> None:
    raise_for_message(ctx, event)


@hookimpl
def party_panels(ctx: Context, party_id: int) -> Iterable[Panel] | None:
    return blocks.party_panel(ctx, party_id)


@hookimpl
def party_figures(ctx: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]] | None:
    return blocks.figures(ctx, party_ids)


@hookimpl
def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock] | None:
    return blocks.home_block(ctx)


@hookimpl
def first_steps(ctx: Context) -> Iterable[FirstStep] | None:
    return blocks.first_steps(ctx)


@hookimpl
def slot(ctx: Context, name: str, subject: Any) -> Markup | None:
    return blocks.slot(ctx, name, subject)


@hookimpl
def workflow_templates(ctx: Context) -> Iterable[WorkflowTemplate]:
    return (
        WorkflowTemplate(
            key="complaint",
            title=_("Settle a complaint"),
            description=_("Listen, settle, and ask whether the customer is content."),
            steps=(
                StepTemplate(
                    title=_("Call the customer and write down the complaint"), days=1, priority="high"
                ),
                StepTemplate(title=_("Settle the complaint"), who="starter_head", days=3, needs_result=True),
                StepTemplate(title=_("Ask whether the customer is content"), days=7, needs_result=True),
            ),
        ),
    )
