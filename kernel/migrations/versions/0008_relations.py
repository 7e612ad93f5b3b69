"""Relations between parties, households, posts with their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)
PERIOD = sa.text("daterange(since, until, '[]')")

TRIGGERS = """
CREATE FUNCTION kernel.order_relation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  other bigint;
BEGIN
  IF NEW.first_id > NEW.second_id
     AND EXISTS (SELECT FROM kernel.relation_kind k WHERE k.id = NEW.kind_id AND k.mutual) THEN
    other := NEW.first_id;
    NEW.first_id := NEW.second_id;
    NEW.second_id := other;
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION kernel.order_relation() IS 'the smaller id stands first where both sides are alike';

CREATE FUNCTION kernel.hold_relation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM kernel.relation_hold h WHERE h.relation_id = NEW.id;
  INSERT INTO kernel.relation_hold (relation_id, party_id, kind_id, side, since, until)
  SELECT NEW.id, held.party_id, NEW.kind_id, held.side, NEW.since, NEW.until
  FROM kernel.relation_kind k
  CROSS JOIN LATERAL (VALUES
    (NEW.first_id, CASE WHEN k.mutual THEN 0 ELSE 1 END, k.exclusive IN ('first', 'both')),
    (NEW.second_id, CASE WHEN k.mutual THEN 0 ELSE 2 END, k.exclusive IN ('second', 'both'))
  ) AS held (party_id, side, bound)
  WHERE k.id = NEW.kind_id AND held.bound;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION kernel.hold_relation() IS 'keeps the rows by which one relation at a time is a constraint';

