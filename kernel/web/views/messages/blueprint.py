"""The blueprint of all pages of messages, and the line of tabs above them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.web.current import refuse_forms

pages = Blueprint("outbox", __name__, url_prefix="/outbox")
pages.before_request(refuse_forms)

TABS: tuple[tuple[LazyText, str, tuple[str, str]], ...] = (
    (_("Overview"), "/outbox/", ("message", "view")),
    (_("Outbox"), "/messages", ("message", "view")),
    (_("Sendings"), "/sendings", ("message", "view")),
    (_("Templates"), "/message-templates", ("message_template", "view")),
    (_("Stored texts"), "/snippets", ("snippet", "view")),
    (_("Kinds"), "/message-kinds", ("message_kind", "view")),
    (_("Opt-outs"), "/opt-outs", ("opt_out", "view")),
    (_("Dead addresses"), "/dead-addresses", ("opt_out", "view")),
    (_("Report"), "/outbox/report", ("message", "view")),
    (_("Lines"), "/outbox/lines", ("message_line", "edit")),
)


def tabs(context: Context) -> list[dict[str, Any]]:
    """Give the tabs that the reader may use."""
    return [
        {"label": context.text(title), "url": url, "current": request.path.rstrip("/") == url.rstrip("/")}
        for title, url, right in TABS
        if context.may(*right)
    ]
