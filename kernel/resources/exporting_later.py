"""Exports that take longer than a page may: written in the background to a file that waits for whoever asked."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from kernel.access.actor import SYSTEM
from kernel.i18n import _
from kernel.resources.acting import acting_user
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Refused
from kernel.resources.exporting import count_rows, export_columns, write_csv, write_xlsx
from kernel.resources.lists import ListQuery
from kernel.resources.queue import Progress, Stopped, background, enqueue
from kernel.resources.runtime import Runtime

KIND = "record.export"
IN_MEMORY = 4 << 20
STATEMENT_TIME = 600.0
"""Seconds that one statement of it may take."""
WRITERS = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv"),
}
"""How each format is written, and its media type."""


@command(
    "record.export_later", _("Export records in the background"), checks_itself=True, allowed_when_ended=True
)
def ask(
    context: Context,
    *,
    resource: str,
    kind: str,
    arguments: Mapping[str, Sequence[str]],
    ids: Sequence[int] | None = None,
    name: str,
) -> None:
    """Have a list written to a file, as `arguments` (those of its address) ask for it; it is written down like any export.

    Raises `Forbidden` for who may not export, `Refused` where nothing but sensitive columns was chosen.
    """
    declared = context.runtime.resource(resource)
    if kind not in WRITERS:
        raise NotFound()
    query = ListQuery.from_args(declared, arguments)
    filtered = ids is None and bool(query.search or query.filters)
    ticked = None if ids is None else len(ids)
    context.run("record.export", resource=resource, kind=kind, ticked=ticked, filtered=filtered)
    columns = [column.key for column, _heading in export_columns(context, declared, query)]
    if not columns:
        raise Refused(_("All chosen columns are sensitive; you may see them, but not export them."))
    enqueue(
        context,
        KIND,
        user_id=context.actor.user_id or 0,
        resource=resource,
        form=kind,
        arguments={key: list(values) for key, values in arguments.items()},
        ids=None if ids is None else list(ids),
        name=name,
        locale=context.locale,
    )


def may_take(context: Context, arguments: Mapping[str, Any]) -> bool:
    """Say whether the actor may still export records of the kind."""
    declared = context.runtime.resources.get(arguments["resource"])
    return declared is not None and context.may(declared.permission, "export")


@background(
    KIND,
    _("Export"),
    queue="long",
    inside=True,
    allowed_when_ended=True,
    unit=_("rows"),
    listed=True,
    may_take=may_take,
)
def export(
    runtime: Runtime,
    progress: Progress,
    *,
    user_id: int,
    resource: str,
    form: str,
    arguments: Mapping[str, Sequence[str]],
    ids: Sequence[int] | None,
    name: str,
    locale: str,
) -> None:
    """Write the file on behalf of whoever asked, with the rights that he has now."""
    with runtime.reading(SYSTEM("on whose behalf an export is written")) as context:
        actor = acting_user(context, user_id)
    write, media_type = WRITERS[form]
    with (
        tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content,
        runtime.reading(actor, locale=locale, statement_limit=STATEMENT_TIME) as context,
    ):
        declared = runtime.resource(resource)
        query = ListQuery.from_args(declared, arguments).turned(None)
        total = count_rows(context, declared, query, ids)

        def tell(done: int) -> None:
            progress.report(done, max(total, done))
            if progress.stopped():
                raise Stopped

        tell(0)
        write(cast(BinaryIO, content), context, declared, query, ids, tell)
        content.seek(0)
        progress.keep(cast(BinaryIO, content), name, media_type)
