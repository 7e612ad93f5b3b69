"""Money that students get back."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

SCHEMA = "education"


def upgrade() -> None:
    for name, condition in (
        ("direction", "direction IN ('in', 'out', 'back')"),
        ("enrolment", "(direction IN ('in', 'back')) = (enrolment_id IS NOT NULL)"),
    ):
        op.drop_constraint(f"ck_payment_{name}", "payment", schema=SCHEMA)
        op.create_check_constraint(f"ck_payment_{name}", "payment", condition, schema=SCHEMA)
