"""Charges of students, payments of students and to teachers, costs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SCHEMA = "education"
INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("binned_at IS NULL")


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _must(name: str, kind: Any, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, server_default=sa.text(default) if default else None, nullable=False)


def _table(name: str, *parts: Any, keys: dict[str, tuple[str, str]], binned: bool = False) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *parts,
        *_record(),
        *((sa.Column("binned_at", INSTANT), sa.Column("binned_by", sa.BigInteger)) if binned else ()),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        *(
            sa.ForeignKeyConstraint([column], [target], name=f"fk_{name}_{column}", ondelete=ondelete)
            for column, (target, ondelete) in keys.items()
        ),
        schema=SCHEMA,
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=f"ck_{table}_{name}")


def _index(
    table: str, name: str, *columns: str, unique: bool = False, where: sa.TextClause | None = None
) -> None:
    op.create_index(name, table, list(columns), unique=unique, schema=SCHEMA, postgresql_where=where)


def upgrade() -> None:
    _charges()
    _payments()
    _costs()


def _charges() -> None:
    _table(
        "charge",
        _must("enrolment_id", sa.BigInteger),
        _must("title", sa.Text),
        _must("amount", sa.BigInteger),
        _must("due", sa.Date),
        _must("state", sa.Text, "'open'"),
        _must("fee", sa.Boolean, "false"),
        _must("billed", sa.Boolean, "false"),
        _check("charge", "amount", "amount > 0"),
        _check("charge", "state", "state IN ('open', 'cancelled')"),
        keys={"enrolment_id": ("education.enrolment.id", "RESTRICT")},
    )
    _index("charge", "ix_charge_due", "due", "id")
    _index("charge", "ix_charge_enrolment_id", "enrolment_id", "due", "id")


def _payments() -> None:
    _table(
        "payment",
        _must("direction", sa.Text),
        _must("party_id", sa.BigInteger),
        sa.Column("enrolment_id", sa.BigInteger),
        sa.Column("offering_id", sa.BigInteger),
        _must("amount", sa.BigInteger),
        _must("day", sa.Date),
        sa.Column("way_id", sa.BigInteger),
        sa.Column("reference", sa.Text),
        sa.Column("note", sa.Text),
        _check("payment", "amount", "amount > 0"),
        _check("payment", "direction", "direction IN ('in', 'out')"),
        _check("payment", "enrolment", "(direction = 'in') = (enrolment_id IS NOT NULL)"),
        _check("payment", "offering", "(direction = 'out') = (offering_id IS NOT NULL)"),
        keys={
            "enrolment_id": ("education.enrolment.id", "RESTRICT"),
            "offering_id": ("education.offering.id", "RESTRICT"),
            "party_id": ("kernel.party.id", "RESTRICT"),
            "way_id": ("kernel.base_value.id", "RESTRICT"),
        },
        binned=True,
    )
    _index("payment", "ix_payment_day", "day", "id", where=KEPT)
    _index("payment", "ix_payment_enrolment_id", "enrolment_id", where=KEPT)
    _index("payment", "ix_payment_offering_id", "offering_id", where=KEPT)
    _index("payment", "ix_payment_party_id", "party_id", "id")


def _costs() -> None:
    _table(
        "cost",
        _must("offering_id", sa.BigInteger),
        sa.Column("kind_id", sa.BigInteger),
        _must("title", sa.Text),
        _must("amount", sa.BigInteger),
        _must("day", sa.Date),
        _must("search_key", sa.Text, "''"),
        _check("cost", "amount", "amount > 0"),
        keys={
            "kind_id": ("kernel.base_value.id", "RESTRICT"),
            "offering_id": ("education.offering.id", "RESTRICT"),
        },
        binned=True,
    )
    _index("cost", "ix_cost_day", "day", "id", where=KEPT)
    _index("cost", "ix_cost_offering_id", "offering_id", "id", where=KEPT)
