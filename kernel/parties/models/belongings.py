"""What belongs to a party: further numbers, addresses, posts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Computed, Date, Index, Numeric, Text, column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned
from kernel.parties.models.links import link


class ContactPoint(Identified, Stamped, Versioned, KernelBase):
    """A further number or address of a party beside its main ones, of unlimited count (اطلاعات بیشتر)."""

    __tablename__ = "contact_point"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('mobile', 'phone', 'fax', 'email', 'website', 'social', 'sms_line')", name="kind"
        ),
        Index("uq_contact_point_party_id_kind_value", "party_id", "kind", "value", "extension", unique=True),
        Index("ix_contact_point_value", "value"),
        Index("ix_contact_point_tail", "tail"),
    )

    party_id: Mapped[int] = link("party", "fk_contact_point_party_id", on_delete="CASCADE")
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    """Canonical: E.164, lower-case e-mail, web address."""
    extension: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    raw: Mapped[str | None] = mapped_column(Text)
    """As it was entered."""
    label: Mapped[str | None] = mapped_column(Text)
    """Whose or where: «منزل», «منشی»."""
    tail: Mapped[str | None] = mapped_column(
        Text,
        Computed("CASE WHEN kind IN ('mobile', 'phone', 'fax') THEN right(value, 8) END", persisted=True),
    )


class Address(Identified, Stamped, Versioned, KernelBase):
    """A postal address with its purpose (head office, factory, store); one of them is the main one.

    The rule of one main address is checked at the end of the transaction: a form may move the mark.
    """

    __tablename__ = "address"
    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="on_earth"),
        ExcludeConstraint(
            (column("party_id"), "="),
            where=text("is_main"),
            name="ex_address_main",
            using="btree",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_address_party_id", "party_id", "id"),
        Index("ix_address_district_id", "district_id", "party_id"),
    )

    party_id: Mapped[int] = link("party", "fk_address_party_id", on_delete="CASCADE")
    purpose_id: Mapped[int | None] = link("base_value", "fk_address_purpose_id")
    country_id: Mapped[int | None] = link("country", "fk_address_country_id")
    province_id: Mapped[int | None] = link("province", "fk_address_province_id")
    city_id: Mapped[int | None] = link("city", "fk_address_city_id")
    district_id: Mapped[int | None] = link("district", "fk_address_district_id")
    street: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(10, 7))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(10, 7))
    is_main: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)


class Employment(Identified, Stamped, Versioned, KernelBase):
    """A person's post at an organisation, one of several perhaps; ended ones stay, so that old records keep their sense.

    The same post (organisation, position, unit) is held once at a time; `until` is the last day of it.
    """

    __tablename__ = "employment"
    __table_args__ = (
        CheckConstraint("until >= since", name="period"),
        CheckConstraint("person_id <> organisation_id", name="two_parties"),
        ExcludeConstraint(
            (column("person_id"), "="),
            (column("organisation_id"), "="),
            (text("coalesce(position_id, 0)"), "="),
            (text("coalesce(unit, '')"), "="),
            (text("daterange(since, until, '[]')"), "&&"),
            name="ex_employment_period",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_employment_person_id", "person_id", "id"),
        Index("ix_employment_organisation_id", "organisation_id", "id"),
        Index("ix_employment_position_id", "position_id", "person_id"),
        CheckConstraint("is_contact OR NOT is_main_contact", name="main_is_contact"),
        Index("ix_employment_buying_role_id", "buying_role_id", "person_id"),
        ExcludeConstraint(
            (column("organisation_id"), "="),
            (text("daterange(since, until, '[]')"), "&&"),
            where=text("is_main_contact"),
            name="ex_employment_main_contact",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    person_id: Mapped[int] = link("party", "fk_employment_person_id", on_delete="CASCADE")
    organisation_id: Mapped[int] = link("party", "fk_employment_organisation_id")
    position_id: Mapped[int | None] = link("base_value", "fk_employment_position_id")
    unit: Mapped[str | None] = mapped_column(Text)
    """Organisational unit (واحد سازمانی)."""
    is_contact: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """A contact person of the organisation (رابط شرکت); there may be several."""
    is_main_contact: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """*The* contact person: one at a time for each organisation."""
    buying_role_id: Mapped[int | None] = link("base_value", "fk_employment_buying_role_id")
    """Part played in the buying centre: decider, influencer, user, buyer, gatekeeper."""
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
