"""What a cheque may become, and what that does to what it paid.

Received: held by us, deposited at the bank, cleared, bounced, passed on to somebody else, or returned to whoever gave it.
Given: out with whoever got it, cleared, bounced, or returned to us. A cheque pays from the moment that it changes hands;
where it bounces or goes back, what it paid is open again, and where a bounced one is cleared after all, it pays once more.
"""

from __future__ import annotations

from collections.abc import Mapping

RECEIVED, GIVEN = "received", "given"

ALLOWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    RECEIVED: {
        "held": ("deposited", "cleared", "bounced", "passed_on", "returned"),
        "deposited": ("cleared", "bounced", "held"),
        "passed_on": ("cleared", "bounced", "held"),
        "bounced": ("deposited", "cleared", "returned"),
        "cleared": (),
        "returned": (),
    },
    GIVEN: {
        "issued": ("cleared", "bounced", "returned"),
        "bounced": ("cleared", "returned"),
        "cleared": (),
        "returned": (),
    },
}
"""Which state may follow which, by the direction of the cheque."""

STARTS: Mapping[str, str] = {RECEIVED: "held", GIVEN: "issued"}
"""The state in which a cheque begins."""

UNDUE: Mapping[str, frozenset[str]] = {
    RECEIVED: frozenset({"held", "deposited", "passed_on"}),
    GIVEN: frozenset({"issued"}),
}
"""States in which it is counted on, but not certain: the money is to come, or to go."""

COUNTS: frozenset[str] = frozenset({"held", "deposited", "passed_on", "issued", "cleared"})
"""States in which a cheque pays. One that is deposited again after it bounced pays only when it is cleared."""


def allowed(direction: str, state: str) -> tuple[str, ...]:
    """Give the states that may follow."""
    return ALLOWED[direction].get(state, ())


def effect(state: str, new: str, *, pays: bool) -> str:
    """Say what a move does to the receipt or payment by the cheque: `reverse`, `again` (it pays once more) or nothing.

    `pays` says whether it stands at present.
    """
    if new in ("bounced", "returned"):
        return "reverse" if pays else ""
    if new in ("cleared", "passed_on") and not pays:
        return "again"
    return ""


def onward_ends(state: str, new: str) -> bool:
    """Say whether a move takes back what the cheque paid to whom it was passed on: it came back, or bounced."""
    return state == "passed_on" and new in ("bounced", "held")
