"""Segments: the list with what each finds for the reader now, saving the filter of a list, and freezing one into a group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.administration.plugins import titles
from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.parties.segments.reading import (
    FIELD,
    LISTS,
    Saved,
    Unread,
    count,
    find_segment,
    visible_segments,
)
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import UserLink
from kernel.resources.lists import CappedCount, Filter, ListQuery
from kernel.resources.lists.keeping import resting_words
from kernel.resources.resource import Resource
from kernel.web.current import SAVED, Outcome, current, needs, refuse_forms, run_command, scope, tell
from kernel.web.pages import go, go_to, render
from kernel.web.views.addresses import list_url, with_query
from kernel.web.views.lists import chips_of

pages = Blueprint("segments", __name__, url_prefix="/segments")
pages.before_request(refuse_forms)


@dataclass(frozen=True)
class Line:
    """One segment as the list shows it."""

    saved: Saved
    list_title: str
    owner: str
    mine: bool
    url: str
    change_url: str
    count: CappedCount | None
    broken: str
    """Why it cannot be read; empty where it can."""
    rests: bool
    chips: list[dict[str, str]]
    may_freeze: bool


@pages.get("/")
@needs("party", "view")
def listed() -> ResponseReturnValue:
    """Show the reader's segments and the shared ones, counted for him."""
    context = current()
    found = visible_segments(context)
    names = UserLink("owner", _("User")).labels(sorted({saved.owner_id for saved in found}), context)
    lines = [_line(context, saved, names.get(saved.owner_id, "")) for saved in found]
    return render("segments/page.html", title=context.text(_("Segments")), lines=lines)


@pages.get("/<int:segment_id>")
@needs("party", "view")
def segment(segment_id: int) -> ResponseReturnValue:
    """Go to the list that a segment stands for; one that is broken or rests says why."""
    context = current()
    saved = find_segment(context, segment_id)
    line = _line(context, saved, "")
    if not line.broken:
        return go_to(line.url)
    return render("segments/broken.html", title=saved.name, line=line)


@pages.route("/new/<resource>", methods=["GET", "POST"])
@needs("party", "view")
def new(resource: str) -> ResponseReturnValue:
    """Ask for the name of the filter that a list has now, or save it, in place of an earlier segment if wished."""
    context = current()
    declared = _list(context, resource)
    query = ListQuery.from_args(declared, request.args)
    if request.method == "GET":
        return _save_dialog(context, declared, query)
    shared = request.form.get("shared") == "1"
    instead = stored_number(request.form.get("instead", ""))
    given: dict[str, Any] = {"search": query.search, "filters": [item.plain() for item in query.filters]}
    if instead is None:
        name = request.form.get("name", "")
        outcome = run_command(
            "segment.save", quiet=True, name=name, resource=resource, shared=shared, **given
        )
    else:
        outcome = run_command("segment.change", quiet=True, segment_id=instead, **given)
    if not outcome.done:
        return _save_dialog(current(), declared, query, outcome)
    tell(_("The segment was saved."))
    return go("segments.segment", segment_id=outcome.value)


@pages.route("/<int:segment_id>/edit", methods=["GET", "POST"])
@needs("party", "view")
def edit(segment_id: int) -> ResponseReturnValue:
    """Ask for another name of a segment and whether it is shared, or save both."""
    context = current()
    saved = find_segment(context, segment_id)
    outcome = None
    if request.method == "POST":
        outcome = run_command(
            "segment.change",
            quiet=True,
            segment_id=segment_id,
            name=request.form.get("name", ""),
            shared=request.form.get("shared") == "1" if _may_share(context, saved) else None,
            version=stored_number(request.form.get("_version", "")),
        )
        if outcome.done:
            tell(SAVED)
            return go("segments.listed")
    return render(
        "segments/edit.html",
        status=200 if outcome is None else outcome.status,
        address=url_for("segments.edit", segment_id=segment_id),
        name=request.form.get("name", saved.name),
        shared=saved.shared,
        version=saved.version,
        may_share=_may_share(current(), saved),
        error=_words(outcome),
    )


