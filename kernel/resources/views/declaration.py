"""The views that a resource declares besides its list. What does not fit its fields is refused when it is declared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from kernel.i18n import LazyText, _
from kernel.resources.fields import (
    Choice,
    Choices,
    Day,
    Decimal,
    Field,
    Instant,
    Link,
    Lookup,
    Minutes,
    Whole,
    YesNo,
)

if TYPE_CHECKING:
    from kernel.resources.context import Context
    from kernel.resources.resource import Resource


@dataclass(frozen=True)
class ByCommand:
    """How a record is changed that somebody moves in a view: by a command of the plugin's own.

    `fields` says for each field that a move may change under which argument the command takes it; what is not named there
    cannot be moved. `record` is the argument for the record's number, `version` the one for the version that the mover saw
    (empty where the command takes none). The command is given typed values and has the last word.
    """

    command: str
    fields: Mapping[str, str]
    record: str = "record_id"
    version: str = "version"


@dataclass(frozen=True, kw_only=True)
class View:
    """What all views have. `key` stands in addresses and saved views, and is the kind where it is empty.

    `label` names the field that a record is called by here, the resource's own label where it is empty. `fields` are shown
    besides. Without `move`, records are changed like on their form, by whoever may edit them.
    """

    kind: ClassVar[str]
    icon: ClassVar[str]
    usual_title: ClassVar[LazyText]
    reaches: ClassVar[tuple[str, ...]] = ("",)
    """How far it may reach, such as a month or a week; the first is the usual one."""

    title: LazyText | None = None
    key: str = ""
    label: str = ""
    fields: tuple[str, ...] = ()
    move: ByCommand | None = None
    page: str = ""
    """Address that a card or entry opens, with `{id}`; empty for the record's own page."""

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.kind)
        if not (self.key.isascii() and self.key.isalpha() and self.key.islower()):
            raise ValueError(f"the key of a view is of small Latin letters: {self.key}")

    @property
    def name(self) -> LazyText:
        """What the view is called."""
        return self.title or self.usual_title

    def main(self) -> str:
        """Name the field without which there is no such view for a reader."""
        raise NotImplementedError

    def wanted(self) -> Iterator[tuple[str, tuple[type[Field], ...]]]:
        """Give every field that is named, and of which kinds it may be; empty names ask for nothing."""
        yield self.label, (Field,)
        yield from ((name, (Field,)) for name in self.fields)
        yield from ((name, (Field,)) for name in (self.move.fields if self.move else ()))

    def moved(self) -> Collection[str]:
        """Name the fields that a move in this view could change."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Board(View):
    """Lanes of cards. `lane` is a choice, a value of base data or a link to a short list of records.

    `lanes` picks options of a choice, in their order; rows with another are told of, not shown. `swimlane` divides the board
    once more, `sum` is added up for each lane, `limits` says by key how many cards a lane should hold at most. `allowed`
    says for each lane to which others its cards may go; what is missing there may go nowhere, and without it all may go
    anywhere. `barred` is asked with the ids of cards and gives the lanes to which some of them may not go at present.
    """

    kind = "board"
    icon = "layout-kanban"
    usual_title = _("Board")

    lane: str
    lanes: tuple[str, ...] = ()
    swimlane: str = ""
    sum: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)
    allowed: Mapping[str, Collection[str]] | None = None
    barred: Callable[[Context, Sequence[int]], Mapping[int, Collection[str]]] | None = None

    def main(self) -> str:
        """The lane."""
        return self.lane

    def wanted(self) -> Iterator[tuple[str, tuple[type[Field], ...]]]:
        """The lane, what divides the board, the sum."""
        yield from super().wanted()
        yield self.lane, (Choice, Lookup)
        yield self.swimlane, (Choice, Lookup, YesNo)
        yield self.sum, (Whole, Decimal, Minutes)

    def moved(self) -> Collection[str]:
        """The lane and the swim-lane."""
        return [name for name in (self.lane, self.swimlane) if name]

    def may_go(self, old: str, new: str) -> bool:
        """Say whether the board lets a card go from one lane to another."""
        return old != new and (self.allowed is None or new in self.allowed.get(old, ()))


@dataclass(frozen=True, kw_only=True)
class Spanned(View):
    """What calendars and timelines have: records that last from `start` to `end`, put together `by` a field.

    `tone` is a choice whose colours the entries take. `longest` is how many days an entry lasts at most, which spares the
    database from looking through all the past; 0 says nothing.
    """

    start: str
    end: str = ""
    by: str = ""
    tone: str = ""
    longest: int = 0

    def main(self) -> str:
        """The beginning."""
        return self.start

    def wanted(self) -> Iterator[tuple[str, tuple[type[Field], ...]]]:
        """Beginning and end, which are both days or both moments; what entries are put together and coloured by."""
        yield from super().wanted()
        yield self.start, (Day, Instant)
        yield self.end, (Day, Instant)
        yield self.by, (Choice, Lookup)
        yield self.tone, (Choice,)

    def moved(self) -> Collection[str]:
        """Beginning, end, and what entries are put together by."""
        return [name for name in (self.start, self.end, self.by) if name]


@dataclass(frozen=True, kw_only=True)
class Calendar(Spanned):
    """Month, week and day of the Jalali calendar; the day has a column for each value of `by`.

    `opens` and `closes` are the hours that a day shows at least, `step` the minutes that moves are rounded to. `new` is the
    address at which an entry is made, with `{start}` (a moment or a day, ISO), and `{by}`; empty for the resource's own
    form, which is filled in.
    """

    kind = "calendar"
    icon = "calendar"
    usual_title = _("Calendar")
    reaches = ("month", "week", "day")

    opens: int = 8
    closes: int = 20
    step: int = 15
    new: str = ""


@dataclass(frozen=True, kw_only=True)
class Timeline(Spanned):
    """Bars over a Jalali month, a week or a season, in rows for each value of `by`."""

    kind = "timeline"
    icon = "timeline"
    usual_title = _("Timeline of bars")
    reaches = ("month", "week", "season")


@dataclass(frozen=True, kw_only=True)
class Tree(View):
    """Records beneath each other. `parent` is a link to the record of the same kind that one stands beneath.

    `sort` names the declared order of those beneath one, the list's own where it is empty. A record whose parent its reader
    does not see stands at the top for him. Saving a record refuses what would put it
    beneath itself.
    """

    kind = "tree"
    icon = "sitemap"
    usual_title = _("Tree")

    parent: str
    sort: str = ""

    def main(self) -> str:
        """The link to what one stands beneath."""
        return self.parent

    def wanted(self) -> Iterator[tuple[str, tuple[type[Field], ...]]]:
        """The link."""
        yield from super().wanted()
        yield self.parent, (Link,)

    def moved(self) -> Collection[str]:
        """The link."""
        return (self.parent,)


def check_views(resource: Resource) -> None:
    """Raise `ValueError` where a view of a resource names a field that is not there or of another kind."""
    keys = [view.key for view in resource.views]
    for view in resource.views:
        what = f"resource {resource.name}, view {view.key}"
        if keys.count(view.key) > 1:
            raise ValueError(f"{what}: declared twice; give one of them another key")
        for name, kinds in view.wanted():
            if name and name not in resource.by_name:
                raise ValueError(f"{what}: unknown field {name}")
            if name and (
                not isinstance(resource.by_name[name], kinds) or isinstance(resource.by_name[name], Choices)
            ):
                raise ValueError(f"{what}: {name} is of a kind that does not fit")
        _check_kind(resource, view, what)


def _check_kind(resource: Resource, view: View, what: str) -> None:
    if isinstance(view, Spanned) and view.end:
        start, end = resource.by_name[view.start], resource.by_name[view.end]
        if isinstance(start, Day) != isinstance(end, Day):
            raise ValueError(f"{what}: start and end must both be days or both be moments")
    if isinstance(view, Board):
        lane = resource.by_name[view.lane]
        if isinstance(lane, Choice):
            named = {*view.lanes, *view.limits, *(view.allowed or ())}
            if not named <= set(lane.options):
                raise ValueError(f"{what}: lanes that are no options: {sorted(named - set(lane.options))}")
    if isinstance(view, Tree):
        parent = resource.by_name[view.parent]
        if not isinstance(parent, Link) or parent.to != resource.name:
            raise ValueError(f"{what}: {view.parent} leads to no record of the same kind")
        if view.sort and view.sort.lstrip("-") not in {each.name for each in resource.sorts}:
            raise ValueError(f"{what}: unknown sort {view.sort}")
    if isinstance(view, Calendar) and not (0 <= view.opens < view.closes <= 24 and 5 <= view.step <= 120):
        raise ValueError(f"{what}: the hours or the step cannot be")
