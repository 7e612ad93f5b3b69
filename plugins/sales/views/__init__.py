"""Pages of sales' own: a document with its form, what becomes of it, and the prices that are reckoned while one types."""

from __future__ import annotations

from flask import Blueprint

from plugins.sales.money import contributions as money


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("sales", __name__)
    money.add_pages(pages)
    return pages
