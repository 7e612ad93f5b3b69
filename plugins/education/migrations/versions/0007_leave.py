"""Days on which a teacher is not there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SCHEMA = "education"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "leave",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("teacher_id", sa.BigInteger, nullable=False),
        sa.Column("begins_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leave"),
        sa.ForeignKeyConstraint(
            ["teacher_id"], ["education.teacher.id"], name="fk_leave_teacher_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("begins_on <= ends_on", name="ck_leave_days"),
        schema=SCHEMA,
    )
    op.create_index("ix_leave_teacher_id", "leave", ["teacher_id", "begins_on"], schema=SCHEMA)
    op.create_index("ix_leave_ends_on", "leave", ["ends_on", "id"], schema=SCHEMA)
