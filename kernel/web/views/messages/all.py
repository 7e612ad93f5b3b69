"""All pages of messages: importing this module registers them on their blueprint."""

from __future__ import annotations

from kernel.web.views.messages import lines, overview, report, sendings, snippets, writing
from kernel.web.views.messages.blueprint import pages

__all__ = ["lines", "overview", "pages", "report", "sendings", "snippets", "writing"]
