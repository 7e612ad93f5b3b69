"""Quotes, orders, invoices and returns, of sale and of purchase, with their lines.

Amounts are whole Rials and are kept as they were computed when the document was saved (`plugins.sales.pricing`); what was
issued is never computed again. An issued document is never deleted: it is cancelled, and says so.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Binnable, Identified, InstantType, RialType, Stamped, Versioned
from plugins.sales.models.base import SalesBase, may_refer, refers

LIVE = text("state <> 'cancelled' AND binned_at IS NULL")
"""Documents that count: neither cancelled nor in the bin."""


class Document(Identified, Stamped, Versioned, Binnable, SalesBase):
    """A quote, an order, an invoice, or what is taken back of one."""

    __tablename__ = "document"
    __table_args__ = (
        Index(
            "uq_document_number",
            "kind",
            "direction",
            "fiscal_year",
            "serial",
            unique=True,
            postgresql_where=text("serial IS NOT NULL"),
        ),
        Index(
            "uq_document_source_id",
            "source_id",
            unique=True,
            postgresql_where=text(
                "source_id IS NOT NULL AND NOT part AND state <> 'cancelled' AND binned_at IS NULL"
            ),
        ),
        Index("ix_document_source_id", "source_id"),
        Index(
            "uq_document_origin",
            "origin",
            unique=True,
            postgresql_where=text(
                "origin IS NOT NULL AND kind = 'invoice' AND state <> 'cancelled' AND binned_at IS NULL"
            ),
        ),
        Index(
            "uq_document_revises_id",
            "revises_id",
            unique=True,
            postgresql_where=text("revises_id IS NOT NULL AND state <> 'cancelled' AND binned_at IS NULL"),
        ),
        Index("ix_document_party_id", "party_id", "day"),
        Index("ix_document_day", "kind", "day", "id", postgresql_where=text("binned_at IS NULL")),
        Index("ix_document_owner_id", "owner_id", "kind", "day"),
        Index("ix_document_original_id", "original_id"),
        Index("ix_document_valid_until", "valid_until", postgresql_where=text("state = 'issued'")),
        Index(
            "ix_document_settlement",
            "settlement",
            "due",
            "id",
            postgresql_where=text("settlement <> 'settled'"),
        ),
        Index("ix_document_ends_on", "ends_on", postgresql_where=LIVE),
        CheckConstraint("kind IN ('quote', 'order', 'invoice', 'return')", name="kind"),
        CheckConstraint("direction IN ('sale', 'purchase')", name="direction"),
        CheckConstraint(
            "state IN ('draft', 'issued', 'accepted', 'rejected', 'expired', 'replaced', 'ready', "
            "'delivered', 'cancelled')",
            name="state",
        ),
        CheckConstraint("invoicing IN ('none', 'partly', 'whole')", name="invoicing"),
        CheckConstraint("NOT part OR (kind = 'invoice' AND source_id IS NOT NULL)", name="part"),
        CheckConstraint("edition BETWEEN 1 AND 999", name="edition"),
        CheckConstraint("(state = 'draft') = (serial IS NULL)", name="numbered"),
        CheckConstraint("state = 'draft' OR binned_at IS NULL", name="kept"),
        CheckConstraint("(discount_kind IS NULL) = (discount_value IS NULL)", name="discount"),
        CheckConstraint("discount_kind IN ('percent', 'rial')", name="discount_kind"),
        CheckConstraint("(kind = 'return') = (original_id IS NOT NULL)", name="original"),
        CheckConstraint("payable = net + tax AND net = gross - line_discount - discount", name="sums"),
        CheckConstraint("net >= 0 AND tax >= 0", name="amounts"),
    )

    kind: Mapped[str] = mapped_column(Text)
    direction: Mapped[str] = mapped_column(Text, server_default=text("'sale'"))
    state: Mapped[str] = mapped_column(Text, server_default=text("'draft'"))
    fiscal_year: Mapped[int | None] = mapped_column(SmallInteger)
    serial: Mapped[int | None] = mapped_column(BigInteger)
    """The gapless number within kind, direction and fiscal year; drafts have none."""
    number: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    """Year and serial as they are written, `1405/12`; of a draft a hash and its id."""
    party_id: Mapped[int] = refers("kernel.party", "fk_document_party_id")
    day: Mapped[date] = mapped_column(Date)
    subject: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int | None] = may_refer(
        "kernel.user_account", "fk_document_owner_id", ondelete="SET NULL"
    )
    """The seller."""
    marketer_id: Mapped[int | None] = may_refer("kernel.party", "fk_document_marketer_id")
    valid_until: Mapped[date | None] = mapped_column(Date)
    due: Mapped[date | None] = mapped_column(Date)
    """The day on which an invoice is to be paid."""
    settled: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    """Rials that are settled of an issued invoice or return: written by `plugins.sales.money.ledger` alone."""
    settlement: Mapped[str | None] = mapped_column(Text)
    """`unpaid`, `partly`, `settled` or `overpaid`; empty for what is no standing invoice or return."""
    ends_on: Mapped[date | None] = mapped_column(Date)
    """End of a contract, day of a journey: users are reminded of it."""
    terms: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    outer_number: Mapped[str | None] = mapped_column(Text)
    """The number that the supplier, or another program, gave it."""
    outer_link: Mapped[str | None] = mapped_column(Text)
    taxed: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    """Whether its lines bear value added tax."""
    discount_kind: Mapped[str | None] = mapped_column(Text)
    discount_value: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    gross: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    line_discount: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    discount: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    """Discount on the whole document, with what was spent of offers."""
    net: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    tax: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    payable: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    source_id: Mapped[int | None] = may_refer("sales.document", "fk_document_source_id")
    """The quote or order that it was made of."""
    converted: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether an order or invoice was made of it; of an order, whether all of it is invoiced."""
    part: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether this invoice is one of several of its order."""
    invoicing: Mapped[str | None] = mapped_column(Text)
    """How far an issued order is invoiced: `none`, `partly` or `whole` (`plugins.sales.commands.following`)."""
    to_invoice: Mapped[int | None] = mapped_column(RialType)
    """What of an issued order is still to be invoiced, with tax."""
    origin: Mapped[str | None] = mapped_column(Text)
    """What another plugin wrote this invoice for, `education.enrolment-12` (`plugins.sales.billing`)."""
    revises_id: Mapped[int | None] = may_refer("sales.document", "fk_document_revises_id")
    """The quote that this is a new version of."""
    edition: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    """Which version of a quote it is."""
    original_id: Mapped[int | None] = may_refer("sales.document", "fk_document_original_id")
    """The invoice that a return is of."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was rejected, cancelled or taken back."""
    issued_at: Mapped[datetime | None] = mapped_column(InstantType)
    cancelled_at: Mapped[datetime | None] = mapped_column(InstantType)
    delivered_on: Mapped[date | None] = mapped_column(Date)
    delivery: Mapped[str | None] = mapped_column(Text)
    """Where and how the goods are brought: what the waybill says."""
    search_key: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")


