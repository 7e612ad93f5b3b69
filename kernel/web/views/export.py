"""Exports of a list, as a spreadsheet or as CSV."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import BinaryIO, cast

from flask import request, send_file
from flask.typing import ResponseReturnValue

from kernel.fa.calendar import format_date
from kernel.fa.locales import is_persian
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Refused
from kernel.resources.exporting import count_rows, export_columns, write_csv, write_xlsx
from kernel.resources.lists import ListQuery
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, scope, tell
from kernel.web.pages import go, go_to
from kernel.web.security import MEBIBYTE
from kernel.web.views.lists import query_of

IN_MEMORY = 4 * MEBIBYTE
"""Bytes of an export that are kept in memory; a larger one is written to a temporary file."""

LATER = 20_000
"""Rows that a page writes while the browser waits; of more the file is written in the background."""

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
"""Formats and their media types."""


def download(resource: Resource) -> ResponseReturnValue:
    """Send the list as it is asked for, all its pages."""
    return send(current(), resource, query_of(resource, request.args), request.args.get("format", "xlsx"))


def send(
    context: Context, resource: Resource, query: ListQuery, kind: str, ids: Sequence[int] | None = None
) -> ResponseReturnValue:
    """Write the rows of a list, or those of `ids` among them, to a file and send it; a long one is written later."""
    context.require(resource.permission, "export")
    if kind not in KINDS:
        raise NotFound()
    if not export_columns(context, resource, query):
        raise Refused(_("All chosen columns are sensitive; you may see them, but not export them."))
    if count_rows(context, resource, query, ids, LATER + 1) > LATER:
        return _later(context, resource, query, kind, ids)
    run_command(
        "record.export",
        resource=resource.name,
        kind=kind,
        ticked=None if ids is None else len(ids),
        filtered=ids is None and bool(query.search or query.filters),
    )
    context = scope().patient()
    content = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    if kind == "xlsx":
        write_xlsx(cast(BinaryIO, content), context, resource, query.turned(None), ids)
    else:
        write_csv(cast(BinaryIO, content), context, resource, query.turned(None), ids)
    content.seek(0)
    return send_file(
        content, mimetype=KINDS[kind], as_attachment=True, download_name=file_name(context, resource, kind)
    )


def _later(
    context: Context, resource: Resource, query: ListQuery, kind: str, ids: Sequence[int] | None
) -> ResponseReturnValue:
    """Have a long list written in the background, and lead to where its file will be."""
    done = run_command(
        "record.export_later",
        resource=resource.name,
        kind=kind,
        arguments=query.turned(None).to_args(),
        ids=ids,
        name=file_name(context, resource, kind),
    ).done
    if done:
        tell(_("The list is long: its file is being written and can be fetched here."), "notice")
    return go("work.own") if done else go_to(f"/{resource.path}")


def file_name(context: Context, resource: Resource, kind: str) -> str:
    """Name a file after the list and the day."""
    day = context.today
    shown = format_date(day, "short", digits="en") if is_persian(context.locale) else day.isoformat()
    return f"{context.text(resource.plural)} {shown.replace('/', '-')}.{kind}"
