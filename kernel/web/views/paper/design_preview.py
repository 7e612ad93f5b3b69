"""The preview of a layout that is being edited: pictures of its first pages, or the PDF, of samples or a real record."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import request, send_file
from flask.typing import ResponseReturnValue

from kernel.documents.designs.kinds import DocumentKind, kind_of
from kernel.documents.designs.making import preview_document
from kernel.documents.designs.page import PageSettings
from kernel.documents.designs.reading import RIGHT, Design, find_layout
from kernel.documents.designs.saving import entered
from kernel.documents.engine import Document, DocumentFault, TooLong, make_pdf, make_pictures
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem, Refused
from kernel.web.current import current, needs, scope
from kernel.web.pages import render
from kernel.web.security import DOWNLOAD_POLICY
from kernel.web.views.paper.blueprint import pages
from kernel.web.views.paper.design_form import DesignForm

LIMIT = 15.0
"""Seconds that a preview may take."""
SHOWN = 3
"""Pages that are shown."""
AT_ONCE = 2
"""Previews that one process of the web makes at a time; others wait their turn."""
WAIT = 20.0
_TURN = threading.BoundedSemaphore(AT_ONCE)


@pages.post("/layouts/<int:layout_id>/preview")
@needs(*RIGHT)
def preview_design(layout_id: int) -> ResponseReturnValue:
    """Show what the form would make, or what is wrong with it; nothing is saved."""
    try:
        document = _document(current(), layout_id)
        scope().close()
        with _turn():
            pictures, total = make_pictures(document, SHOWN, limit=LIMIT)
    except Invalid as error:
        return render("paper/design_preview.html", problems=[_named(each) for each in error.problems])
    except Refused as error:
        return render("paper/design_preview.html", problems=[error.message])
    except DocumentFault as error:
        return render("paper/design_preview.html", problems=[fault_words(error)])
    shown = [base64.b64encode(each).decode() for each in pictures]
    return render("paper/design_preview.html", problems=[], pictures=shown, total=total)


@pages.post("/layouts/<int:layout_id>/preview.pdf")
@needs(*RIGHT)
def preview_design_pdf(layout_id: int) -> ResponseReturnValue:
    """Send the PDF that the form would make."""
    document = _document(current(), layout_id)
    scope().close()
    content = io.BytesIO()
    try:
        with _turn():
            make_pdf(document, content, limit=LIMIT)
    except DocumentFault as error:
        raise Refused(fault_words(error)) from error
    content.seek(0)
    response = send_file(content, mimetype="application/pdf", as_attachment=True, download_name="preview.pdf")
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def fault_words(error: DocumentFault) -> LazyText:
    """Say what is wrong with a layout that cannot be printed."""
    if isinstance(error, TooLong):
        return _("The layout takes longer than a document may: it goes through too many rows.")
    return _("No PDF could be made: %(reason)s", reason=str(error))


def _document(context: Context, layout_id: int) -> Document:
    row = find_layout(context, layout_id)
    kind = kind_of(context.runtime, row.kind)
    form = DesignForm(context, kind, row).read(request.form)
    given = {name: value for name, value in form.given.items() if name != "name"}
    columns = entered(context, kind, row.form, **given)
    try:
        return preview_document(context, kind, row.language, _design(kind, columns), form.record)
    except NotFound as error:
        problem = Problem("record", _("There is no such record, or you may not print it."))
        raise Invalid([problem]) from error


def _design(kind: DocumentKind, columns: dict[str, Any]) -> Design:
    page = PageSettings.read(columns["page"]) if kind.page is not None else None
    return Design(columns["body"], columns["style"], page)


def _named(problem: Problem) -> LazyText | str:
    return _("Style: %(problem)s", problem=problem.message) if problem.field == "style" else problem.message


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until fewer previews are being made; raise `Refused` where that takes too long."""
    if not _TURN.acquire(timeout=WAIT):
        raise Refused(_("Many previews are being made just now; try again in a moment."))
    try:
        yield
    finally:
        _TURN.release()
