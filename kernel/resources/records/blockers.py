"""What stands in the way of a deletion: rows of whatever table that hang on a record, as far as the actor sees them.

Foreign keys are read from the database, so that rows of plugins that are paused or gone count as well; so do rows in the
bin, and rows that hang on what the database would delete along. Of rows that the actor may not see he learns only that
there are others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, inspect, select, text, true

from kernel.access.policies import Policy
from kernel.access.predicates import Reach
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.fields import Link
from kernel.resources.naming import comma, named
from kernel.resources.records.load import opens_bin
from kernel.resources.resource import Resource

HANGING = text("SELECT * FROM kernel.hanging_on(CAST(:table AS regclass), :ids)")


@dataclass(frozen=True)
class Hanging:
    """Rows of a table that hang on a record by one column; `ids` are theirs where the table has some.

    `binned` is how many of them are in the bin, None where that is to be counted.
    """

    schema: str
    name: str
    field: str
    direct: bool
    total: int
    binned: int | None
    ids: Sequence[int] | None


@dataclass(frozen=True)
class Blocker:
    """What stands in the way: how many rows of which kind, some perhaps in the bin; `count` 0 are rows unseen."""

    title: LazyText | str
    count: int
    binned: int = 0
    url: str | None = None
    bin_url: str | None = None

    def sentence(self) -> LazyText:
        """Say it: "3 × Appointments (1 of them in the bin)"."""
        if not self.count:
            return _("others that are not shown to you")
        if self.binned:
            return _(
                "%(count)d × %(title)s (%(binned)d of them in the bin)",
                count=self.count,
                title=self.title,
                binned=self.binned,
            )
        return _("%(count)d × %(title)s", count=self.count, title=self.title)


def blockers(context: Context, resource: Resource, record_id: int) -> list[Blocker]:
    """Give what hangs on a record by foreign keys that forbid its deletion, and what plugins say stands in the way."""
    found: dict[str, Blocker] = {}
    unseen = False
    with context.system("what stands in the way of a deletion") as system:
        rows = _once(system.session.execute(HANGING, {"table": resource.table, "ids": [record_id]}).all())
        seen = [_seen(context, system, row) for row in rows]
    for row, (count, binned) in zip(rows, seen, strict=True):
        unseen = unseen or count < row.total
        if count:
            one = _blocker(context, row, count, binned, record_id)
            title = context.text(one.title)
            found[title] = one if title not in found else _together(found[title], one)
    answers = context.runtime.require(
        "obstacles_to_delete", ctx=context, resource=resource.name, ids=[record_id]
    )
    said = [
        Blocker(item.text, item.count, 0, item.url)
        for answer in answers
        for item in answer.value.get(record_id, ())
    ]
    return [*found.values(), *said, *([Blocker("", 0)] if unseen else [])]


def reasons_of(context: Context, in_the_way: Iterable[Blocker]) -> str:
    """Say in one line what is in the way."""
    return comma(context).join(context.text(item.sentence()) for item in in_the_way)


def links_of(context: Context, in_the_way: Iterable[Blocker]) -> list[tuple[str, str]]:
    """Give titles and addresses of the lists that show what is in the way, those of bins as well."""
    links = []
    for item in in_the_way:
        title = context.text(item.title)
        if item.url and item.count > item.binned:
            links.append((title, item.url))
        if item.bin_url and item.binned:
            links.append((context.text(_("Bin of %(kind)s", kind=title)), item.bin_url))
    return links


def _once(rows: Iterable[Any]) -> list[Hanging]:
    """Count a row once that hangs on the record in several ways, as far as its table tells rows apart: the direct one."""
    known: dict[tuple[str, str], set[int]] = {}
    found = []
    for row in sorted(rows, key=lambda row: not row.direct):
        one = Hanging(*row)
        before = known.setdefault((one.schema, one.name), set())
        if one.ids is not None and not before.isdisjoint(one.ids):
            ids = [each for each in one.ids if each not in before]
            one = replace(one, total=len(ids), ids=ids, binned=None)
        before.update(one.ids or ())
        if one.total:
            found.append(one)
    return found


def _seen(context: Context, system: Context, row: Hanging) -> tuple[int, int]:
    """Count those of the rows that the actor may see, and those of them in the bin."""
    actor = context.actor
    policy = _policy_of(context, f"{row.schema}.{row.name}")
    if policy is None:
        return (row.total, row.binned or 0) if actor.kind == "system" or actor.is_administrator else (0, 0)
    policies = context.runtime.policies
    reach = Reach(actor, policies, lift_bin=True)
    condition = None if actor.kind == "system" else reach.condition(policies.view_rule(policy), policy.column)
    if condition is None:
        if row.binned is not None:
            return row.total, row.binned
        condition = true()
    if not row.ids:
        return 0, 0
    key = getattr(policy.model, inspect(policy.model).primary_key[0].key)
    counted: list[Any] = [func.count()]
    if policy.binnable:
        counted.append(func.count(policy.column("binned_at")))
    statement = select(*counted).select_from(policy.model).where(key.in_(row.ids), condition)
    found: Sequence[int] = system.session.execute(statement).one()
    return found[0], found[1] if policy.binnable else 0


def _policy_of(context: Context, table: str) -> Policy | None:
    return next((each for each in context.runtime.policies if each.table.fullname == table), None)


def _blocker(context: Context, row: Hanging, count: int, binned: int, record_id: int) -> Blocker:
    table = f"{row.schema}.{row.name}"
    kinds = context.runtime.by_table.get(table, ())
    linked = [(kind, item) for kind in kinds for item in kind.fields if _leads(item, row.field)]
    kind, item = linked[0] if linked else (kinds[0] if kinds else None, None)
    title = kind.plural if linked and kind else named(context, None, table)[0]
    if kind is None:
        return Blocker(title, count, binned)
    narrowed = f"?{urlencode({f'f.{item.name}.is': record_id})}" if item is not None and row.direct else ""
    bin_url = f"/{kind.path}/bin" if opens_bin(context, kind) else None
    return Blocker(title, count, binned, f"/{kind.path}{narrowed}", bin_url)


def _leads(item: Any, column: str) -> bool:
    return isinstance(item, Link) and item.attribute == column


def _together(first: Blocker, second: Blocker) -> Blocker:
    """Count rows of one kind together that hang on the record in two ways."""
    url = first.url and first.url.partition("?")[0]
    return Blocker(first.title, first.count + second.count, first.binned + second.binned, url, first.bin_url)
