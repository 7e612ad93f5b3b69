"""Parties and what belongs to them; places, with the facts that a site begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kernel.fa.sorting import sort_key
from kernel.fa.text import squeeze
from kernel.parties.places import facts

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("binned_at IS NULL")
COMPARED = ("owner_id", "province_id", "city_id", "district_id")
TRIGRAMS = {"gin_pending_list_limit": "128"}


def upgrade() -> None:
    """Create the tables of `kernel.parties`, and fill those of places."""
    _create_places()
    _create_party()
    _create_contact_point()
    _create_address()
    _create_employment()
    _create_role()
    _create_groups()
    _seed_places()


def downgrade() -> None:
    """Drop what `upgrade` made; used by developers only."""
    for table in (
        *("party_group_member", "party_group", "party_role", "employment", "address"),
        *("contact_point", "party", "district", "city", "province", "country"),
    ):
        op.drop_table(table, schema="kernel")


def _table(name: str, *elements: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *elements,
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        schema="kernel",
    )


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_by", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
    ]


def _text(
    name: str, *, required: bool = False, bytewise: bool = False, default: str | None = None
) -> sa.Column[Any]:
    kind = sa.Text(collation="C") if bytewise else sa.Text()
    server_default = None if default is None else sa.text(default)
    return sa.Column(name, kind, nullable=not required, server_default=server_default)


def _number(name: str, *, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=not required)


def _flag(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, server_default=sa.text(default), nullable=False)


def _link(table: str, column: str, target: str, *, on_delete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"kernel.{target}.id"], name=f"fk_{table}_{column}", ondelete=on_delete
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _index(name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    op.create_index(name, table, list(columns), schema="kernel", **options)


def _place(*own: sa.schema.SchemaItem) -> list[sa.schema.SchemaItem]:
    return [
        _text("name", required=True),
        _text("name_en"),
        _text("search_key", required=True),
        _text("sort_key", required=True, bytewise=True),
        _flag("active", "true"),
        *own,
    ]


def _create_places() -> None:
    _table("country", *_place(_text("code", required=True), _text("dialling_code")))
    _index("uq_country_code", "country", ["code"], unique=True)
    _index("uq_country_search_key", "country", ["search_key"], unique=True)
    _table(
        "province",
        *_place(_number("country_id", required=True), _text("code"), _text("area_code")),
        _link("province", "country_id", "country"),
    )
    _index("uq_province_code", "province", ["code"], unique=True)
    _table(
        "city",
        *_place(_number("province_id", required=True), _text("seat_of")),
        _link("city", "province_id", "province"),
    )
    _table("district", *_place(_number("city_id", required=True)), _link("district", "city_id", "city"))
    for table, parent in (("province", "country_id"), ("city", "province_id"), ("district", "city_id")):
        _index(f"uq_{table}_{parent}_search_key", table, [parent, "search_key"], unique=True)
        _index(f"ix_{table}_{parent}_sort_key", table, [parent, "sort_key", "id"])


def _create_party() -> None:
    _table(
        "party",
        _text("kind", required=True),
        _number("title_id"),
        *(_text(name) for name in ("first_name", "last_name", "father_name", "gender")),
        sa.Column("birth_date", sa.Date),
        *(_text(name) for name in ("national_code", "foreign_code", "card_number")),
        *(_text(name) for name in ("name", "short_name", "legal_id", "economic_code", "registration_number")),
        _text("display_name", required=True),
        *(_text(name) for name in ("form_of_address", "mobile", "phone", "phone_extension", "fax")),
        *(_text(name) for name in ("email", "website")),
        sa.Column("phone_tail", sa.Text, sa.Computed("right(phone, 8)", persisted=True)),
        *(_number(name) for name in ("owner_id", "acquaintance_id")),
        *(_text(name) for name in ("note", "photo")),
        *(_number(name) for name in ("province_id", "city_id", "district_id")),
        _text("search_key", required=True, bytewise=True),
        _text("search_private", required=True, bytewise=True, default="''"),
        _text("sort_key", required=True, bytewise=True),
        sa.Column("binned_at", INSTANT),
        sa.Column("binned_by", sa.BigInteger),
        _check("party", "kind", "kind IN ('person', 'organisation')"),
        _check(
            "party",
            "named",
            "CASE kind WHEN 'person' THEN coalesce(first_name, last_name) ELSE name END IS NOT NULL",
        ),
        _check("party", "gender", "gender IN ('female', 'male')"),
        _link("party", "title_id", "base_value"),
        _link("party", "acquaintance_id", "base_value"),
        _link("party", "owner_id", "user_account"),
        *(_link("party", f"{place}_id", place) for place in ("province", "city", "district")),
    )
    _index("uq_party_national_code", "party", ["national_code"], unique=True, postgresql_where=KEPT)
    for column in ("legal_id", "card_number"):
        filled = sa.text(f"binned_at IS NULL AND {column} IS NOT NULL")
        _index(f"uq_party_{column}", "party", [column], unique=True, postgresql_where=filled)
    _index("ix_party_sort_key", "party", ["sort_key", "id"], postgresql_where=KEPT)
    _index(
        "ix_party_kind_sort_key",
        "party",
        ["kind", "sort_key", "id"],
        postgresql_include=COMPARED,
        postgresql_where=KEPT,
    )
    for column in COMPARED:
        _index(f"ix_party_{column}_sort_key", "party", [column, "sort_key", "id"], postgresql_where=KEPT)
    _index("ix_party_created_at", "party", ["created_at", "id"], postgresql_where=KEPT)
    _index(
        "ix_party_binned_at", "party", ["binned_at", "id"], postgresql_where=sa.text("binned_at IS NOT NULL")
    )
    _index("ix_party_mobile", "party", ["mobile"])
    _index("ix_party_search_key", "party", ["search_key", "birth_date"])
    for column in ("phone", "phone_tail", "fax", "email", "foreign_code"):
        _index(f"ix_party_{column}", "party", [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    for column in ("search_key", "search_private"):
        _index(
            f"ix_party_{column}_trigram",
            "party",
            [column],
            postgresql_using="gin",
            postgresql_ops={column: "gin_trgm_ops"},
            postgresql_with=TRIGRAMS,
        )


def _create_contact_point() -> None:
    _table(
        "contact_point",
        _number("party_id", required=True),
        _text("kind", required=True),
        _text("value", required=True),
        _text("extension", required=True, default="''"),
        _text("raw"),
        _text("label"),
        sa.Column(
            "tail",
            sa.Text,
            sa.Computed(
                "CASE WHEN kind IN ('mobile', 'phone', 'fax') THEN right(value, 8) END", persisted=True
            ),
        ),
        _check(
            "contact_point",
            "kind",
            "kind IN ('mobile', 'phone', 'fax', 'email', 'website', 'social', 'sms_line')",
        ),
        _link("contact_point", "party_id", "party", on_delete="CASCADE"),
    )
    _index(
        "uq_contact_point_party_id_kind_value",
        "contact_point",
        ["party_id", "kind", "value", "extension"],
        unique=True,
    )
    _index("ix_contact_point_value", "contact_point", ["value"])
    _index("ix_contact_point_tail", "contact_point", ["tail"])


def _create_address() -> None:
    places = ("country", "province", "city", "district")
    _table(
        "address",
        _number("party_id", required=True),
        _number("purpose_id"),
        *(_number(f"{place}_id") for place in places),
        _text("street"),
        _text("postal_code"),
        sa.Column("latitude", sa.Numeric(10, 7)),
        sa.Column("longitude", sa.Numeric(10, 7)),
        _flag("is_main", "false"),
        _check("address", "coordinates", "(latitude IS NULL) = (longitude IS NULL)"),
        _check("address", "on_earth", "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180"),
        _link("address", "party_id", "party", on_delete="CASCADE"),
        _link("address", "purpose_id", "base_value"),
        *(_link("address", f"{place}_id", place) for place in places),
        postgresql.ExcludeConstraint(
            (sa.column("party_id"), "="),
            where=sa.text("is_main"),
            name="ex_address_main",
            using="btree",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("ix_address_party_id", "address", ["party_id", "id"])
    _index("ix_address_district_id", "address", ["district_id", "party_id"])


def _create_employment() -> None:
    _table(
        "employment",
        _number("person_id", required=True),
        _number("organisation_id", required=True),
        _number("position_id"),
        _text("unit"),
        _flag("is_contact", "false"),
        sa.Column("since", sa.Date),
        sa.Column("until", sa.Date),
        _check("employment", "period", "until >= since"),
        _check("employment", "two_parties", "person_id <> organisation_id"),
        _link("employment", "person_id", "party", on_delete="CASCADE"),
        _link("employment", "organisation_id", "party"),
        _link("employment", "position_id", "base_value"),
    )
    _index("ix_employment_person_id", "employment", ["person_id", "id"])
    _index("ix_employment_organisation_id", "employment", ["organisation_id", "id"])
    _index("ix_employment_position_id", "employment", ["position_id", "person_id"])


def _create_role() -> None:
    _table(
        "party_role",
        _number("party_id", required=True),
        _text("role", required=True),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        _text("outcome"),
        _number("reason_id"),
        _check("party_role", "period", "until >= since"),
        _check("party_role", "outcome_of_lead", "outcome IS NULL OR (role = 'lead' AND until IS NOT NULL)"),
        _check("party_role", "outcome", "outcome IN ('qualified', 'disqualified')"),
        _link("party_role", "party_id", "party", on_delete="CASCADE"),
        _link("party_role", "reason_id", "base_value"),
        postgresql.ExcludeConstraint(
            (sa.column("party_id"), "="),
            (sa.column("role"), "="),
            (sa.text("daterange(since, until, '[)')"), "&&"),
            name="ex_party_role_period",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    _index("ix_party_role_role_since", "party_role", ["role", "since", "party_id"])


def _create_groups() -> None:
    _table(
        "party_group",
        _text("kind", required=True),
        _number("parent_id"),
        _text("name", required=True),
        _text("search_key", required=True),
        _text("path", required=True, bytewise=True, default="''"),
        sa.Column("position", sa.Integer, server_default=sa.text("1000"), nullable=False),
        _check("party_group", "kind", "kind IN ('person', 'organisation')"),
        _link("party_group", "parent_id", "party_group"),
    )
    _index(
        "uq_party_group_name",
        "party_group",
        ["kind", "parent_id", "search_key"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    _index("ix_party_group_kind_path", "party_group", ["kind", "path"])
    _table(
        "party_group_member",
        _number("party_id", required=True),
        _number("group_id", required=True),
        _link("party_group_member", "party_id", "party", on_delete="CASCADE"),
        _link("party_group_member", "group_id", "party_group"),
    )
    _index("uq_party_group_member", "party_group_member", ["party_id", "group_id"], unique=True)
    _index("ix_party_group_member_group_id", "party_group_member", ["group_id", "party_id"])


def _seed_places() -> None:
    """Enter the facts level by level; the upper level is found by its code."""
    countries = _insert(
        "country",
        [
            _named(fact.name, name_en=fact.name_en, code=fact.code, dialling_code=fact.dialling_code)
            for fact in facts.countries()
        ],
        ("code",),
    )
    provinces = _insert(
        "province",
        [
            _named(
                fact.name,
                name_en=fact.name_en,
                code=fact.code,
                area_code=fact.area_code,
                country_id=countries[(facts.IRAN,)],
            )
            for fact in facts.provinces()
        ],
        ("code",),
    )
    cities = _insert(
        "city",
        [
            _named(fact.name, province_id=provinces[(fact.province,)], seat_of=fact.seat_of or None)
            for fact in facts.cities()
        ],
        ("province_id", "name"),
    )
    code, name = facts.TEHRAN
    tehran = cities[(provinces[(code,)], name)]
    _insert("district", [_named(zone, city_id=tehran) for zone in facts.tehran_zones()], ("name",))


def _named(name: str, **columns: object) -> dict[str, object]:
    return {"name": name, "search_key": squeeze(name), "sort_key": sort_key(name), **columns}


def _insert(table: str, rows: list[dict[str, object]], key: Sequence[str]) -> dict[tuple[object, ...], int]:
    """Insert rows; give their ids by the columns of `key`."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in rows[0]]
    target = sa.table(table, sa.column("id"), *columns, schema="kernel")
    wanted = [target.c[name] for name in key]
    given = op.get_bind().execute(sa.insert(target).values(rows).returning(target.c.id, *wanted))
    return {tuple(row[1:]): row[0] for row in given}
