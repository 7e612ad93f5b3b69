"""The views of whoever asks, read once in a request: for the tabs of a list and for the menu."""

from __future__ import annotations

from flask import g

from kernel.resources.context import Context
from kernel.resources.saved_views.reading import View, visible_views


def my_views(context: Context) -> list[View]:
    """Give the views that the actor sees."""
    if "own_views" not in g:
        g.own_views = visible_views(context)
    found: list[View] = g.own_views
    return found
