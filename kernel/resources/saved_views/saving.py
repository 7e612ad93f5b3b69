"""Saving, changing, sharing and deleting views and reports, pinning them, and letting one open by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select

from kernel.access.models import Pattern, UserPattern
from kernel.i18n import LazyText, _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound, Problem
from kernel.resources.lists import ListQuery, chosen_columns
from kernel.resources.lists.keeping import kept_filters, name_of, try_out
from kernel.resources.lists.ordering import order_of
from kernel.resources.reports.grouped import check_groups
from kernel.resources.resource import Resource
from kernel.resources.saved_views.models import (
    LIST,
    REPORT,
    ListDefault,
    SavedView,
    SavedViewPattern,
    SavedViewPin,
)
from kernel.resources.saved_views.reading import View, find_view, visible_views
from kernel.resources.saved_views.reports import kept_report

LONGEST_NAME = 60
MOST_OWN = 100
AUDIENCES = ("own", "patterns", "all")

Arguments = Mapping[str, Sequence[str]]


@command("saved_view.save", _("Save a view"), checks_itself=True)
def save(
    context: Context,
    *,
    resource: str,
    name: str,
    arguments: Arguments,
    audience: str = "own",
    patterns: Collection[int] = (),
    kind: str = LIST,
) -> int:
    """Keep a list or a report, as the `arguments` of its address ask for it, under a name; gives the id of the view.

    `kind` is `list` or `report`.
    """
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "report" if kind == REPORT else "view")
    if kind not in (LIST, REPORT):
        raise NotFound()
    if context.actor.user_id is None:
        raise Forbidden()
    mine = [each for each in visible_views(context) if each.owner_id == context.actor.user_id]
    if sum(each.form == kind for each in mine) >= MOST_OWN:
        raise Invalid([Problem("name", _too_many(kind))])
    _may_share(context, None, audience, patterns)
    row = SavedView(owner_id=context.actor.user_id, resource=resource, audience=audience, form=kind)
    _put(context, declared, row, arguments)
    with context.system("a view of one's own") as system:
        _name(system, row, name)
        system.session.add(row)
        system.session.flush()
        _share_with(system, row.id, patterns if audience == "patterns" else ())
        return row.id


@command("saved_view.change", _("Change a view"), checks_itself=True)
def change(
    context: Context,
    *,
    view_id: int,
    name: str | None = None,
    arguments: Arguments | None = None,
    audience: str | None = None,
    patterns: Collection[int] = (),
    version: int | None = None,
) -> int:
    """Change name, content or sharing of one's own view; administrators may change shared ones too.

    Raises `EditConflict` where it has changed since `version` was read.
    """
    view = _mine(context, view_id)
    if version is not None and view.version != version:
        raise EditConflict()
    if audience is not None:
        _may_share(context, view, audience, patterns)
    entered = SavedView(form=view.form)
    if arguments is not None:
        _put(context, context.runtime.resource(view.resource), entered, arguments)
    with context.system("a view of one's own") as system:
        row = system.session.get_one(SavedView, view_id, with_for_update=True, populate_existing=True)
        if arguments is not None:
            row.search, row.filters = entered.search, entered.filters
            row.sort, row.columns, row.groups = entered.sort, entered.columns, entered.groups
            row.report, row.look = entered.report, entered.look
        if name is not None:
            _name(system, row, name)
        if audience is not None:
            row.audience = audience
            _share_with(system, view_id, patterns if audience == "patterns" else ())
        system.session.flush()
    return view_id


@command("saved_view.share", _("Share views of lists"), resource="saved_view", action="share")
def share(context: Context, *, view_id: int) -> int:
    """Let everybody use one's own view, each with the rows that he may see."""
    done: int = context.run("saved_view.change", view_id=view_id, audience="all")
    return done


@command("saved_view.delete", _("Delete a view"), checks_itself=True)
def remove(context: Context, *, view_id: int) -> int:
    """Delete one's own view; administrators may delete shared ones too."""
    _mine(context, view_id)
    with context.system("a view of one's own") as system:
        system.session.delete(system.session.get_one(SavedView, view_id))
        system.session.flush()
    return view_id


