"""Names of states and kinds, and the colours in which lists show them."""

from __future__ import annotations

from kernel.api import _

MEMBER_STATES = {"active": _("Active"), "suspended": _("Resting"), "left": _("Has left")}
MEMBER_COLOURS = {"active": "green", "suspended": "amber", "left": "grey"}
SOURCES = {
    "hand": _("By hand"),
    "form": _("Form in the shop"),
    "rule": _("By a rule"),
    "import": _("Import"),
}
CARD_STATES = {
    "active": _("In use"),
    "lost": _("Lost"),
    "replaced": _("Replaced"),
    "returned": _("Given back"),
}
CARD_COLOURS = {"active": "green", "lost": "red", "replaced": "grey", "returned": "grey"}
CHANGE_KINDS = {"joined": _("Joined"), "up": _("Rose"), "down": _("Fell"), "hand": _("Given by hand")}
CHANGE_COLOURS = {"joined": "blue", "up": "green", "down": "amber", "hand": "violet"}
WISH_STATES = {
    "open": _("Wished for"),
    "ready": _("Ready for the member"),
    "bought": _("Bought"),
    "dropped": _("Dropped"),
}
WISH_COLOURS = {"open": "blue", "ready": "amber", "bought": "green", "dropped": "grey"}
ENTRY_KINDS = {
    "earn": _("Earned by a purchase"),
    "referral": _("For an introduced member"),
    "bonus": _("Gift of points"),
    "spend": _("Spent"),
    "expire": _("Expired"),
    "take_back": _("Points taken back"),
    "give_back": _("Points that came back"),
    "decay": _("Decayed for want of purchases"),
    "correct": _("Corrected by hand"),
    "debt": _("Debt paid by points"),
}
ENTRY_COLOURS = {
    "earn": "green",
    "referral": "cyan",
    "bonus": "violet",
    "spend": "blue",
    "expire": "grey",
    "take_back": "red",
    "give_back": "cyan",
    "decay": "grey",
    "correct": "amber",
    "debt": "amber",
}
LOT_STATES = {"pending": _("Does not count yet"), "open": _("Can be spent"), "expired": _("Expired")}
LOT_COLOURS = {"pending": "amber", "open": "green", "expired": "grey"}
COUPON_STATES = {"open": _("Coupon can be used"), "used": _("Used"), "cancelled": _("Cancelled")}
COUPON_COLOURS = {"open": "green", "used": "blue", "cancelled": "grey"}
PURCHASE_SOURCES = {"hand": _("By hand"), "sales": _("Sales invoice")}
COLOURS = {
    "grey": _("Grey"),
    "amber": _("Gold"),
    "blue": _("Blue"),
    "green": _("Green"),
    "violet": _("Violet"),
    "red": _("Red"),
    "cyan": _("Turquoise"),
}
DRAW_STATES = {
    "planned": _("Planned"),
    "frozen": _("List is frozen"),
    "drawn": _("Drawn"),
    "cancelled": _("Cancelled"),
}
DRAW_COLOURS = {"planned": "blue", "frozen": "amber", "drawn": "green", "cancelled": "grey"}
CHANCES = {
    "member": _("One chance for each member"),
    "purchase": _("One chance for each purchase"),
    "points": _("Chances by points earned"),
}
