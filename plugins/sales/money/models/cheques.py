"""Cheques, and every step of their lives."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, RialType, Stamped, Versioned
from plugins.sales.models.base import SalesBase, may_refer, refers


class Cheque(Identified, Stamped, Versioned, SalesBase):
    """A cheque that we received from a party, or gave to one."""

    __tablename__ = "cheque"
    __table_args__ = (
        Index(
            "uq_cheque_sayad",
            "direction",
            "sayad",
            unique=True,
            postgresql_where=text("sayad IS NOT NULL AND state <> 'returned'"),
        ),
        Index("ix_cheque_due", "due", "id"),
        Index("ix_cheque_party_id", "party_id", "due"),
        Index("ix_cheque_holder_id", "holder_id"),
        Index("ix_cheque_owner_id", "owner_id"),
        Index("ix_cheque_seller_id", "seller_id"),
        Index(
            "ix_cheque_search_key",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("direction IN ('received', 'given')", name="direction"),
        CheckConstraint(
            "state IN ('held', 'deposited', 'cleared', 'bounced', 'passed_on', 'returned', 'issued')",
            name="state",
        ),
    )

    direction: Mapped[str] = mapped_column(Text, server_default=text("'received'"))
    party_id: Mapped[int] = refers("kernel.party", "fk_cheque_party_id")
    """From whom we have it, or to whom we gave it."""
    drawer: Mapped[str | None] = mapped_column(Text)
    """The owner of the account as printed on the cheque, where it is somebody else."""
    drawer_code: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    sayad: Mapped[str | None] = mapped_column(Text)
    bank_id: Mapped[int | None] = may_refer("kernel.base_value", "fk_cheque_bank_id")
    branch: Mapped[str | None] = mapped_column(Text)
    account: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(RialType)
    day: Mapped[date] = mapped_column(Date)
    """When it changed hands."""
    due: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default=text("'held'"))
    state_on: Mapped[date] = mapped_column(Date)
    holder_id: Mapped[int | None] = may_refer("kernel.party", "fk_cheque_holder_id")
    """To whom it was passed on."""
    place_id: Mapped[int | None] = may_refer("kernel.base_value", "fk_cheque_place_id")
    """The account of ours at which it was deposited, or from which it is drawn."""
    note: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int | None] = may_refer("kernel.user_account", "fk_cheque_owner_id", ondelete="SET NULL")
    """Who is in charge of the party: by it, and by the seller, people see the money of their own customers."""
    seller_id: Mapped[int | None] = may_refer(
        "kernel.user_account", "fk_cheque_seller_id", ondelete="SET NULL"
    )
    """The seller of the document, or of the first one that it settles."""
    search_key: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")


class ChequeMove(Identified, Stamped, SalesBase):
    """One step in the life of a cheque: never changed, never taken away."""

    __tablename__ = "cheque_move"
    __table_args__ = (Index("ix_cheque_move_cheque_id", "cheque_id", "id"),)

    cheque_id: Mapped[int] = refers("sales.cheque", "fk_cheque_move_cheque_id", ondelete="CASCADE")
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    holder_id: Mapped[int | None] = may_refer("kernel.party", "fk_cheque_move_holder_id")
    note: Mapped[str | None] = mapped_column(Text)
