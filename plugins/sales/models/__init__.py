"""Tables of sales, in the schema `sales`; those of money are in `plugins.sales.money.models`."""

from plugins.sales.models.base import SalesBase, may_refer, refers
from plugins.sales.models.catalogue import (
    Barcode,
    Component,
    CustomerTerms,
    Item,
    ItemGroup,
    Level,
    Phrase,
    PriceLine,
    PriceList,
    Suggestion,
    TaxRate,
    Variant,
)
from plugins.sales.models.documents import LIVE, Document, DocumentLine, Redemption, SaleEntry

__all__ = [
    "LIVE",
    "Barcode",
    "Component",
    "CustomerTerms",
    "Document",
    "DocumentLine",
    "Item",
    "ItemGroup",
    "Level",
    "Phrase",
    "PriceLine",
    "PriceList",
    "Redemption",
    "SaleEntry",
    "SalesBase",
    "Suggestion",
    "TaxRate",
    "Variant",
    "may_refer",
    "refers",
]
