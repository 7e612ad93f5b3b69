"""The plugin's tables: whose they are, what they lead to, that they are protected, that the migrations make them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from kernel.access.errors import UnprotectedModel
from kernel.data.base import META, KernelBase
from kernel.lifecycle.migrate import VERSION_TABLE
from kernel.testing.conformance.examined import KERNEL, Examined

DELETE_RULES = ("CASCADE", "RESTRICT", "SET NULL", "NO ACTION")


def schema(examined: Examined, owner: Connection) -> Iterator[str]:
    """Look at models and database: ownership, references with their delete rules, nothing on the kernel's side."""
    allowed = {examined.name, KERNEL, *examined.found.plugin.required_names}
    for mapper in examined.mappers:
        table: Any = mapper.local_table
        if table.schema != examined.name:
            yield f"the model {mapper.class_.__name__} stands in the schema {table.schema}"
        for key in table.foreign_keys:
            target = key.target_fullname.split(".")[0]
            if target not in allowed:
                yield f"{key.parent} leads to {key.target_fullname}, which it does not require"
            if target != examined.name and (key.ondelete or "").upper() not in DELETE_RULES:
                yield f"{key.parent} leads to {key.target_fullname} without a delete rule"
    yield from _on_the_kernel(examined)
    if examined.tables:
        yield from _in_the_database(examined, owner)


def _on_the_kernel(examined: Examined) -> Iterator[str]:
    for mapper in KernelBase.registry.mappers:
        for relation in mapper.relationships:
            if relation.mapper.class_.__module__.startswith(examined.package):
                yield f"{relation} stands on a class of the kernel and leads to the plugin"
        for name, value in vars(mapper.class_).items():
            if getattr(value, "__module__", "").startswith(examined.package):
                yield f"{mapper.class_.__name__}.{name} is the plugin's, on a class of the kernel"


def _in_the_database(examined: Examined, owner: Connection) -> Iterator[str]:
    names = {each.name for each in examined.tables}
    present = set(
        owner.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = :schema"),
            {"schema": examined.name},
        ).scalars()
    )
    if VERSION_TABLE not in present:
        yield f"there is no table {examined.name}.{VERSION_TABLE}: the kernel keeps its version there"
    yield from (f"the table {examined.name}.{name} is not made" for name in sorted(names - present))
    keys = owner.execute(
        text(
            "SELECT c.conrelid::regclass::text AS place, c.conname, n.nspname FROM pg_constraint c"
            " JOIN pg_class t ON t.oid = c.confrelid JOIN pg_namespace n ON n.oid = t.relnamespace"
            " JOIN pg_namespace o ON o.oid = c.connamespace WHERE c.contype = 'f' AND o.nspname = :schema"
            " AND n.nspname <> :schema AND c.confdeltype = 'a'"
        ),
        {"schema": examined.name},
    )
    for row in keys:
        yield f"{row.place}: {row.conname} leads to {row.nspname} without a delete rule in the database"


def policies(examined: Examined) -> Iterator[str]:
    """Look whether each model has a policy that can be enforced.

    This needs no site: where a policy is missing, the plugin cannot be installed on one.
    """
    own = examined.policies()
    protected = {policy.table for policy in own}
    missing = [mapper.class_ for mapper in examined.mappers if mapper.local_table not in protected]
    for model in missing:
        yield f"{model.__name__} has no policy: its rows are shown to nobody"
    for policy in own:
        if policy.table.schema != examined.name:
            yield f"there is a policy for {policy.table.fullname}, which is another's"
    if not missing:
        try:
            examined.everything().check_complete([mapper.class_ for mapper in examined.mappers])
        except UnprotectedModel as error:
            yield str(error)


def migrations(examined: Examined, owner: Connection) -> Iterator[str]:
    """Compare the models with what the migrations made: what the models name must be there, and as they say."""

    def mine(name: str | None, kind: str, parents: Any) -> bool:
        return name == examined.name if kind == "schema" else parents.get("schema_name") == examined.name

    options = {"include_schemas": True, "include_name": mine, "compare_type": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = compare_metadata(MigrationContext.configure(owner, opts=options), META)
    for difference in _flat(found):
        told = _told(examined, difference)
        if told:
            yield told


def _flat(found: Any) -> Iterator[tuple[Any, ...]]:
    for each in found:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each


def _told(examined: Examined, difference: tuple[Any, ...]) -> str | None:
    """What is only in the database is the plugin's own affair (computed columns, say), and so are the kernel's tables."""
    kind, *rest = difference
    if kind.startswith("modify_"):
        schema, table, column = rest[0], rest[1], rest[2]
        return (
            f"{schema}.{table}.{column}: {kind.removeprefix('modify_')} differs"
            if schema == examined.name
            else None
        )
    thing = rest[-1]
    table = getattr(thing, "table", thing)
    if not kind.startswith("add_") or getattr(table, "schema", None) != examined.name:
        return None
    return f"{table.fullname}: no migration makes the {kind.removeprefix('add_')} {getattr(thing, 'name', thing)}"
