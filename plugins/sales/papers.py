"""What sales prints: quote, official invoice, waybill; with both sides' numbers, the lines, and the amount in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentRows,
    DocumentValue,
    Identity,
    LazyText,
    _,
    day_value,
    identities,
    money_value,
    own_identity,
    veiled,
    word_values,
)
from plugins.sales.commands.common import RESOURCE_OF
from plugins.sales.doing import title_of
from plugins.sales.kept import sees_amounts
from plugins.sales.models import Document, DocumentLine, Item
from plugins.sales.resources.documents import NUMBER, QUOTE
from plugins.sales.words import STATES

WORDS = {
    "invoice": _("Invoice of the sale of goods and services"),
    "quote": _("Quote"),
    "waybill": _("Waybill"),
    "seller": _("Seller’s details"),
    "buyer": _("Buyer’s details"),
    "number": _("Number of the document"),
    "day": _("Date"),
    "valid_until": _("Valid until"),
    "name": _("Name"),
    "national_id": _("National ID"),
    "economic_code": _("Economic code"),
    "registration_number": _("Registration number"),
    "phone": _("Telephone"),
    "address": _("Address"),
    "row": _("Row"),
    "code": _("Code"),
    "title": _("Good or service"),
    "quantity": _("Quantity"),
    "unit": _("Unit"),
    "price": _("Unit price"),
    "gross": _("Amount"),
    "discount": _("Discount"),
    "net": _("After discount"),
    "tax": _("Tax"),
    "sum": _("With tax"),
    "total": _("Total"),
    "payable": _("Payable"),
    "in_words": _("In words"),
    "terms": _("Terms of payment"),
    "note": _("Explanations"),
    "delivery": _("Delivery"),
    "rials": _("all amounts in Rials"),
    "seller_sign": _("Stamp and signature of the seller"),
    "buyer_sign": _("Stamp and signature of the buyer"),
    "sender_sign": _("Sender"),
    "driver_sign": _("Driver"),
    "receiver_sign": _("Receiver"),
    "serials": _("Serial numbers"),
    "draft": _("Draft"),
}
LAYOUTS = Path(__file__).with_name("layouts")
"""The layouts that ship: one of quotes, orders and invoices, which differ by what they hold, and one of waybills."""


def papers_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what these documents hold on paper, as the actor may see it; a few statements for all."""
    documents = list(context.session.scalars(select(Document).where(Document.id.in_(list(ids)))))
    ours = own_identity(context, context.locale)
    theirs = identities(context, [each.party_id for each in documents], context.locale)
    amounts = sees_amounts(context, QUOTE)
    lines = _lines(context, [each.id for each in documents], amounts=amounts)
    words = {name: context.text(text) for name, text in WORDS.items()}
    found = {}
    for document in documents:
        us, them = asdict(ours), asdict(theirs.get(document.party_id, Identity("", "", "", "", "", ())))
        seller, buyer = (us, them) if document.direction == "sale" else (them, us)
        mine = lines.get(document.id, [])
        found[document.id] = {
            "document": _head(context, document, amounts=amounts),
            "seller": seller,
            "buyer": buyer,
            "lines": mine,
            "goods": [line for line in mine if line["goods"]],
            "words": words,
        }
    return found


def _head(context: Context, document: Document, *, amounts: bool) -> dict[str, Any]:
    seen = veiled(context, RESOURCE_OF[document.kind], document)
    title: LazyText = title_of(document)
    if (document.kind, document.direction) == ("invoice", "sale"):
        title = WORDS["invoice"]
    return {
        "title": context.text(title),
        "number": NUMBER.show(document.number, context),
        "day": document.day,
        "valid_until": seen.valid_until or "",
        "state": context.text(STATES[document.state]),
        "void": document.state in ("cancelled", "draft"),
        "subject": seen.subject or "",
        "gross": document.gross if amounts else "",
        "discount": document.line_discount + document.discount if amounts else "",
        "net": document.net if amounts else "",
        "tax": document.tax if amounts else "",
        "payable": document.payable if amounts else "",
        "terms": document.terms or "",
        "note": document.note or "",
        "delivery": document.delivery or "",
    }


