"""For which time the plan had meant a session, so that one which was moved is not planned a second time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SCHEMA = "education"


def upgrade() -> None:
    op.add_column("session", sa.Column("planned_at", sa.DateTime(timezone=True)), schema=SCHEMA)
    session = sa.table(
        "session",
        sa.column("planned_at"),
        sa.column("starts_at"),
        sa.column("by_plan"),
        sa.column("state"),
        schema=SCHEMA,
    )
    op.execute(sa.update(session).where(session.c.by_plan).values(planned_at=session.c.starts_at))
    # Until now a session that was cancelled with others kept the mark: planning anew would bring it back.
    op.execute(sa.update(session).where(session.c.state == "cancelled").values(by_plan=False))
