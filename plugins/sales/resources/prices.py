"""What prices follow: levels of customers, price lists with their lines, rates of tax; and texts kept for documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.api import (
    Context,
    Facet,
    Problem,
    Resource,
    Search,
    Section,
    SegmentChoice,
    Sort,
    _,
    fields,
    sort_key,
    squeeze,
)
from plugins.sales.models import CustomerTerms, Level, Phrase, PriceLine, PriceList, TaxRate
from plugins.sales.money.resources.settled import CREDIT
from plugins.sales.words import DIRECTIONS, TAX_CLASSES


def prepare_titled(context: Context, row: Any, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the key that rows with a title are found by."""
    row.search_key = squeeze(row.title or "")
    return []


def prepare_level(context: Context, row: Level, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the key; a level ends after it begins."""
    row.search_key = squeeze(row.title or "")
    return _in_order(row)


def _in_order(row: Level | PriceList) -> list[Problem]:
    if row.starts is not None and row.ends is not None and row.starts > row.ends:
        return [Problem("ends", _("The end must not be earlier than the beginning."))]
    return []


def prepare_list(context: Context, row: PriceList, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys; a list ends after it begins."""
    row.search_key = squeeze(row.title or "")
    row.sort_key = sort_key(row.title or "")
    return _in_order(row)


def prepare_line(context: Context, row: PriceLine, values: Mapping[str, Any]) -> list[Problem]:
    """Without a number the price holds from the first piece on."""
    if row.above is None:
        row.above = fields.Decimal("above", _("Above the quantity"), places=3).parse("0", context)
    return []


LEVEL = Resource(
    name="sales.level",
    model=Level,
    title=_("Customer level"),
    plural=_("Customer levels"),
    path="sales/levels",
    icon="award",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=60),
        fields.Percent(
            "percent",
            _("Discount on every price"),
            required=True,
            default=0,
            help=_("A number of percent; it is taken off the price of the lists."),
        ),
        SegmentChoice(
            "segment",
            _("For everybody in the segment"),
            attribute="segment_id",
            filterable=False,
            importable=False,
            help=_("Whoever has no level of his own gets the best of those whose segment finds him."),
        ),
        fields.Day("starts", _("Holds from"), help=_("Empty: always.")),
        fields.Day("ends", _("Holds until")),
        fields.LongText("note", _("Note"), limit=1000),
    ),
    list_columns=("title", "percent", "starts", "ends", "note"),
    sections=(
        Section(_("Customer level"), ("title", "percent", "note")),
        Section(_("Whom and when it is for"), ("segment", "starts", "ends")),
    ),
    search=Search(),
    prepare=prepare_level,
    constraints={"uq_level_search_key": ("title", _("There is a level of this name already."))},
)

PRICE_LIST = Resource(
    name="sales.price_list",
    model=PriceList,
    title=_("Price list"),
    plural=_("Price lists"),
    path="sales/price-lists",
    icon="receipt",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Choice("direction", _("For"), options=DIRECTIONS, required=True, default="sale"),
        fields.Link(
            "level",
            _("Only for the level"),
            to="sales.level",
            attribute="level_id",
            help=_("Empty: for everybody."),
        ),
        fields.Day("starts", _("Holds from")),
        fields.Day("ends", _("Holds until")),
        fields.YesNo("active", _("In force"), default=True),
        fields.LongText("note", _("Note"), limit=1000),
    ),
    list_columns=("title", "direction", "level", "starts", "ends", "active"),
    sections=(Section(_("Price list"), ("title", "direction", "level", "starts", "ends", "active", "note")),),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(),
    quick_filters=("direction", "level", "active"),
    prepare=prepare_list,
)

PRICE_LINE = Resource(
    name="sales.price_line",
    model=PriceLine,
    permission="sales.price_list",
    title=_("Price"),
    plural=_("Prices of the lists"),
    path="sales/prices",
    icon="tag",
    label="price",
    unruled=("price",),
    fields=(
        fields.Link(
            "price_list", _("Price list"), to="sales.price_list", attribute="price_list_id", required=True
        ),
        fields.Link("item", _("Good or service"), to="sales.item", attribute="item_id", required=True),
        fields.Link("variant", _("Variant"), to="sales.variant", attribute="variant_id"),
        fields.Decimal(
            "above",
            _("Above the quantity"),
            places=3,
            least=0,
            default=0,
            help=_("Above 10 begins with 11, and then holds for the whole quantity."),
        ),
        fields.Money("price", _("Price of one unit"), required=True, least=0, help=_("In Rials.")),
    ),
    list_columns=("item", "variant", "price_list", "above", "price"),
    sections=(Section(_("Price"), ("price_list", "item", "variant", "above", "price")),),
    quick_filters=("price_list", "item"),
    prepare=prepare_line,
    importable=True,
    constraints={
        "uq_price_line_price_list_id": ("above", _("This list has a price for this quantity already.")),
    },
)

TAX_RATE = Resource(
    name="sales.tax_rate",
    model=TaxRate,
    title=_("Rate of tax"),
    plural=_("Rates of tax"),
    path="sales/tax-rates",
    icon="percentage",
    label="starts",
    unruled=("starts",),
    fields=(
        fields.Choice(
            "tax_class",
            _("Class"),
            options={key: TAX_CLASSES[key] for key in ("standard", "special")},
            required=True,
            default="standard",
        ),
        fields.Percent("percent", _("Percent"), required=True),
        fields.Day("starts", _("Holds from"), required=True),
        fields.LongText("note", _("Note"), limit=500),
    ),
    list_columns=("starts", "tax_class", "percent", "note"),
    sections=(Section(_("Rate of tax"), ("tax_class", "percent", "starts", "note")),),
    sorts=(Sort("latest", _("Latest first"), ("starts",), descending=True),),
    constraints={"uq_tax_rate_tax_class": ("starts", _("A rate of this class begins on this day already."))},
)

PHRASE = Resource(
    name="sales.phrase",
    model=Phrase,
    title=_("Text for documents"),
    plural=_("Texts for documents"),
    path="sales/phrases",
    icon="writing",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.LongText("body", _("Text"), required=True, limit=4000),
        fields.Whole("position", _("Place among the texts"), default=0, least=0, most=10_000),
    ),
    list_columns=("title", "body", "position"),
    sections=(Section(_("Text for documents"), ("title", "body", "position")),),
    sorts=(Sort("position", _("By place"), ("position",)),),
    search=Search(),
    prepare=prepare_titled,
)


def _terms(resource: str) -> Facet:
    return Facet(
        resource=resource,
        plugin="sales",
        title=_("Sales"),
        model=CustomerTerms,
        key="party_id",
        fields=(
            fields.Link("level", _("Customer level"), to="sales.level", attribute="level_id"),
            *CREDIT,
            fields.LongText("terms", _("Usual terms of payment"), limit=1000),
        ),
        permission="sales.terms",
    )


TERMS = (_terms("person"), _terms("organisation"))
"""The facet of persons and of organisations."""
