"""Search beyond one list: over all resources at once, and as suggestions while somebody types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from kernel.extension.contributions import SearchSource
from kernel.i18n import LazyText
from kernel.resources.context import Context
from kernel.resources.lists.query import ListQuery
from kernel.resources.lists.searching import any_of
from kernel.resources.lists.selection import for_looking_up, select_rows
from kernel.resources.resource import Resource

MOST_SUGGESTIONS = 50
USUAL_ORDER = 500


@dataclass(frozen=True)
class Hit:
    """One record found: its label, and a line about it where the resource gives one."""

    id: int
    label: str
    description: str = ""


@dataclass(frozen=True)
class SearchGroup:
    """What was found among the records of one resource; `more` says that its own list has further hits."""

    resource: Resource
    title: LazyText | str
    hits: Sequence[Hit]
    more: bool


@dataclass(frozen=True)
class _Source:
    resource: Resource
    title: LazyText | str
    order: int


def search_everywhere(context: Context, text: str, limit: int = 5) -> list[SearchGroup]:
    """Search every resource that the actor may see and that can be searched; groups without hits are left out.

    Plugins order and name their groups through the hook `search_sources`. A code as a card reader types it finds its record
    alone.
    """
    if not text.strip():
        return []
    groups = []
    for source in _sources(context):
        found = select_rows(context, source.resource, ListQuery(search=text))
        ids = found.hits.ids if found.hits is not None else ()
        if ids:
            hits = _described(context, source.resource, ids[:limit])
            if found.scanned:
                return [SearchGroup(source.resource, source.title, hits, False)]
            groups.append(SearchGroup(source.resource, source.title, hits, len(ids) > limit))
    return groups


def find_scanned(context: Context, text: str) -> tuple[Resource, int] | None:
    """Give the record whose code a reader typed into a search, such as a person's card; None where it is no such code."""
    for source in _sources(context):
        search = source.resource.search
        if search is not None and search.scan is not None:
            found = select_rows(context, source.resource, ListQuery(search=text))
            if found.scanned and found.hits is not None:
                return source.resource, found.hits.ids[0]
    return None


def suggestions(context: Context, resource: Resource, text: str, limit: int = 20) -> list[tuple[int, str]]:
    """Give ids and labels of records that fit what was typed, best first; of the first ones where nothing was.

    What is there to be looked up in, such as cities, is chosen by everybody; its list and pages are for who may view it.
    """
    limit = min(max(limit, 1), MOST_SUGGESTIONS)
    seen = for_looking_up(context, resource) or context.may(resource.permission, "view")
    if not seen or (text.strip() and resource.search is None):
        return []
    selection = select_rows(context, resource, ListQuery(search=text), choosing=True)
    if selection.hits is None:
        ids: Sequence[int] = [place.id for place in selection.fetch(None, limit=limit)]
    else:
        ids = selection.hits.ids[:limit]
    statement = select(resource.model.id, resource.label_column()).where(any_of(resource.model.id, ids))
    rows = context.session.execute(statement) if ids else ()
    labels = {row[0]: resource.label_text(row[1], context) for row in rows}
    return [(number, labels[number]) for number in ids if number in labels]


def _sources(context: Context) -> list[_Source]:
    declared = context.runtime.declared
    named: dict[str, SearchSource] = {
        item.resource: item for item in declared.declarations.values("search_sources")
    }
    sources = []
    for name, resource in declared.resources.items():
        if resource.search is None or resource.overview or not context.may(resource.permission, "view"):
            continue
        source = _Source(resource, resource.plural, USUAL_ORDER)
        if name in named:
            source = replace(source, title=named[name].title or resource.plural, order=named[name].order)
        sources.append(source)
    return sorted(sources, key=lambda source: source.order)


def _described(context: Context, resource: Resource, ids: Sequence[int]) -> list[Hit]:
    model = resource.model
    if resource.description is None:
        statement = select(model.id, resource.label_column()).where(any_of(model.id, ids))
        found = {
            number: Hit(number, resource.label_text(label, context))
            for number, label in context.session.execute(statement)
        }
    else:
        records = context.session.execute(select(model).where(any_of(model.id, ids))).scalars()
        found = {
            record.id: Hit(
                record.id,
                resource.label_text(getattr(record, resource.label), context),
                resource.description(context, record),
            )
            for record in records
        }
    return [found[number] for number in ids if number in found]
