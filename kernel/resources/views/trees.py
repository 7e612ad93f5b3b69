"""A tree: the rows of a list beneath each other, level by level, with how many stand beneath each.

Which row stands beneath which is read once, as pairs of numbers, in the reader's own session: a row whose parent he does not
see stands at the top for him. In a search or filter the hits stand with the rows above them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.lists import ListQuery
from kernel.resources.lists.cells import Row, read_rows
from kernel.resources.lists.columns import Column
from kernel.resources.lists.cursors import encode
from kernel.resources.lists.searching import any_of
from kernel.resources.lists.selection import Selection, select_rows
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Tree
from kernel.resources.views.moving import label_column, shown_fields, usable

MOST = 50_000
"""Rows of which a tree is made at most."""
LEVEL = 100
"""Rows beneath one that are fetched at once."""
MOST_OPEN = 60
"""Rows that stand open at once when a page is made."""
Parents = Mapping[int, int | None]


@dataclass(frozen=True)
class Branch:
    """What stands beneath one row, in the order of the list, and the cursor behind the last."""

    rows: Sequence[Row] = ()
    following: str | None = None


@dataclass(frozen=True)
class TreeReader:
    """A tree as one actor reads it by one query."""

    context: Context
    resource: Resource
    query: ListQuery
    """The order alone, without search and filters."""
    parents: Parents
    """For each row that the reader sees the one above it; None at the top."""
    hits: frozenset[int] | None
    """What the search or filter found; None without."""
    columns: Sequence[Column]
    label: Column | None

    @cached_property
    def below(self) -> Mapping[int | None, Sequence[int]]:
        """Give what is shown beneath each row: without a filter all, else the hits and what stands above them."""
        found: dict[int | None, list[int]] = defaultdict(list)
        for number in self.parents if self.hits is None else with_those_above(self.parents, self.hits):
            found[self.parents[number]].append(number)
        return found

    @cached_property
    def beneath(self) -> Mapping[int, int]:
        """Count what stands beneath each row that is shown, at any depth; in a search or filter the hits alone."""
        order = list(self.below.get(None, ()))
        for number in order:
            order.extend(self.below.get(number, ()))
        found = dict.fromkeys(order, 0)
        for number in reversed(order):
            above = self.parents[number]
            if above is not None:
                found[above] += found[number] + (self.hits is None or number in self.hits)
        return found

    @property
    def count(self) -> int:
        """How many rows the list has."""
        return len(self.parents if self.hits is None else self.hits)

    def above(self, number: int) -> Iterator[int]:
        """Give the rows above one, the nearest first."""
        step = self.parents.get(number)
        while step is not None:
            yield step
            step = self.parents[step]

    def usually_open(self, at: int | None) -> set[int]:
        """Give the rows that stand open: those down to `at`; in a search or filter all that lead to hits, if few."""
        wanted: set[int] = set() if at is None or at not in self.beneath else {at, *self.above(at)}
        if self.hits is not None:
            inner = {number for number in self.below if number is not None}
            wanted |= inner if len(inner) <= MOST_OPEN else set()
        return wanted

    def branches(self, opened: Collection[int]) -> dict[int | None, Branch]:
        """Read the top, and what stands beneath the rows that are open and reached; two statements for all."""
        heads: list[int | None] = [None]
        for head in heads:
            heads.extend(each for each in self.below.get(head, ()) if each in opened and each in self.below)
            if len(heads) > MOST_OPEN:
                break
        model = self.resource.model
        heads = heads[: MOST_OPEN + 1]
        conditions = [any_of(model.id, self.below.get(head, ())) for head in heads]
        places = self._selection().fetch_each(conditions, limit=LEVEL + 1)
        rows = self._rows([place.id for found in places for place in found[:LEVEL]])
        name = self._selection().order.name
        return {
            head: Branch(
                [rows[place.id] for place in found[:LEVEL] if place.id in rows],
                encode(name, found[LEVEL - 1]) if len(found) > LEVEL else None,
            )
            for head, found in zip(heads, places, strict=True)
        }

    def branch(self, head: int | None, cursor: str | None) -> Branch:
        """Read what stands beneath one row, behind a cursor; `NotFound` for a row that is not in this tree."""
        if head is not None and head not in self.beneath:
            raise NotFound()
        selection = self._selection(self.below.get(head, ()))
        start = selection.position(cursor) if cursor else None
        places = selection.fetch(start, limit=LEVEL + 1)
        rows = self._rows([place.id for place in places[:LEVEL]])
        following = encode(selection.order.name, places[LEVEL - 1]) if len(places) > LEVEL else None
        return Branch([rows[place.id] for place in places[:LEVEL] if place.id in rows], following)

    def row(self, number: int) -> Row | None:
        """Read one row; None where it is not there."""
        return self._rows([number]).get(number)

    def _rows(self, ids: Sequence[int]) -> dict[int, Row]:
        named = [] if self.label is None or self.label in self.columns else [self.label]
        return {row.id: row for row in read_rows(self.context, self.resource, [*named, *self.columns], ids)}

    def _selection(self, ids: Sequence[int] | None = None) -> Selection:
        narrow = () if ids is None else (any_of(self.resource.model.id, ids),)
        return select_rows(self.context, self.resource, self.query, narrow=narrow)


def read_tree(context: Context, resource: Resource, tree: Tree, query: ListQuery) -> TreeReader:
    """Give the tree of a list as somebody asked for it; `Invalid` where there are too many rows, or the query cannot be."""
    known = usable(context, resource)
    if tree.parent not in known:
        raise NotFound()
    unfiltered = ListQuery(sort=query.sort or tree.sort or resource.default_sort.name)
    plain = select_rows(context, resource, unfiltered)
    plain.check_size()
    column = known[tree.parent].field.column(resource.model)
    pairs = context.session.execute(plain.rows(column.label("above")).limit(MOST + 1)).all()
    if len(pairs) > MOST:
        message = _(
            "There are more than %(most)d records: too many for a tree. Look at them as a list.", most=MOST
        )
        raise Invalid([Problem(None, message)])
    parents = uncircled({row[0]: row[1] for row in pairs})
    hits = None
    if query.search or query.filters:
        asked = replace(query.turned(None), sort=unfiltered.sort)
        found = select_rows(context, resource, asked, whole=True)
        hits = frozenset(context.session.execute(found.rows()).scalars()) & parents.keys()
    label = label_column(context, resource, tree)
    columns = shown_fields(context, resource, tree, {tree.parent} | ({label.key} if label else set()))
    return TreeReader(context, resource, unfiltered, parents, hits, columns, label)


def uncircled(pairs: Parents) -> Parents:
    """Give for each row the one above it: none where that is not among the rows, nor for the first row of a circle."""
    parents = {number: above if above in pairs else None for number, above in pairs.items()}
    judged: set[int] = set()
    for number in sorted(parents):
        path: list[int] = []
        on_path: set[int] = set()
        step: int | None = number
        while step is not None and step not in judged and step not in on_path:
            path.append(step)
            on_path.add(step)
            step = parents[step]
        if step is not None and step in on_path:
            parents[min(path[path.index(step) :])] = None
        judged |= on_path
    return parents


def with_those_above(parents: Parents, hits: Collection[int]) -> set[int]:
    """Give the hits and all rows above them."""
    found: set[int] = set()
    for number in hits:
        step: int | None = number
        while step is not None and step not in found:
            found.add(step)
            step = parents[step]
    return found
