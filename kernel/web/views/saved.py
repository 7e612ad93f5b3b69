"""Saved views of a list: opened from their tabs, saved, changed, shared, pinned, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.plugins import titles
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound
from kernel.resources.fields import UserLink
from kernel.resources.lists import ListQuery
from kernel.resources.lists.keeping import Resting, resting_words
from kernel.resources.resource import Resource
from kernel.resources.saved_views.reading import View, find_view, open_view
from kernel.resources.saved_views.saving import sharing_patterns
from kernel.web.current import Outcome, current, run_command, tell
from kernel.web.own_views import my_views
from kernel.web.pages import go_to, render, words
from kernel.web.security import local_address
from kernel.web.views.addresses import list_url, with_query

MARKS: dict[str, dict[str, Any]] = {
    "pin": {"pinned": True},
    "unpin": {"pinned": False},
    "default": {"by_itself": True},
    "no_default": {"by_itself": False},
}


def view_url(resource: Resource, view_id: int) -> str:
    """Give the address that opens a view."""
    return f"/{resource.path}/views/{view_id}"


def opened(resource: Resource, view_id: int) -> ResponseReturnValue:
    """Go to the list as a view has it; one that cannot be read for its reader says why, and shows nothing."""
    context = current()
    view = _find(context, resource, view_id)
    try:
        found = open_view(context, resource, view)
    except Invalid as error:
        rests = isinstance(error, Resting)
        reason = error.message
        if isinstance(error, Resting):
            reason = resting_words(titles(context).get(error.plugin, error.plugin))
        return render(
            "records/view_broken.html",
            title=view.name,
            view=view,
            reason=words(reason),
            rests=rests,
            mine=_is_mine(context, view),
            list_title=context.text(resource.plural),
            all_url=list_url(resource, ListQuery(view="all")),
            delete_url=f"{view_url(resource, view_id)}/delete",
            mark_url=f"{view_url(resource, view_id)}/mark",
        )
    if found.left_out:
        names = "، ".join(context.text(each) for each in found.left_out)
        tell(
            _("Left out of this view, since it is gone or you may not see it: %(names)s", names=names),
            "notice",
        )
    return go_to(list_url(resource, found.query))


def new(resource: Resource) -> ResponseReturnValue:
    """Ask for the name of a new view of the list as it is, or save it."""
    context = current()
    context.require(resource.permission, "view")
    query = _asked(resource)
    outcome = None
    if request.method == "POST":
        outcome = run_command(
            "saved_view.save",
            quiet=True,
            resource=resource.name,
            name=request.form.get("name", ""),
            arguments=query.to_args(),
            **_sharing(),
        )
        if outcome.done:
            tell(_("The view was saved."))
            return go_to(view_url(resource, outcome.value))
    return _dialog(resource, with_query(f"/{resource.path}/views/new", query), None, outcome)


def edit(resource: Resource, view_id: int) -> ResponseReturnValue:
    """Ask for another name of a view and who sees it, or save both."""
    view = _find(current(), resource, view_id)
    outcome = None
    if request.method == "POST":
        outcome = run_command(
            "saved_view.change",
            quiet=True,
            view_id=view_id,
            name=request.form.get("name", ""),
            version=stored_number(request.form.get("_version", "")),
            **_sharing(),
        )
        if outcome.done:
            tell(_("The view was saved."))
            return go_to(view_url(resource, view_id))
    return _dialog(resource, f"{view_url(resource, view_id)}/edit", view, outcome)


def update(resource: Resource, view_id: int) -> ResponseReturnValue:
    """Keep the list as it is now in a view that is there."""
    _find(current(), resource, view_id)
    if run_command("saved_view.change", view_id=view_id, arguments=_asked(resource).to_args()).done:
        tell(_("The view was saved."))
    return go_to(view_url(resource, view_id))


def delete(resource: Resource, view_id: int) -> ResponseReturnValue:
    """Delete a view; the records stay."""
    _find(current(), resource, view_id)
    if run_command("saved_view.delete", view_id=view_id).done:
        tell(_("The view was deleted."))
    return go_to(list_url(resource, ListQuery(view="all")))


def mark(resource: Resource, view_id: int) -> ResponseReturnValue:
    """Pin a view to the reader's menu or let it open by itself, or take that back."""
    _find(current(), resource, view_id)
    wanted = MARKS.get(request.form.get("do", ""))
    if wanted is None:
        raise NotFound()
    run_command("saved_view.mark", view_id=view_id, **wanted)
    return go_to(local_address(request.form.get("back"), list_url(resource, ListQuery(view="all"))))


