"""Interactions: calls, visits, letters and what else happens with a party; and calls as the telephone tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from kernel.data.user_values import add_user_values, drop_user_values

revision = "0021"
down_revision = "0020"

INSTANT = sa.DateTime(timezone=True)
KEPT = "binned_at IS NULL"
PLACES = ("province_id", "city_id", "district_id")
MIRRORED = ("owner_id", "done_by_id", *PLACES)

TRIGGERS = """
CREATE FUNCTION kernel.place_interaction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT p.province_id, p.city_id, p.district_id INTO NEW.province_id, NEW.city_id, NEW.district_id
  FROM kernel.party p WHERE p.id = NEW.party_id;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION kernel.place_interaction() IS 'an interaction stands in the places of its party';

CREATE FUNCTION kernel.move_interactions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE kernel.interaction i
  SET province_id = NEW.province_id, city_id = NEW.city_id, district_id = NEW.district_id
  WHERE i.party_id = NEW.id;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION kernel.move_interactions() IS 'the interactions of a party move with it';

CREATE FUNCTION kernel.fill_interaction_party() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT i.owner_id, i.done_by_id, i.province_id, i.city_id, i.district_id
  INTO NEW.owner_id, NEW.done_by_id, NEW.province_id, NEW.city_id, NEW.district_id
  FROM kernel.interaction i WHERE i.id = NEW.interaction_id;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION kernel.fill_interaction_party() IS 'who took part is seen as the interaction, whose columns stand here';

CREATE FUNCTION kernel.mirror_interaction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE kernel.interaction_party p SET owner_id = NEW.owner_id WHERE p.interaction_id = NEW.id;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION kernel.mirror_interaction() IS 'lets the rows of who took part take over the columns of the interaction';

CREATE FUNCTION kernel.fill_call_party() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT c.user_id INTO NEW.user_id FROM kernel.call c WHERE c.id = NEW.call_id;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION kernel.fill_call_party() IS 'whose number it was is seen by who sees the call';

CREATE FUNCTION kernel.mirror_call() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE kernel.call_party p SET user_id = NEW.user_id WHERE p.call_id = NEW.id;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION kernel.mirror_call() IS 'lets the rows of whose number it was take over the user of the call';

CREATE TRIGGER place_interaction BEFORE INSERT OR UPDATE OF party_id ON kernel.interaction
FOR EACH ROW EXECUTE FUNCTION kernel.place_interaction();
CREATE TRIGGER move_interactions AFTER UPDATE OF province_id, city_id, district_id ON kernel.party
FOR EACH ROW WHEN ((OLD.province_id, OLD.city_id, OLD.district_id)
  IS DISTINCT FROM (NEW.province_id, NEW.city_id, NEW.district_id)) EXECUTE FUNCTION kernel.move_interactions();
CREATE TRIGGER fill_interaction_party BEFORE INSERT OR UPDATE ON kernel.interaction_party
FOR EACH ROW EXECUTE FUNCTION kernel.fill_interaction_party();
CREATE TRIGGER mirror_interaction AFTER UPDATE ON kernel.interaction
FOR EACH ROW WHEN ((OLD.owner_id, OLD.done_by_id, OLD.province_id, OLD.city_id, OLD.district_id)
  IS DISTINCT FROM (NEW.owner_id, NEW.done_by_id, NEW.province_id, NEW.city_id, NEW.district_id))
