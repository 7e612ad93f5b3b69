"""What plugins hand to the kernel where no other layer owns the type: small frozen values that only
describe.

Texts are lazy or already in the context's language. Where a value has an `order`, smaller comes first; ties
are broken by the plugin's name, never by who was registered first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from kernel.i18n import LazyText

Text = LazyText | str
Right = tuple[str, str]
"""(resource, action): what somebody must hold to be shown the thing."""


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """An entry of the main menu; `target` is a Flask endpoint (`medical.day`) or an address that starts
    with `/`.
    """

    label: Text
    target: str
    icon: str = "circle"
    permission: Right | None = None
    order: int = 500
    group: str = ""
    """Key of the menu's section; empty stands alone."""


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A right besides those that each resource has anyway, such as `("invoice", "change-issued")`."""

    resource: str
    action: str
    title: Text
    order: int = 500


@dataclass(frozen=True, kw_only=True)
class PatternSuggestion:
    """Grants that usually go together (a receptionist's); an administrator may make a pattern of them."""

    name: str
    """Stable, of small Latin letters, unique within the plugin."""
    title: Text
    grants: Mapping[Right, str]
    """(resource, action) to scope."""
    order: int = 500
    fields: Mapping[Right, str] = field(default_factory=dict)
    """(resource, field as forms address it) to `read_only`, `masked` or `hidden`: what it keeps of single fields."""


@dataclass(frozen=True, kw_only=True)
class PartyRole:
    """What a party can be to us (نقش): patient, student. Many at once, each with its dates."""

    key: str
    title: Text
    order: int = 500
    icon: str = "user"


@dataclass(frozen=True, kw_only=True)
class RelationKind:
    """A kind of relation between two parties: the first is `title` of the second, the second `reverse` of the first.

    `first` and `second` say what each must be: `person`, `organisation`; None for either. `mutual` kinds read the same
    from both sides and need no `reverse`. `exclusive` says which of the two may stand in one at a time only: `none`,
    `first`, `second`, `both`. In a `tree` no chain of relations comes back to its beginning.
    """

    key: str
    title: Text
    reverse: Text | None = None
    first: str | None = None
    second: str | None = None
    mutual: bool = False
    exclusive: str = "none"
    tree: bool = False


WHOLE_KINDS = frozenset({"number", "whole"})
"""Kinds of settings that may have bounds."""
SECRET_KINDS = frozenset({"text", "long_text", "secret_text"})
"""Kinds of settings that may be secret."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that an administrator or an edition may set. Its full key is `<plugin>.<key>`."""

    key: str
    title: Text
    kind: str = "text"
    """text, long_text, number, yes_no, choice, money, day, secret_text …: a field kind of the resources
    layer.
    """
    default: Any = None
    secret: bool = False
    """Never shown again once saved, never exported, and encrypted in the database; for texts only."""
    choices: Mapping[str, Text] = field(default_factory=dict)
    bounds: tuple[int, int] | None = None
    """The least and the most that may be entered, both included; for whole numbers only."""
    help: Text = ""
    order: int = 500

    def __post_init__(self) -> None:
        if self.secret and self.kind not in SECRET_KINDS:
            raise ValueError(f"setting {self.key}: a secret is a text")
        if self.bounds is not None and self.kind not in WHOLE_KINDS:
            raise ValueError(f"setting {self.key}: bounds are for whole numbers")


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work that comes due by itself: each `every`, or daily `at` (site's time, "07:30"); exactly one of
    them.
    """

    name: str
    """Unique within the plugin."""
    title: Text
    function: Callable[..., Any]
    """Called with a system context; catches up once after downtime, and never runs twice at the same time."""
    every: timedelta | None = None
    at: str | None = None
    allowed_when_ended: bool = False
    """Whether it goes on after the end of the site's term: backups and tidying do, messages do not."""

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError(f"job {self.name}: give either every or at")


@dataclass(frozen=True, kw_only=True)
class MessageTemplate:
    """A text that is sent to customers, with named places; a site may change the words, not the places."""

    key: str
    title: Text
    body: Text
    places: Mapping[str, Text] = field(default_factory=dict)
    channel: str = "sms"
    kind: str = "service"
    """service or advertising: opt-out is asked per kind."""
    order: int = 500


@dataclass(frozen=True, kw_only=True)
class Series:
    """A run of gapless numbers (invoices of a fiscal year). Its full name is `<plugin>.<name>`."""

    name: str
    title: Text
    yearly: bool = True
    """Starts again with each fiscal year."""


@dataclass(frozen=True, kw_only=True)
class SearchSource:
    """One kind of hit in the global search: rows of `resource`, found as its own list finds them."""

    resource: str
    title: Text
    order: int = 500


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
    """A short mark beside a name in lists and pages; `tone` is neutral, good, notice or alarm."""

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
class DashboardBlock:
    """A block of the home page; `span` of 1 to 3 columns."""

    title: Text
    body: Any
    order: int = 500
    key: str = ""
    span: int = 1


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """What stands in the way of a deletion or an uninstallation, how often, and where to see it."""

    text: Text
    count: int = 1
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What becomes of the rows of a plugin's table that refer to a person whose data are erased on request.

    `table` is its full name, `key` the column that names the party. `what` is `delete`; `replace`, which writes `values` (a
    function among them is called with the name that replaces the person's); or `keep`. The last two say in `reason` why rows
    must stay. Without a declaration rows go where the foreign key deletes with the party, and stand in the way otherwise.
    """

    table: str
    key: str
    what: Literal["delete", "replace", "keep"]
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: Text = ""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the plugin page and of `peyvand doctor`: what was looked at, whether it is well, what to
    do.
    """

    title: Text
    ok: bool
    text: Text = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a command is about to save in one record: field names to values; `record_id` is None for a new
    one.
    """

    record_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that was committed. Delivered at least once per plugin: keep `id` where doing it twice
    would harm.
    """

    id: int
    name: str
    at: datetime
    subject_id: int
    data: Mapping[str, Any] = field(default_factory=dict)
