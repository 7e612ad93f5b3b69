"""Models, dealers, batches with serials, guarantees with their transfers, claims and disputes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SCHEMA = "carpet"
INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("binned_at IS NULL")
USER = "kernel.user_account.id"
PARTY = "kernel.party.id"
BASE = "kernel.base_value.id"


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    ]


def _bin() -> list[sa.Column[Any]]:
    return [sa.Column("binned_at", INSTANT), sa.Column("binned_by", sa.BigInteger)]


def _must(name: str, kind: Any, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, server_default=sa.text(default) if default else None, nullable=False)


def _table(
    name: str,
    *parts: Any,
    keys: dict[str, tuple[str, str]],
    stamped: bool = True,
    versioned: bool = True,
    binned: bool = False,
) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *parts,
        *(_stamps() if stamped else ()),
        *([_must("version", sa.Integer, "1")] if stamped and versioned else ()),
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
    _model()
    _dealer()
    _dealer_user()
    _batch()
    _serial()
    _scratch()
    _attempt()
    _guarantee()
    _transfer()
    _claim()
    _dispute()


def _model() -> None:
    _table(
        "model",
        _must("code", sa.Text),
        _must("title", sa.Text),
        sa.Column("size_id", sa.BigInteger),
        sa.Column("design_id", sa.BigInteger),
        sa.Column("colour_id", sa.BigInteger),
        sa.Column("reeds", sa.Integer),
        sa.Column("density", sa.Integer),
        _must("term_months", sa.Integer, "24"),
        _must("active", sa.Boolean, "true"),
        sa.Column("note", sa.Text),
        _must("search_key", sa.Text),
        _must("sort_key", sa.Text(collation="C")),
        _check("model", "reeds", "reeds > 0"),
        _check("model", "density", "density > 0"),
        _check("model", "term_months", "term_months BETWEEN 1 AND 600"),
        binned=True,
        keys={
            "size_id": (BASE, "RESTRICT"),
            "design_id": (BASE, "RESTRICT"),
            "colour_id": (BASE, "RESTRICT"),
        },
    )
    _index("model", "code", unique=True, where=KEPT)
    _index("model", "sort_key", "id", where=KEPT)


def _dealer() -> None:
    _table(
        "dealer",
        _must("party_id", sa.BigInteger),
        _must("code", sa.Text),
        _must("title", sa.Text),
        sa.Column("region_id", sa.BigInteger),
        _must("active", sa.Boolean, "true"),
        sa.Column("note", sa.Text),
        _must("search_key", sa.Text),
        _must("sort_key", sa.Text(collation="C")),
        binned=True,
        keys={
            "party_id": (PARTY, "RESTRICT"),
            "region_id": (BASE, "RESTRICT"),
        },
    )
    _index("dealer", "code", unique=True, where=KEPT)
    _index("dealer", "party_id", unique=True, where=KEPT)
    _index("dealer", "sort_key", "id", where=KEPT)


def _dealer_user() -> None:
    _table(
        "dealer_user",
        _must("dealer_id", sa.BigInteger),
        _must("user_id", sa.BigInteger),
        keys={
            "dealer_id": ("carpet.dealer.id", "CASCADE"),
            "user_id": (USER, "CASCADE"),
        },
    )
    _index("dealer_user", "user_id", "dealer_id", unique=True)
    _index("dealer_user", "dealer_id")


def _batch() -> None:
    _table(
        "batch",
        _must("number", sa.Text),
        _must("model_id", sa.BigInteger),
        _must("produced_on", sa.Date),
        _must("count", sa.Integer),
        _must("start_rule", sa.Text, "'registration'"),
        _must("term_months", sa.Integer),
        _must("grace_months", sa.Integer, "0"),
        sa.Column("closes_on", sa.Date),
        _must("state", sa.Text, "'new'"),
        _must("turn", sa.Integer, "0"),
        sa.Column("handed_at", INSTANT),
        sa.Column("handed_by", sa.BigInteger),
        sa.Column("note", sa.Text),
        _must("search_key", sa.Text),
        _check("batch", "count", "count BETWEEN 1 AND 999999"),
        _check("batch", "number", "number ~ '^[1-9][0-9]{3}$'"),
        _check("batch", "term_months", "term_months BETWEEN 1 AND 600"),
        _check("batch", "grace_months", "grace_months BETWEEN 0 AND 120"),
        _check("batch", "start_rule", "start_rule IN ('registration', 'sale', 'production')"),
        _check("batch", "state", "state IN ('new', 'printing', 'printed', 'void')"),
        _check("batch", "order", "closes_on >= produced_on"),
        keys={
            "model_id": ("carpet.model.id", "RESTRICT"),
            "handed_by": (USER, "SET NULL"),
        },
    )
    _index("batch", "number", unique=True)
    _index("batch", "model_id", "id")
    _index("batch", "produced_on", "id")


def _serial() -> None:
    _table(
        "serial",
        _must("number", sa.Text),
        _must("batch_id", sa.BigInteger),
        _must("place", sa.Integer),
        _must("model_id", sa.BigInteger),
        sa.Column("dealer_id", sa.BigInteger),
        sa.Column("given_on", sa.Date),
        sa.Column("sold_on", sa.Date),
        _must("state", sa.Text, "'stock'"),
        sa.Column("note", sa.Text),
        _must("search_key", sa.Text),
        _check("serial", "number", "number ~ '^[1-9][0-9]{10}$'"),
        _check("serial", "state", "state IN ('stock', 'sold', 'registered', 'replaced', 'void')"),
        _check("serial", "sold_on", "state <> 'sold' OR sold_on IS NOT NULL"),
        keys={
            "batch_id": ("carpet.batch.id", "RESTRICT"),
            "model_id": ("carpet.model.id", "RESTRICT"),
            "dealer_id": ("carpet.dealer.id", "RESTRICT"),
        },
    )
    _index("serial", "batch_id", "place", unique=True)
    _index("serial", "number", unique=True)
    _index("serial", "dealer_id", "state", "id")
    _index("serial", "model_id", "id")


def _scratch() -> None:
    _table(
        "scratch",
        _must("serial_id", sa.BigInteger),
        _must("mark", sa.Text),
        stamped=False,
        keys={
            "serial_id": ("carpet.serial.id", "CASCADE"),
        },
    )
    _index("scratch", "serial_id", unique=True)


def _attempt() -> None:
    _table(
        "attempt",
        _must("who", sa.Text),
        _must("at", INSTANT),
        stamped=False,
        keys={},
    )
    _index("attempt", "at")
    _index("attempt", "who", "at")


def _guarantee() -> None:
    _table(
        "guarantee",
        _must("serial_id", sa.BigInteger),
        _must("number", sa.Text),
        _must("party_id", sa.BigInteger),
        _must("model_id", sa.BigInteger),
        sa.Column("dealer_id", sa.BigInteger),
        sa.Column("region_id", sa.BigInteger),
        _must("registered_on", sa.Date),
        _must("channel", sa.Text),
        sa.Column("inbound_id", sa.BigInteger),
        _must("starts_on", sa.Date),
        _must("ends_on", sa.Date),
        _must("state", sa.Text, "'active'"),
        _must("consent", sa.Boolean, "false"),
        sa.Column("consent_on", sa.Date),
        sa.Column("replaces_id", sa.BigInteger),
        sa.Column("note", sa.Text),
        _must("search_key", sa.Text),
        _check("guarantee", "channel", "channel IN ('sms', 'web', 'staff', 'replacement')"),
        _check("guarantee", "state", "state IN ('active', 'replaced', 'void')"),
        _check("guarantee", "order", "starts_on <= ends_on"),
        _check("guarantee", "consent", "consent = (consent_on IS NOT NULL)"),
        keys={
            "serial_id": ("carpet.serial.id", "RESTRICT"),
            "party_id": (PARTY, "RESTRICT"),
            "model_id": ("carpet.model.id", "RESTRICT"),
            "dealer_id": ("carpet.dealer.id", "RESTRICT"),
            "region_id": (BASE, "RESTRICT"),
            "replaces_id": ("carpet.guarantee.id", "RESTRICT"),
        },
    )
    _index("guarantee", "replaces_id", unique=True)
    _index("guarantee", "serial_id", unique=True)
    _index("guarantee", "dealer_id", "id")
    _index("guarantee", "ends_on", "id")
    _index("guarantee", "model_id", "id")
    _index("guarantee", "party_id", "id")
    _index("guarantee", "registered_on", "id")


def _transfer() -> None:
    _table(
        "transfer",
        _must("guarantee_id", sa.BigInteger),
        _must("from_id", sa.BigInteger),
        _must("to_id", sa.BigInteger),
        _must("day", sa.Date),
        _must("reason", sa.Text),
        sa.Column("note", sa.Text),
        _check("transfer", "reason", "reason IN ('sold', 'gift', 'dispute', 'mistake')"),
        versioned=False,
        keys={
            "guarantee_id": ("carpet.guarantee.id", "CASCADE"),
            "from_id": (PARTY, "RESTRICT"),
            "to_id": (PARTY, "RESTRICT"),
        },
    )
    _index("transfer", "from_id")
    _index("transfer", "guarantee_id", "id")
    _index("transfer", "to_id")


def _claim() -> None:
    _table(
        "claim",
        _must("number", sa.Text),
        _must("guarantee_id", sa.BigInteger),
        _must("model_id", sa.BigInteger),
        sa.Column("dealer_id", sa.BigInteger),
        _must("reported_on", sa.Date),
        sa.Column("fault_id", sa.BigInteger),
        _must("description", sa.Text),
        _must("state", sa.Text, "'open'"),
        sa.Column("inspector_id", sa.BigInteger),
        sa.Column("inspect_on", sa.Date),
        sa.Column("inspected_on", sa.Date),
        sa.Column("findings", sa.Text),
        sa.Column("decided_on", sa.Date),
        sa.Column("decision", sa.Text),
        sa.Column("settled_on", sa.Date),
        sa.Column("replacement_id", sa.BigInteger),
        sa.Column("cost", sa.BigInteger),
        _must("search_key", sa.Text),
        _check(
            "claim", "state", "state IN ('open', 'inspection', 'accepted', 'refused', 'repaired', 'replaced')"
        ),
        _check("claim", "replacement", "(state = 'replaced') = (replacement_id IS NOT NULL)"),
        _check("claim", "cost", "cost >= 0"),
        keys={
            "guarantee_id": ("carpet.guarantee.id", "RESTRICT"),
            "model_id": ("carpet.model.id", "RESTRICT"),
            "dealer_id": ("carpet.dealer.id", "RESTRICT"),
            "fault_id": (BASE, "RESTRICT"),
            "inspector_id": (USER, "SET NULL"),
            "replacement_id": ("carpet.serial.id", "RESTRICT"),
        },
    )
    _index("claim", "guarantee_id", unique=True, where=sa.text("state IN ('open', 'inspection', 'accepted')"))
    _index("claim", "number", unique=True)
    _index("claim", "replacement_id", unique=True)
    _index("claim", "dealer_id", "id")
    _index("claim", "guarantee_id", "id")
    _index("claim", "inspector_id", "id")
    _index("claim", "model_id", "id")
    _index("claim", "state", "id")


def _dispute() -> None:
    _table(
        "dispute",
        _must("guarantee_id", sa.BigInteger),
        _must("party_id", sa.BigInteger),
        _must("opened_on", sa.Date),
        _must("channel", sa.Text),
        sa.Column("inbound_id", sa.BigInteger),
        _must("state", sa.Text, "'open'"),
        sa.Column("decided_on", sa.Date),
        sa.Column("decided_by", sa.BigInteger),
        sa.Column("reason", sa.Text),
        _must("title", sa.Text),
        _must("search_key", sa.Text),
        _check("dispute", "state", "state IN ('open', 'kept', 'moved')"),
        _check("dispute", "channel", "channel IN ('sms', 'web', 'staff')"),
        _check("dispute", "decided_on", "(state = 'open') = (decided_on IS NULL)"),
        keys={
            "guarantee_id": ("carpet.guarantee.id", "RESTRICT"),
            "party_id": (PARTY, "RESTRICT"),
            "decided_by": (USER, "SET NULL"),
        },
    )
    _index("dispute", "guarantee_id", "party_id", unique=True, where=sa.text("state = 'open'"))
    _index("dispute", "party_id", "id")
    _index("dispute", "state", "id")
