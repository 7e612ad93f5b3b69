"""Notices: the panel of the bell, the page with all of them, and the choice of kinds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.notices.keeping import choices
from kernel.resources.notices.reading import Place, Told, find_notice, notices
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go, go_to, render
from kernel.web.security import local_address
from kernel.web.views.addresses import record_url

pages = Blueprint("notices", __name__, url_prefix="/notices")

IN_PANEL = 8
ON_PAGE = 50


@pages.get("")
def page() -> ResponseReturnValue:
    """Show all notices, or those that are not read, page by page."""
    only_unread = request.args.get("unread") == "1"
    place = Place.decode(request.args.get("before", ""))
    found, more = notices(current(), ON_PAGE, before=place, only_unread=only_unread)
    chosen = {"unread": "1"} if only_unread else {}
    return render(
        "notices/page.html",
        notices=found,
        only_unread=only_unread,
        older_url=_address(before=more.encode(), **chosen) if more else None,
        newest_url=_address(**chosen) if place else None,
        **_shared(current()),
    )


@pages.get("/panel")
def panel() -> ResponseReturnValue:
    """Give the latest notices, for the bell."""
    found, _more = notices(current(), IN_PANEL)
    return render("notices/panel.html", notices=found, **_shared(current()))


@pages.post("/<int:notice_id>/open")
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as read, and lead to what it is about."""
    found = find_notice(current(), notice_id)
    target = _target(current(), found)
    if not current().read_only:
        run_command("notice.read", notice_id=notice_id)
    return go_to(target or url_for("notices.page"))


@pages.post("/read")
def read() -> ResponseReturnValue:
    """Mark all notices as read."""
    if run_command("notice.read").done:
        tell(_("All notices are marked as read."))
    return go_to(local_address(request.form.get("back"), url_for("notices.page")))


@pages.get("/choices")
def chosen() -> ResponseReturnValue:
    """Show which kinds of notices the reader gets."""
    return render("notices/choices.html", choices=choices(current()), may_save=not current().read_only)


@pages.post("/choices")
def choose() -> ResponseReturnValue:
    """Keep which kinds of notices the reader gets."""
    done = run_command(
        "notice.choose", shown=request.form.getlist("shown"), email=request.form.getlist("email")
    ).done
    if done:
        tell(SAVED)
    return go("notices.chosen")


def _address(**chosen: str) -> str:
    query = urlencode(chosen)
    return f"{url_for('notices.page')}?{query}" if query else url_for("notices.page")


def _shared(context: Context) -> dict[str, Any]:
    return {
        "target": lambda told: _target(context, told),
        "kind_of": lambda told: context.runtime.resources[told.record[0]].title if told.record else "",
        "may_change": not context.read_only,
    }


def _target(context: Context, told: Told) -> str | None:
    if told.record is not None:
        return record_url(context.runtime.resource(told.record[0]), told.record[1])
    return local_address(told.address, "") or None
