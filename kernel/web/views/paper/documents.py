"""One record as a PDF: a document of a kind that its plugin declares, or the sheet of whatever record."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask import request, send_file
from flask.typing import ResponseReturnValue

from kernel.documents.designs.kinds import DocumentKind, kind_of
from kernel.documents.designs.making import page_document, record_values
from kernel.documents.designs.shipped import RECORD
from kernel.documents.engine import DocumentFault, make_pdf, soundly
from kernel.fa.locales import language_of
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Refused
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, scope
from kernel.web.security import DOWNLOAD_POLICY
from kernel.web.views.paper.blueprint import pages
from kernel.web.views.values import groups_of

LIMIT = 20.0
"""Seconds that a document of one record may take."""


@pages.get("/documents/<kind>/<int:record_id>")
def document(kind: str, record_id: int) -> ResponseReturnValue:
    """Send the document of a record that the reader may print; it is written down like any print.

    `?language=` asks for another language than the reader's, where the kind is printed in it.
    """
    declared = kind_of(current().runtime, kind)
    if declared.page is None or declared.find is None:
        raise NotFound()
    run_command("record.print", resource=declared.resource, record_id=record_id)
    context = current()
    wanted = request.args.get("language", "")
    if wanted in declared.languages:
        context = replace(context, locale=wanted)
    return _sent(context, declared, record_values(context, declared, record_id), f"{kind}-{record_id}")


@pages.get("/sheets/<resource>/<int:record_id>")
def sheet(resource: str, record_id: int) -> ResponseReturnValue:
    """Send the sheet of a record that the reader may print, with what he may see of it."""
    declared = current().runtime.resources.get(resource)
    if declared is None or declared.overview:
        raise NotFound()
    run_command("record.print", resource=resource, record_id=record_id)
    context = current()
    kind = kind_of(context.runtime, RECORD)
    return _sent(context, kind, _facts(context, declared, record_id), f"{resource}-{record_id}")


def _facts(context: Context, resource: Resource, record_id: int) -> Mapping[str, Any]:
    """Give the facts of a record by their sections, those without a value left out."""
    record = load(context, resource, record_id)
    sections = [
        {
            "title": group.title,
            "facts": [{"label": it.label, "value": it.text} for it in group.facts if it.kind != "empty"],
        }
        for group in groups_of(context, resource, record)
    ]
    return {
        "record": {
            "name": resource.label_text(getattr(record, resource.label), context),
            "kind": context.text(resource.title),
            "number": record_id,
        },
        "sections": [each for each in sections if each["facts"]],
    }


def _sent(context: Context, kind: DocumentKind, values: Mapping[str, Any], name: str) -> ResponseReturnValue:
    language = language_of(context.locale)
    made = page_document(
        context, kind, language if language in kind.languages else kind.languages[0], [values]
    )
    scope().close()
    content = io.BytesIO()
    try:
        soundly(made, content, partial(make_pdf, limit=LIMIT))
    except DocumentFault as error:
        raise Refused(_("No PDF could be made: %(reason)s", reason=str(error))) from error
    content.seek(0)
    response = send_file(content, mimetype="application/pdf", as_attachment=True, download_name=f"{name}.pdf")
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
