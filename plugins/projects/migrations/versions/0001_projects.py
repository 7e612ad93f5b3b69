"""Projects with states, members, contacts, phases, weighted tasks, risks, and the course of their progress."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kernel.api import add_user_values

revision = "0001"
down_revision = None

SCHEMA = "projects"
INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("binned_at IS NULL")
USER = "kernel.user_account.id"
BASE = "kernel.base_value.id"


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _bin() -> list[sa.Column[Any]]:
    return [sa.Column("binned_at", INSTANT), sa.Column("binned_by", sa.BigInteger)]


def _must(name: str, kind: Any, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, server_default=sa.text(default) if default else None, nullable=False)


def _lateness() -> list[sa.Column[Any]]:
    return [_must("delay", sa.Integer, "0"), _must("late", sa.Boolean, "false")]


def _table(name: str, *parts: Any, keys: dict[str, tuple[str, str]], binned: bool = False) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *parts,
        *_record(),
        *(_bin() if binned else ()),
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
    table: str, *columns: str, name: str = "", unique: bool = False, where: sa.TextClause | None = None
) -> None:
    made = f"{'uq' if unique else 'ix'}_{table}_{name or columns[0]}"
    op.create_index(made, table, list(columns), unique=unique, schema=SCHEMA, postgresql_where=where)


PROJECT = ("projects.project.id", "CASCADE")


def upgrade() -> None:
    _table(
        "state",
        _must("title", sa.Text),
        _must("stage", sa.Text),
        _must("place", sa.Integer, "0"),
        _must("search_key", sa.Text),
        _check("state", "stage", "stage IN ('not_begun', 'under_way', 'finished', 'cancelled')"),
        keys={},
    )
    _index("state", "search_key", unique=True)
    _index("state", "place", "id")
    _projects()
    _people()
    _plan()


def _projects() -> None:
    _table(
        "project",
        _must("code", sa.Text),
        _must("title", sa.Text),
        _must("state_id", sa.BigInteger),
        _must("stage", sa.Text),
        *(
            sa.Column(name, sa.BigInteger)
            for name in ("kind_id", "group_id", "acquaintance_id", "employer_id", "expert_id")
        ),
        sa.Column("rank", sa.SmallInteger),
        *(sa.Column(name, sa.BigInteger) for name in ("country_id", "province_id", "city_id", "district_id")),
        *(sa.Column(name, sa.Text) for name in ("goals", "description", "needed", "offered")),
        sa.Column("budget", sa.BigInteger),
        sa.Column("contract_number", sa.Text),
        sa.Column("contract_amount", sa.BigInteger),
        *(
            sa.Column(name, sa.Date)
            for name in (
                "contract_on",
                "contract_until",
                "begins_on",
                "ends_on",
                "delivery_on",
                "started_on",
                "finished_on",
            )
        ),
        *(sa.Column(name, sa.Integer) for name in ("duration", "phase_count", "unit_count")),
        _must("progress", sa.SmallInteger, "0"),
        sa.Column("manual_progress", sa.SmallInteger),
        *_lateness(),
        sa.Column("invoice_id", sa.BigInteger),
        sa.Column("invoice_number", sa.Text),
        sa.Column("invoice_cancelled_on", sa.Date),
        _must("search_key", sa.Text),
        _must("sort_key", sa.Text(collation="C")),
        _check("project", "progress", "progress BETWEEN 0 AND 100"),
        _check("project", "manual_progress", "manual_progress BETWEEN 0 AND 100"),
        _check("project", "planned", "begins_on <= ends_on"),
        _check("project", "real", "started_on <= finished_on"),
        binned=True,
        keys={
            "state_id": ("projects.state.id", "RESTRICT"),
            "kind_id": (BASE, "RESTRICT"),
            "group_id": (BASE, "RESTRICT"),
            "acquaintance_id": (BASE, "RESTRICT"),
            "employer_id": ("kernel.party.id", "RESTRICT"),
            "expert_id": (USER, "SET NULL"),
            "country_id": ("kernel.country.id", "RESTRICT"),
            "province_id": ("kernel.province.id", "RESTRICT"),
            "city_id": ("kernel.city.id", "RESTRICT"),
            "district_id": ("kernel.district.id", "RESTRICT"),
        },
    )
    _index("project", "code", unique=True, where=KEPT)
    _index("project", "invoice_id", unique=True)
    _index("project", "sort_key", "id", where=KEPT)
    _index("project", "ends_on", "id", where=KEPT)
    _index("project", "state_id", "sort_key", "id", where=KEPT)
    _index("project", "employer_id")
    _index("project", "expert_id")
    add_user_values(op, SCHEMA, "project")


def _people() -> None:
    _table(
        "member",
        _must("project_id", sa.BigInteger),
        _must("user_id", sa.BigInteger),
        sa.Column("role_id", sa.BigInteger),
        keys={"project_id": PROJECT, "user_id": (USER, "CASCADE"), "role_id": (BASE, "RESTRICT")},
    )
    _index("member", "project_id", "user_id", unique=True)
    _index("member", "user_id", "project_id")
    _table(
        "contact",
        _must("project_id", sa.BigInteger),
        sa.Column("kind_id", sa.BigInteger),
        _must("value", sa.Text),
        sa.Column("note", sa.Text),
        keys={"project_id": PROJECT, "kind_id": (BASE, "RESTRICT")},
    )
    _index("contact", "project_id")
    _table(
        "service_expert",
        _must("item_id", sa.BigInteger),
        sa.Column("expert_id", sa.BigInteger),
        _must("value", sa.BigInteger, "1"),
        sa.Column("days", sa.BigInteger),
        _check("service_expert", "value", "value >= 0"),
        keys={"expert_id": (USER, "SET NULL")},
    )
    _index("service_expert", "item_id", unique=True)


def _plan() -> None:
    _table(
        "phase",
        _must("project_id", sa.BigInteger),
        _must("kind", sa.Text),
        _must("title", sa.Text),
        _must("place", sa.Integer, "0"),
        sa.Column("responsible_id", sa.BigInteger),
        *(
            sa.Column(name, sa.Date)
            for name in ("planned_from", "planned_until", "actual_from", "actual_until")
        ),
        *_lateness(),
        sa.Column("description", sa.Text),
        _must("search_key", sa.Text),
        _check("phase", "kind", "kind IN ('phase', 'milestone')"),
        _check("phase", "planned", "planned_from <= planned_until"),
        _check("phase", "real", "actual_from <= actual_until"),
        keys={"project_id": PROJECT, "responsible_id": (USER, "SET NULL")},
    )
    _index("phase", "project_id", "place", "id")
    _index("phase", "planned_until", "id")
    _table(
        "task",
        _must("project_id", sa.BigInteger),
        sa.Column("phase_id", sa.BigInteger),
        _must("title", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("assignee_id", sa.BigInteger),
        _must("state", sa.Text, "'open'"),
        _must("value", sa.BigInteger, "1"),
        _must("percent", sa.SmallInteger, "0"),
        *(sa.Column(name, sa.Date) for name in ("starts_on", "due_on", "done_on")),
        *_lateness(),
        sa.Column("delay_cause_id", sa.BigInteger),
        sa.Column("delay_note", sa.Text),
        sa.Column("cartable_id", sa.BigInteger),
        sa.Column("left_id", sa.BigInteger),
        sa.Column("origin", sa.Text),
        _must("search_key", sa.Text),
        _check("task", "state", "state IN ('open', 'done', 'cancelled')"),
        _check("task", "value", "value >= 0"),
        _check("task", "percent", "percent BETWEEN 0 AND 100"),
        _check("task", "done", "state <> 'done' OR percent = 100"),
        _check("task", "planned", "starts_on <= due_on"),
        binned=True,
        keys={
            "project_id": PROJECT,
            "phase_id": ("projects.phase.id", "SET NULL"),
            "assignee_id": (USER, "SET NULL"),
            "delay_cause_id": (BASE, "RESTRICT"),
        },
    )
    _index("task", "cartable_id", unique=True)
    _index("task", "left_id", unique=True)
    _index("task", "origin", unique=True)
    _index("task", "project_id", "id")
    _index("task", "phase_id")
    _index("task", "assignee_id", "due_on", "id", where=KEPT)
    _index("task", "due_on", "id", where=KEPT)
    _risks_and_course()


def _risks_and_course() -> None:
    _table(
        "risk",
        _must("project_id", sa.BigInteger),
        _must("title", sa.Text),
        sa.Column("description", sa.Text),
        _must("probability", sa.SmallInteger),
        _must("effect", sa.SmallInteger),
        sa.Column(
            "weight", sa.SmallInteger, sa.Computed("probability * effect", persisted=True), nullable=False
        ),
        _must("state", sa.Text, "'open'"),
        sa.Column("responsible_id", sa.BigInteger),
        sa.Column("response", sa.Text),
        _must("search_key", sa.Text),
        _check("risk", "probability", "probability BETWEEN 1 AND 5"),
        _check("risk", "effect", "effect BETWEEN 1 AND 5"),
        _check("risk", "state", "state IN ('open', 'watched', 'occurred', 'closed')"),
        binned=True,
        keys={"project_id": PROJECT, "responsible_id": (USER, "SET NULL")},
    )
    _index("risk", "project_id", "id")
    _index("risk", "weight", "id", where=KEPT)
    _table(
        "progress_point",
        _must("project_id", sa.BigInteger),
        _must("day", sa.Date),
        _must("progress", sa.SmallInteger),
        _check("progress_point", "progress", "progress BETWEEN 0 AND 100"),
        keys={"project_id": PROJECT},
    )
    _index("progress_point", "project_id", "day", unique=True)
