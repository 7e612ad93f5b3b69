"""What plugins hand to the kernel where no other layer owns the type: small frozen values that only
describe.

Texts are lazy or already in the context's language. Where a value has an `order`, smaller comes first; ties
are broken by the plugin's name, never by who was registered first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from kernel.fa.clock import parse_time
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
    grants: Mapping[Right, str | Collection[str]]
    """(resource, action) to a scope, or to several of them."""
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


DIRECTIONS = ("none", "in", "out", "either")
"""How a channel leads: nowhere (a visit), to us, from us, or as is said of each interaction."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A way in which we and a party are in touch (کانال): a call that came in, a visit, a messenger.

    `direction` is one of `DIRECTIONS`; `either` asks for it when an interaction is recorded. `number` says that a telephone
    number or an address belongs to it, `duration` that it takes time, so that its end is asked for.
    """

    key: str
    """Stable, of small Latin letters and underscores. A plugin's channels carry its name: `chatbot.bale`."""
    title: Text
    icon: str = "message"
    direction: str = "either"
    number: bool = False
    duration: bool = False
    order: int = 500

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f"channel {self.key}: {self.direction} is no direction")


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


LAST_DAY = -1
"""Among the days of a month: its last one, whatever number that has."""
LONGEST_MONTHS = (31,) * 6 + (30,) * 6
"""Days that the months of the Jalali calendar have at most."""
JOB_DAYS = ("all", "working", "free")


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work that comes due by itself: each `every`, or `at` a time of the site's clock ("07:30"); exactly one of them.

    With `at`, the rest says on which days; what is left empty does not restrict, and all that is given must hold. Days
    and months are those of the Jalali calendar: `month_days=(LAST_DAY,)` is the last of each month, `months=(1,)` with
    `month_days=(1,)` Nowruz. A month that has no such day is passed over.
    """

    name: str
    """Unique within the plugin."""
    title: Text
    function: Callable[..., Any]
    """Called with a system context; catches up once after downtime, and never runs twice at the same time."""
    every: timedelta | None = None
    at: str | None = None
    weekdays: tuple[int, ...] = ()
    """0 is Saturday, 6 Friday."""
    month_days: tuple[int, ...] = ()
    """1 to 31, or `LAST_DAY`."""
    months: tuple[int, ...] = ()
    """1 is Farvardin, 12 Esfand."""
    days: str = "all"
    """`all`; `working` days of the site, holidays taken off; or `free` ones, which is the rest."""
    limit: timedelta = timedelta(minutes=4)
    """How long a run may take: then it is broken off by an exception, and half a minute later by force."""
    queue: str = "default"
    """`default`, or `long` for what takes many minutes and may wait for an import to end."""
    allowed_when_ended: bool = False
    """Whether it goes on after the end of the site's term: backups and tidying do, messages do not."""

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError(f"job {self.name}: give either every or at")
        restricted = bool(self.weekdays or self.month_days or self.months or self.days != "all")
        if restricted and self.at is None:
            raise ValueError(f"job {self.name}: days need a time at which it is due")
        if self.every is not None and self.every <= timedelta():
            raise ValueError(f"job {self.name}: every must be longer than nothing")
        if self.at is not None:
            parse_time(self.at)
        if self.limit <= timedelta() or self.queue not in ("default", "long") or self.days not in JOB_DAYS:
            raise ValueError(f"job {self.name}: there is no such limit, queue or kind of days")
        self._check_days()

    def _check_days(self) -> None:
        months = self.months or tuple(range(1, 13))
        if not set(months) <= set(range(1, 13)) or not set(self.weekdays) <= set(range(7)):
            raise ValueError(f"job {self.name}: there is no such month or day of the week")
        longest = max(LONGEST_MONTHS[month - 1] for month in months)
        if any(not (1 <= day <= longest or day == LAST_DAY) for day in self.month_days):
            raise ValueError(f"job {self.name}: these months have no such day")


@dataclass(frozen=True, kw_only=True)
class DatedRecord:
    """A record with one of its dates, as a search for dates gives it."""

    record_id: int
    day: date
    """The date itself: of a birthday the day of birth."""
    party_id: int
    """Whom it concerns: who is reminded, or called."""
    owner_id: int | None = None
    """The user who is in charge of the record."""
    at: time | None = None
    """The time of day, by the clock of the site, where the date has one (an appointment)."""


@dataclass(frozen=True, kw_only=True)
class RecordDate:
    """A date that records carry and that users may be reminded of: the end of a contract, a birthday, an appointment."""

    key: str
    """Stable, unique within the plugin."""
    title: Text
    find: Callable[[Any, Sequence[date]], Iterable[DatedRecord]]
    """Called with a system context and days; gives the records whose date is one of them, in one statement. For `yearly`
    dates the days are those of all years whose anniversary is wanted."""
    yearly: bool = False
    """Whether it comes back every year (a birthday); 30 Esfand is 29 Esfand in common years."""
    permission: Right | None = None
    """What somebody must hold to be reminded of it."""
    order: int = 500


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
