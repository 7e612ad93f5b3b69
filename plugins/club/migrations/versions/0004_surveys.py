"""Surveys of members: questions, who was asked, and the answers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    ]


def _version() -> sa.Column[Any]:
    return sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _whole(name: str, usual: int) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, server_default=sa.text(str(usual)), nullable=False)


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "survey",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("words", sa.Text),
        sa.Column("occasion", sa.Text, server_default=sa.text("'hand'"), nullable=False),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("channel", sa.Text, server_default=sa.text("'sms'"), nullable=False),
        _whole("after_days", 1),
        sa.Column("least", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("segment_id", sa.BigInteger),
        _whole("rest_days", 90),
        _whole("open_days", 14),
        _whole("points", 0),
        sa.Column("search_key", sa.Text, nullable=False),
        *_stamps(),
        _version(),
        sa.Column("binned_at", INSTANT),
        sa.Column("binned_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_survey"),
        sa.CheckConstraint("occasion IN ('hand', 'purchase')", name="ck_survey_occasion"),
        sa.CheckConstraint("channel IN ('sms', 'email')", name="ck_survey_channel"),
        sa.CheckConstraint("after_days BETWEEN 0 AND 365", name="ck_survey_after_days"),
        sa.CheckConstraint("rest_days BETWEEN 0 AND 3650", name="ck_survey_rest_days"),
        sa.CheckConstraint("open_days BETWEEN 1 AND 365", name="ck_survey_open_days"),
        sa.CheckConstraint("points >= 0", name="ck_survey_points"),
        sa.CheckConstraint("least >= 0", name="ck_survey_least"),
        _key("survey", "segment_id", "kernel.segment.id", "RESTRICT"),
        schema="club",
    )
    _questions()
    _asked()


def _questions() -> None:
    op.create_table(
        "question",
        _id(),
        sa.Column("survey_id", sa.BigInteger, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("options", sa.Text),
        sa.Column("required", sa.Boolean, server_default=sa.text("true"), nullable=False),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.CheckConstraint("kind = ANY (ARRAY['nps', 'scale', 'choice', 'text'])", name="ck_question_kind"),
        sa.CheckConstraint("kind <> 'choice' OR options IS NOT NULL", name="ck_question_options"),
        _key("question", "survey_id", "club.survey.id", "CASCADE"),
        schema="club",
    )
    op.create_index("ix_question_survey_id", "question", ["survey_id", "place", "id"], schema="club")


def _asked() -> None:
    op.create_table(
        "asked",
        _id(),
        sa.Column("survey_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("open_until", sa.Date, nullable=False),
        sa.Column("code_hash", sa.Text, nullable=False),
        sa.Column("reached", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.Column("answered_by", sa.Text),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_asked"),
        sa.CheckConstraint("answered_by IN ('link', 'sms', 'hand')", name="ck_asked_answered_by"),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="ck_asked_answered"),
        _key("asked", "survey_id", "club.survey.id", "RESTRICT"),
        _key("asked", "member_id", "club.member.id", "CASCADE"),
        sa.UniqueConstraint("survey_id", "member_id", "occasion", name="uq_asked"),
        schema="club",
    )
    op.create_index("uq_asked_code_hash", "asked", ["code_hash"], unique=True, schema="club")
    op.create_index("ix_asked_member_id", "asked", ["member_id", "survey_id", "day"], schema="club")
    op.create_index("ix_asked_day", "asked", ["survey_id", "day"], schema="club")
    op.create_table(
        "answer",
        _id(),
        sa.Column("asked_id", sa.BigInteger, nullable=False),
        sa.Column("question_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("words", sa.Text),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.CheckConstraint("number IS NOT NULL OR words IS NOT NULL", name="ck_answer_said"),
        _key("answer", "asked_id", "club.asked.id", "CASCADE"),
        _key("answer", "question_id", "club.question.id", "RESTRICT"),
        sa.UniqueConstraint("asked_id", "question_id", name="uq_answer"),
        schema="club",
    )
    op.create_index("ix_answer_question_id", "answer", ["question_id", "number"], schema="club")
