"""The words for what stands in the tables as keys: kinds, states, discounts; and the lists of base data."""

from __future__ import annotations

from kernel.api import BaseList, _

RIGHT = "sales.document"
"""The name of the rights on documents of every kind."""
MOST_LINES = 200
"""So many lines a document has at most."""

UNITS = "sales.unit"
SIZES = "sales.size"
DESIGNS = "sales.design"
COLOURS = "sales.colour"
PROFIT_CLASSES = "sales.profit_class"
REJECTIONS = "sales.rejection"

ITEM_KINDS = {"goods": _("Goods"), "service": _("Service")}
DIRECTIONS = {"sale": _("Sale"), "purchase": _("Purchase")}
TAX_CLASSES = {
    "standard": _("Standard rate"),
    "special": _("Special rate"),
    "zero": _("Zero rate"),
    "exempt": _("Exempt"),
}
DISCOUNT_KINDS = {"percent": _("Percent"), "rial": _("Rial")}
KINDS = {"quote": _("Quote"), "order": _("Sales order"), "invoice": _("Invoice"), "return": _("Return")}
STATES = {
    "draft": _("Draft"),
    "issued": _("Issued"),
    "accepted": _("Accepted"),
    "rejected": _("Rejected"),
    "expired": _("Expired"),
    "replaced": _("Replaced by a new version"),
    "ready": _("Ready"),
    "delivered": _("Handed over"),
    "cancelled": _("Void"),
}
STATES_OF = {
    "quote": ("draft", "issued", "accepted", "rejected", "expired", "replaced", "cancelled"),
    "order": ("draft", "issued", "ready", "delivered", "cancelled"),
    "invoice": ("draft", "issued", "cancelled"),
    "return": ("issued", "cancelled"),
}
TONES = {
    "draft": "grey",
    "issued": "blue",
    "accepted": "green",
    "rejected": "red",
    "expired": "amber",
    "replaced": "grey",
    "ready": "cyan",
    "delivered": "green",
    "cancelled": "red",
}
NEXT = {
    "issued": ("accepted", "rejected", "ready", "delivered"),
    "accepted": ("rejected",),
    "rejected": ("accepted",),
    "expired": ("accepted", "rejected"),
    "ready": ("delivered",),
}
"""Which state may follow which by hand; issuing and cancelling are commands of their own."""

INVOICING = {
    "none": _("Not invoiced"),
    "partly": _("Invoiced in part"),
    "whole": _("Wholly invoiced"),
}
INVOICING_TONES = {"none": "grey", "partly": "amber", "whole": "green"}
"""How far an order is invoiced."""

SUGGESTED = {"side": _("Goes with it"), "cross": _("Needed as well"), "up": _("Better one instead")}
SUGGESTED_TONES = {"side": "blue", "cross": "cyan", "up": "violet"}
"""How a good is declared to be offered beside another."""
OFFERED = {**SUGGESTED, "together": _("Often bought with it"), "usual": _("The customer’s usual")}
OFFERED_TONES = {**SUGGESTED_TONES, "together": "green", "usual": "amber"}
"""The same, with what habits tell."""

TELLABLE = {"order": ("issued", "ready", "delivered"), "invoice": ("issued",)}
"""Of which documents of sale there is something to tell the customer, by kind and state."""

BASE_LISTS = (
    BaseList(
        UNITS,
        _("Units of measure"),
        {
            "piece": _("Piece"),
            "metre": _("Metre"),
            "square_metre": _("Square metre"),
            "kilogram": _("Kilogram"),
            "litre": _("Litre"),
            "package": _("Package"),
            "set": _("Set"),
            "hour": _("Hour"),
            "day": _("Day"),
            "session": _("Session"),
        },
    ),
    BaseList(SIZES, _("Sizes")),
    BaseList(DESIGNS, _("Designs")),
    BaseList(
        COLOURS,
        _("Colours"),
        {
            "white": _("White"),
            "black": _("Black"),
            "grey": _("Grey"),
            "cream": _("Cream"),
            "brown": _("Brown"),
            "red": _("Red"),
            "blue": _("Blue"),
            "green": _("Green"),
        },
    ),
    BaseList(
        PROFIT_CLASSES,
        _("Profitability classes"),
        {"high": _("High-profit"), "middle": _("Middling"), "low": _("Low-profit")},
    ),
    BaseList(
        REJECTIONS,
        _("Reasons for refusing a quote"),
        {
            "price": _("The price"),
            "delivery": _("Time of delivery"),
            "competitor": _("Bought from a competitor"),
            "postponed": _("The purchase was put off"),
        },
    ),
)
