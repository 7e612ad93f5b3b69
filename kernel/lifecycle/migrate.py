"""Alembic without its files: the migrations of one schema, run inside the caller's transaction.

The version table stands in the schema it speaks of, so that a schema dropped takes its history along.
"""

from __future__ import annotations

import threading
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import kernel

KERNEL_MIGRATIONS = Path(kernel.__file__).parent / "migrations"
VERSION_TABLE = "migration"

_ONE_AT_A_TIME = threading.Lock()
"""Migrations speak through `alembic.op`, which exists once per process."""


def migrate(connection: Connection, schema: str, directory: Path, target: str = "head") -> str | None:
    """Bring `schema` to the revision `target` of the migrations in `directory`; returns the revision reached.

    Runs in the transaction of `connection`: nothing has happened until the caller commits.
    """
    script = _script(directory)
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {_quoted(connection, schema)}"))
    context = MigrationContext.configure(
        connection,
        opts={
            "script": script,
            "version_table": VERSION_TABLE,
            "version_table_schema": schema,
            "fn": lambda revision, _context: script._upgrade_revs(target, revision),
        },
    )
    with _ONE_AT_A_TIME, Operations.context(context):
        context.run_migrations()
    return context.get_current_revision()


def current_revision(connection: Connection, schema: str) -> str | None:
    """The revision that `schema` is at; None when it was never migrated."""
    known = connection.execute(
        text("SELECT to_regclass(format('%I.%I', CAST(:schema AS text), CAST(:name AS text))) IS NOT NULL"),
        {"schema": schema, "name": VERSION_TABLE},
    ).scalar_one()
    if not known:
        return None
    opts = {"version_table": VERSION_TABLE, "version_table_schema": schema}
    return MigrationContext.configure(connection, opts=opts).get_current_revision()


def head_revision(directory: Path) -> str | None:
    """The newest revision that the code in `directory` knows."""
    return _script(directory).get_current_head()


def knows_revision(directory: Path, revision: str) -> bool:
    """Say whether the code in `directory` knows the way from `revision` on."""
    return any(script.revision == revision for script in _script(directory).walk_revisions())


def _script(directory: Path) -> ScriptDirectory:
    return ScriptDirectory(str(directory), version_locations=[str(directory / "versions")])


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