@command("saved_view.mark", _("Pin a view, or let it open by itself"), checks_itself=True)
def mark(context: Context, *, view_id: int, pinned: bool | None = None, by_itself: bool | None = None) -> int:
    """Pin a view that one sees to one's menu, or let it open when one comes to its list; False takes it back."""
    view = find_view(context, view_id)
    user_id = context.actor.user_id or 0
    with context.system("marks of one's own") as system:
        if pinned is not None:
            wanted = (SavedViewPin.user_id == user_id, SavedViewPin.view_id == view_id)
            system.session.execute(delete(SavedViewPin).where(*wanted))
            if pinned:
                system.session.add(SavedViewPin(user_id=user_id, view_id=view_id))
        if by_itself is not None:
            kind = (ListDefault.user_id == user_id, ListDefault.resource == view.resource)
            system.session.execute(delete(ListDefault).where(*kind))
            if by_itself:
                system.session.add(ListDefault(user_id=user_id, resource=view.resource, view_id=view_id))
        system.session.flush()
    return view_id


def sharing_patterns(context: Context) -> list[tuple[int, str]]:
    """Give the patterns with whose holders the actor may share: his own, administrators any."""
    statement = select(Pattern.id, Pattern.title).order_by(Pattern.title, Pattern.id)
    if not context.actor.is_administrator:
        mine = select(UserPattern.pattern_id).where(UserPattern.user_id == (context.actor.user_id or 0))
        statement = statement.where(Pattern.id.in_(mine))
    with context.system("patterns to share with") as system:
        return [(number, title) for number, title in system.session.execute(statement)]


def _too_many(kind: str) -> LazyText:
    if kind == REPORT:
        return _("You have %(most)d reports; delete some first.", most=MOST_OWN)
    return _("You have %(most)d views; delete some first.", most=MOST_OWN)


def _mine(context: Context, view_id: int) -> View:
    view = find_view(context, view_id)
    if view.owner_id != context.actor.user_id and not context.actor.is_administrator:
        raise Forbidden(_("Only who made a view may change it."))
    return view


def _may_share(context: Context, view: View | None, audience: str, patterns: Collection[int]) -> None:
    if audience not in AUDIENCES:
        raise Invalid([Problem("audience", _("Choose who sees the view."))])
    before = (view.audience, set(view.patterns)) if view is not None else ("own", set())
    if audience != "own" and before != (audience, set(patterns) if audience == "patterns" else set()):
        context.require("saved_view", "share")
    if audience == "patterns":
        known = {number for number, _title in sharing_patterns(context)} | before[1]
        if not patterns or not set(patterns) <= known:
            raise Invalid([Problem("patterns", _("Choose at least one of the patterns offered."))])


def _put(context: Context, resource: Resource, row: SavedView, arguments: Arguments) -> None:
    if row.form == REPORT:
        kept = kept_report(context, resource, arguments)
        row.search, row.filters, row.report = kept.search, kept.filters, dict(kept.report)
        row.sort, row.columns, row.groups, row.look = "", [], [], ""
        return
    query = ListQuery.from_args(resource, arguments)
    try_out(context, resource, query)
    order_of(context, resource, query.sort)
    chosen_columns(context, resource, query.columns)
    check_groups(context, resource, query)
    row.search, row.filters = query.search, kept_filters(context, resource, query.filters)
    row.sort, row.columns, row.groups = query.sort, list(query.columns), list(query.groups)
    row.report, row.look = {}, query.look


def _share_with(system: Context, view_id: int, patterns: Collection[int]) -> None:
    system.session.execute(delete(SavedViewPattern).where(SavedViewPattern.view_id == view_id))
    for number in sorted(set(patterns)):
        system.session.add(SavedViewPattern(view_id=view_id, pattern_id=number))
    system.session.flush()


def _name(system: Context, row: SavedView, name: str) -> None:
    row.name, row.search_key, row.sort_key = name_of(name, LONGEST_NAME)
    same = select(SavedView.id).where(
        SavedView.owner_id == row.owner_id,
        SavedView.resource == row.resource,
        SavedView.form == row.form,
        SavedView.search_key == row.search_key,
        SavedView.id != (row.id or 0),
    )
    with system.session.no_autoflush:
        if system.session.execute(same).first() is not None:
            taken = _("You have a view of this name already.")
            if row.form == REPORT:
                taken = _("You have a report of this name already.")
            raise Invalid([Problem("name", taken)])
