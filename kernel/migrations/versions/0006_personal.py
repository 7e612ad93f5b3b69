"""What is known of persons and organisations beyond their names: personal facts, consent, states, own organisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)
PRESENT = sa.text("until IS NULL")


def upgrade() -> None:
    """Add the columns and create the tables."""
    _extend_base_value()
    _extend_party()
    _extend_employment()
    _create_facts()
    _create_consent()
    _create_state()


def downgrade() -> None:
    """Take back what `upgrade` made; used by developers only."""
    for table in (
        *("party_state", "withheld_facts", "consent"),
        *("person_diet", "person_health", "person_faith", "person_family", "party_facts"),
    ):
        op.drop_table(table, schema="kernel")
    for table, columns in (
        ("employment", ("is_main_contact", "buying_role_id")),
        ("party", ("is_own", "part_of_id", "user_id", "photo_small")),
        ("base_value", ("advice",)),
    ):
        for name in columns:
            op.drop_column(table, name, schema="kernel")
    op.drop_index("ix_party_birth_date", "party", schema="kernel")


def _extend_base_value() -> None:
    op.add_column("base_value", sa.Column("advice", sa.Text), schema="kernel")


def _extend_party() -> None:
    _add("party", _flag("is_own"), _number("part_of_id"), _number("user_id"), _text("photo_small"))
    _foreign_key("party", "part_of_id", "party")
    _foreign_key("party", "user_id", "user_account")
    for name, rule in (
        ("own_organisation", "NOT is_own OR kind = 'organisation'"),
        ("own_is_kept", "NOT is_own OR binned_at IS NULL"),
        ("unit_is_organisation", "part_of_id IS NULL OR kind = 'organisation'"),
        ("unit_of_another", "part_of_id <> id"),
    ):
        op.create_check_constraint(op.f(f"ck_party_{name}"), "party", rule, schema="kernel")
    kept = "binned_at IS NULL AND {} IS NOT NULL"
    _index("uq_party_is_own", "party", ["is_own"], unique=True, postgresql_where=sa.text("is_own"))
    _index(
        "uq_party_user_id",
        "party",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text(kept.format("user_id")),
    )
    _index("ix_party_part_of_id", "party", ["part_of_id"], postgresql_where=sa.text("part_of_id IS NOT NULL"))
    _index(
        "ix_party_birth_date",
        "party",
        ["birth_date", "id"],
        postgresql_where=sa.text(kept.format("birth_date")),
    )


def _extend_employment() -> None:
    _add("employment", _flag("is_main_contact"), _number("buying_role_id"))
    _foreign_key("employment", "buying_role_id", "base_value")
    op.create_check_constraint(
        op.f("ck_employment_main_is_contact"),
        "employment",
        "is_contact OR NOT is_main_contact",
        schema="kernel",
    )
    # Alembic makes no exclusion of an expression on a table that is there already.
    op.execute(
        "ALTER TABLE kernel.employment ADD CONSTRAINT ex_employment_main_contact EXCLUDE USING gist "
        "(organisation_id WITH =, daterange(since, until, '[]') WITH &&) WHERE (is_main_contact) "
        "DEFERRABLE INITIALLY DEFERRED"
    )
    _index("ix_employment_buying_role_id", "employment", ["buying_role_id", "person_id"])


def _create_facts() -> None:
    _about_party(
        "party_facts",
        _number("occupation_id"),
        *(_text(name) for name in ("channel", "times")),
        _number("language_id"),
        _flag("do_not_call"),
        *(_text(name) for name in ("preferences", "companions")),
        _link("party_facts", "occupation_id", "base_value"),
        _link("party_facts", "language_id", "base_value"),
        _check("party_facts", "channel", "channel IN ('call', 'sms', 'email', 'letter', 'visit')"),
    )
    _index("ix_party_facts_occupation_id", "party_facts", ["occupation_id", "party_id"])
    _about_party(
        "person_family",
        _text("status"),
        sa.Column("wedding_date", sa.Date),
        _check(
            "person_family", "status", "status IN ('single', 'engaged', 'married', 'divorced', 'widowed')"
        ),
    )
    _index("ix_person_family_wedding_date", "person_family", ["wedding_date", "party_id"])
    _about_party(
        "person_faith",
        _number("religion_id"),
        _text("interests"),
        _link("person_faith", "religion_id", "base_value"),
    )
    _index("ix_person_faith_religion_id", "person_faith", ["religion_id", "party_id"])
    _about_party("person_health", _text("illnesses"))
    _about_party(
        "person_diet", *(_flag(name) for name in ("halal", "no_alcohol", "vegetarian")), _text("dislikes")
    )


def _create_consent() -> None:
    _table(
        "consent",
        _number("party_id", required=True),
        *(_flag(f"covers_{kind}") for kind in ("family", "faith", "health", "diet")),
        sa.Column("given_on", sa.Date, nullable=False),
        _text("how", required=True),
        sa.Column("until", sa.Date),
        sa.Column("withdrawn_on", sa.Date),
        _text("note"),
        _number("document_id"),
        _link("consent", "party_id", "party", on_delete="CASCADE"),
        _link("consent", "document_id", "attachment", on_delete="SET NULL"),
        _check("consent", "how", "how IN ('form', 'verbal', 'signature', 'web', 'sms')"),
        _check(
            "consent", "covers_something", "covers_family OR covers_faith OR covers_health OR covers_diet"
        ),
        _check("consent", "period", "until >= given_on"),
        _check("consent", "withdrawn_later", "withdrawn_on >= given_on"),
    )
    _index("ix_consent_party_id", "consent", ["party_id", "id"])
    _index("ix_consent_until", "consent", ["until"], postgresql_where=sa.text("withdrawn_on IS NULL"))
    _table(
        "withheld_facts",
        _number("party_id", required=True),
        _text("kind", required=True),
        sa.Column("content", postgresql.JSONB, nullable=False),
        _link("withheld_facts", "party_id", "party", on_delete="CASCADE"),
    )
    _index("ix_withheld_facts_party_id", "withheld_facts", ["party_id", "kind"])


def _create_state() -> None:
    _table(
        "party_state",
        _number("party_id", required=True),
        _number("state_id", required=True),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        _text("reason"),
        _link("party_state", "party_id", "party", on_delete="CASCADE"),
        _link("party_state", "state_id", "base_value"),
        _check("party_state", "period", "until >= since"),
    )
    _index("uq_party_state_present", "party_state", ["party_id"], unique=True, postgresql_where=PRESENT)
    _index("ix_party_state_party_id", "party_state", ["party_id", "since", "id"])
    _index("ix_party_state_state_id", "party_state", ["state_id", "party_id"], postgresql_where=PRESENT)


def _about_party(name: str, *elements: sa.schema.SchemaItem) -> None:
    """Create a table with one row for a party."""
    _table(
        name,
        _number("party_id", required=True),
        *elements,
        _link(name, "party_id", "party", on_delete="CASCADE"),
    )
    _index(f"uq_{name}_party_id", name, ["party_id"], unique=True)


def _table(name: str, *elements: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *elements,
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        schema="kernel",
    )


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column, schema="kernel")


def _foreign_key(table: str, column: str, target: str) -> None:
    op.create_foreign_key(
        f"fk_{table}_{column}",
        table,
        target,
        [column],
        ["id"],
        source_schema="kernel",
        referent_schema="kernel",
    )


def _text(name: str, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=not required)


def _number(name: str, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=not required)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, server_default=sa.text("false"), nullable=False)


def _link(table: str, column: str, target: str, *, on_delete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"kernel.{target}.id"], name=f"fk_{table}_{column}", ondelete=on_delete
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _index(name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    op.create_index(name, table, list(columns), schema="kernel", **options)
