"""The party itself: a person or an organisation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, Computed, Date, Index, Text, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import (
    Binnable,
    Extensible,
    Identified,
    KernelBase,
    Stamped,
    Versioned,
    user_values_index,
)
from kernel.parties.models.links import link

PERSON = "person"
ORGANISATION = "organisation"
KEPT = text("binned_at IS NULL")
"""Condition of the indexes: rows in the bin do not count, in uniqueness either."""
COMPARED = ("owner_id", "province_id", "city_id", "district_id")
"""What row security compares: with it in an index, rows are counted without looking at the table."""
TRIGRAMS = {"gin_pending_list_limit": "128"}
"""Storage of the trigram indexes: what is new waits in a list of at most 128 kB before it is sorted in. Without the list an
import costs five times as much; a list of the usual 4 MB makes each search read all of it."""


def filled(column: str) -> TextClause:
    """Give the condition of an index on a column that is mostly empty."""
    return text(f"{column} IS NOT NULL")


def kept(column: str) -> TextClause:
    """Give the condition of a unique index on a column that is mostly empty, rows in the bin aside."""
    return text(f"binned_at IS NULL AND {column} IS NOT NULL")


class Party(Identified, Stamped, Versioned, Binnable, Extensible, KernelBase):
    """A person or an organisation (طرف).

    Numbers are canonical: phones E.164, codes ASCII digits. The three places mirror the main address, since
    rights and lists narrow by them; `display_name` and the three keys are computed by `kernel.parties.keys`
    whenever what they are made of changes.
    """

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
        CheckConstraint(
            "CASE kind WHEN 'person' THEN coalesce(first_name, last_name) ELSE name END IS NOT NULL",
            name="named",
        ),
        CheckConstraint("gender IN ('female', 'male')", name="gender"),
        Index("uq_party_national_code", "national_code", unique=True, postgresql_where=KEPT),
        Index("uq_party_legal_id", "legal_id", unique=True, postgresql_where=kept("legal_id")),
        Index("uq_party_card_number", "card_number", unique=True, postgresql_where=kept("card_number")),
        CheckConstraint("NOT is_own OR kind = 'organisation'", name="own_organisation"),
        CheckConstraint("NOT is_own OR binned_at IS NULL", name="own_is_kept"),
        CheckConstraint("part_of_id IS NULL OR kind = 'organisation'", name="unit_is_organisation"),
        CheckConstraint("part_of_id <> id", name="unit_of_another"),
        Index("uq_party_is_own", "is_own", unique=True, postgresql_where=text("is_own")),
        Index("uq_party_user_id", "user_id", unique=True, postgresql_where=kept("user_id")),
        Index("ix_party_part_of_id", "part_of_id", postgresql_where=filled("part_of_id")),
        Index("ix_party_birth_date", "birth_date", "id", postgresql_where=kept("birth_date")),
        Index("ix_party_sort_key", "sort_key", "id", postgresql_where=KEPT),
        Index(
            "ix_party_kind_sort_key",
            "kind",
            "sort_key",
            "id",
            postgresql_include=COMPARED,
            postgresql_where=KEPT,
        ),
        Index("ix_party_owner_id_sort_key", "owner_id", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_party_province_id_sort_key", "province_id", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_party_city_id_sort_key", "city_id", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_party_district_id_sort_key", "district_id", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_party_created_at", "created_at", "id", postgresql_where=KEPT),
        Index("ix_party_binned_at", "binned_at", "id", postgresql_where=text("binned_at IS NOT NULL")),
        Index("ix_party_mobile", "mobile"),
        Index("ix_party_phone_tail", "phone_tail", postgresql_where=filled("phone_tail")),
        Index("ix_party_phone", "phone", postgresql_where=filled("phone")),
        Index("ix_party_fax", "fax", postgresql_where=filled("fax")),
        Index("ix_party_email", "email", postgresql_where=filled("email")),
        Index("ix_party_foreign_code", "foreign_code", postgresql_where=filled("foreign_code")),
        # The day of birth tells namesakes apart without a look at their rows: imports ask for every name.
        Index("ix_party_search_key", "search_key", "birth_date"),
        Index(
            "ix_party_search_key_trigram",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
            postgresql_with=TRIGRAMS,
        ),
        Index(
            "ix_party_search_private_trigram",
            "search_private",
            postgresql_using="gin",
            postgresql_ops={"search_private": "gin_trgm_ops"},
            postgresql_with=TRIGRAMS,
        ),
        user_values_index("party"),
    )

    kind: Mapped[str] = mapped_column(Text)
    """`person` or `organisation`; never changed."""
    title_id: Mapped[int | None] = link("base_value", "fk_party_title_id")
    first_name: Mapped[str | None] = mapped_column(Text)
    last_name: Mapped[str | None] = mapped_column(Text)
    father_name: Mapped[str | None] = mapped_column(Text)
    gender: Mapped[str | None] = mapped_column(Text)
    """`female` or `male`."""
    birth_date: Mapped[date | None] = mapped_column(Date)
    national_code: Mapped[str | None] = mapped_column(Text)
    foreign_code: Mapped[str | None] = mapped_column(Text)
    """Passport, or the code of foreign residents (کد فراگیر)."""
    card_number: Mapped[str | None] = mapped_column(Text)
    """Club or membership card, filled by a card reader; never a bank card."""

    name: Mapped[str | None] = mapped_column(Text)
    """Registered name of an organisation."""
    short_name: Mapped[str | None] = mapped_column(Text)
    """Brand, or the name used in daily life."""
    legal_id: Mapped[str | None] = mapped_column(Text)
    economic_code: Mapped[str | None] = mapped_column(Text)
    registration_number: Mapped[str | None] = mapped_column(Text)

    is_own: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """The site's own organisation; one at most, and it cannot go to the bin."""
    part_of_id: Mapped[int | None] = link("party", "fk_party_part_of_id")
    """The organisation of which this one is a department or branch."""
    user_id: Mapped[int | None] = link("user_account", "fk_party_user_id")
    """The sign-in of a colleague; portal users are tied the other way round, by `user_account.party_id`."""

    display_name: Mapped[str] = mapped_column(Text)
    form_of_address: Mapped[str | None] = mapped_column(Text)
    """How this party wishes to be addressed; overrides the title and name wherever the party is addressed."""
    mobile: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    phone_extension: Mapped[str | None] = mapped_column(Text)
    fax: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    phone_tail: Mapped[str | None] = mapped_column(Text, Computed("right(phone, 8)", persisted=True))
    """Last eight digits: callers' numbers often come without the area code."""

    owner_id: Mapped[int | None] = link("user_account", "fk_party_owner_id")
    """The expert responsible for the party (کارشناس)."""
    acquaintance_id: Mapped[int | None] = link("base_value", "fk_party_acquaintance_id")
    note: Mapped[str | None] = mapped_column(Text)
    photo: Mapped[str | None] = mapped_column(Text)
    """Hash of the photo's content in the file store."""
    photo_small: Mapped[str | None] = mapped_column(Text)
    """Hash of the small square that stands beside the name."""

    province_id: Mapped[int | None] = link("province", "fk_party_province_id")
    city_id: Mapped[int | None] = link("city", "fk_party_city_id")
    district_id: Mapped[int | None] = link("district", "fk_party_district_id")

    search_key: Mapped[str] = mapped_column(Text(collation="C"))
    search_private: Mapped[str] = mapped_column(Text(collation="C"), server_default=text("''"))
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
