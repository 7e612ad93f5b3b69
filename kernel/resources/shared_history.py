"""History of rows that bind several records: told only to who sees all of them.

A post stands in the history of the person; to who does not see the organisation, that it exists is told nowhere. So the
entries of such rows are looked up in the actor's own session; those of rows that are gone by the records they named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, inspect, or_, select

from kernel.access.policies import Child, Policy
from kernel.resources.context import Context
from kernel.resources.models import History

Ends = dict[int, set[int]]
"""Ids of the further records that a row has named, by the row's id."""


def told(context: Context, table: str, record_ids: list[int]) -> ColumnElement[bool] | None:
    """Build the condition of the entries that the actor may be told on a record's page; None where it is all of them.

    `record_ids` are the record and what was merged into it.
    """
    bound = list(_bound_to(context, table))
    if not bound or context.actor.kind == "system":
        return None
    named = _named(context, table, record_ids, bound)
    hidden = [
        and_(History.subject == policy.table.fullname, History.subject_id.in_(rows))
        for policy in bound
        if (rows := _hidden(context, policy, named.get(policy.table.fullname, {})))
    ]
    return ~or_(*hidden) if hidden else None


def _bound_to(context: Context, table: str) -> Iterator[Child]:
    for policy in context.runtime.policies:
        if isinstance(policy, Child) and policy.also and policy.parent_table == table:
            yield policy


def _named(
    context: Context, table: str, record_ids: list[int], bound: list[Child]
) -> dict[str, dict[str, Ends]]:
    """Give what the rows in a record's history have named, by their table, then by column; one query."""
    columns = {policy.table.fullname: policy.also for policy in bound}
    statement = select(History.subject, History.subject_id, History.changes).where(
        History.root == table, History.root_id.in_(record_ids), History.subject.in_(list(columns))
    )
    found: dict[str, dict[str, Ends]] = {}
    with context.system("what rows in a history have named") as system:
        for subject, number, changes in system.session.execute(statement):
            for column in columns[subject]:
                ends = found.setdefault(subject, {}).setdefault(column, {}).setdefault(number, set())
                ends.update(value for value in changes.get(column, ()) if value is not None)
    return found


def _hidden(context: Context, policy: Child, named: dict[str, Ends]) -> list[int]:
    rows = {number for ends in named.values() for number in ends}
    if not rows:
        return []
    rows -= _seen(context, policy, rows)
    if not rows:
        return []
    with context.system("which rows of a history are still there") as system:
        model: Any = policy.model
        kept = set(system.session.execute(select(model.id).where(model.id.in_(rows))).scalars())
    targets = dict(zip(policy.also, policy.leads_to(context.runtime.policies)[1:], strict=True))
    shown = {
        column: _seen(context, targets[column], set().union(*ends.values())) for column, ends in named.items()
    }
    return [
        number
        for number in sorted(rows)
        if number in kept
        or any(not ends.get(number) or ends[number] - shown[column] for column, ends in named.items())
    ]


def _seen(context: Context, policy: Policy, ids: set[int]) -> set[int]:
    """Give those of the rows that the actor sees."""
    key = getattr(policy.model, inspect(policy.model).primary_key[0].key)
    return set(context.session.execute(select(key).where(key.in_(ids))).scalars())
