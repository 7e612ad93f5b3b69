"""Calendar courses with seats and sessions that cannot overlap, enrolments, attendance."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.api import add_user_values

revision = "0002"
down_revision = "0001"

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


def _alone(who: str) -> postgresql.ExcludeConstraint:
    """No two sessions of one that take place touch each other's time."""
    return postgresql.ExcludeConstraint(
        (f"{who}_id", "="),
        (sa.func.tstzrange(sa.text("starts_at"), sa.text("ends_at")), "&&"),
        name=f"ex_session_{who}",
        where=sa.text("state <> 'cancelled'"),
    )


def upgrade() -> None:
    _offerings()
    _slots()
    _seats()
    _sessions()
    _enrolments()
    _attendances()


def _offerings() -> None:
    _table(
        "offering",
        _must("code", sa.Text),
        _must("title", sa.Text),
        _must("course_id", sa.BigInteger),
        sa.Column("term_id", sa.BigInteger),
        sa.Column("teacher_id", sa.BigInteger),
        sa.Column("room_id", sa.BigInteger),
        _must("state", sa.Text, "'open'"),
        _must("capacity", sa.Integer),
        _must("taken", sa.Integer, "0"),
        _must("waiting", sa.Integer, "0"),
        _must("begins_on", sa.Date),
        sa.Column("ends_on", sa.Date),
        sa.Column("session_count", sa.Integer),
        sa.Column("hours", sa.Integer),
        _must("fee", sa.BigInteger, "0"),
        _must("instalments", sa.SmallInteger, "1"),
        _must("share_kind", sa.Text, "'none'"),
        sa.Column("share_percent", sa.Numeric(5, 2)),
        sa.Column("share_amount", sa.BigInteger),
        sa.Column("results_on", sa.Date),
        sa.Column("note", sa.Text),
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
        _check("offering", "absent_as", "absent_as IN ('zero', 'leave_out', 'fail')"),
        _check("offering", "capacity", "capacity BETWEEN 1 AND 1000"),
        _check("offering", "days", "begins_on <= ends_on"),
        _check("offering", "drop_lowest", "drop_lowest BETWEEN 0 AND 20"),
        _check("offering", "empty_as", "empty_as IN ('wait', 'zero')"),
        _check("offering", "instalments", "instalments BETWEEN 1 AND 36"),
        _check("offering", "least_attendance", "least_attendance BETWEEN 0 AND 100"),
        _check("offering", "pass_mark", "pass_mark BETWEEN 0 AND scale"),
        _check("offering", "rounding_step", "rounding_step IN ('0.01', '0.25', '0.5', '1')"),
        _check("offering", "rounding_way", "rounding_way IN ('nearest', 'up', 'down')"),
        _check("offering", "scale", "scale > 0"),
        _check("offering", "share_kind", "share_kind IN ('none', 'percent', 'session', 'fixed')"),
        _check("offering", "share_percent", "share_percent BETWEEN 0 AND 100"),
        _check("offering", "state", "state IN ('planned', 'open', 'running', 'finished', 'cancelled')"),
        keys={
            "course_id": ("education.course.id", "RESTRICT"),
            "room_id": ("education.room.id", "RESTRICT"),
            "teacher_id": ("education.teacher.id", "RESTRICT"),
            "term_id": ("education.term.id", "RESTRICT"),
        },
        binned=True,
    )
    _index("offering", "ix_offering_begins_on", "begins_on", "id", where=KEPT)
    _index("offering", "ix_offering_course_id", "course_id")
    _index("offering", "ix_offering_sort_key", "sort_key", "id", where=KEPT)
    _index("offering", "ix_offering_teacher_id", "teacher_id")
    _index("offering", "uq_offering_code", "code", unique=True, where=KEPT)
    add_user_values(op, SCHEMA, "offering")


def _slots() -> None:
    _table(
        "slot",
        _must("offering_id", sa.BigInteger),
        _must("weekday", sa.SmallInteger),
        _must("starts", sa.Time),
        _must("ends", sa.Time),
        _check("slot", "times", "starts < ends"),
        _check("slot", "weekday", "weekday BETWEEN 0 AND 6"),
        keys={"offering_id": ("education.offering.id", "CASCADE")},
    )
    _index("slot", "ix_slot_offering_id", "offering_id", "weekday", "starts")


