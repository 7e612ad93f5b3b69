"""Courses, terms, places, teachers, and the facet of students."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kernel.api import add_user_values

revision = "0001"
down_revision = None

SCHEMA = "education"
INSTANT = sa.DateTime(timezone=True)
MARK = sa.Numeric(7, 2)
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
    _courses()
    _course_items()
    _terms()
    _rooms()
    _closed_days()
    _teachers()
    _students()


def _courses() -> None:
    _table(
        "course",
        sa.Column("code", sa.Text),
        _must("title", sa.Text),
        sa.Column("latin_title", sa.Text),
        sa.Column("group_id", sa.BigInteger),
        sa.Column("hours", sa.Integer),
        sa.Column("session_count", sa.Integer),
        sa.Column("fee", sa.BigInteger),
        sa.Column("syllabus", sa.Text),
        _must("active", sa.Boolean, "true"),
        _must("search_key", sa.Text),
        _must("sort_key", sa.Text(collation="C")),
        _must("scale", MARK, "20"),
        _must("pass_mark", MARK, "10"),
        _must("rounding_step", sa.Text, "'0.25'"),
        _must("rounding_way", sa.Text, "'nearest'"),
        _must("empty_as", sa.Text, "'wait'"),
        _must("absent_as", sa.Text, "'zero'"),
        _must("drop_lowest", sa.SmallInteger, "0"),
        _must("least_attendance", sa.SmallInteger, "0"),
        _check("course", "absent_as", "absent_as IN ('zero', 'leave_out', 'fail')"),
        _check("course", "drop_lowest", "drop_lowest BETWEEN 0 AND 20"),
        _check("course", "empty_as", "empty_as IN ('wait', 'zero')"),
        _check("course", "least_attendance", "least_attendance BETWEEN 0 AND 100"),
        _check("course", "pass_mark", "pass_mark BETWEEN 0 AND scale"),
        _check("course", "rounding_step", "rounding_step IN ('0.01', '0.25', '0.5', '1')"),
        _check("course", "rounding_way", "rounding_way IN ('nearest', 'up', 'down')"),
        _check("course", "scale", "scale > 0"),
        keys={"group_id": ("kernel.base_value.id", "RESTRICT")},
        binned=True,
    )
    _index("course", "ix_course_sort_key", "sort_key", "id", where=KEPT)
    _index("course", "uq_course_search_key", "search_key", unique=True, where=KEPT)
    add_user_values(op, SCHEMA, "course")


def _course_items() -> None:
    _table(
        "course_item",
        _must("course_id", sa.BigInteger),
        _must("title", sa.Text),
        _must("weight", MARK, "1"),
        _must("maximum", MARK, "20"),
        _must("droppable", sa.Boolean, "false"),
        sa.Column("least", MARK),
        _check("course_item", "least", "least BETWEEN 0 AND maximum"),
        _check("course_item", "maximum", "maximum > 0"),
        _check("course_item", "weight", "weight > 0"),
        keys={"course_id": ("education.course.id", "CASCADE")},
    )
    _index("course_item", "ix_course_item_course_id", "course_id", "id")


def _terms() -> None:
    _table(
        "term",
        _must("title", sa.Text),
        _must("begins_on", sa.Date),
        _must("ends_on", sa.Date),
        _must("search_key", sa.Text),
        _check("term", "days", "begins_on <= ends_on"),
        keys={},
    )
    _index("term", "ix_term_begins_on", "begins_on", "id")
    _index("term", "uq_term_search_key", "search_key", unique=True)


def _rooms() -> None:
    _table(
        "room",
        _must("title", sa.Text),
        _must("capacity", sa.Integer),
        sa.Column("address", sa.Text),
        sa.Column("note", sa.Text),
        _must("search_key", sa.Text),
        _must("sort_key", sa.Text(collation="C")),
        _check("room", "capacity", "capacity > 0"),
        keys={},
        binned=True,
    )
    _index("room", "ix_room_sort_key", "sort_key", "id", where=KEPT)
    _index("room", "uq_room_search_key", "search_key", unique=True, where=KEPT)


def _closed_days() -> None:
    _table(
        "closed_day",
        _must("day", sa.Date),
        _must("title", sa.Text),
        keys={},
    )
    _index("closed_day", "uq_closed_day_day", "day", unique=True)


def _teachers() -> None:
    _table(
        "teacher",
        _must("party_id", sa.BigInteger),
        sa.Column("user_id", sa.BigInteger),
        _must("name", sa.Text),
        sa.Column("field_id", sa.BigInteger),
        _must("active", sa.Boolean, "true"),
        _must("search_key", sa.Text),
        _must("sort_key", sa.Text(collation="C")),
        keys={
            "field_id": ("kernel.base_value.id", "RESTRICT"),
            "party_id": ("kernel.party.id", "RESTRICT"),
            "user_id": ("kernel.user_account.id", "SET NULL"),
        },
        binned=True,
    )
    _index("teacher", "ix_teacher_sort_key", "sort_key", "id", where=KEPT)
    _index("teacher", "ix_teacher_user_id", "user_id")
    _index("teacher", "uq_teacher_party_id", "party_id", unique=True, where=KEPT)


def _students() -> None:
    _table(
        "student",
        _must("party_id", sa.BigInteger),
        sa.Column("student_number", sa.Text),
        sa.Column("latin_name", sa.Text),
        sa.Column("level_id", sa.BigInteger),
        sa.Column("school", sa.Text),
        sa.Column("note", sa.Text),
        sa.UniqueConstraint("party_id", name="uq_student_party_id"),
        keys={"level_id": ("kernel.base_value.id", "RESTRICT"), "party_id": ("kernel.party.id", "CASCADE")},
    )