class DocumentLine(Identified, Stamped, Versioned, SalesBase):
    """One line: what, how much, at which price and why at that, with its part of every discount and its tax."""

    __tablename__ = "document_line"
    __table_args__ = (
        Index("ix_document_line_document_id", "document_id", "position"),
        Index("ix_document_line_item_id", "item_id", "document_id"),
        Index("ix_document_line_original_line_id", "original_line_id"),
        Index("ix_document_line_source_line_id", "source_line_id"),
        Index("ix_document_line_beside_id", "beside_id", postgresql_where=text("beside_id IS NOT NULL")),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="price"),
        CheckConstraint("net = gross - discount - shared", name="sums"),
        CheckConstraint("discount >= 0 AND shared >= 0 AND net >= 0 AND tax >= 0", name="amounts"),
        CheckConstraint("(discount_kind IS NULL) = (discount_value IS NULL)", name="discount"),
        CheckConstraint("discount_kind IN ('percent', 'rial')", name="discount_kind"),
        CheckConstraint("returned BETWEEN 0 AND quantity", name="returned"),
        CheckConstraint("invoiced BETWEEN 0 AND quantity", name="invoiced"),
        CheckConstraint("kind IN ('goods', 'service')", name="kind"),
        CheckConstraint("(beside_id IS NULL) = (beside_kind IS NULL)", name="beside"),
    )

    document_id: Mapped[int] = refers("sales.document", "fk_document_line_document_id", ondelete="CASCADE")
    position: Mapped[int] = mapped_column(Integer)
    item_id: Mapped[int | None] = may_refer("sales.item", "fk_document_line_item_id")
    variant_id: Mapped[int | None] = may_refer("sales.variant", "fk_document_line_variant_id")
    kind: Mapped[str] = mapped_column(Text, server_default=text("'goods'"))
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    serials: Mapped[str | None] = mapped_column(Text)
    """Serial numbers of the pieces, separated by commas."""
    unit: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[Decimal] = mapped_column(Numeric(15, 3))
    unit_price: Mapped[int] = mapped_column(RialType)
    by_hand: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    """Whether somebody typed the price himself instead of the rules."""
    origin: Mapped[str | None] = mapped_column(Text)
    """How the price came about, as it was told when the line was saved."""
    discount_kind: Mapped[str | None] = mapped_column(Text)
    discount_value: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    tax_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default=text("0"), default=Decimal(0))
    gross: Mapped[int] = mapped_column(RialType)
    discount: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    shared: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    """Its part of the document's discounts."""
    net: Mapped[int] = mapped_column(RialType)
    tax: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    beside_id: Mapped[int | None] = may_refer("sales.item", "fk_document_line_beside_id")
    """The good beside which this one was offered, and taken."""
    beside_kind: Mapped[str | None] = mapped_column(Text)
    original_line_id: Mapped[int | None] = may_refer(
        "sales.document_line", "fk_document_line_original_line_id"
    )
    returned: Mapped[Decimal] = mapped_column(Numeric(15, 3), server_default=text("0"), default=Decimal(0))
    """How much of it was taken back; more than was sold is refused by the database."""
    source_line_id: Mapped[int | None] = may_refer("sales.document_line", "fk_document_line_source_line_id")
    """The line of an order that this line of an invoice invoices."""
    invoiced: Mapped[Decimal] = mapped_column(Numeric(15, 3), server_default=text("0"), default=Decimal(0))
    """How much of a line of an order is invoiced, less what came back; more than was ordered is refused by the database."""


