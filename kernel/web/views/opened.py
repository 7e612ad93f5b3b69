"""Records that the reader opened lately or keeps open in his bar, and his favourites."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.opened.reading import Known, favourites_and_recent, kept_open
from kernel.web.current import current, run_command, tell
from kernel.web.own_marks import read_marks
from kernel.web.pages import by_htmx, go, go_to, render
from kernel.web.security import local_address
from kernel.web.undo import Undo
from kernel.web.views.addresses import record_url
from kernel.web.views.parties import is_party

pages = Blueprint("opened", __name__)

RECENT = 20
"""Records of the page that were opened last."""


@pages.get("/opened")
def bar() -> ResponseReturnValue:
    """Give the bar of open records."""
    return _bar()


@pages.post("/opened")
def note() -> ResponseReturnValue:
    """Note that the page of a record was opened: its script says so, since showing a page writes nothing. Gives the bar."""
    keep = read_marks(current()).bar
    run_command("opened.note", quiet=True, keep=keep, **_named())
    return _bar()


@pages.post("/opened/close")
def close() -> ResponseReturnValue:
    """Take a record from the bar, or all of them."""
    number = stored_number(request.form.get("id", ""))
    if number is None and request.form.get("all") != "1":
        raise NotFound()
    run_command("opened.close", opened_id=number)
    return _bar() if by_htmx() else go_to(_back())


@pages.post("/opened/bar")
def show_bar() -> ResponseReturnValue:
    """Show the bar on the reader's pages, or put it away."""
    run_command("opened.bar", shown=request.form.get("shown") == "1")
    return go_to(_back())


@pages.get("/favourites")
def favourites() -> ResponseReturnValue:
    """Show favourites, to be ordered, and what was opened last."""
    starred, recent = favourites_and_recent(current(), RECENT)
    return render(
        "opened/page.html",
        starred=[row_of(current(), each) for each in starred],
        recent=[row_of(current(), each) for each in recent],
        may_change=not current().read_only,
    )


@pages.post("/favourites")
def mark() -> ResponseReturnValue:
    """Give a record a star, or take it back."""
    marked = request.form.get("do") != "unmark"
    if run_command("favourite.mark", marked=marked, **_named()).done:
        back = Undo("favourite.mark", {**_named(), "marked": not marked})
        tell(_("Added to your favourites.") if marked else _("Taken from your favourites."), undo=back)
    return go_to(_back())


@pages.post("/favourites/<int:favourite_id>/move")
def move(favourite_id: int) -> ResponseReturnValue:
    """Put a favourite before another, or at the end."""
    run_command(
        "favourite.move",
        favourite_id=favourite_id,
        before=stored_number(request.form.get("before", "")),
    )
    return go("opened.favourites")


def row_of(context: Context, known: Known) -> dict[str, Any]:
    """Give a record as lines of pages and the palette show it."""
    return {
        "id": known.id,
        "resource": known.resource.name,
        "record_id": known.record_id,
        "label": known.label,
        "url": record_url(known.resource, known.record_id),
        "party": is_party(known.resource),
        "icon": known.resource.icon,
        "organisation": known.resource.icon.startswith("building"),
        "kind": context.text(known.resource.title),
    }


def _named() -> dict[str, Any]:
    number = stored_number(request.form.get("id", ""))
    if number is None:
        raise NotFound()
    return {"resource": request.form.get("resource", ""), "record_id": number}


def _back() -> str:
    return local_address(request.form.get("back"), url_for("opened.favourites"))


def _bar() -> ResponseReturnValue:
    context = current()
    shown = [row_of(context, each) for each in kept_open(context)] if read_marks(context).bar else []
    return render("opened/bar.html", tabs=shown, may_change=not context.read_only)
