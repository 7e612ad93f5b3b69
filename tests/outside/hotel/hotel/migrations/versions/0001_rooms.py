"""Rooms, stays, guests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.api import add_user_values

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def _record() -> list[sa.Column]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "room",
        _id(),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("night_price", sa.BigInteger, nullable=False),
        sa.Column("adjoining_id", sa.BigInteger),
        *_record(),
        sa.PrimaryKeyConstraint("id", name="pk_room"),
        sa.UniqueConstraint("number", name="uq_room_number"),
        _key("room", "adjoining_id", "hotel.room.id", "SET NULL"),
        schema="hotel",
    )
    op.create_table(
        "stay",
        _id(),
        sa.Column("room_id", sa.BigInteger, nullable=False),
        sa.Column("guest_id", sa.BigInteger, nullable=False),
        sa.Column("payer_id", sa.BigInteger),
        sa.Column("arrival", sa.Date, nullable=False),
        sa.Column("departure", sa.Date, nullable=False),
        sa.Column("nights", sa.Integer, sa.Computed("departure - arrival", persisted=True)),
        *_record(),
        sa.PrimaryKeyConstraint("id", name="pk_stay"),
        _key("stay", "room_id", "hotel.room.id", "RESTRICT"),
        _key("stay", "guest_id", "kernel.party.id", "RESTRICT"),
        _key("stay", "payer_id", "kernel.party.id", "SET NULL"),
        sa.CheckConstraint("departure > arrival", name="ck_stay_period"),
        schema="hotel",
    )
    op.execute(
        "ALTER TABLE hotel.stay ADD CONSTRAINT ex_stay_room "
        "EXCLUDE USING gist (room_id WITH =, daterange(arrival, departure, '[)') WITH &&)"
    )
    op.create_table(
        "guest",
        _id(),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        sa.Column("likes", sa.Text),
        sa.Column("points", sa.Integer),
        sa.Column("floor", sa.Text),
        sa.Column("pillow", sa.Text),
        *_record(),
        sa.PrimaryKeyConstraint("id", name="pk_guest"),
        sa.UniqueConstraint("party_id", name="uq_guest_party_id"),
        _key("guest", "party_id", "kernel.party.id", "CASCADE"),
        schema="hotel",
    )
    add_user_values(op, "hotel", "room")
    op.execute("INSERT INTO hotel.room (number, night_price) VALUES ('seed', 1)")


def downgrade() -> None:
    for table in ("guest", "stay", "room"):
        op.drop_table(table, schema="hotel")