def shown_views(context: Context, resource: Resource, query: ListQuery) -> dict[str, Any]:
    """Give the tabs above a list, and what can be done with the view that is open."""
    views = [each for each in my_views(context) if each.resource == resource.name]
    current_one = next((each for each in views if str(each.id) == query.view), None)
    first = query.turned(None)
    everything = {
        "label": context.text(_("All rows")),
        "url": list_url(resource, ListQuery(view="all" if any(each.by_itself for each in views) else "")),
        "current": current_one is None and not (query.filters or query.search),
    }
    return {
        "view_tabs": [everything, *(_tab(resource, each, current_one) for each in views)] if views else [],
        "open_view": current_one,
        "view_changed": current_one is not None and _differs(current_one, first),
        "view_mine": current_one is not None and _is_mine(context, current_one),
        "new_view_url": with_query(f"/{resource.path}/views/new", first),
        "update_view_url": with_query(f"{view_url(resource, current_one.id)}/update", first)
        if current_one
        else None,
        "view_url": view_url(resource, current_one.id) if current_one else None,
        "view_owner": _owner(context, current_one),
    }


def _tab(resource: Resource, view: View, current_one: View | None) -> dict[str, Any]:
    return {"label": view.name, "url": view_url(resource, view.id), "current": view is current_one}


def _owner(context: Context, view: View | None) -> str:
    if view is None or view.owner_id == context.actor.user_id:
        return ""
    return UserLink("owner", _("User")).labels([view.owner_id], context).get(view.owner_id, "")


def _differs(view: View, query: ListQuery) -> bool:
    kept = replace(view.query, view=query.view, limit=query.limit)
    return kept.to_args() != query.to_args()


def _is_mine(context: Context, view: View) -> bool:
    return view.owner_id == context.actor.user_id or context.actor.is_administrator


def _find(context: Context, resource: Resource, view_id: int) -> View:
    context.require(resource.permission, "view")
    view = find_view(context, view_id)
    if view.resource != resource.name:
        raise NotFound()
    return view


def _asked(resource: Resource) -> ListQuery:
    query = ListQuery.from_args(resource, request.args)
    return replace(query, cursor=None, direction="next", view="")


def _sharing() -> dict[str, Any]:
    if "audience" not in request.form:
        return {}
    numbers = (stored_number(each) for each in request.form.getlist("pattern"))
    patterns = [number for number in numbers if number is not None]
    return {"audience": request.form["audience"], "patterns": patterns}


def _dialog(
    resource: Resource, address: str, view: View | None, outcome: Outcome | None
) -> ResponseReturnValue:
    context = current()
    may_share = context.may("saved_view", "share") or (view is not None and view.audience != "own")
    ticked = request.form.getlist("pattern") or [str(each) for each in (view.patterns if view else ())]
    return render(
        "records/view_dialog.html",
        status=200 if outcome is None else outcome.status,
        address=address,
        name=request.form.get("name", view.name if view else ""),
        view=view,
        audience=request.form.get("audience", view.audience if view else "own"),
        patterns=[(number, title, str(number) in ticked) for number, title in sharing_patterns(context)]
        if may_share
        else [],
        may_share=may_share,
        error="" if outcome is None or outcome.message is None else words(outcome.message),
    )