def _seats() -> None:
    _table(
        "seat",
        _must("offering_id", sa.BigInteger),
        _must("number", sa.Integer),
        _check("seat", "number", "number > 0"),
        keys={"offering_id": ("education.offering.id", "CASCADE")},
    )
    _index("seat", "uq_seat_offering_id", "offering_id", "number", unique=True)


def _sessions() -> None:
    _table(
        "session",
        _must("offering_id", sa.BigInteger),
        _must("starts_at", INSTANT),
        _must("ends_at", INSTANT),
        sa.Column("teacher_id", sa.BigInteger),
        sa.Column("room_id", sa.BigInteger),
        _must("state", sa.Text, "'planned'"),
        sa.Column("topic", sa.Text),
        _must("by_plan", sa.Boolean, "false"),
        _check("session", "state", "state IN ('planned', 'held', 'cancelled')"),
        _check("session", "times", "starts_at < ends_at"),
        _alone("offering"),
        _alone("teacher"),
        _alone("room"),
        keys={
            "offering_id": ("education.offering.id", "CASCADE"),
            "room_id": ("education.room.id", "RESTRICT"),
            "teacher_id": ("education.teacher.id", "RESTRICT"),
        },
    )
    _index("session", "ix_session_offering_id", "offering_id", "starts_at")
    _index("session", "ix_session_starts_at", "starts_at", "id")


def _enrolments() -> None:
    _table(
        "enrolment",
        _must("number", sa.Text),
        _must("offering_id", sa.BigInteger),
        _must("student_id", sa.BigInteger),
        _must("state", sa.Text, "'waiting'"),
        sa.Column("seat_id", sa.BigInteger),
        _must("entered_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("end_reason", sa.Text),
        _must("fee", sa.BigInteger, "0"),
        _must("discount", sa.BigInteger, "0"),
        sa.Column("discount_reason", sa.Text),
        _must("instalments", sa.SmallInteger, "1"),
        sa.Column("attended", sa.SmallInteger),
        sa.Column("final", MARK),
        _must("outcome", sa.Text, "'open'"),
        _check("enrolment", "discount", "discount BETWEEN 0 AND fee"),
        _check("enrolment", "outcome", "outcome IN ('open', 'passed', 'failed', 'incomplete')"),
        _check("enrolment", "seat", "(state = 'enrolled') = (seat_id IS NOT NULL)"),
        _check("enrolment", "state", "state IN ('enrolled', 'waiting', 'withdrawn')"),
        keys={
            "offering_id": ("education.offering.id", "RESTRICT"),
            "seat_id": ("education.seat.id", "RESTRICT"),
            "student_id": ("kernel.party.id", "RESTRICT"),
        },
    )
    _index("enrolment", "ix_enrolment_offering_id", "offering_id", "id")
    _index("enrolment", "ix_enrolment_student_id", "student_id", "id")
    _index("enrolment", "uq_enrolment_number", "number", unique=True)
    _index(
        "enrolment",
        "uq_enrolment_offering_id",
        "offering_id",
        "student_id",
        unique=True,
        where=sa.text("state IN ('enrolled', 'waiting')"),
    )
    _index("enrolment", "uq_enrolment_seat_id", "seat_id", unique=True)


def _attendances() -> None:
    _table(
        "attendance",
        _must("session_id", sa.BigInteger),
        _must("enrolment_id", sa.BigInteger),
        _must("state", sa.Text),
        _check("attendance", "state", "state IN ('present', 'late', 'absent', 'excused')"),
        keys={
            "enrolment_id": ("education.enrolment.id", "CASCADE"),
            "session_id": ("education.session.id", "CASCADE"),
        },
    )
    _index("attendance", "ix_attendance_enrolment_id", "enrolment_id")
    _index("attendance", "uq_attendance_session_id", "session_id", "enrolment_id", unique=True)
