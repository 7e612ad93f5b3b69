"""Reports as files that are made in the background: a PDF of the rows that its reader may also export."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from kernel.access.actor import SYSTEM
from kernel.documents.engine import DocumentFault
from kernel.documents.report_pages import write_report
from kernel.i18n import _
from kernel.resources.acting import acting_user
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import CommandError
from kernel.resources.queue import Progress, Stopped, background, enqueue
from kernel.resources.reports import Definition, run
from kernel.resources.reports.files import FOR_FILES, check_leaving
from kernel.resources.runtime import Runtime

PDF = "report.pdf"
IN_MEMORY = 4 << 20
STATEMENT_TIME = 120.0
"""Seconds that one statement of it may take."""


@command("report.print", _("Make a report as PDF"), checks_itself=True, allowed_when_ended=True)
def ask(
    context: Context, *, resource: str, arguments: Mapping[str, Sequence[str]], title: str, name: str
) -> None:
    """Have a report made as PDF, as `arguments` (those of its address) ask for it; it is written down like any export.

    Raises `Forbidden` for who may not report or export, `Refused` where it shows what he may not export.
    """
    declared = context.runtime.resource(resource)
    definition = Definition.from_args(declared, arguments)
    check_leaving(context, declared, definition)
    filtered = bool(definition.query.filters or definition.query.search)
    context.run("record.export", resource=resource, kind="pdf", ticked=None, filtered=filtered)
    enqueue(
        context,
        PDF,
        user_id=context.actor.user_id or 0,
        resource=resource,
        arguments=definition.to_args(),
        title=title,
        name=name,
        locale=context.locale,
    )


def may_take(context: Context, arguments: Mapping[str, Any]) -> bool:
    """Say whether the actor may still report on records of the kind, and export them."""
    declared = context.runtime.resources.get(arguments["resource"])
    return declared is not None and all(context.may(declared.permission, action) for action in FOR_FILES)


@background(
    PDF,
    _("Report as PDF"),
    queue="long",
    inside=True,
    allowed_when_ended=True,
    listed=True,
    may_take=may_take,
)
def make(
    runtime: Runtime,
    progress: Progress,
    *,
    user_id: int,
    resource: str,
    arguments: Mapping[str, Sequence[str]],
    title: str,
    name: str,
    locale: str,
) -> None:
    """Make the PDF on behalf of whoever asked, with the rights that he has now; what cannot be made says why."""
    with runtime.reading(SYSTEM("on whose behalf a report is made")) as context:
        actor = acting_user(context, user_id)

    def tell(done: int) -> None:
        progress.report(1 + done, 2)
        if progress.stopped():
            raise Stopped

    progress.report(0, 2)
    with (
        tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content,
        runtime.reading(actor, locale=locale, statement_limit=STATEMENT_TIME) as context,
    ):
        declared = runtime.resource(resource)
        definition = Definition.from_args(declared, arguments)
        try:
            check_leaving(context, declared, definition)
            result = run(context, declared, definition, actions=FOR_FILES)
            tell(0)
            file = cast(BinaryIO, content)
            pages = write_report(file, context, declared, definition, result, title, tell)
        except CommandError as error:
            progress.say(message=context.text(error.message))
            return
        except DocumentFault as error:
            reason = _("No PDF could be made: %(reason)s", reason=str(error))
            progress.say(message=context.text(reason))
            raise
        content.seek(0)
        progress.keep(file, name, "application/pdf")
        progress.say(message=context.text(_("Pages: %(count)d", count=pages)))
