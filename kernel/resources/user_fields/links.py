"""Links from user-defined fields to a record: there is no foreign key in JSON, so what changes records calls these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, array

from kernel.resources.errors import NotFound
from kernel.resources.user_fields.kinds import UserLink
from kernel.resources.user_fields.models import UserField

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


@dataclass(frozen=True)
class Relinked:
    """Records of one table whose link was led elsewhere: full name of the table, name of the field, ids."""

    table: str
    field: str
    ids: tuple[int, ...]


def relink(context: Context, table: str, old_id: int, new_id: int) -> list[Relinked]:
    """Lead the links to one record to another, as a merge needs it, also those of fields that are out of use.

    Raises the `IntegrityError` of the database where two records would hold the same value of a unique field.
    """
    moved = []
    with context.system("links follow a merge") as system:
        for model, key in _link_keys(system, table):
            held = model.user_values.contains({key: old_id})
            value = func.jsonb_set(model.user_values, array([key]), literal(new_id, JSONB))
            statement = update(model).where(held).values(user_values=value).returning(model.id)
            ids = _change(system, statement).scalars().all()
            if ids:
                moved.append(Relinked(model.__table__.fullname, key, tuple(ids)))
    return moved


def _link_keys(system: Context, table: str) -> Iterator[tuple[Any, str]]:
    """Give model and name of each field that links to records of a table, retired ones too."""
    resources = system.runtime.resources
    targets = [name for name, resource in resources.items() if resource.table == table]
    models = {resource.table: resource.model for resource in resources.values()}
    statement = select(UserField.subject, UserField.key).where(
        UserField.kind == "link", UserField.parameters["to"].astext.in_(targets)
    )
    for subject, key in system.session.execute(statement.order_by(UserField.id)).all():
        if subject in models:
            yield models[subject], key


def _change(system: Context, statement: Any) -> Any:
    return system.session.execute(statement.execution_options(synchronize_session=False))
