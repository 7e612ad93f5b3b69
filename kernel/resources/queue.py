"""Work for later: a command asks for it in its own transaction, the jobs layer does it after the commit.

This layer defines the queue, jobs fills it. What is asked for is a row: the broker may lose every message, the row stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

from sqlalchemy.orm import Session

from kernel.i18n import LazyText

if TYPE_CHECKING:
    from kernel.resources.context import Context
    from kernel.resources.history import Journal
    from kernel.resources.runtime import Runtime

F = TypeVar("F", bound=Callable[..., None])


class Progress(Protocol):
    """What a running piece of work is given to say how far it is, and to learn that it should stop."""

    def report(self, done: int, total: int) -> None:
        """Note how much is done; also renews the lease, so call it at least once a minute."""

    def stopped(self) -> bool:
        """Say whether somebody asked for the work to stop."""

    def keep(self, content: BinaryIO, name: str, media_type: str) -> None:
        """Keep a file as the result; whoever asked for the work can fetch it for some days."""

    def say(self, **result: Any) -> None:
        """Note what came of the work, as plain values for the page that shows it; `message` is a text for the user."""


class Stopped(Exception):
    """Raised by work that was asked to stop and has done so: its row says *stopped*, not *failed*."""


@dataclass(frozen=True)
class Background:
    """A declared kind of work. `function(runtime, progress, **arguments)` opens its own transactions.

    It may be killed at any moment and is then called again: it must go on where it stood, and twice must do no harm.
    After the end of the site's term only work that is `allowed_when_ended` is done; everything else waits.
    """

    kind: str
    title: LazyText
    function: Callable[..., None]
    queue: str = "default"
    inside: bool = False
    """Whether it touches nothing beyond the site (an import, say): such work is done also while the site is held."""
    allowed_when_ended: bool = False
    unit: LazyText | None = None
    """What `Progress.report` counts, where a rate of it means something to people: rows, messages."""
    listed: bool = False
    """Whether users find it among their own work while it goes on and afterwards."""
    may_take: Callable[[Context, Mapping[str, Any]], bool] | None = None
    """Asked with the arguments before the result file is handed out: whether the actor may still have it."""
    on_stop: Callable[..., None] | None = None
    """Called like the function, without progress, once the work has ended without being done: stopped, failed, given up."""


@dataclass(frozen=True)
class Work:
    """One piece of work that a command asked for."""

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    subject: tuple[str, int] | None = None
    """What it is about, such as `("import", 7)`: a page finds its progress by this."""


_KINDS: dict[str, Background] = {}
_SINKS: list[Callable[[Session, Sequence[Work], int, datetime], None]] = []


def background(
    kind: str,
    title: LazyText,
    *,
    queue: str = "default",
    inside: bool = False,
    allowed_when_ended: bool = False,
    unit: LazyText | None = None,
    listed: bool = False,
    may_take: Callable[[Context, Mapping[str, Any]], bool] | None = None,
    on_stop: Callable[..., None] | None = None,
) -> Callable[[F], F]:
    """Declare a function as the kind of work `kind`; `queue` is `messages`, `default` or `long`.

    `inside` says that it touches nothing beyond the site, so that a restored copy may do it, too. The other options are
    those of `Background`.
    """

    def declare(function: F) -> F:
        _KINDS[kind] = Background(
            kind, title, function, queue, inside, allowed_when_ended, unit, listed, may_take, on_stop
        )
        return function

    return declare


def kind_of_work(kind: str) -> Background:
    """Give a declared kind; raise `KeyError` where nothing of that name is declared."""
    return _KINDS[kind]


def kinds_inside() -> frozenset[str]:
    """Give the kinds that touch nothing beyond the site."""
    return frozenset(kind for kind, declared in _KINDS.items() if declared.inside)


def kinds_when_ended() -> tuple[str, ...]:
    """Give the kinds of work that go on after the end of a site's term."""
    return tuple(kind for kind, declared in _KINDS.items() if declared.allowed_when_ended)


def kinds_listed() -> tuple[str, ...]:
    """Give the kinds of work that users find among their own."""
    return tuple(sorted(kind for kind, declared in _KINDS.items() if declared.listed))


def enqueue(context: Context, kind: str, *, subject: tuple[str, int] | None = None, **arguments: Any) -> None:
    """Ask for work after the commit of the present command; arguments are plain values and ids."""
    if context.journal is None:
        raise RuntimeError("work is asked for inside a command")
    kind_of_work(kind)
    context.journal.work.append(Work(kind, arguments, subject))


def register_work_sink(sink: Callable[[Session, Sequence[Work], int, datetime], None]) -> None:
    """Enter what stores asked-for work (session, pieces of work, user id, now); entering it again changes nothing."""
    if sink not in _SINKS:
        _SINKS.append(sink)


def write_work(session: Session, journal: Journal) -> None:
    """Store the work that a command asked for, with a session that may."""
    if journal.work:
        for sink in _SINKS:
            sink(session, journal.work, journal.user_id, journal.now)


_WAKERS: list[Callable[[Runtime], None]] = []


def register_waker(wake: Callable[[Runtime], None]) -> None:
    """Enter what wakes the workers after a commit that left events or work; entering it again changes nothing."""
    if wake not in _WAKERS:
        _WAKERS.append(wake)


def wake_workers(runtime: Runtime) -> None:
    """Wake the workers; what is asleep or unreachable finds the rows by itself a few seconds later."""
    for wake in _WAKERS:
        wake(runtime)
