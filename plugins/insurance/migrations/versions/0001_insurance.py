"""Insurers, terms of lines, policies with what they insure, instalments, endorsements, claims and talks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from kernel.api import add_user_values

revision = "0001"
down_revision = None

SCHEMA = "insurance"
INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("binned_at IS NULL")
IS_LINE = (
    "line IN ('third_party', 'body', 'driver', 'fire', 'life', 'health', 'accident', 'travel', 'liability', "
    "'engineering', 'cargo', 'other')"
)


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


def upgrade() -> None:
    _table(
        "insurer",
        _must("title", sa.Text),
        sa.Column("agency_code", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("website", sa.Text),
        _must("active", sa.Boolean, "true"),
        sa.Column("note", sa.Text),
        _must("search_key", sa.Text),
        _must("sort_key", sa.Text(collation="C")),
        keys={},
        binned=True,
    )
    _index("insurer", "sort_key", "id", where=KEPT)
    _index("insurer", "search_key", unique=True, where=KEPT)
    _table(
        "line",
        _must("line", sa.Text),
        sa.Column("insurer_id", sa.BigInteger),
        _must("title", sa.Text),
        _must("months", sa.SmallInteger, "12"),
        _must("hour", sa.SmallInteger, "24"),
        _must("grace_days", sa.SmallInteger, "0"),
        _must("renewable", sa.Boolean, "true"),
        sa.Column("call_days", sa.Text),
        sa.Column("commission_percent", sa.Numeric(5, 2)),
        _must("search_key", sa.Text),
        _check("line", "commission_percent", "commission_percent BETWEEN 0 AND 100"),
        _check("line", "grace_days", "grace_days BETWEEN 0 AND 180"),
        _check("line", "hour", "hour BETWEEN 0 AND 24"),
        _check("line", "line", IS_LINE),
        _check("line", "months", "months BETWEEN 1 AND 360"),
        keys={
            "insurer_id": ("insurance.insurer.id", "CASCADE"),
        },
    )
    _index("line", "insurer_id", "line", unique=True)
    _index("line", "line", unique=True, where=sa.text("insurer_id IS NULL"))
    _table(
        "policy",
        _must("title", sa.Text),
        _must("line", sa.Text),
        _must("insurer_id", sa.BigInteger),
        sa.Column("plan", sa.Text),
        sa.Column("number", sa.Text),
        sa.Column("number_key", sa.Text),
        _must("holder_id", sa.BigInteger),
        sa.Column("beneficiary_id", sa.BigInteger),
        sa.Column("beneficiary_note", sa.Text),
        sa.Column("expert_id", sa.BigInteger),
        sa.Column("issued_on", sa.Date),
        _must("begins_on", sa.Date),
        _must("begins_hour", sa.SmallInteger),
        _must("ends_on", sa.Date),
        _must("ends_hour", sa.SmallInteger),
        _must("begins_at", INSTANT),
        _must("ends_at", INSTANT),
        _must("anchor_day", sa.SmallInteger),
        _must("grace_days", sa.SmallInteger, "0"),
        _must("premium", sa.BigInteger),
        _must("endorsed", sa.BigInteger, "0"),
        sa.Column(
            "premium_total", sa.BigInteger, sa.Computed("premium + endorsed", persisted=True), nullable=False
        ),
        sa.Column("commission_percent", sa.Numeric(5, 2)),
        sa.Column("commission", sa.BigInteger),
        sa.Column("sum_insured", sa.BigInteger),
        _must("state", sa.Text, "'request'"),
        sa.Column("cancelled_on", sa.Date),
        sa.Column("cancel_reason", sa.Text),
        sa.Column("refund", sa.BigInteger),
        sa.Column("former_id", sa.BigInteger),
        sa.Column("renewal", sa.Text),
        sa.Column("lost_reason", sa.Text),
        sa.Column("lost_note", sa.Text),
        sa.Column(
            "retained",
            sa.SmallInteger,
            sa.Computed("CASE renewal WHEN 'renewed' THEN 100 WHEN 'lost' THEN 0 END", persisted=True),
        ),
        sa.Column("quoted", sa.BigInteger),
        sa.Column("contacted_at", INSTANT),
        sa.Column("next_call_on", sa.Date),
        sa.Column("note", sa.Text),
        sa.Column("plate", sa.Text),
        sa.Column("vin", sa.Text),
        sa.Column("chassis", sa.Text),
        sa.Column("engine_number", sa.Text),
        sa.Column("vehicle", sa.Text),
        sa.Column("model_year", sa.SmallInteger),
        sa.Column("vehicle_use", sa.Text),
        sa.Column("no_claim_years", sa.SmallInteger),
        sa.Column("address", sa.Text),
        sa.Column("postal_code", sa.Text),
        sa.Column("area", sa.Numeric(12, 2)),
        sa.Column("building", sa.Text),
        sa.Column("earthquake", sa.Boolean),
        sa.Column("persons", sa.Integer),
        sa.Column("years", sa.SmallInteger),
        sa.Column("destination", sa.Text),
        sa.Column("goods", sa.Text),
        _must("search_key", sa.Text),
        _check("policy", "cancelled", "(state = 'cancelled') = (cancelled_on IS NOT NULL)"),
        _check("policy", "commission_percent", "commission_percent BETWEEN 0 AND 100"),
        _check("policy", "former", "former_id <> id"),
        _check("policy", "hours", "begins_hour BETWEEN 0 AND 24 AND ends_hour BETWEEN 0 AND 24"),
        _check("policy", "line", IS_LINE),
        _check("policy", "lost", "(renewal = 'lost') IS NOT TRUE OR lost_reason IS NOT NULL"),
        _check(
            "policy",
            "lost_reason",
            "lost_reason IN ('price', 'competitor', 'sold', 'service', 'claim', 'unreachable', 'not_needed', "
            "'lapsed', 'other')",
        ),
        _check("policy", "order", "begins_at < ends_at"),
        _check("policy", "premium", "premium >= 0"),
        _check("policy", "renewal", "renewal IN ('upcoming', 'contacted', 'quoted', 'renewed', 'lost')"),
        _check(
            "policy",
            "state",
            "state IN ('request', 'waiting', 'active', 'grace', 'lapsed', 'renewed', 'cancelled')",
        ),
        keys={
            "beneficiary_id": ("kernel.party.id", "SET NULL"),
            "expert_id": ("kernel.user_account.id", "SET NULL"),
            "former_id": ("insurance.policy.id", "SET NULL"),
            "holder_id": ("kernel.party.id", "RESTRICT"),
            "insurer_id": ("insurance.insurer.id", "RESTRICT"),
        },
        binned=True,
    )
    _index("policy", "beneficiary_id")
    _index("policy", "ends_on", "id", where=KEPT)
    _index("policy", "expert_id")
    _index("policy", "holder_id")
    _index("policy", "plate")
    _index("policy", "premium", "id", where=KEPT)
    _index("policy", "renewal", "ends_on", "id", where=KEPT)
    _index("policy", "state", "ends_at", "id", where=KEPT)
    _index("policy", "former_id", unique=True, where=sa.text("binned_at IS NULL AND cancelled_on IS NULL"))
    _index("policy", "insurer_id", "number_key", name="number", unique=True, where=KEPT)
    add_user_values(op, SCHEMA, "policy")
    _table(
        "insured_person",
        _must("policy_id", sa.BigInteger),
        _must("party_id", sa.BigInteger),
        _must("relation", sa.Text),
        sa.Column("note", sa.Text),
        _check(
            "insured_person",
            "relation",
            "relation IN ('holder', 'spouse', 'child', 'parent', 'employee', 'other')",
        ),
        keys={
            "party_id": ("kernel.party.id", "RESTRICT"),
            "policy_id": ("insurance.policy.id", "CASCADE"),
        },
    )
    _index("insured_person", "party_id")
    _index("insured_person", "policy_id", "party_id", unique=True)
    _table(
        "insured_object",
        _must("policy_id", sa.BigInteger),
        _must("title", sa.Text),
        sa.Column("identifier", sa.Text),
        sa.Column("sum_insured", sa.BigInteger),
        _check("insured_object", "sum_insured", "sum_insured >= 0"),
        keys={
            "policy_id": ("insurance.policy.id", "CASCADE"),
        },
    )
    _index("insured_object", "policy_id")
    _table(
        "endorsement",
        _must("policy_id", sa.BigInteger),
        _must("place", sa.SmallInteger),
        sa.Column("number", sa.Text),
        _must("day", sa.Date),
        _must("kind", sa.Text),
        _must("premium_change", sa.BigInteger, "0"),
        sa.Column("ends_before", sa.Date),
        sa.Column("ends_after", sa.Date),
        sa.Column("added_id", sa.BigInteger),
        sa.Column("removed_id", sa.BigInteger),
        _must("description", sa.Text),
        _check(
            "endorsement", "kind", "kind IN ('premium', 'dates', 'insured', 'object', 'holder', 'correction')"
        ),
        _check("endorsement", "persons", "added_id <> removed_id"),
        _check("endorsement", "place", "place > 0"),
        keys={
            "added_id": ("kernel.party.id", "SET NULL"),
            "policy_id": ("insurance.policy.id", "CASCADE"),
            "removed_id": ("kernel.party.id", "SET NULL"),
        },
    )
    _index("endorsement", "policy_id", "place", unique=True)
    _table(
        "instalment",
        _must("policy_id", sa.BigInteger),
        _must("due_on", sa.Date),
        _must("amount", sa.BigInteger),
        sa.Column("paid_on", sa.Date),
        sa.Column("paid_from", sa.Text),
        sa.Column("note", sa.Text),
        _check("instalment", "amount", "amount > 0"),
        _check("instalment", "paid", "(paid_on IS NULL) = (paid_from IS NULL)"),
        _check("instalment", "paid_from", "paid_from IN ('own', 'sales')"),
        keys={
            "policy_id": ("insurance.policy.id", "CASCADE"),
        },
    )
    _index("instalment", "due_on", "id", where=sa.text("paid_on IS NULL"))
    _index("instalment", "policy_id", "due_on", "id")
    _table(
        "claim",
        _must("code", sa.Text),
        _must("policy_id", sa.BigInteger),
        sa.Column("number", sa.Text),
        sa.Column("cause_id", sa.BigInteger),
        _must("occurred_on", sa.Date),
        _must("reported_on", sa.Date),
        sa.Column("place", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("claimed", sa.BigInteger),
        sa.Column("paid", sa.BigInteger),
        sa.Column("paid_on", sa.Date),
        sa.Column("reject_reason", sa.Text),
        _must("state", sa.Text, "'reported'"),
        sa.Column("expert_id", sa.BigInteger),
        sa.Column("next_step_on", sa.Date),
        _must("search_key", sa.Text),
        _check("claim", "claimed", "claimed >= 0"),
        _check("claim", "order", "occurred_on <= reported_on"),
        _check("claim", "paid", "(state = 'paid') = (paid_on IS NOT NULL)"),
        _check("claim", "paid_amount", "paid >= 0"),
        _check("claim", "rejected", "(state = 'rejected') IS NOT TRUE OR reject_reason IS NOT NULL"),
        _check(
            "claim",
            "state",
            "state IN ('reported', 'documents', 'surveyed', 'approved', 'paid', 'rejected', 'withdrawn')",
        ),
        keys={
            "cause_id": ("kernel.base_value.id", "RESTRICT"),
            "expert_id": ("kernel.user_account.id", "SET NULL"),
            "policy_id": ("insurance.policy.id", "CASCADE"),
        },
        binned=True,
    )
    _index("claim", "expert_id")
    _index("claim", "next_step_on", "id", where=KEPT)
    _index("claim", "policy_id", "id")
    _index("claim", "state", "id", where=KEPT)
    _index("claim", "code", unique=True, where=KEPT)
    _table(
        "talk",
        _must("policy_id", sa.BigInteger),
        _must("at", INSTANT),
        sa.Column("user_id", sa.BigInteger),
        _must("outcome", sa.Text),
        sa.Column("quoted", sa.BigInteger),
        sa.Column("next_call_on", sa.Date),
        sa.Column("note", sa.Text),
        _check(
            "talk",
            "outcome",
            "outcome IN ('talked', 'wants', 'quoted', 'later', 'no_answer', 'wrong_number')",
        ),
        keys={
            "policy_id": ("insurance.policy.id", "CASCADE"),
            "user_id": ("kernel.user_account.id", "SET NULL"),
        },
    )
    _index("talk", "policy_id", "id")


def downgrade() -> None:
    for table in (
        "talk",
        "claim",
        "instalment",
        "endorsement",
        "insured_object",
        "insured_person",
        "policy",
        "line",
        "insurer",
    ):
        op.drop_table(table, schema=SCHEMA)