class SaleEntry(Identified, Stamped, Versioned, SalesBase):
    """What an issued line counts in reports: plus for an invoice, minus for a return, nothing once it is cancelled.

    Written beside the line when its document is issued, and taken away when that is cancelled.
    """

    __tablename__ = "sale_entry"
    __table_args__ = (
        Index("uq_sale_entry_line_id", "line_id", unique=True),
        Index("ix_sale_entry_document_id", "document_id"),
        Index("ix_sale_entry_day", "direction", "day", "id"),
        Index("ix_sale_entry_item_id", "item_id", "day"),
        Index("ix_sale_entry_party_id", "party_id", "day"),
        Index("ix_sale_entry_beside_id", "beside_id", postgresql_where=text("beside_id IS NOT NULL")),
        CheckConstraint("direction IN ('sale', 'purchase')", name="direction"),
    )

    document_id: Mapped[int] = refers("sales.document", "fk_sale_entry_document_id", ondelete="CASCADE")
    line_id: Mapped[int] = refers("sales.document_line", "fk_sale_entry_line_id", ondelete="CASCADE")
    direction: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    item_id: Mapped[int | None] = may_refer("sales.item", "fk_sale_entry_item_id")
    group_id: Mapped[int | None] = may_refer("sales.item_group", "fk_sale_entry_group_id")
    title: Mapped[str] = mapped_column(Text)
    beside_id: Mapped[int | None] = may_refer("sales.item", "fk_sale_entry_beside_id")
    """The good beside which this one was offered, and taken."""
    beside_kind: Mapped[str | None] = mapped_column(Text)
    party_id: Mapped[int] = refers("kernel.party", "fk_sale_entry_party_id")
    owner_id: Mapped[int | None] = may_refer(
        "kernel.user_account", "fk_sale_entry_owner_id", ondelete="SET NULL"
    )
    marketer_id: Mapped[int | None] = may_refer("kernel.party", "fk_sale_entry_marketer_id")
    quantity: Mapped[Decimal] = mapped_column(Numeric(15, 3))
    discount: Mapped[int] = mapped_column(RialType)
    net: Mapped[int] = mapped_column(RialType)
    tax: Mapped[int] = mapped_column(RialType)


class Redemption(Identified, Stamped, Versioned, SalesBase):
    """An offer that the customer spends on a document (points of a club), by its key, in Rials."""

    __tablename__ = "redemption"
    __table_args__ = (
        Index("uq_redemption_document_id", "document_id", "key", unique=True),
        CheckConstraint("amount > 0 AND given_back BETWEEN 0 AND amount", name="amount"),
    )

    document_id: Mapped[int] = refers("sales.document", "fk_redemption_document_id", ondelete="CASCADE")
    key: Mapped[str] = mapped_column(Text)
    """`<plugin>:<the plugin's own key>`."""
    title: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(RialType)
    given_back: Mapped[int] = mapped_column(RialType, server_default=text("0"), default=0)
    """What returns have given back of it."""
