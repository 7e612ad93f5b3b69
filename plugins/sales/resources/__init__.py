"""Record kinds of sales, its facet of parties, and its lists of base data."""

from plugins.sales.resources.catalogue import GROUP, ITEM, VARIANT
from plugins.sales.resources.documents import INVOICE, ORDER, QUOTE, SOLD
from plugins.sales.resources.prices import LEVEL, PHRASE, PRICE_LINE, PRICE_LIST, TAX_RATE, TERMS
from plugins.sales.words import BASE_LISTS, RIGHT

RESOURCES = (
    QUOTE,
    ORDER,
    INVOICE,
    SOLD,
    ITEM,
    VARIANT,
    GROUP,
    PRICE_LIST,
    PRICE_LINE,
    LEVEL,
    TAX_RATE,
    PHRASE,
)

__all__ = [
    "BASE_LISTS",
    "GROUP",
    "INVOICE",
    "ITEM",
    "LEVEL",
    "ORDER",
    "PHRASE",
    "PRICE_LINE",
    "PRICE_LIST",
    "QUOTE",
    "RESOURCES",
    "RIGHT",
    "SOLD",
    "TAX_RATE",
    "TERMS",
    "VARIANT",
]
