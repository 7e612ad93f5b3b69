"""All pages of messages: importing this module registers them on their blueprint."""

from __future__ import annotations

from kernel.web.views.messages import (
    composing,
    letters,
    lines,
    overview,
    report,
    sendings,
    snippets,
    templates,
    writing,
)
from kernel.web.views.messages.blueprint import pages

__all__ = [
    "composing",
    "letters",
    "lines",
    "overview",
    "pages",
    "report",
    "sendings",
    "snippets",
    "templates",
    "writing",
]
