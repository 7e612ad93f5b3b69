"""What can become of a serial that somebody registers, and the words in which he is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from kernel.api import LazyText, _, calendar, to_persian_digits
from plugins.carpet.serials import grouped

REGISTERED, YOURS, UNKNOWN, WRONG, SHUT, CLAIMED, CLOSED, NO_CODE, VOID, REPLACED = (
    "registered",
    "yours",
    "unknown",
    "wrong",
    "shut",
    "claimed",
    "closed",
    "no_code",
    "void",
    "replaced",
)
GUESSED = frozenset({UNKNOWN, WRONG})
"""What counts as a wrong try."""


@dataclass(frozen=True)
class Outcome:
    """What became of one serial."""

    kind: str
    serial: str
    guarantee_id: int | None = None
    ends_on: date | None = None
    over: bool = False
    """Whether the last day has passed."""
    tries: int = 1
    """How many codes were looked at and wrong, where it is a wrong try."""


WORDS = {
    REGISTERED: _("%(serial)s: the guarantee is registered, until %(day)s."),
    YOURS: _("%(serial)s: registered for you already, until %(day)s."),
    UNKNOWN: _("%(serial)s: we know no such serial; please look at the card again."),
    WRONG: _("%(serial)s: the code does not fit; please look at the card again."),
    SHUT: _(
        "%(serial)s: too many wrong codes were sent for this card, so yours was not looked at. "
        "Please try again tomorrow at this time, or call us."
    ),
    CLAIMED: _("%(serial)s: this cannot be registered by itself. Our people look into it and call you."),
    CLOSED: _("%(serial)s: the time for registering this card is over; please call us."),
    NO_CODE: _("%(serial)s: please send the serial with the code under the scratch panel."),
    REPLACED: _("%(serial)s: this carpet was replaced. The guarantee goes on with the card of the new one."),
    VOID: _("%(serial)s: this card is not valid; please call us."),
}
OVER = {
    REGISTERED: _("%(serial)s: registered, but the guarantee was over on %(day)s already."),
    YOURS: _("%(serial)s: registered for you already; the guarantee was over on %(day)s."),
}
"""The same where the last day has passed."""


def said(*found: Outcome, instead: Mapping[str, LazyText] = MappingProxyType({})) -> LazyText:
    """Say what became of serials with the same outcome, in whatever language it is shown.

    `instead` holds other words for some outcomes.
    """
    first = found[0]
    day = calendar.format_date(first.ends_on, "short") if first.ends_on else ""
    serial = "، ".join(to_persian_digits(grouped(each.serial)) for each in found)
    words = instead.get(first.kind) or (OVER.get(first.kind) if first.over else None)
    return replace(words or WORDS[first.kind], params=(("serial", serial), ("day", day)))
