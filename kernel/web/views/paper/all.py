"""All pages of printing: importing this module registers them on their blueprint."""

from __future__ import annotations

from kernel.web.views.paper import asking, overview, running, staff
from kernel.web.views.paper.blueprint import pages

__all__ = ["asking", "overview", "pages", "running", "staff"]
