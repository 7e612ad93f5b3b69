"""The blueprint of all pages of printing, and the line of tabs above them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from kernel.documents.formats import PERMISSION
from kernel.documents.targets import RIGHT
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.web.current import refuse_forms

pages = Blueprint("paper", __name__, url_prefix="/printing")
pages.before_request(refuse_forms)

TABS: tuple[tuple[LazyText, str, tuple[str, str]], ...] = (
    (_("Printing"), "/printing/", RIGHT),
    (_("Staff of an organisation"), "/printing/staff", RIGHT),
    (_("Runs of all"), "/print-runs", ("print_run", "view")),
    (_("Templates of letters"), "/letter-templates", ("letter_template", "view")),
    (_("Layouts of documents"), "/printing/layouts", ("document_layout", "edit")),
    (_("Letterheads"), "/printing/letterheads", ("document_layout", "edit")),
    (_("Sheets of labels"), "/label-formats", (PERMISSION, "view")),
    (_("Envelopes"), "/envelope-formats", (PERMISSION, "view")),
)


def tabs(context: Context) -> list[dict[str, Any]]:
    """Give the tabs that the reader may use."""
    return [
        {"label": context.text(title), "url": url, "current": request.path.rstrip("/") == url.rstrip("/")}
        for title, url, right in TABS
        if context.may(*right)
    ]