CREATE TRIGGER order_relation BEFORE INSERT OR UPDATE OF kind_id, first_id, second_id ON kernel.relation
FOR EACH ROW EXECUTE FUNCTION kernel.order_relation();
CREATE TRIGGER hold_relation AFTER INSERT OR UPDATE ON kernel.relation
FOR EACH ROW EXECUTE FUNCTION kernel.hold_relation();
"""

JOIN_POSTS = """
WITH begun AS (
  SELECT e.*, max(coalesce(e.until, 'infinity')) OVER (
           PARTITION BY person_id, organisation_id, coalesce(position_id, 0), coalesce(unit, '')
           ORDER BY coalesce(since, '-infinity'), id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
  FROM kernel.employment e
), numbered AS (
  SELECT b.*, count(*) FILTER (WHERE reached IS NULL OR reached < coalesce(since, '-infinity')) OVER (
           PARTITION BY person_id, organisation_id, coalesce(position_id, 0), coalesce(unit, '')
           ORDER BY coalesce(since, '-infinity'), id) AS course
  FROM begun b
), joined AS (
  SELECT min(id) AS id, array_agg(id) AS ids, bool_or(is_contact) AS is_contact,
         nullif(min(coalesce(since, '-infinity')), '-infinity') AS since,
         nullif(max(coalesce(until, 'infinity')), 'infinity') AS until
  FROM numbered
  GROUP BY person_id, organisation_id, coalesce(position_id, 0), coalesce(unit, ''), course
  HAVING count(*) > 1
), gone AS (
  DELETE FROM kernel.employment e USING joined j WHERE e.id = ANY (j.ids) AND e.id <> j.id
)
UPDATE kernel.employment e SET since = j.since, until = j.until, is_contact = j.is_contact
FROM joined j WHERE e.id = j.id
"""
"""Before, the same post could be entered twice for the same days: such rows become one, from the first day to the last."""

SAME_POST = """
ALTER TABLE kernel.employment ADD CONSTRAINT ex_employment_period EXCLUDE USING gist (
  person_id WITH =,
  organisation_id WITH =,
  (coalesce(position_id, 0)) WITH =,
  (coalesce(unit, '')) WITH =,
  (daterange(since, until, '[]')) WITH &&
) DEFERRABLE INITIALLY DEFERRED
"""


def upgrade() -> None:
    """Create relations and households; see that the same post is held once at a time."""
    _create_kinds()
    _create_relation()
    _create_hold()
    op.execute(TRIGGERS)
    _create_household()
    op.execute(JOIN_POSTS)
    op.execute(SAME_POST)


def downgrade() -> None:
    """Drop what `upgrade` made; used by developers only."""
    op.drop_constraint("ex_employment_period", "employment", schema="kernel")
    for table in ("household_member", "household", "relation_hold", "relation", "relation_kind"):
        op.drop_table(table, schema="kernel")
    for function in ("order_relation", "hold_relation"):
        op.execute(f"DROP FUNCTION kernel.{function}()")


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


def _text(name: str, *, required: bool = False, bytewise: bool = False, default: str | None = None) -> Any:
    kind = sa.Text(collation="C") if bytewise else sa.Text()
    server_default = None if default is None else sa.text(default)
    return sa.Column(name, kind, nullable=not required, server_default=server_default)


def _number(name: str, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=not required)


def _flag(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, server_default=sa.text(default), nullable=False)


def _days() -> list[sa.Column[Any]]:
    return [sa.Column("since", sa.Date), sa.Column("until", sa.Date)]


def _link(table: str, column: str, target: str, *, on_delete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"kernel.{target}.id"], name=f"fk_{table}_{column}", ondelete=on_delete
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _once(name: str, columns: Sequence[str], where: str | None = None) -> postgresql.ExcludeConstraint:
    return postgresql.ExcludeConstraint(
        *((sa.column(column), "=") for column in columns),
        (PERIOD, "&&"),
        name=name,
        where=None if where is None else sa.text(where),
        using="gist",
        deferrable=True,
        initially="DEFERRED",
    )


def _index(name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    op.create_index(name, table, list(columns), schema="kernel", **options)


def _create_kinds() -> None:
    kinds = "('person', 'organisation')"
    _table(
        "relation_kind",
        _text("code"),
        *(_text(name, required=True) for name in ("name", "reverse_name", "search_key")),
        _text("first_kind"),
        _text("second_kind"),
        _flag("mutual", "false"),
        _text("exclusive", required=True, default="'none'"),
        _flag("tree", "false"),
        sa.Column("position", sa.Integer, server_default=sa.text("1000"), nullable=False),
        _flag("active", "true"),
        _check("relation_kind", "ends", f"first_kind IN {kinds} AND second_kind IN {kinds}"),
        _check("relation_kind", "exclusive", "exclusive IN ('none', 'first', 'second', 'both')"),
        _check(
            "relation_kind",
            "mutual",
            "NOT mutual OR (first_kind IS NOT DISTINCT FROM second_kind AND NOT tree"
            " AND exclusive IN ('none', 'both'))",
        ),
    )
    _index("uq_relation_kind_code", "relation_kind", ["code"], unique=True)
    _index("uq_relation_kind_search_key", "relation_kind", ["search_key"], unique=True)


def _create_relation() -> None:
    _table(
        "relation",
        *(_number(name, required=True) for name in ("kind_id", "first_id", "second_id")),
        *_days(),
        _text("note"),
        _check("relation", "period", "until >= since"),
        _check("relation", "two_parties", "first_id <> second_id"),
        _link("relation", "kind_id", "relation_kind"),
        _link("relation", "first_id", "party", on_delete="CASCADE"),
        _link("relation", "second_id", "party", on_delete="CASCADE"),
        _once("ex_relation_period", ("kind_id", "first_id", "second_id")),
    )
    _index("ix_relation_first_id", "relation", ["first_id", "kind_id"])
    _index("ix_relation_second_id", "relation", ["second_id", "kind_id"])


def _create_hold() -> None:
    op.create_table(
        "relation_hold",
        _number("relation_id", required=True),
        _number("party_id", required=True),
        _number("kind_id", required=True),
        sa.Column("side", sa.Integer, nullable=False),
        *_days(),
        sa.PrimaryKeyConstraint("relation_id", "party_id", name="pk_relation_hold"),
        _link("relation_hold", "relation_id", "relation", on_delete="CASCADE"),
        _link("relation_hold", "party_id", "party", on_delete="CASCADE"),
        _once("ex_relation_exclusive", ("kind_id", "side", "party_id")),
        schema="kernel",
    )
    _index("ix_relation_hold_party_id", "relation_hold", ["party_id"])


def _create_household() -> None:
    _table(
        "household",
        _text("name", required=True),
        _number("owner_id"),
        _text("note"),
        _text("search_key", required=True, bytewise=True),
        _text("sort_key", required=True, bytewise=True),
        sa.Column("binned_at", INSTANT),
        sa.Column("binned_by", sa.BigInteger),
        _link("household", "owner_id", "user_account"),
    )
    _index(
        "ix_household_sort_key",
        "household",
        ["sort_key", "id"],
        postgresql_where=sa.text("binned_at IS NULL"),
    )
    _index("ix_household_owner_id", "household", ["owner_id"])
    _table(
        "household_member",
        _number("household_id", required=True),
        _number("person_id", required=True),
        _text("part", required=True, default="'other'"),
        *_days(),
        _check("household_member", "period", "until >= since"),
        _check("household_member", "part", "part IN ('head', 'spouse', 'child', 'parent', 'other')"),
        _link("household_member", "household_id", "household", on_delete="CASCADE"),
        _link("household_member", "person_id", "party", on_delete="CASCADE"),
        _once("ex_household_member_period", ("person_id",)),
        _once("ex_household_member_head", ("household_id",), "part = 'head'"),
    )
    _index("ix_household_member_household_id", "household_member", ["household_id", "id"])
