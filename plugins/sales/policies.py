"""Who sees and changes the rows of sales.

The catalogue and its prices are for everybody who works here; what is agreed with a party needs a right of its own besides
seeing the party. Documents are seen by grant, sellers see their own, and always only together with their party. Their
lines, what reports count of them, and what was spent on them share the document's fate.
"""

from __future__ import annotations

from kernel.api import Party, Policy, child, public, rows
from plugins.sales.models import (
    Barcode,
    Component,
    CustomerTerms,
    Document,
    DocumentLine,
    Item,
    ItemGroup,
    Level,
    Phrase,
    PriceLine,
    PriceList,
    Redemption,
    SaleEntry,
    Suggestion,
    TaxRate,
    Variant,
)

POLICIES: tuple[Policy, ...] = (
    public(ItemGroup, "sales.item_group"),
    public(Item, "sales.item"),
    child(Variant, parent=Item, key="item_id"),
    child(Barcode, parent=Item, key="item_id"),
    child(Component, parent=Item, key="item_id"),
    child(Suggestion, parent=Item, key="item_id"),
    public(Level, "sales.level"),
    public(PriceList, "sales.price_list"),
    public(PriceLine, "sales.price_list"),
    public(TaxRate, "sales.tax_rate"),
    public(Phrase, "sales.phrase"),
    child(CustomerTerms, parent=Party, key="party_id", resource="sales.terms"),
    rows(Document, "sales.document", own=("created_by", "owner_id"), party="party_id"),
    child(DocumentLine, parent=Document, key="document_id"),
    child(SaleEntry, parent=Document, key="document_id"),
    child(Redemption, parent=Document, key="document_id"),
)