def _lines(context: Context, ids: Sequence[int], *, amounts: bool) -> dict[int, list[dict[str, Any]]]:
    statement = (
        select(DocumentLine, Item.code)
        .outerjoin(Item, Item.id == DocumentLine.item_id)
        .where(DocumentLine.document_id.in_(list(ids)))
        .order_by(DocumentLine.position, DocumentLine.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for line, code in context.session.execute(statement):
        found.setdefault(line.document_id, []).append(
            {
                "code": code or "",
                "title": line.title,
                "description": line.description or "",
                "serials": line.serials or "",
                "quantity": format(Decimal(line.quantity).normalize(), "f"),
                "unit": line.unit or "",
                "price": line.unit_price if amounts else "",
                "gross": line.gross if amounts else "",
                "discount": line.discount + line.shared if amounts else "",
                "net": line.net if amounts else "",
                "tax": line.tax if amounts else "",
                "sum": line.net + line.tax if amounts else "",
                "goods": line.kind == "goods",
            }
        )
    return found


def _side(name: str, title: LazyText) -> DocumentGroup:
    return DocumentGroup(
        name=name,
        title=title,
        items=(
            DocumentValue(name="name", title=_("Name"), sample=_("Name")),
            DocumentValue(name="national_id", title=_("National ID"), sample="10101234567"),
            DocumentValue(name="economic_code", title=_("Economic code"), sample="411111111111"),
            DocumentValue(name="registration_number", title=_("Registration number"), sample="12345"),
            DocumentValue(name="phone", title=_("Telephone"), sample="02112345678"),
            DocumentValue(name="address", title=_("Address"), kind="lines", sample=(_("Address"),)),
        ),
    )


_LINE = (
    DocumentValue(name="code", title=_("Code"), sample="A-12"),
    DocumentValue(name="title", title=_("Good or service"), sample=_("Good or service")),
    DocumentValue(name="description", title=_("Description")),
    DocumentValue(name="serials", title=_("Serial numbers")),
    DocumentValue(name="quantity", title=_("Quantity"), sample="2"),
    DocumentValue(name="unit", title=_("Unit"), sample=_("Piece")),
    money_value("price", _("Unit price"), 1_000_000),
    money_value("gross", _("Amount"), 2_000_000),
    money_value("discount", _("Discount"), 100_000),
    money_value("net", _("After discount"), 1_900_000),
    money_value("tax", _("Tax"), 190_000),
    money_value("sum", _("With tax"), 2_090_000),
)
VALUES = (
    DocumentGroup(
        name="document",
        title=_("Document"),
        items=(
            DocumentValue(name="title", title=_("Title"), sample=_("Invoice")),
            DocumentValue(name="number", title=_("Number of the document"), sample="1405/12"),
            day_value("day", _("Date")),
            DocumentValue(name="valid_until", title=_("Valid until"), kind="day", sample=date(2026, 12, 1)),
            DocumentValue(name="state", title=_("State"), sample=_("Issued")),
            DocumentValue(name="void", title=_("Whether it is a draft or void"), kind="flag", sample=False),
            DocumentValue(name="subject", title=_("Subject")),
            money_value("gross", _("Amount"), 6_000_000),
            money_value("discount", _("Discount"), 300_000),
            money_value("net", _("After discount"), 5_700_000),
            money_value("tax", _("Tax"), 570_000),
            money_value("payable", _("Payable"), 6_270_000),
            DocumentValue(name="terms", title=_("Terms of payment")),
            DocumentValue(name="note", title=_("Explanations")),
            DocumentValue(name="delivery", title=_("Delivery")),
        ),
    ),
    _side("seller", _("Seller’s details")),
    _side("buyer", _("Buyer’s details")),
    DocumentRows(name="lines", title=_("Rows of the document"), items=_LINE),
    DocumentRows(name="goods", title=_("Lines with goods"), items=_LINE),
    word_values(WORDS, _("Words of the paper")),
)


def _paper(key: str, title: LazyText, layout: str, order: int, resource: str) -> DocumentKind:
    return DocumentKind(
        key=key,
        title=title,
        resource=resource,
        find=papers_of,
        page=DocumentPage(paper="A4", margin_top=12, margin_bottom=12, margin_side=10),
        values=VALUES,
        body=(LAYOUTS / f"{layout}.html").read_text("utf-8"),
        style=(LAYOUTS / "paper.css").read_text("utf-8"),
        order=order,
    )


PAPERS = (
    _paper("quote", _("Quote"), "document", 300, QUOTE.name),
    _paper("order", _("Sales order"), "document", 305, "sales.order"),
    _paper("invoice", _("Invoice"), "document", 310, "sales.invoice"),
    _paper("waybill", _("Waybill"), "waybill", 320, "sales.invoice"),
    _paper("order_waybill", _("Waybill of an order"), "waybill", 325, "sales.order"),
)