EXECUTE FUNCTION kernel.mirror_interaction();
CREATE TRIGGER fill_call_party BEFORE INSERT OR UPDATE ON kernel.call_party
FOR EACH ROW EXECUTE FUNCTION kernel.fill_call_party();
CREATE TRIGGER mirror_call AFTER UPDATE ON kernel.call
FOR EACH ROW WHEN (OLD.user_id IS DISTINCT FROM NEW.user_id) EXECUTE FUNCTION kernel.mirror_call();
"""


def upgrade() -> None:
    """Create interactions with those who took part and what they are about, and calls."""
    _create_interaction()
    add_user_values(op, "kernel", "interaction")
    _create_interaction_party()
    _create_interaction_link()
    _create_call()
    _create_call_party()
    op.get_bind().exec_driver_sql(TRIGGERS)


def downgrade() -> None:
    """Drop what `upgrade` made; used by developers only."""
    op.execute("DROP TRIGGER move_interactions ON kernel.party")
    for table in ("call_party", "call", "interaction_link", "interaction_party"):
        op.drop_table(table, schema="kernel")
    drop_user_values(op, "kernel", "interaction")
    op.drop_table("interaction", schema="kernel")
    functions = ("place_interaction", "move_interactions", "fill_interaction_party", "mirror_interaction")
    for function in (*functions, "fill_call_party", "mirror_call"):
        op.execute(f"DROP FUNCTION kernel.{function}()")


def _table(name: str, *columns: Any, versioned: bool = True) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *columns,
        *_stamps(),
        *(
            [sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False)]
            if versioned
            else []
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        schema="kernel",
    )


def _stamps() -> list[sa.Column[Any]]:
    made: list[sa.Column[Any]] = []
    for verb in ("created", "updated"):
        made.append(sa.Column(f"{verb}_at", INSTANT, server_default=sa.text("now()"), nullable=False))
        made.append(sa.Column(f"{verb}_by", sa.BigInteger, server_default=sa.text("0"), nullable=False))
    return made


def _text(name: str, *, required: bool = False, bytewise: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(collation="C") if bytewise else sa.Text(), nullable=not required)


def _number(name: str, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=not required)


def _instant(name: str, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, INSTANT, nullable=not required)


def _seconds(since: str, until: str) -> sa.Column[Any]:
    reckoned = f"CAST(EXTRACT(epoch FROM {until} - {since}) AS integer)"
    return sa.Column("duration", sa.Integer, sa.Computed(reckoned, persisted=True))


def _link(table: str, column: str, target: str, *, on_delete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"kernel.{target}.id"], name=f"fk_{table}_{column}", ondelete=on_delete
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _index(name: str, table: str, columns: Sequence[str], where: str | None = None, **options: Any) -> None:
    if where is not None:
        options["postgresql_where"] = sa.text(where)
    op.create_index(name, table, list(columns), schema="kernel", **options)


def _create_interaction() -> None:
    table = "interaction"
    _table(
        table,
        _text("channel", required=True),
        _text("direction"),
        _number("party_id", required=True),
        _text("number"),
        _text("subject", required=True),
        _text("text"),
        _instant("started_at", required=True),
        _instant("ended_at"),
        _seconds("started_at", "ended_at"),
        _number("result_id"),
        _number("reason_id"),
        _text("follow_up_number"),
        sa.Column("follow_up_on", sa.Date),
        _instant("followed_up_at"),
        *(_number(name) for name in ("done_by_id", "owner_id", "organisation_id", "position_id")),
        _text("unit"),
        sa.Column("as_of", sa.Date),
        *(_number(name) for name in PLACES),
        _text("search_key", required=True, bytewise=True),
        _instant("binned_at"),
        _number("binned_by"),
        _check(table, "direction", "direction IN ('in', 'out')"),
        _check(table, "period", "ended_at >= started_at"),
        *(_link(table, f"{name}_id", "party") for name in ("party", "organisation")),
        *(_link(table, f"{name}_id", "base_value") for name in ("result", "reason", "position")),
        *(_link(table, f"{name}_id", "user_account") for name in ("done_by", "owner")),
        *(_link(table, f"{name}_id", name) for name in ("province", "city", "district")),
    )
    _index(
        "ix_interaction_started_at",
        table,
        ["started_at", "id"],
        KEPT,
        postgresql_include=[*MIRRORED],
    )
    _index("ix_interaction_party_id", table, ["party_id", "started_at", "id"])
    for column in ("owner_id", "done_by_id", "province_id", "channel", "reason_id"):
        _index(f"ix_interaction_{column}", table, [column, "started_at", "id"], KEPT)
    _index("ix_interaction_follow_up_number", table, ["follow_up_number"])
    _index(
        "ix_interaction_open_follow_up",
        table,
        ["follow_up_on", "id"],
        f"followed_up_at IS NULL AND {KEPT} AND follow_up_on IS NOT NULL",
    )
    _index("ix_interaction_organisation_id", table, ["organisation_id"])
    _index("ix_interaction_created_at", table, ["created_at", "id"], KEPT)
    _index("ix_interaction_binned_at", table, ["binned_at", "id"], "binned_at IS NOT NULL")
    _index(
        "ix_interaction_search_key_trigram",
        table,
        ["search_key"],
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
        postgresql_with={"gin_pending_list_limit": "128"},
    )


def _create_interaction_party() -> None:
    table = "interaction_party"
    _table(
        table,
        *(_number(name, required=True) for name in ("interaction_id", "party_id")),
        *(_number(name) for name in ("part_id", "organisation_id", "position_id")),
        _text("unit"),
        sa.Column("as_of", sa.Date),
        *(_number(name) for name in MIRRORED),
        _link(table, "interaction_id", "interaction", on_delete="CASCADE"),
        _link(table, "party_id", "party", on_delete="CASCADE"),
        _link(table, "organisation_id", "party"),
        *(_link(table, f"{name}_id", "base_value") for name in ("part", "position")),
    )
    _index("uq_interaction_party", table, ["interaction_id", "party_id"], unique=True)
    _index("ix_interaction_party_party_id", table, ["party_id", "interaction_id"])
    _index("ix_interaction_party_organisation_id", table, ["organisation_id"])


def _create_interaction_link() -> None:
    table = "interaction_link"
    _table(
        table,
        _number("interaction_id", required=True),
        _text("resource", required=True),
        _number("record_id", required=True),
        _link(table, "interaction_id", "interaction", on_delete="CASCADE"),
        versioned=False,
    )
    _index("uq_interaction_link", table, ["interaction_id", "resource", "record_id"], unique=True)
    _index("ix_interaction_link_record", table, ["resource", "record_id"])


def _create_call() -> None:
    table = "call"
    _table(
        table,
        _text("direction", required=True),
        _text("number_given", required=True),
        *(_text(name) for name in ("number", "extension")),
        _number("user_id"),
        _instant("started_at", required=True),
        *(_instant(name) for name in ("answered_at", "ended_at")),
        _seconds("answered_at", "ended_at"),
        *(_number(name) for name in ("party_id", "interaction_id")),
        sa.Column("nothing_to_write", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text, server_default=sa.text("'hand'"), nullable=False),
        _text("source_key"),
        _check(table, "direction", "direction IN ('in', 'out')"),
        _check(table, "period", "answered_at >= started_at AND ended_at >= started_at"),
        _check(table, "answered", "ended_at >= answered_at"),
        _link(table, "user_id", "user_account"),
        _link(table, "party_id", "party", on_delete="SET NULL"),
        _link(table, "interaction_id", "interaction", on_delete="SET NULL"),
    )
    _index("uq_call_source_key", table, ["source", "source_key"], "source_key IS NOT NULL", unique=True)
    _index("ix_call_started_at", table, ["started_at", "id"])
    for column in ("user_id", "party_id", "number"):
        _index(f"ix_call_{column}", table, [column, "started_at", "id"])
    _index("ix_call_interaction_id", table, ["interaction_id"])
    _index(
        "ix_call_unwritten", table, ["started_at", "id"], "interaction_id IS NULL AND NOT nothing_to_write"
    )


def _create_call_party() -> None:
    table = "call_party"
    _table(
        table,
        *(_number(name, required=True) for name in ("call_id", "party_id")),
        _number("user_id"),
        _link(table, "call_id", "call", on_delete="CASCADE"),
        _link(table, "party_id", "party", on_delete="CASCADE"),
        versioned=False,
    )
    _index("uq_call_party", table, ["call_id", "party_id"], unique=True)
    _index("ix_call_party_party_id", table, ["party_id", "call_id"])