@pages.post("/<int:segment_id>/delete")
@needs("party", "view")
def delete(segment_id: int) -> ResponseReturnValue:
    """Delete a segment; what it found stays."""
    if run_command("segment.delete", segment_id=segment_id).done:
        tell(_("The segment was deleted."))
    return go("segments.listed")


@pages.route("/<int:segment_id>/freeze", methods=["GET", "POST"])
@needs("party_group", "create")
def freeze(segment_id: int) -> ResponseReturnValue:
    """Ask for the name of the group that a segment is frozen into, or make it."""
    context = current()
    saved = find_segment(context, segment_id)
    declared = _list(context, saved.resource)
    outcome = None
    if request.method == "POST":
        outcome = run_command(
            "segment.freeze",
            quiet=True,
            segment_id=segment_id,
            name=request.form.get("name", ""),
            parent=stored_number(request.form.get("parent", "")),
        )
        if outcome.done:
            _tell_frozen(outcome.value.members, outcome.value.left_out)
            return go_to(f"/{declared.path}?f.group.is={outcome.value.group_id}")
    return render(
        "segments/freeze.html",
        status=200 if outcome is None else outcome.status,
        address=url_for("segments.freeze", segment_id=segment_id),
        name=request.form.get("name", saved.name),
        options_url=f"/{declared.path}/options/group",
        error=_words(outcome),
    )


def _tell_frozen(members: int, left_out: int) -> None:
    tell(ngettext_lazy("A group of %(n)d member was made.", "A group of %(n)d members was made.", n=members))
    if left_out:
        tell(
            ngettext_lazy(
                "%(n)d party was left out: you may not edit it.",
                "%(n)d parties were left out: you may not edit them.",
                n=left_out,
            ),
            "notice",
        )


def _line(context: Context, saved: Saved, owner: str) -> Line:
    declared = _list(context, saved.resource)
    counted = count(context, saved.id)
    mine = saved.owner_id == context.actor.user_id or context.actor.is_administrator
    return Line(
        saved=saved,
        list_title=context.text(declared.plural),
        owner=owner,
        mine=mine,
        url=list_url(declared, ListQuery(filters=(Filter(FIELD, "is", saved.id),))),
        change_url=list_url(declared, saved.query),
        count=counted if isinstance(counted, CappedCount) else None,
        broken=_why(context, counted) if isinstance(counted, Unread) else "",
        rests=isinstance(counted, Unread) and bool(counted.rests_with),
        chips=chips_of(context, declared, saved.query),
        may_freeze="kind" in declared.fixed
        and isinstance(counted, CappedCount)
        and context.may("party_group", "create"),
    )


def _why(context: Context, unread: Unread) -> str:
    """Why a segment cannot be read, a plugin that does not run named by its title in its own words."""
    name = unread.rests_with
    return context.text(resting_words(titles(context).get(name, name)) if name else unread.reason)


def _list(context: Context, name: str) -> Resource:
    if name not in LISTS:
        raise NotFound()
    return context.runtime.resource(name)


def _may_share(context: Context, saved: Saved | None = None) -> bool:
    return context.may("segment", "share") or bool(saved and saved.shared)


def _save_dialog(
    context: Context, declared: Resource, query: ListQuery, outcome: Outcome | None = None
) -> ResponseReturnValue:
    first = replace(query, cursor=None, direction="next", sort="", columns=())
    return render(
        "segments/save.html",
        status=200 if outcome is None else outcome.status,
        address=with_query(url_for("segments.new", resource=declared.name), first),
        chips=chips_of(context, declared, first),
        search=query.search,
        own=[(saved.id, saved.name) for saved in visible_segments(context, (declared.name,), own=True)],
        instead=request.form.get("instead", ""),
        name=request.form.get("name", ""),
        may_share=_may_share(context),
        error=_words(outcome),
    )


def _words(outcome: Outcome | None) -> str:
    if outcome is None or outcome.done or outcome.message is None:
        return ""
    message: LazyText = outcome.message
    return scope().runtime.translate(message, scope().locale)
