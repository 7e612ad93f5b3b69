"""The page of a record: facts, parts, conversation, history, files, and what plugins add."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kernel.administration.rights import RESERVED
from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.resources.attachments import LARGEST, attachments, counts
from kernel.resources.context import Context
from kernel.resources.errors import Invalid
from kernel.resources.history import entries
from kernel.resources.lists import ListQuery, Standing, standing
from kernel.resources.lists.pages import EVERYTHING
from kernel.resources.records import load
from kernel.resources.records.labels import labels
from kernel.resources.reports.grouped import within
from kernel.resources.resource import Resource
from kernel.web.composer import composer
from kernel.web.current import current, run_command, tell
from kernel.web.own_marks import about
from kernel.web.pages import by_htmx, go_to, render
from kernel.web.security import local_address
from kernel.web.undo import Undo
from kernel.web.views import erasing
from kernel.web.views.activity import days_of, described
from kernel.web.views.addresses import list_url, record_url
from kernel.web.views.attachments import allowed_note, size_of
from kernel.web.views.binned import has_bin
from kernel.web.views.interaction_lines import beside, call_beside
from kernel.web.views.lists import query_of
from kernel.web.views.merging import undoable
from kernel.web.views.parties import (
    actions_of,
    addressed_line,
    badges_of,
    figures_of,
    is_party,
    panels_of,
    photos_of,
)
from kernel.web.views.people_block import household_of, people_of
from kernel.web.views.timeline import AT_ONCE, Place, authors_of, day_of, kinds_of, timeline
from kernel.web.views.values import FactGroup, PartTable, groups_of, may_do, parts_of

TABS = ("activity", "files", "history")
PRINT = _("Print")


def page(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Show a record that the actor may see."""
    context = current()
    context.require(resource.permission, "view")
    record = load(context, resource, record_id)
    if resource.page:
        return go_to(resource.page.format(id=record_id))
    facts = _by_tab(context, resource, record)
    tab = request.args.get("tab", TABS[0])
    tab = tab if tab in TABS or tab in facts.tabs else TABS[0]
    if by_htmx() and tab == "activity" and "before" in request.args:
        return _older(context, resource, record_id)
    query = query_of(resource, request.args)
    about(resource.name, record_id)
    return render(
        "records/page.html",
        resource=resource,
        record=record,
        record_id=record_id,
        label=resource.label_text(getattr(record, resource.label), context),
        organisation=resource.icon.startswith("building"),
        line=resource.description(context, record) if resource.description else "",
        photo=photos_of(context, resource, [record_id]).get(record_id),
        addressed=addressed_line(context, resource, record_id),
        badges=badges_of(context, resource, [record_id]).get(record_id, []),
        has_bin=has_bin(resource),
        may={action: may_do(context, resource, record_id, action) for action in ("edit", "delete")},
        explains=context.actor.is_administrator and resource.permission not in RESERVED,
        may_erase=erasing.possible(context, resource) and may_do(context, resource, record_id, "erase"),
        may_merge=is_party(resource) and may_do(context, resource, record_id, "merge"),
        merges=undoable(context, resource, record_id),
        list_title=context.text(resource.plural),
        party=is_party(resource),
        actions=actions_of(context, resource, record_id),
        groups=facts.groups[""],
        parts=facts.parts[""],
        tab_groups=facts.groups[tab],
        tab_parts=facts.parts[tab],
        people=people_of(context, resource, record),
        household=household_of(context, resource, record_id),
        interaction=beside(context, resource, record),
        call=call_beside(context, resource, record),
        panels=panels_of(context, resource, record_id),
        figures=figures_of(context, resource, record_id),
        may_print=not resource.overview and may_do(context, resource, record_id, "print"),
        tab=tab,
        own_url=record_url(resource, record_id),
        edit_url=_edit_url(resource, record_id, query),
        tab_links=_tabs(context, resource, record_id, (tab, facts.tabs), query),
        **_steps(context, resource, record_id, query),
        **_content(context, resource, record_id, tab),
    )


