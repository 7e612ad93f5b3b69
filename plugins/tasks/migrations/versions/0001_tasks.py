"""Tasks with those who hold and follow them, referrals, checklists; workflows, their steps and runs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kernel.api import add_user_values

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    ]


def _version() -> sa.Column[Any]:
    return sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False)


def _bin() -> list[sa.Column[Any]]:
    return [sa.Column("binned_at", INSTANT), sa.Column("binned_by", sa.BigInteger)]


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "workflow",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("about_resource", sa.Text),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("search_key", sa.Text(collation="C"), nullable=False),
        *_stamps(),
        _version(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_workflow"),
        sa.UniqueConstraint("key", name="uq_workflow_key"),
        schema="tasks",
    )
    op.create_table(
        "workflow_step",
        _id(),
        sa.Column("workflow_id", sa.BigInteger, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("who", sa.Text, server_default=sa.text("'starter'"), nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("unit_id", sa.BigInteger),
        sa.Column("days", sa.Integer),
        sa.Column("priority", sa.Text, server_default=sa.text("'normal'"), nullable=False),
        sa.Column("needs_result", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("condition_field", sa.Text),
        sa.Column("condition_operator", sa.Text),
        sa.Column("condition_value", sa.Text),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_workflow_step"),
        sa.CheckConstraint("days BETWEEN 0 AND 3650", name="ck_workflow_step_days"),
        sa.CheckConstraint("who <> 'unit_head' OR unit_id IS NOT NULL", name="ck_workflow_step_unit"),
        sa.CheckConstraint("who <> 'user' OR user_id IS NOT NULL", name="ck_workflow_step_user"),
        sa.CheckConstraint(
            "who = ANY (ARRAY['user', 'unit_head', 'starter', 'starter_head'])", name="ck_workflow_step_who"
        ),
        _key("workflow_step", "unit_id", "kernel.unit", "RESTRICT"),
        _key("workflow_step", "user_id", "kernel.user_account", "RESTRICT"),
        _key("workflow_step", "workflow_id", "tasks.workflow", "CASCADE"),
        schema="tasks",
    )
    op.create_table(
        "workflow_run",
        _id(),
        sa.Column("workflow_id", sa.BigInteger),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("about_resource", sa.Text),
        sa.Column("about_id", sa.BigInteger),
        sa.Column("party_id", sa.BigInteger),
        sa.Column("starter_id", sa.BigInteger),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("state", sa.Text, server_default=sa.text("'running'"), nullable=False),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_workflow_run"),
        sa.CheckConstraint("(about_resource IS NULL) = (about_id IS NULL)", name="ck_workflow_run_about"),
        sa.CheckConstraint("state IN ('running', 'done', 'stopped')", name="ck_workflow_run_state"),
        _key("workflow_run", "party_id", "kernel.party", "RESTRICT"),
        _key("workflow_run", "starter_id", "kernel.user_account", "SET NULL"),
        _key("workflow_run", "workflow_id", "tasks.workflow", "SET NULL"),
        schema="tasks",
    )
    op.create_table(
        "task",
        _id(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("category_id", sa.BigInteger),
        sa.Column("priority", sa.Text, server_default=sa.text("'normal'"), nullable=False),
        sa.Column("urgency", sa.SmallInteger, server_default=sa.text("2"), nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'new'"), nullable=False),
        sa.Column("percent", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("percent_before", sa.Integer),
        sa.Column("value", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("remind_at", INSTANT),
        sa.Column("maker_id", sa.BigInteger),
        sa.Column("assignee_id", sa.BigInteger),
        sa.Column("party_id", sa.BigInteger),
        sa.Column("about_resource", sa.Text),
        sa.Column("about_id", sa.BigInteger),
        sa.Column("result", sa.Text),
        sa.Column("needs_result", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("done_by_id", sa.BigInteger),
        sa.Column("interaction_id", sa.BigInteger),
        sa.Column("acted_state", sa.Text),
        sa.Column("key", sa.Text),
        sa.Column("repeat", sa.Text),
        sa.Column("repeat_interval", sa.Integer),
        sa.Column("repeat_weekdays", sa.ARRAY(sa.Text)),
        sa.Column("repeat_day", sa.Integer),
        sa.Column("repeat_until", sa.Date),
        sa.Column("previous_id", sa.BigInteger),
        sa.Column("run_id", sa.BigInteger),
        sa.Column("step_place", sa.Integer),
        sa.Column("search_key", sa.Text(collation="C"), nullable=False),
        *_stamps(),
        _version(),
        *_bin(),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sa.CheckConstraint("(about_resource IS NULL) = (about_id IS NULL)", name="ck_task_about"),
        sa.CheckConstraint(
            "percent BETWEEN 0 AND 100 AND (percent = 100) = ('done' = state)", name="ck_task_percent"
        ),
        sa.CheckConstraint("repeat IS NULL OR due IS NOT NULL", name="ck_task_repeat_due"),
        sa.CheckConstraint("repeat_interval BETWEEN 1 AND 999", name="ck_task_repeat_interval"),
        sa.CheckConstraint(
            "state = ANY (ARRAY['new', 'doing', 'waiting', 'done', 'cancelled'])", name="ck_task_state"
        ),
        sa.CheckConstraint("value >= 0", name="ck_task_value"),
        _key("task", "assignee_id", "kernel.user_account", "SET NULL"),
        _key("task", "category_id", "kernel.base_value", "RESTRICT"),
        _key("task", "done_by_id", "kernel.user_account", "SET NULL"),
        _key("task", "interaction_id", "kernel.interaction", "SET NULL"),
        _key("task", "maker_id", "kernel.user_account", "SET NULL"),
        _key("task", "party_id", "kernel.party", "RESTRICT"),
        _key("task", "previous_id", "tasks.task", "SET NULL"),
        _key("task", "run_id", "tasks.workflow_run", "SET NULL"),
        sa.UniqueConstraint("key", name="uq_task_key"),
        sa.UniqueConstraint("previous_id", name="uq_task_previous_id"),
        sa.UniqueConstraint("run_id", "step_place", name="uq_task_run_step"),
        schema="tasks",
    )
    op.create_table(
        "task_user",
        _id(),
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_task_user"),
        sa.CheckConstraint("part IN ('held', 'follows')", name="ck_task_user_part"),
        _key("task_user", "task_id", "tasks.task", "CASCADE"),
        _key("task_user", "user_id", "kernel.user_account", "CASCADE"),
        sa.UniqueConstraint("task_id", "user_id", "part", name="uq_task_user"),
        schema="tasks",
    )
    op.create_table(
        "referral",
        _id(),
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.Column("by_id", sa.BigInteger),
        sa.Column("from_id", sa.BigInteger),
        sa.Column("to_id", sa.BigInteger),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("comment", sa.Text),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
        _key("referral", "by_id", "kernel.user_account", "SET NULL"),
        _key("referral", "from_id", "kernel.user_account", "SET NULL"),
        _key("referral", "task_id", "tasks.task", "CASCADE"),
        _key("referral", "to_id", "kernel.user_account", "SET NULL"),
        schema="tasks",
    )
    op.create_table(
        "checklist_item",
        _id(),
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.Column("place", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("done", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("done_by_id", sa.BigInteger),
        *_stamps(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_item"),
        _key("checklist_item", "done_by_id", "kernel.user_account", "SET NULL"),
        _key("checklist_item", "task_id", "tasks.task", "CASCADE"),
        schema="tasks",
    )
    op.create_index(
        "ix_workflow_search_key",
        "workflow",
        ["search_key", "id"],
        schema="tasks",
        postgresql_where=sa.text("binned_at IS NULL"),
    )
    op.create_index(
        "ix_workflow_step_workflow_id", "workflow_step", ["workflow_id", "place", "id"], schema="tasks"
    )
    op.create_index("ix_workflow_run_about", "workflow_run", ["about_resource", "about_id"], schema="tasks")
    op.create_index("ix_workflow_run_started_at", "workflow_run", ["started_at", "id"], schema="tasks")
    op.create_index("ix_task_about", "task", ["about_resource", "about_id"], schema="tasks")
    op.create_index(
        "ix_task_assignee_id",
        "task",
        ["assignee_id", "due", "id"],
        schema="tasks",
        postgresql_where=sa.text("binned_at IS NULL"),
    )
    op.create_index(
        "ix_task_created_at",
        "task",
        ["created_at", "id"],
        schema="tasks",
        postgresql_where=sa.text("binned_at IS NULL"),
    )
    op.create_index(
        "ix_task_due", "task", ["due", "id"], schema="tasks", postgresql_where=sa.text("binned_at IS NULL")
    )
    op.create_index(
        "ix_task_maker_id",
        "task",
        ["maker_id", "due", "id"],
        schema="tasks",
        postgresql_where=sa.text("binned_at IS NULL"),
    )
    op.create_index("ix_task_party_id", "task", ["party_id", "id"], schema="tasks")
    op.create_index(
        "ix_task_remind_at",
        "task",
        ["remind_at"],
        schema="tasks",
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.create_index(
        "ix_task_search_key_trigram",
        "task",
        ["search_key"],
        schema="tasks",
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
        postgresql_with={"gin_pending_list_limit": "128"},
    )
    op.create_index(
        "ix_task_urgency",
        "task",
        ["urgency", "due", "id"],
        schema="tasks",
        postgresql_where=sa.text("binned_at IS NULL"),
    )
    op.create_index("ix_task_user_user_id", "task_user", ["user_id", "part", "task_id"], schema="tasks")
    op.create_index("ix_referral_task_id", "referral", ["task_id", "id"], schema="tasks")
    op.create_index("ix_checklist_item_task_id", "checklist_item", ["task_id", "place", "id"], schema="tasks")
    add_user_values(op, "tasks", "task")
