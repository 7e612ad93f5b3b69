"""A plugin is a schema: nothing of it stands outside, and nothing outside hangs on what stands in it.

Both are asked of the database's own catalogues, so that they hold for plugins whose code nobody has read,
and also when the code is gone.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from kernel.i18n import _
from kernel.lifecycle.errors import OwnershipBroken
from kernel.lifecycle.sql import catalogue, quoted

SHOWN = 10
"""How many names of foreign things an error lists."""


def outside(connection: Connection, schema: str) -> dict[str, str]:
    """Give a hash of the definition of everything in the database that does not belong to `schema`, by its
    identity.

    Policies named `<schema>__…` on tables elsewhere belong to it. Triggers that PostgreSQL itself adds to a
    table which is referenced by a foreign key are left out.
    """
    rows = connection.execute(text(catalogue("outside")), {"schema": schema})
    return {row.identity: row.hash for row in rows}


def check_untouched(before: dict[str, str], after: dict[str, str]) -> None:
    """Raise `OwnershipBroken` if anything outside the plugin's schema was added, changed or dropped."""
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if changed:
        raise OwnershipBroken(
            _(
                "The plugin changes things outside its own schema, which no plugin may: %(names)s.",
                names=_listed(changed),
            ),
            "outside-changed",
        )


def outside_dependents(connection: Connection, schema: str) -> list[str]:
    """Name what stands outside the schema and depends on something in it: `DROP … CASCADE` would take it
    along.

    Foreign keys, views, defaults, columns of its types, triggers, indexes and policies that call its
    functions.
    """
    rows = connection.execute(text(catalogue("dependents")), {"schema": schema})
    return [row.identity for row in rows]


def drop_schema(connection: Connection, schema: str) -> None:
    """Drop the schema with all that is in it, and the policies that it put on tables elsewhere.

    Raises `OwnershipBroken` if anything else outside depends on it.
    """
    for row in connection.execute(text(catalogue("foreign_policies")), {"schema": schema}).all():
        _run(connection, f"DROP POLICY {quoted(row.policy)} ON {quoted(row.schema, row.name)}")
    dependents = outside_dependents(connection, schema)
    if dependents:
        raise OwnershipBroken(
            _("These depend on the plugin's tables and must go first: %(names)s.", names=_listed(dependents)),
            "outside-dependents",
        )
    _run(connection, f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")


def schema_exists(connection: Connection, schema: str) -> bool:
    """Say whether there is a schema of this name."""
    return bool(
        connection.execute(
            text("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = :schema)"), {"schema": schema}
        ).scalar_one()
    )


def create_schema(connection: Connection, schema: str) -> None:
    """Create the plugin's schema; a schema of this name that is there already is somebody else's."""
    if schema_exists(connection, schema):
        raise OwnershipBroken(
            _("The database has a schema “%(name)s” that is not this plugin's.", name=schema), "schema-taken"
        )
    _run(connection, f"CREATE SCHEMA {quoted(schema)}")


def _run(connection: Connection, statement: str) -> None:
    connection.connection.cursor().execute(statement)


def _listed(names: list[str]) -> str:
    more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
