"""Names of records of several kinds at once, of those that the actor sees."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from kernel.resources.context import Context

Key = tuple[str, int]
"""Name of the resource, and id."""


def labels(context: Context, records: Iterable[Key]) -> dict[Key, str]:
    """Give the names of those records that are there and that the actor may view; one statement for each kind among them."""
    wanted: dict[str, list[int]] = {}
    for name, number in records:
        wanted.setdefault(name, []).append(number)
    found: dict[Key, str] = {}
    for name, ids in wanted.items():
        resource = context.runtime.resources.get(name)
        if resource is None or not context.may(resource.permission, "view"):
            continue
        statement = select(resource.model.id, resource.label_column()).where(resource.model.id.in_(ids))
        if resource.only is not None:
            statement = statement.where(resource.only(resource.model))
        for number, label in context.session.execute(statement):
            found[name, number] = resource.label_text(label, context)
    return found