def actions(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Give what may be done with a record besides, for the menu of its row."""
    context = current()
    context.require(resource.permission, "view")
    load(context, resource, record_id)
    found = actions_of(context, resource, record_id)
    prints = any(context.text(each.label) == context.text(PRINT) for each in found)
    return render(
        "records/row_actions.html",
        actions=found,
        may_print=not prints and not resource.overview and may_do(context, resource, record_id, "print"),
        own_url=record_url(resource, record_id),
    )


def delete(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Move a record to the bin, or delete it where its kind has none; what stands in the way is named with links."""
    name = labels(current(), [(resource.name, record_id)]).get((resource.name, record_id), "")
    outcome = run_command("record.delete", quiet=True, resource=resource.name, record_id=record_id)
    if outcome.done:
        if has_bin(resource):
            back = Undo("record.take_back", {"resource": resource.name, "ids": [record_id]})
            tell(_("“%(name)s” was moved to the bin.", name=name), undo=back)
        else:
            tell(_("Deleted."))
        return go_to(local_address(request.form.get("back"), list_url(resource)))
    context = current()
    record = load(context, resource, record_id)
    return render(
        "records/blocked.html",
        status=outcome.status,
        label=resource.label_text(getattr(record, resource.label), context),
        message=context.text(outcome.message) if outcome.message else "",
        links=outcome.links,
        back=record_url(resource, record_id),
    )


@dataclass
class _Facts:
    """The facts of a record by tab; those of the column beside the conversation under no key."""

    tabs: dict[str, LazyText]
    groups: dict[str, list[FactGroup]]
    parts: dict[str, list[PartTable]]


def _by_tab(context: Context, resource: Resource, record: Any) -> _Facts:
    declared = {tab.key: tab.title for tab in resource.tabs if tab.on_page}
    found = _Facts({}, defaultdict(list), defaultdict(list))
    for group in groups_of(context, resource, record):
        found.groups[group.tab if group.tab in declared else ""].append(group)
    for table in parts_of(context, resource, record.id):
        found.parts[table.tab if table.tab in declared else ""].append(table)
    found.tabs = {key: title for key, title in declared.items() if key in found.groups or key in found.parts}
    return found


def _tabs(
    context: Context,
    resource: Resource,
    record_id: int,
    tabs: tuple[str, dict[str, LazyText]],
    query: ListQuery,
) -> list[dict[str, Any]]:
    """The tabs of the page: the conversation, those that the resource declares and that hold something, files, history."""
    tab, declared = tabs
    base = record_url(resource, record_id, query)
    joint = "&" if "?" in base else "?"
    titles = {"activity": _("Notes and events"), **declared, "files": _("Files"), "history": _("History")}
    files = counts(context, resource, [record_id]).get(record_id, 0)
    return [
        {
            "label": context.text(titles[name]),
            "url": base if name == TABS[0] else f"{base}{joint}tab={name}",
            "current": name == tab,
            "count": files if name == "files" else None,
        }
        for name in titles
    ]


def _edit_url(resource: Resource, record_id: int, query: ListQuery) -> str:
    """The form leads back to the record as a part of the list from which it was opened."""
    address = f"{record_url(resource, record_id)}/edit"
    back = record_url(resource, record_id, query)
    return f"{address}?{urlencode({'_in': back})}" if "?" in back else address


def _steps(context: Context, resource: Resource, record_id: int, query: ListQuery) -> dict[str, Any]:
    """Addresses of the records before and after this one in the list from which it was opened, and of its place in it.

    Where the record is not in that list (any more), or the list cannot be read, there is only the way back.
    """
    try:
        group = EVERYTHING
        if query.groups and query.opened:
            group = within(context, resource, query, query.opened[-1])
        stands = standing(context, resource, query, record_id, group)
    except Invalid:
        stands = None
    if stands is None:
        return {"before_url": None, "after_url": None, "place": None, "list_url": list_url(resource, query)}
    return {
        "before_url": record_url(resource, stands.before, query) if stands.before else None,
        "after_url": record_url(resource, stands.after, query) if stands.after else None,
        "place": _place(stands),
        "list_url": f"{list_url(resource, stands.page)}#row-{record_id}",
    }


def _place(stands: Standing) -> LazyText | None:
    if stands.number is None:
        return None
    if stands.count.more:
        return _("%(place)d of more than %(count)d", place=stands.number, count=stands.count.number)
    return _("%(place)d of %(count)d", place=stands.number, count=stands.count.number)


def _content(context: Context, resource: Resource, record_id: int, tab: str) -> dict[str, Any]:
    if tab == "files":
        return {
            "files": attachments(context, resource, record_id),
            "file_note": allowed_note(context),
            "largest": LARGEST,
            "size_of": size_of,
            "add_url": url_for("attachments.add", resource=resource.name, record_id=record_id),
        }
    if tab == "history":
        found = entries(
            context,
            resource.table,
            record_id,
            before=stored_number(request.args.get("before", "")),
            limit=AT_ONCE,
        )
        older = None
        if len(found) == AT_ONCE:
            older = f"{record_url(resource, record_id)}?tab=history&before={found[-1].id}"
        days = days_of(context, list(described(context, resource, found)))
        return {"days": days, "older_url": older, "ended_with": None}
    if tab in TABS:
        return {"composer": composer(context, resource, record_id), **_activity(context, resource, record_id)}
    return {}


def _activity(context: Context, resource: Resource, record_id: int) -> dict[str, Any]:
    """One page of the timeline, narrowed to a kind and to a user's entries where they were chosen."""
    kinds = kinds_of(context, resource)
    kind = request.args.get("kind", "")
    kind = kind if kind in kinds else ""
    place = Place.decode(request.args.get("before", ""))
    by = stored_number(request.args.get("by", "")) or 0
    found = timeline(context, resource, record_id, kind=kind, by=by, place=place)
    base = record_url(resource, record_id)
    chosen = {**({"kind": kind} if kind else {}), **({"by": by} if by else {})}
    authors = authors_of(context, found.happenings, by)
    older = f"{base}?{urlencode({**chosen, 'before': found.next.encode()})}" if found.next else None
    return {
        "days": days_of(context, found.happenings),
        "older_url": older,
        "newest_url": f"{base}?{urlencode(chosen)}" if place else None,
        "ended_with": day_of(context, place) if by_htmx() else None,
        "kinds": [
            {"label": title, "url": _narrowed(base, kind=key, by=by), "current": key == kind}
            for key, title in {"": context.text(_("Everything")), **kinds}.items()
        ],
        "authors": [
            {"label": name, "url": _narrowed(base, kind=kind, by=number), "current": number == by}
            for number, name in {0: context.text(_("By everybody")), **authors}.items()
        ]
        if by or len(authors) > 1
        else [],
    }


def _narrowed(base: str, *, kind: str, by: int) -> str:
    chosen = {name: value for name, value in (("kind", kind), ("by", by)) if value}
    return f"{base}?{urlencode(chosen)}" if chosen else base


def _older(context: Context, resource: Resource, record_id: int) -> ResponseReturnValue:
    """The next page of the timeline alone, for the place of the button that asked for it."""
    may = {"edit": may_do(context, resource, record_id, "edit")}
    content = _activity(context, resource, record_id)
    return render("records/days.html", own_url=record_url(resource, record_id), may=may, **content)
