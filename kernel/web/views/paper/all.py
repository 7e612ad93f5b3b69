"""All pages of printing: importing this module registers them on their blueprint."""

from __future__ import annotations

from kernel.web.views.paper import (
    asking,
    design_preview,
    designer,
    documents,
    letterheads,
    overview,
    running,
    staff,
)
from kernel.web.views.paper.blueprint import pages

__all__ = [
    "asking",
    "design_preview",
    "designer",
    "documents",
    "letterheads",
    "overview",
    "pages",
    "running",
    "staff",
]
