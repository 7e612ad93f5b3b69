"""A list as a tree: the rows that are open, and what stands beneath one that is opened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.lists import ListQuery, Row
from kernel.resources.lists.selection import CappedCount
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Tree
from kernel.resources.views.moving import movable_fields, movable_ids
from kernel.resources.views.trees import Branch, TreeReader, read_tree
from kernel.web.current import current
from kernel.web.pages import render
from kernel.web.views.addresses import list_url, record_url, with_query
from kernel.web.views.asked_view import view_in_use
from kernel.web.views.cells import Cell, card_cells


@dataclass(frozen=True)
class Node:
    """One row of a tree. `nodes` is what stands beneath it where it is open; `below_url` gives it where it is not."""

    id: int
    title: str
    url: str
    cells: Sequence[tuple[str, Cell]]
    parent: int | None
    level: int
    beneath: int
    open: bool
    aside: bool
    """Whether it stands here only for the sake of hits beneath it."""
    open_url: str
    below_url: str | None
    move_url: str | None
    version: int | None
    nodes: Sequence[Node] = ()
    more_url: str | None = None


def draw(
    context: Context, resource: Resource, tree: Tree, query: ListQuery, opened: Collection[int] = ()
) -> tuple[CappedCount, dict[str, Any]]:
    """Read a tree; gives how many rows it has and what its template shows. `opened` stand open besides those asked for."""
    reader = read_tree(context, resource, tree, query)
    at = stored_number(request.args.get("node", ""))
    nodes = Nodes(context, resource, tree, query, reader)
    top, more_url = nodes.top(reader.usually_open(at) | set(opened))
    return CappedCount(reader.count, False), {
        "tree": tree,
        "tree_name": f"{resource.name}.{tree.key}",
        "tree_title": context.text(tree.name),
        "nodes": top,
        "more_url": more_url,
        "sought": reader.hits is not None,
        "moves": bool(nodes.fields),
        "resource": resource,
    }


def below(resource: Resource) -> ResponseReturnValue:
    """Give what stands beneath one row, or further rows behind those that the page has."""
    context = current()
    context.require(resource.permission, "view")
    tree, query = view_in_use(context, resource)
    if not isinstance(tree, Tree):
        raise NotFound()
    reader = read_tree(context, resource, tree, query.turned(None))
    asked = request.args.get("node", "")
    head = stored_number(asked)
    if asked and head is None:
        raise NotFound()
    branch = reader.branch(head, query.cursor)
    nodes = Nodes(context, resource, tree, query, reader)
    found, more_url = nodes.flat(head, branch)
    return render("records/tree_below.html", nodes=found, more_url=more_url, sought=reader.hits is not None)


class Nodes:
    """Makes the nodes of one tree for one reader."""

    def __init__(
        self, context: Context, resource: Resource, tree: Tree, query: ListQuery, reader: TreeReader
    ) -> None:
        self.context = context
        self.resource = resource
        self.tree = tree
        self.query = query.turned(None)
        self.reader = reader
        self.fields = movable_fields(context, resource, tree)
        self.movable: set[int] = set()

    def top(self, opened: Collection[int]) -> tuple[list[Node], str | None]:
        """Make the nodes at the top with what is open beneath them, and the address of further ones."""
        branches = self.reader.branches(opened)
        self._judge(row for branch in branches.values() for row in branch.rows)
        return self._branch(None, branches, 1), self._more_url(None, branches[None])

    def flat(self, head: int | None, branch: Branch) -> tuple[list[Node], str | None]:
        """Make the nodes beneath one, all of them closed."""
        self._judge(branch.rows)
        level = 1 if head is None else 2 + len(list(self.reader.above(head)))
        return self._branch(head, {head: branch}, level), self._more_url(head, branch)

    def title(self, row: Row) -> str:
        """Give what a row is called."""
        label = self.reader.label
        text = row.texts.get(label.key, "") if label else self.resource.label_text(row.label, self.context)
        return text or self.context.text(_("(no name)"))

    def _judge(self, rows: Iterable[Row]) -> None:
        if self.fields:
            ids = [row.id for row in rows]
            self.movable = movable_ids(self.context, self.resource, self.tree, ids)

    def _branch(self, head: int | None, branches: Mapping[int | None, Branch], level: int) -> list[Node]:
        return [self._node(row, head, branches, level) for row in branches[head].rows]

    def _node(self, row: Row, head: int | None, branches: Mapping[int | None, Branch], level: int) -> Node:
        reader, resource = self.reader, self.resource
        holds, is_open = row.id in reader.below, row.id in branches
        address = list_url(resource, self.query, "/below")
        return Node(
            id=row.id,
            title=self.title(row),
            url=self.tree.page.format(id=row.id)
            if self.tree.page
            else record_url(resource, row.id, replace(self.query, look="")),
            cells=card_cells(self.context, reader.columns, row),
            parent=head,
            level=level,
            beneath=reader.beneath.get(row.id, 0),
            open=is_open,
            aside=reader.hits is not None and row.id not in reader.hits,
            open_url=f"{list_url(resource, self.query)}&node={row.id}#node-{row.id}",
            below_url=f"{address}&node={row.id}" if holds and not is_open else None,
            move_url=with_query(f"/{resource.path}/{row.id}/move", self.query)
            if row.id in self.movable
            else None,
            version=row.record_version,
            nodes=self._branch(row.id, branches, level + 1) if is_open else (),
            more_url=self._more_url(row.id, branches[row.id]) if is_open else None,
        )

    def _more_url(self, head: int | None, branch: Branch) -> str | None:
        if branch.following is None:
            return None
        address = list_url(self.resource, self.query.turned(branch.following), "/below")
        return address if head is None else f"{address}&{urlencode({'node': head})}"
