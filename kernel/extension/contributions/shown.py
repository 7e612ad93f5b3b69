"""What pages show of a plugin: panels, figures, buttons, badges, entries of a timeline, blocks of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kernel.extension.contributions.base import Right, Text
from kernel.i18n import LazyText


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A block on the party's page; `body` is Markup, or plain text that is escaped."""

    title: Text
    body: Any
    order: int = 500
    key: str = ""
    """Address of the panel within the page; unique within the plugin."""
    icon: str = ""
    url: str = ""
    """Where the browser fetches the body once the panel comes into view, for what is dear to make; `body` stands
    there until then.
    """
    printed: Any = None
    """What stands on the printed page in place of `body`; None leaves the panel out of it."""


FIGURE_KINDS: Mapping[str, tuple[type[Any], ...]] = {
    "money": (int,),
    "count": (int,),
    "percent": (int, float, Decimal),
    "day": (date,),
    "instant": (datetime,),
    "text": (str, LazyText),
}
"""Kinds of figures and the types of their values: Rials, how many, hundredths, a day, a moment in UTC, words."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number about a party for the head of its page: a balance, the last visit, how many orders.

    A value that does not fit its kind raises `TypeError` in the plugin's own call.
    """

    key: str
    """Unique within the plugin."""
    label: Text
    value: Any
    kind: str = "count"
    """One of `FIGURE_KINDS`."""
    tone: str = "neutral"
    """neutral, good, notice or alarm."""
    url: str | None = None
    """Address of what is counted."""
    permission: Right | None = None
    """What somebody must hold to be shown the figure."""
    order: int = 500

    def __post_init__(self) -> None:
        wanted = FIGURE_KINDS.get(self.kind)
        fits = wanted is not None and isinstance(self.value, wanted) and not isinstance(self.value, bool)
        if not fits or (self.kind == "day" and isinstance(self.value, datetime)):
            raise TypeError(f"figure {self.key}: {self.value!r} is no {self.kind}")


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button on the party's page that leads to `url`; `method`: `get` for a page, `post` for a command."""

    label: Text
    url: str
    icon: str = ""
    method: str = "get"
    permission: Right | None = None
    order: int = 500


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A short mark beside a name in lists and pages; `tone` is neutral, good, notice or alarm, or a colour of base data."""

    text: Text
    tone: str = "neutral"
    order: int = 500


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One thing that happened with a party; `key` is unique within the plugin and breaks ties of `at`
    (UTC).
    """

    at: datetime
    key: str
    title: Text
    body: Any = ""
    icon: str = "circle"
    url: str | None = None
    """Address of the record that the entry is about."""
    permission: Right | None = None
    """What somebody must hold to be shown the entry."""


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place in a timeline below which the next page begins: the last entry shown."""

    at: datetime
    key: str


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """Something that a new user does first, on the list of his desk: where to, and whether it is done as the facts say."""

    key: str
    title: Text
    url: str
    done: bool
    permission: Right | None = None
    """Only who holds it has the step."""
    order: int = 500


@dataclass(frozen=True, kw_only=True)
class DashboardBlock:
    """A block of the home page; `span` of 1 to 3 columns."""

    title: Text
    body: Any
    order: int = 500
    key: str = ""
    span: int = 1
