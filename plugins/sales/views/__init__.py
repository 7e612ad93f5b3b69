"""Pages of sales' own: a document's form with the amounts reckoned while one types, and what becomes of the document."""

from __future__ import annotations

from flask import Blueprint

from kernel.api import needs
from plugins.sales.money import contributions as money
from plugins.sales.views import documents
from plugins.sales.words import RIGHT

BOTH = ["GET", "POST"]


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("sales", __name__)
    rules = (
        ("/documents/new", documents.new, "create", BOTH),
        ("/documents/reckon", documents.reckon, "view", ["POST"]),
        ("/documents/take", documents.take, "view", ["POST"]),
        ("/choose", documents.choose, "view", ["GET"]),
        ("/documents/<int:number>/edit", documents.edit, "edit", BOTH),
        ("/documents/<int:number>/issue", documents.issue, "issue", ["POST"]),
        ("/documents/<int:number>/convert/<to>", documents.convert, "create", ["POST"]),
        ("/documents/<int:number>/part", documents.part, "create", BOTH),
        ("/documents/<int:number>/state/<to>", documents.state, "edit", ["POST"]),
        ("/documents/<int:number>/reject", documents.reject, "edit", BOTH),
        ("/documents/<int:number>/cancel", documents.cancel, "cancel", BOTH),
        ("/documents/<int:number>/discard", documents.discard, "delete", BOTH),
        ("/documents/<int:number>/revise", documents.revise, "create", ["POST"]),
        ("/documents/<int:number>/copy", documents.copy, "create", ["POST"]),
        ("/documents/<int:number>/tell", documents.tell_customer, "send", ["POST"]),
        ("/documents/<int:number>/take-back", documents.take_back, "take_back", BOTH),
    )
    for rule, view, action, methods in rules:
        pages.add_url_rule(rule, view.__name__, needs(RIGHT, action)(view), methods=methods)
    money.add_pages(pages)
    return pages
