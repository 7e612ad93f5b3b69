"""Lines of insurance that a site defines itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SCHEMA = "insurance"
SHIPPED = (
    "line IN ('third_party', 'body', 'driver', 'fire', 'life', 'health', 'accident', 'travel', 'liability', "
    "'engineering', 'cargo', 'other')"
)
OWN_LINE = "line ~ '^own[0-9]+$'"


def upgrade() -> None:
    for table in ("line", "policy"):
        op.drop_constraint(f"ck_{table}_line", table, schema=SCHEMA)
        op.create_check_constraint(f"ck_{table}_line", table, f"{SHIPPED} OR {OWN_LINE}", schema=SCHEMA)
    op.add_column("line", sa.Column("name", sa.Text), schema=SCHEMA)
    op.create_check_constraint(
        "ck_line_name", "line", f"(name IS NOT NULL) = ({OWN_LINE} AND insurer_id IS NULL)", schema=SCHEMA
    )
    op.create_index("uq_line_name", "line", ["name"], unique=True, schema=SCHEMA)
    op.add_column("policy", sa.Column("own_line_id", sa.BigInteger), schema=SCHEMA)
    op.create_foreign_key(
        "fk_policy_own_line_id",
        "policy",
        "line",
        ["own_line_id"],
        ["id"],
        source_schema=SCHEMA,
        referent_schema=SCHEMA,
        ondelete="RESTRICT",
    )
    op.create_check_constraint(
        "ck_policy_own_line", "policy", f"({SHIPPED}) = (own_line_id IS NULL)", schema=SCHEMA
    )
    op.create_index("ix_policy_own_line_id", "policy", ["own_line_id"], schema=SCHEMA)
