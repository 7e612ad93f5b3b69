"""Links from user-defined fields to a record: there is no foreign key in JSON, so what changes records calls these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, func, literal, update
from sqlalchemy.dialects.postgresql import JSONB, array

from kernel.resources.errors import NotFound
from kernel.resources.user_fields.kinds import UserLink

if TYPE_CHECKING:
    from kernel.resources.context import Context
    from kernel.resources.runtime import Runtime


def links_to(runtime: Runtime, table: str) -> Iterator[tuple[Any, UserLink]]:
    """Give each model and field of it that links to records of a table, each once."""
    known = set()
    for resource in runtime.resources.values():
        for item in resource.fields:
            if not isinstance(item, UserLink) or (resource.table, item.name) in known:
                continue
            try:
                target = runtime.resource(item.to)
            except NotFound:
                continue
            if target.table == table:
                known.add((resource.table, item.name))
                yield resource.model, item


def forget_links(context: Context, table: str, ids: Sequence[int]) -> None:
    """Empty the links to records that are deleted for good; records that the actor may not see have theirs, too."""
    if not ids:
        return
    with context.system("links to what is deleted for good") as system:
        for model, item in links_to(context.runtime, table):
            rest = model.user_values.op("-")(literal(item.name, Text))
            _change(system, update(model).where(item.among(model, ids)).values(user_values=rest))


def relink(context: Context, table: str, old_id: int, new_id: int) -> None:
    """Lead the links to one record to another, as a merge needs it."""
    with context.system("links follow a merge") as system:
        for model, item in links_to(context.runtime, table):
            value = func.jsonb_set(model.user_values, array([item.name]), literal(new_id, JSONB))
            _change(system, update(model).where(item.holds(model, old_id)).values(user_values=value))


def _change(system: Context, statement: Any) -> None:
    system.session.execute(statement.execution_options(synchronize_session=False))
