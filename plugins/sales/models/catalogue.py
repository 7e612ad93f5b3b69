"""What is sold and bought: groups, goods and services with their variants and barcodes, price lists, rates of tax."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    Index,
    Integer,
    Numeric,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Extensible, Identified, RialType, Stamped, Versioned, user_values_index
from plugins.sales.models.base import SalesBase, may_refer, refers

KEPT = text("binned_at IS NULL")


class ItemGroup(Identified, Stamped, Versioned, Binnable, SalesBase):
    """A group of the catalogue; groups stand beneath one another."""

    __tablename__ = "item_group"
    __table_args__ = (
        Index("ix_item_group_sort_key", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_item_group_parent_id", "parent_id"),
        CheckConstraint("parent_id <> id", name="parent"),
    )

    title: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = may_refer("sales.item_group", "fk_item_group_parent_id")
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Item(Identified, Stamped, Versioned, Binnable, Extensible, SalesBase):
    """A good or a service. Prices are for one unit, in Rials, where no price list says otherwise."""

    __tablename__ = "item"
    __table_args__ = (
        Index("uq_item_code", "code", unique=True, postgresql_where=KEPT),
        Index("ix_item_sort_key", "sort_key", "id", postgresql_where=KEPT),
        Index("ix_item_group_id", "group_id", "id"),
        Index(
            "ix_item_search_key",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ),
        user_values_index("item"),
        CheckConstraint("kind IN ('goods', 'service')", name="kind"),
        CheckConstraint("tax_class IN ('standard', 'special', 'zero', 'exempt')", name="tax_class"),
        CheckConstraint("sale_price >= 0 AND purchase_price >= 0", name="prices"),
    )

    code: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default=text("'goods'"))
    group_id: Mapped[int | None] = may_refer("sales.item_group", "fk_item_group_id")
    unit_id: Mapped[int | None] = may_refer("kernel.base_value", "fk_item_unit_id")
    sale_price: Mapped[int | None] = mapped_column(RialType)
    purchase_price: Mapped[int | None] = mapped_column(RialType)
    tax_class: Mapped[str] = mapped_column(Text, server_default=text("'standard'"))
    public_code: Mapped[str | None] = mapped_column(Text)
    """The thirteen digits by which the tax office knows the good or service."""
    profit_class_id: Mapped[int | None] = may_refer("kernel.base_value", "fk_item_profit_class_id")
    serial: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """Whether each piece has a serial number, which lines of documents name."""
    expert_id: Mapped[int | None] = may_refer("kernel.user_account", "fk_item_expert_id", ondelete="SET NULL")
    """The user who carries the service out."""
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    description: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Variant(Identified, Stamped, Versioned, SalesBase):
    """One form of a good: its size, design and colour. Its own price goes before that of the good."""

    __tablename__ = "variant"
    __table_args__ = (
        Index(
            "uq_variant_item_id",
            "item_id",
            text("coalesce(size_id, 0)"),
            text("coalesce(design_id, 0)"),
            text("coalesce(colour_id, 0)"),
            unique=True,
        ),
        Index("ix_variant_title", "title", "id"),
        CheckConstraint("sale_price >= 0", name="price"),
        CheckConstraint("num_nonnulls(size_id, design_id, colour_id) > 0", name="distinct"),
    )

    item_id: Mapped[int] = refers("sales.item", "fk_variant_item_id", ondelete="CASCADE")
    size_id: Mapped[int | None] = may_refer("kernel.base_value", "fk_variant_size_id")
    design_id: Mapped[int | None] = may_refer("kernel.base_value", "fk_variant_design_id")
    colour_id: Mapped[int | None] = may_refer("kernel.base_value", "fk_variant_colour_id")
    title: Mapped[str] = mapped_column(Text)
    """Item, size, design and colour in one text, as lines of documents show it."""
    sale_price: Mapped[int | None] = mapped_column(RialType)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    search_key: Mapped[str] = mapped_column(Text)


class Barcode(Identified, Stamped, Versioned, SalesBase):
    """A barcode of an item, or of one of its variants; no two have the same."""

    __tablename__ = "barcode"
    __table_args__ = (
        Index("uq_barcode_code", "code", unique=True),
        Index("ix_barcode_item_id", "item_id"),
    )

    item_id: Mapped[int] = refers("sales.item", "fk_barcode_item_id", ondelete="CASCADE")
    variant_id: Mapped[int | None] = may_refer("sales.variant", "fk_barcode_variant_id", ondelete="CASCADE")
    code: Mapped[str] = mapped_column(Text)


class Component(Identified, Stamped, Versioned, SalesBase):
    """What a composed good (a set) holds: another good or service, and how much of it. Sets are not made of sets."""

    __tablename__ = "component"
    __table_args__ = (
        Index(
            "uq_component_item_id", "item_id", "component_id", text("coalesce(variant_id, 0)"), unique=True
        ),
        Index("ix_component_component_id", "component_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("component_id <> item_id", name="other"),
    )

    item_id: Mapped[int] = refers("sales.item", "fk_component_item_id", ondelete="CASCADE")
    component_id: Mapped[int] = refers("sales.item", "fk_component_component_id")
    variant_id: Mapped[int | None] = may_refer("sales.variant", "fk_component_variant_id")
    quantity: Mapped[Decimal] = mapped_column(Numeric(15, 3))


class Suggestion(Identified, Stamped, Versioned, SalesBase):
    """What is offered beside a good: `side` goes with it, `cross` is needed as well, `up` is a better one in its place."""

    __tablename__ = "suggestion"
    __table_args__ = (
        Index("uq_suggestion_item_id", "item_id", "offered_id", unique=True),
        Index("ix_suggestion_offered_id", "offered_id"),
        CheckConstraint("kind IN ('side', 'cross', 'up')", name="kind"),
        CheckConstraint("offered_id <> item_id", name="other"),
        CheckConstraint("position BETWEEN 0 AND 10000", name="position"),
    )

    item_id: Mapped[int] = refers("sales.item", "fk_suggestion_item_id", ondelete="CASCADE")
    offered_id: Mapped[int] = refers("sales.item", "fk_suggestion_offered_id")
    kind: Mapped[str] = mapped_column(Text, server_default=text("'side'"))
    position: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    words: Mapped[str | None] = mapped_column(Text)
    """What the seller tells the customer."""


class Level(Identified, Stamped, Versioned, SalesBase):
    """A level of customers (gold, partner) with the discount that it gives on every price.

    Customers have it by what is agreed with them, or all whom a segment finds; with days it holds on those alone.
    """

    __tablename__ = "level"
    __table_args__ = (
        Index("uq_level_search_key", "search_key", unique=True),
        Index("ix_level_segment_id", "segment_id"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("starts <= ends", name="order"),
    )

    title: Mapped[str] = mapped_column(Text)
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"))
    segment_id: Mapped[int | None] = may_refer("kernel.segment", "fk_level_segment_id")
    starts: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)


class CustomerTerms(Identified, Stamped, Versioned, SalesBase):
    """What is agreed with a party about selling: the facet of a party."""

    __tablename__ = "customer_terms"
    __table_args__ = (Index("ix_customer_terms_level_id", "level_id"),)

    party_id: Mapped[int] = refers(
        "kernel.party", "fk_customer_terms_party_id", ondelete="CASCADE", unique=True
    )
    level_id: Mapped[int | None] = may_refer("sales.level", "fk_customer_terms_level_id")
    credit_ceiling: Mapped[int | None] = mapped_column(RialType)
    """How much the party may owe us; empty: there is no ceiling."""
    credit_days: Mapped[int | None] = mapped_column(Integer)
    """Days that it has for paying; empty: those of the site."""
    terms: Mapped[str | None] = mapped_column(Text)
    """Usual terms of payment; new documents begin with them."""


class PriceList(Identified, Stamped, Versioned, Binnable, SalesBase):
    """Prices that hold for some time, for everybody or for one level of customers; the latest beginning goes first."""

    __tablename__ = "price_list"
    __table_args__ = (
        Index("ix_price_list_sort_key", "sort_key", "id", postgresql_where=KEPT),
        CheckConstraint("direction IN ('sale', 'purchase')", name="direction"),
        CheckConstraint("starts <= ends", name="order"),
    )

    title: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text, server_default=text("'sale'"))
    level_id: Mapped[int | None] = may_refer("sales.level", "fk_price_list_level_id")
    starts: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class PriceLine(Identified, Stamped, Versioned, SalesBase):
    """The price of an item in a list, for quantities above a number: then for the whole quantity."""

    __tablename__ = "price_line"
    __table_args__ = (
        Index(
            "uq_price_line_price_list_id",
            "price_list_id",
            "item_id",
            text("coalesce(variant_id, 0)"),
            "above",
            unique=True,
        ),
        Index("ix_price_line_item_id", "item_id", "price_list_id"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("above >= 0", name="above"),
    )

    price_list_id: Mapped[int] = refers("sales.price_list", "fk_price_line_price_list_id", ondelete="CASCADE")
    item_id: Mapped[int] = refers("sales.item", "fk_price_line_item_id", ondelete="CASCADE")
    variant_id: Mapped[int | None] = may_refer(
        "sales.variant", "fk_price_line_variant_id", ondelete="CASCADE"
    )
    above: Mapped[Decimal] = mapped_column(Numeric(15, 3), server_default=text("0"), default=Decimal(0))
    """Holds for quantities above this one: 10 does not count as above 10."""
    price: Mapped[int] = mapped_column(RialType)


class TaxRate(Identified, Stamped, Versioned, SalesBase):
    """The percentage of value added tax of a class from a day on, until a later rate begins."""

    __tablename__ = "tax_rate"
    __table_args__ = (
        Index("uq_tax_rate_tax_class", "tax_class", "starts", unique=True),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("tax_class IN ('standard', 'special')", name="tax_class"),
    )

    tax_class: Mapped[str] = mapped_column(Text, server_default=text("'standard'"))
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    starts: Mapped[date] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)


class Phrase(Identified, Stamped, Versioned, SalesBase):
    """A text that documents end with, kept to be used again: terms of delivery, validity, a thank-you."""

    __tablename__ = "phrase"
    __table_args__ = (Index("ix_phrase_position", "position", "id"),)

    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    search_key: Mapped[str] = mapped_column(Text)
