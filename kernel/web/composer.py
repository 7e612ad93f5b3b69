"""The composer above a record's timeline: tabs in which somebody writes down, or sends, what concerns the record.

Layers of the web register tabs when they are loaded. A tab's body is a form of its own, fetched when the tab is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from markupsafe import Markup

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.resource import Resource
from kernel.web.pages import fragment
from kernel.web.views.addresses import record_url
from kernel.web.views.values import may_do

NOTE = "note"


@dataclass(frozen=True)
class Tab:
    """A tab of the composer: `body` gives its form, `offered` whether this reader has it on this record."""

    key: str
    title: LazyText
    icon: str
    body: Callable[[Context, Resource, int], Markup]
    offered: Callable[[Context, Resource, int], bool]
    order: int = 500


_TABS: dict[str, Tab] = {}


def register_tab(tab: Tab) -> None:
    """Add a tab; the same key replaces."""
    _TABS[tab.key] = tab


def tabs_of(context: Context, resource: Resource, record_id: int) -> list[Tab]:
    """Give the tabs that a reader has on a record, in their order; none where the site can only be read."""
    if context.read_only:
        return []
    ordered = sorted(_TABS.values(), key=lambda tab: (tab.order, tab.key))
    return [tab for tab in ordered if tab.offered(context, resource, record_id)]


def composer(
    context: Context, resource: Resource, record_id: int, *, chosen: str = "", body: Markup | None = None
) -> Markup:
    """Give the composer of a record's page with one tab open; empty where the reader has none.

    `body` is a form that came back refused and stands in place of a fresh one.
    """
    tabs = tabs_of(context, resource, record_id)
    if not tabs:
        return Markup("")
    wanted = chosen or request.args.get("compose", "")
    present = next((tab for tab in tabs if tab.key == wanted), tabs[0])
    own = record_url(resource, record_id)
    links: list[dict[str, Any]] = [
        {
            "label": tab.title,
            "icon": tab.icon,
            "url": f"{own}?compose={tab.key}",
            "part": f"/interactions/compose/{resource.name}/{record_id}/{tab.key}",
            "current": tab is present,
        }
        for tab in tabs
    ]
    made = present.body(context, resource, record_id) if body is None else body
    return fragment("interactions/composer.html", tabs=links, body=made)


def _may_note(context: Context, resource: Resource, record_id: int) -> bool:
    return may_do(context, resource, record_id, "edit")


def _note(context: Context, resource: Resource, record_id: int) -> Markup:
    return fragment("interactions/note.html", own_url=record_url(resource, record_id))


register_tab(Tab(NOTE, _("Note"), "note", _note, _may_note, order=10))
