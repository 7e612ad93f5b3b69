"""Search over everything: the page, and the palette with its commands (Ctrl+K)."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.fa.layout import in_other_layout
from kernel.resources.context import Context
from kernel.resources.lists import SearchGroup, find_scanned, search_everywhere
from kernel.resources.opened.reading import favourites_and_recent
from kernel.web.current import current
from kernel.web.pages import go_to, render
from kernel.web.palette import found
from kernel.web.views.addresses import record_url
from kernel.web.views.opened import row_of

pages = Blueprint("search", __name__)

LONGEST = 200
RECENT_SHOWN = 5


@pages.get("/search")
def page() -> ResponseReturnValue:
    """Show what was found everywhere; a scanned card opens its person."""
    typed = request.args.get("q", "")[:LONGEST].strip()
    scanned = find_scanned(current(), typed)
    if scanned is not None:
        return go_to(record_url(*scanned))
    groups = search_everywhere(current(), typed, 20) if typed else []
    return render("pages/search.html", typed=typed, groups=groups)


@pages.get("/palette")
def palette() -> ResponseReturnValue:
    """Give the rows of the palette: records, then what can be done; what finds nothing is tried in the other layout."""
    context = current()
    typed = request.args.get("q", "")[:LONGEST].strip()
    meant, groups = _records(context, typed)
    starred, recent = ([], []) if typed else favourites_and_recent(context, RECENT_SHOWN)
    everything = url_for("search.page", q=meant) if typed else ""
    return render(
        "pages/palette.html",
        groups=groups,
        starred=[row_of(context, each) for each in starred[:RECENT_SHOWN]],
        recent=[row_of(context, each) for each in recent],
        commands=found(context, typed),
        meant=meant if meant != typed else "",
        everything=everything,
    )


def _records(context: Context, typed: str) -> tuple[str, list[SearchGroup]]:
    """Give what was meant, and the records that it finds: the same keys in the other layout where these find none."""
    if not typed:
        return "", []
    groups = search_everywhere(context, typed, 5)
    other = None if groups else in_other_layout(typed)
    if other is None:
        return typed, groups
    groups = search_everywhere(context, other, 5)
    return (other if groups else typed), groups
