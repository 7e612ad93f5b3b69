"""Search over everything: the page, and the palette with its commands (Ctrl+K)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.fa.text import search_key
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.lists import find_scanned, search_everywhere
from kernel.resources.opened.reading import favourites_and_recent
from kernel.web.current import current
from kernel.web.pages import go_to, render
from kernel.web.shell import address_of, allowed, listed, menu_items
from kernel.web.views.addresses import record_url
from kernel.web.views.opened import row_of

pages = Blueprint("search", __name__)

LONGEST = 200
COMMANDS_SHOWN = 8
RECENT_SHOWN = 8


@dataclass(frozen=True)
class Entry:
    """One command of the palette: a page to go to."""

    label: str
    url: str
    icon: str


@pages.get("/search")
def page() -> ResponseReturnValue:
    """Show what was found everywhere; a scanned card opens its person."""
    typed = request.args.get("q", "")[:LONGEST].strip()
    found = find_scanned(current(), typed)
    if found is not None:
        return go_to(record_url(*found))
    groups = search_everywhere(current(), typed, 20) if typed else []
    return render("pages/search.html", typed=typed, groups=groups)


@pages.get("/palette")
def palette() -> ResponseReturnValue:
    """Give the rows of the palette: records, then commands."""
    context = current()
    typed = request.args.get("q", "")[:LONGEST].strip()
    groups = search_everywhere(context, typed, 5) if typed else []
    starred, recent = ([], []) if typed else favourites_and_recent(context, RECENT_SHOWN)
    everything = url_for("search.page", q=typed) if typed else ""
    return render(
        "pages/palette.html",
        groups=groups,
        starred=[row_of(context, each) for each in starred[:RECENT_SHOWN]],
        recent=[row_of(context, each) for each in recent],
        commands=commands(context, typed),
        typed=typed,
        everything=everything,
    )


def commands(context: Context, typed: str) -> list[Entry]:
    """Give the pages that the actor may open or begin, whose names hold what was typed."""
    found = [Entry(context.text(_("Desk")), "/", "layout-dashboard")]
    for _plugin, item in menu_items(context):
        address = address_of(item.target) if allowed(context.actor, item) else None
        if address is not None:
            found.append(Entry(context.text(item.label), address, item.icon))
    for resource in listed(context):
        if resource.editable and context.may(resource.permission, "create") and not context.read_only:
            label = context.text(_("New %(kind)s", kind=resource.title))
            found.append(Entry(label, f"/{resource.path}/new", "plus"))
    wanted = search_key(typed)
    return [entry for entry in found if wanted in search_key(entry.label)][:COMMANDS_SHOWN]
