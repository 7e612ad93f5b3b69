"""Steps of workflows side by side, runs by occasion; tasks that customers hear of, and reports of progress to them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    ]


def upgrade() -> None:
    step = sa.Column("side", sa.Text, server_default=sa.text("'all'"), nullable=False)
    op.add_column("workflow_step", step, schema="tasks")
    op.create_check_constraint(
        "ck_workflow_step_side", "workflow_step", "side IN ('all', 'any')", schema="tasks"
    )
    op.add_column("workflow_run", sa.Column("key", sa.Text), schema="tasks")
    op.create_unique_constraint("uq_workflow_run_key", "workflow_run", ["key"], schema="tasks")
    branch = sa.Column("step_branch", sa.SmallInteger, server_default=sa.text("1"), nullable=False)
    op.add_column("task", branch, schema="tasks")
    sees = sa.Column("customer_sees", sa.Boolean, server_default=sa.text("false"), nullable=False)
    op.add_column("task", sees, schema="tasks")
    op.drop_constraint("uq_task_run_step", "task", schema="tasks")
    op.create_unique_constraint(
        "uq_task_run_branch", "task", ["run_id", "step_place", "step_branch"], schema="tasks"
    )
    _reports()
    _issues()


def _reports() -> None:
    op.create_table(
        "progress_report",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("party_id", sa.BigInteger, nullable=False),
        sa.Column("about_resource", sa.Text),
        sa.Column("about_id", sa.BigInteger),
        sa.Column("owner_id", sa.BigInteger),
        sa.Column("channel", sa.Text, server_default=sa.text("'sms'"), nullable=False),
        sa.Column("repeat", sa.Text, nullable=False),
        sa.Column("repeat_interval", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("repeat_weekdays", sa.ARRAY(sa.Text)),
        sa.Column("repeat_day", sa.Integer),
        sa.Column("next_on", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("only_changes", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'running'"), nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("ended_why", sa.Text),
        sa.Column("search_key", sa.Text(collation="C"), nullable=False),
        *_stamps(),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("binned_at", INSTANT),
        sa.Column("binned_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_progress_report"),
        sa.CheckConstraint("channel IN ('sms', 'email', 'letter')", name="ck_progress_report_channel"),
        sa.CheckConstraint("state IN ('running', 'stopped')", name="ck_progress_report_state"),
        sa.CheckConstraint(
            "ended_why IN ('hand', 'done', 'until', 'gone')", name="ck_progress_report_ended_why"
        ),
        sa.CheckConstraint("state = 'stopped' OR ended_on IS NULL", name="ck_progress_report_ended"),
        sa.CheckConstraint("(about_resource IS NULL) = (about_id IS NULL)", name="ck_progress_report_about"),
        sa.CheckConstraint("repeat_interval BETWEEN 1 AND 999", name="ck_progress_report_repeat_interval"),
        sa.CheckConstraint("repeat_day BETWEEN 1 AND 31", name="ck_progress_report_repeat_day"),
        sa.ForeignKeyConstraint(
            ["party_id"], ["kernel.party.id"], name="fk_progress_report_party_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["kernel.user_account.id"], name="fk_progress_report_owner_id", ondelete="SET NULL"
        ),
        schema="tasks",
    )
    for name, columns, where in (
        ("party_id", ["party_id", "id"], None),
        ("about", ["about_resource", "about_id"], None),
        ("next_on", ["next_on", "id"], sa.text("state = 'running'")),
    ):
        op.create_index(
            f"ix_progress_report_{name}", "progress_report", columns, schema="tasks", postgresql_where=where
        )


def _issues() -> None:
    op.create_table(
        "progress_issue",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("report_id", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("percent", sa.Integer),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_progress_issue"),
        sa.CheckConstraint(
            "outcome IN ('sent', 'letter', 'unchanged', 'left_out')", name="ck_progress_issue_outcome"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["tasks.progress_report.id"],
            name="fk_progress_issue_report_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("report_id", "day", name="uq_progress_issue"),
        schema="tasks",
    )
