"""Graded items, grades with their changes, certificates."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SCHEMA = "education"
INSTANT = sa.DateTime(timezone=True)
MARK = sa.Numeric(7, 2)


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


def _table(name: str, *parts: Any, keys: dict[str, tuple[str, str]]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *parts,
        *_record(),
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
    _items()
    _grades()
    _grade_changes()
    _certificates()


def _items() -> None:
    _table(
        "item",
        _must("offering_id", sa.BigInteger),
        _must("place", sa.Integer, "0"),
        sa.Column("held_on", sa.Date),
        _must("title", sa.Text),
        _must("weight", MARK, "1"),
        _must("maximum", MARK, "20"),
        _must("droppable", sa.Boolean, "false"),
        sa.Column("least", MARK),
        _check("item", "least", "least BETWEEN 0 AND maximum"),
        _check("item", "maximum", "maximum > 0"),
        _check("item", "weight", "weight > 0"),
        keys={"offering_id": ("education.offering.id", "CASCADE")},
    )
    _index("item", "ix_item_offering_id", "offering_id", "place", "id")


def _grades() -> None:
    _table(
        "grade",
        _must("item_id", sa.BigInteger),
        _must("enrolment_id", sa.BigInteger),
        _must("kind", sa.Text),
        sa.Column("mark", MARK),
        _check("grade", "kind", "kind IN ('mark', 'absent', 'excused')"),
        _check("grade", "least", "mark >= 0"),
        _check("grade", "mark", "(kind = 'mark') = (mark IS NOT NULL)"),
        keys={
            "enrolment_id": ("education.enrolment.id", "CASCADE"),
            "item_id": ("education.item.id", "CASCADE"),
        },
    )
    _index("grade", "ix_grade_enrolment_id", "enrolment_id")
    _index("grade", "uq_grade_item_id", "item_id", "enrolment_id", unique=True)


def _grade_changes() -> None:
    _table(
        "grade_change",
        _must("item_id", sa.BigInteger),
        _must("enrolment_id", sa.BigInteger),
        _must("old_kind", sa.Text),
        sa.Column("old_mark", MARK),
        _must("new_kind", sa.Text),
        sa.Column("new_mark", MARK),
        _must("late", sa.Boolean, "false"),
        sa.Column("reason", sa.Text),
        _check("grade_change", "new_kind", "new_kind IN ('empty', 'mark', 'absent', 'excused')"),
        _check("grade_change", "old_kind", "old_kind IN ('empty', 'mark', 'absent', 'excused')"),
        _check("grade_change", "reason", "NOT late OR reason IS NOT NULL"),
        keys={
            "enrolment_id": ("education.enrolment.id", "CASCADE"),
            "item_id": ("education.item.id", "CASCADE"),
        },
    )
    _index("grade_change", "ix_grade_change_enrolment_id", "enrolment_id", "id")
    _index("grade_change", "ix_grade_change_item_id", "item_id")


def _certificates() -> None:
    _table(
        "certificate",
        _must("enrolment_id", sa.BigInteger),
        _must("party_id", sa.BigInteger),
        _must("number", sa.Text),
        _must("code", sa.Text),
        _must("issued_on", sa.Date),
        _must("holder", sa.Text),
        sa.Column("holder_latin", sa.Text),
        _must("course", sa.Text),
        sa.Column("course_latin", sa.Text),
        sa.Column("teacher", sa.Text),
        sa.Column("hours", sa.Integer),
        _must("began_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("grade", MARK),
        _must("scale", MARK),
        _must("state", sa.Text, "'valid'"),
        sa.Column("revoked_on", sa.Date),
        sa.Column("revoke_reason", sa.Text),
        _check("certificate", "reason", "state = 'valid' OR revoke_reason IS NOT NULL"),
        _check("certificate", "revoked", "(state = 'revoked') = (revoked_on IS NOT NULL)"),
        _check("certificate", "state", "state IN ('valid', 'revoked')"),
        keys={
            "enrolment_id": ("education.enrolment.id", "RESTRICT"),
            "party_id": ("kernel.party.id", "RESTRICT"),
        },
    )
    _index("certificate", "ix_certificate_party_id", "party_id", "id")
    _index("certificate", "uq_certificate_code", "code", unique=True)
    _index(
        "certificate",
        "uq_certificate_enrolment_id",
        "enrolment_id",
        unique=True,
        where=sa.text("state = 'valid'"),
    )
    _index("certificate", "uq_certificate_number", "number", unique=True)
