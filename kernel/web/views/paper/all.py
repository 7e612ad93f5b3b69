"""All pages of printing: importing this module registers them on their blueprint."""

from __future__ import annotations

from kernel.web.views.paper import asking, design_preview, designer, documents, overview, running, staff
from kernel.web.views.paper.blueprint import pages

__all__ = ["asking", "design_preview", "designer", "documents", "overview", "pages", "running", "staff"]
