"""What a table needs to hold values of fields that the administrator defines, as a step of a migration."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, dialect

from kernel.data.base import USER_VALUES

_QUOTE = dialect().identifier_preparer.quote_identifier  # type: ignore[no-untyped-call]

CHANGED = {
    "INSERT": "NEW.user_values <> '{}'",
    "UPDATE": "OLD.user_values <> '{}' OR NEW.user_values <> '{}'",
    "DELETE": "OLD.user_values <> '{}'",
}
"""When the guard of unique values must look at a row; rows without values cost nothing."""


def add_user_values(op: Any, schema: str, table: str) -> None:
    """Let a table hold values of user-defined fields: the column, its index, and the guard of unique values.

    `op` is Alembic's. The model takes `Extensible` among its bases and `user_values_index(table)` among its
    `__table_args__`; its key must be `id`.
    """
    op.add_column(
        table,
        sa.Column(USER_VALUES, JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        schema=schema,
    )
    op.create_index(
        f"ix_{table}_{USER_VALUES}",
        table,
        [USER_VALUES],
        schema=schema,
        postgresql_using="gin",
        postgresql_ops={USER_VALUES: "jsonb_path_ops"},
        postgresql_with={"gin_pending_list_limit": "128"},
    )
    name = f"{_QUOTE(schema)}.{_QUOTE(table)}"
    for verb, condition in CHANGED.items():
        op.execute(
            f"CREATE TRIGGER keep_user_value_keys_{verb.lower()} AFTER {verb} ON {name}"
            f" FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION kernel.keep_user_value_keys()"
        )


def drop_user_values(op: Any, schema: str, table: str) -> None:
    """Take the column and what belongs to it away again."""
    name = f"{_QUOTE(schema)}.{_QUOTE(table)}"
    for verb in CHANGED:
        op.execute(f"DROP TRIGGER keep_user_value_keys_{verb.lower()} ON {name}")
    op.drop_column(table, USER_VALUES, schema=schema)
