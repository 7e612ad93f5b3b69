"""Documents as lists show them: quotes, orders, invoices with returns; and their lines for reports.

They are written by the commands of `plugins.sales.commands` on a page of their own; the lists, boards and reports are the
kernel's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from kernel.api import (
    Board,
    ByCommand,
    Charge,
    Context,
    LazyText,
    Part,
    Resource,
    Search,
    Section,
    Sort,
    _,
    fields,
    localise_digits,
)
from plugins.sales.doing import actions_of
from plugins.sales.models import Document, DocumentLine, SaleEntry
from plugins.sales.money.resources.settled import SETTLED
from plugins.sales.words import (
    DIRECTIONS,
    DISCOUNT_KINDS,
    INVOICING,
    INVOICING_TONES,
    KINDS,
    MOST_LINES,
    NEXT,
    OFFERED,
    OFFERED_TONES,
    RIGHT,
    STATES,
    STATES_OF,
    TONES,
)


class Number(fields.Text):
    """The number of a document; a draft has none yet and says so."""

    def show(self, value: Any, context: Context) -> str:
        """Year and serial in the digits of the language, or that it is a draft."""
        if not value:
            return ""
        if str(value).startswith("#"):
            return context.text(_("Draft %(number)s", number=self._digits(str(value)[1:], context)))
        return self._digits(str(value), context)

    def _digits(self, text: str, context: Context) -> str:
        return localise_digits(text, context.locale)


def _of(*kinds: str) -> Any:
    def only(model: Any) -> ColumnElement[bool]:
        condition: ColumnElement[bool] = model.kind.in_(kinds)
        return condition

    return only


NUMBER = Number("number", _("Number of the document"), read_only=True)
PARTY = fields.Link("party", _("Party"), to="party", attribute="party_id", read_only=True)
SELLER = fields.UserLink("owner", _("Seller"), attribute="owner_id", read_only=True)
MARKETER = fields.Link("marketer", _("Marketer"), to="party", attribute="marketer_id", read_only=True)
COMMON = (
    fields.Day("day", _("Date"), read_only=True),
    PARTY,
    fields.Text("subject", _("Subject"), read_only=True),
    SELLER,
    MARKETER,
    fields.Choice("direction", _("For"), options=DIRECTIONS, read_only=True),
)
AMOUNTS = (
    fields.Money("gross", _("Before discount"), read_only=True),
    fields.Money("net", _("After discount"), read_only=True),
    fields.Money("tax", _("Tax"), read_only=True),
    fields.Money("payable", _("Payable"), read_only=True),
)


def _told(kind: type[fields.Field], name: str, title: LazyText, **options: Any) -> fields.Field:
    return kind(name, title, read_only=True, in_list=False, filterable=False, **options)


WITH_AMOUNTS = ("gross", "net", "tax", "payable")
"""What else tells of amounts is kept from whoever has not all of them."""
TOLD = (
    _told(fields.YesNo, "taxed", _("With value added tax")),
    _told(fields.Choice, "discount_kind", _("Kind of discount"), options=DISCOUNT_KINDS),
    _told(fields.Decimal, "discount_value", _("Discount on the whole document"), same_as=WITH_AMOUNTS),
    _told(fields.Money, "line_discount", _("Discounts of the lines"), same_as=WITH_AMOUNTS),
    _told(fields.Money, "discount", _("Discount"), same_as=WITH_AMOUNTS),
    _told(fields.LongText, "terms", _("Terms of payment")),
    _told(fields.LongText, "note", _("Explanations")),
    _told(fields.LongText, "delivery", _("Delivery")),
    _told(fields.Code, "outer_number", _("Number of the other side")),
    _told(fields.Website, "outer_link", _("Link to another program")),
)
"""What of the head the page of a document tells in its own way, for programs."""
LINES = Part(
    name="lines",
    title=_("Lines"),
    model=DocumentLine,
    key="document_id",
    order="position",
    most=MOST_LINES,
    on_page=False,
    ruled=False,
    fields=(
        fields.Link("item", _("Good or service"), to="sales.item", attribute="item_id", read_only=True),
        fields.Whole("variant", _("Variant"), attribute="variant_id", read_only=True),
        fields.Text("title", _("Title"), read_only=True),
        fields.Text("description", _("Description"), read_only=True),
        fields.Text("serials", _("Serial numbers"), read_only=True),
        fields.Text("unit", _("Unit"), read_only=True),
        fields.Decimal("quantity", _("Quantity"), places=3, read_only=True),
        fields.Money("unit_price", _("Unit price"), read_only=True, same_as=WITH_AMOUNTS),
        fields.YesNo("by_hand", _("Price typed by hand"), read_only=True),
        fields.Text("origin", _("How the price came about"), read_only=True, same_as=WITH_AMOUNTS),
        fields.Choice("discount_kind", _("Kind of discount"), options=DISCOUNT_KINDS, read_only=True),
        fields.Decimal("discount_value", _("Discount"), read_only=True, same_as=WITH_AMOUNTS),
        fields.Percent("tax_percent", _("Tax percent"), read_only=True),
        fields.Money("gross", _("Before discount"), read_only=True, same_as=WITH_AMOUNTS),
        fields.Money("discount", _("Discount of the line"), read_only=True, same_as=WITH_AMOUNTS),
        fields.Money("shared", _("Part of the document’s discount"), read_only=True, same_as=WITH_AMOUNTS),
        fields.Money("net", _("After discount"), read_only=True, same_as=WITH_AMOUNTS),
        fields.Money("tax", _("Tax"), read_only=True, same_as=WITH_AMOUNTS),
        fields.Link("beside", _("Offered beside"), to="sales.item", attribute="beside_id", read_only=True),
        fields.Decimal("returned", _("Taken back"), places=3, read_only=True),
        fields.Decimal("invoiced", _("Invoiced so far"), places=3, read_only=True),
    ),
)
"""The lines of a document for programs; the page of a document has a block of its own for them."""


def _state(*kinds: str) -> fields.Choice:
    known = [state for state in STATES if any(state in STATES_OF[kind] for kind in kinds)]
    return fields.Choice(
        "state",
        _("State"),
        options={key: STATES[key] for key in known},
        colours={key: TONES[key] for key in known},
        read_only=True,
    )


SORTS = (
    Sort("latest", _("Latest first"), ("day",), descending=True),
    Sort("earliest", _("Oldest first"), ("day",)),
)
CONSTRAINTS: dict[str, tuple[str | None, LazyText]] = {
    "uq_document_origin": (None, _("There is an invoice for this already.")),
    "uq_document_source_id": (None, _("Somebody has made a document of this one already.")),
    "ck_document_line_invoiced": (None, _("More than was ordered cannot be invoiced.")),
    "uq_document_revises_id": (None, _("There is a new version of this quote already.")),
    "ck_document_kept": (
        None,
        _("What was issued is not deleted: cancel it, so that its number stays accounted for."),
    ),
    "ck_document_line_returned": (None, _("More than was sold cannot be taken back.")),
}


def _board(lanes: tuple[str, ...]) -> Board:
    return Board(
        lane="state",
        lanes=lanes,
        label="party",
        fields=("number", "day", "payable"),
        sum="payable",
        allowed={key: tuple(to for to in NEXT.get(key, ()) if to in lanes) for key in lanes},
        move=ByCommand("sales.set_state", {"state": "state"}, record="document"),
    )


def _documents(name: str, kinds: tuple[str, ...], **options: Any) -> Resource:
    own: tuple[fields.Field, ...] = options.pop("own")
    shown = (NUMBER, _state(*kinds), *COMMON, *own, *AMOUNTS)
    told = tuple(item for item in TOLD if item.name not in {each.name for each in shown})
    return Resource(
        name=name,
        model=Document,
        permission=RIGHT,
        label="number",
        unruled=("number", "day", "party", "state", *(item.name for item in told)),
        fields=(*shown, *told),
        sections=(
            Section(options["title"], tuple(item.name for item in shown)),
            Section(_("Details"), tuple(item.name for item in told), on_page=False),
        ),
        parts=(LINES,),
        sorts=SORTS,
        search=Search(held=("number",)),
        only=_of(*kinds),
        charges=(Charge("owner_id"),),
        editable=False,
        actions=actions_of,
        constraints=CONSTRAINTS,
        **options,
    )


CONVERTED = fields.YesNo("converted", _("Converted"), read_only=True, mark="arrow-left")
SOURCE = fields.Link("source", _("Made of"), to="sales.quote", attribute="source_id", read_only=True)
EDITION = fields.Whole("edition", _("Version of the quote"), read_only=True, in_list=False)
REVISES = fields.Link(
    "revises", _("New version of"), to="sales.quote", attribute="revises_id", read_only=True, in_list=False
)
REASON = fields.Text("reason", _("Reason"), read_only=True, in_list=False)
ENDS = fields.Day("ends_on", _("End date"), read_only=True)

QUOTE = _documents(
    "sales.quote",
    ("quote",),
    title=_("Quote"),
    plural=_("Quotes"),
    path="sales/quotes",
    icon="file-text",
    own=(
        fields.Day("valid_until", _("Valid until"), read_only=True),
        CONVERTED,
        EDITION,
        REVISES,
        ENDS,
        REASON,
    ),
    list_columns=("number", "day", "party", "subject", "payable", "state", "converted", "valid_until"),
    quick_filters=("state", "converted", "owner", "day"),
    views=(_board(("issued", "accepted", "rejected", "expired")),),
)

ORDER = _documents(
    "sales.order",
    ("order",),
    title=_("Sales order"),
    plural=_("Orders"),
    path="sales/orders",
    icon="shopping-cart",
    own=(
        fields.Choice(
            "invoicing", _("Invoiced so far"), options=INVOICING, colours=INVOICING_TONES, read_only=True
        ),
        fields.Money("to_invoice", _("Still to be invoiced"), read_only=True),
        CONVERTED,
        fields.Day("delivered_on", _("Delivered on"), read_only=True),
        ENDS,
        REASON,
    ),
    list_columns=("number", "day", "party", "subject", "payable", "state", "invoicing", "to_invoice"),
    quick_filters=("state", "invoicing", "owner", "day"),
    views=(_board(("issued", "ready", "delivered")),),
)

INVOICE = _documents(
    "sales.invoice",
    ("invoice", "return"),
    title=_("Invoice"),
    plural=_("Invoices"),
    path="sales/invoices",
    icon="file-invoice",
    own=(
        fields.Choice(
            "kind",
            _("Kind"),
            options={key: KINDS[key] for key in ("invoice", "return")},
            read_only=True,
        ),
        *SETTLED,
        fields.Text("outer_number", _("Number of the other side"), read_only=True, in_list=False),
        ENDS,
        REASON,
    ),
    list_columns=(
        "number",
        "kind",
        "direction",
        "day",
        "party",
        "net",
        "payable",
        "settlement",
        "due",
        "state",
    ),
    quick_filters=("kind", "direction", "state", "settlement", "owner", "day"),
)

SOLD = Resource(
    name="sales.sold",
    model=SaleEntry,
    permission=RIGHT,
    title=_("Sold item"),
    plural=_("Sold items"),
    path="sales/sold",
    icon="chart-bar",
    label="title",
    unruled=("title", "day"),
    fields=(
        fields.Text("title", _("Title"), read_only=True),
        fields.Day("day", _("Date"), read_only=True),
        fields.Choice("direction", _("For"), options=DIRECTIONS, read_only=True),
        fields.Link("item", _("Good or service"), to="sales.item", attribute="item_id", read_only=True),
        fields.Link(
            "beside",
            _("Offered beside"),
            to="sales.item",
            attribute="beside_id",
            read_only=True,
        ),
        fields.Choice(
            "beside_kind",
            _("How it is offered"),
            options=OFFERED,
            colours=OFFERED_TONES,
            read_only=True,
        ),
        fields.Link("group", _("Product group"), to="sales.item_group", attribute="group_id", read_only=True),
        PARTY,
        SELLER,
        MARKETER,
        fields.Decimal("quantity", _("Quantity"), places=3, read_only=True),
        fields.Money("discount", _("Discounts"), read_only=True),
        fields.Money("net", _("After discount"), read_only=True),
        fields.Money("tax", _("Tax"), read_only=True),
    ),
    list_columns=("day", "title", "group", "party", "owner", "quantity", "net", "tax"),
    sections=(
        Section(
            _("Sold item"),
            (
                "title",
                "day",
                "direction",
                "item",
                "group",
                "party",
                "owner",
                "marketer",
                "quantity",
                "net",
                "tax",
                "beside",
                "beside_kind",
            ),
        ),
    ),
    sorts=(Sort("latest", _("Latest first"), ("day",), descending=True),),
    quick_filters=("direction", "item", "group", "owner", "day"),
    help=_(
        "Each line of an issued invoice, and with a minus each that was taken back: what the reports of sales count."
    ),
    editable=False,
)
