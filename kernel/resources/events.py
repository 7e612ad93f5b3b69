"""Events: what plugins are told after a commit.

An event is a row written in the transaction of its reason; the jobs layer delivers it, once per plugin, after the
commit. This layer defines the sink and jobs fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from kernel.resources.history import Journal
    from kernel.resources.runtime import Runtime


@dataclass(frozen=True)
class Pending:
    """Something that is about to be committed: the hook that will hear of it, whom it concerns, and plain values."""

    name: str
    subject_id: int
    data: Mapping[str, Any] = field(default_factory=dict)


Sink = Callable[[Session, "Runtime", Sequence[Pending]], None]
_SINKS: list[Sink] = []


def register_event_sink(sink: Sink) -> None:
    """Enter what stores events; entering it again changes nothing."""
    if sink not in _SINKS:
        _SINKS.append(sink)


def write_events(session: Session, runtime: Runtime, journal: Journal) -> None:
    """Store the events of a command with a session that may."""
    if journal.events:
        for sink in _SINKS:
            sink(session, runtime, journal.events)


ChangeSink = Callable[[Session, "Runtime", "Journal", int], None]
"""Told what a command changed, in its transaction: session of the system, runtime, journal, and the site's epoch."""
_CHANGE_SINKS: list[ChangeSink] = []


def register_change_sink(sink: ChangeSink) -> None:
    """Enter what is told of every change; entering it again changes nothing."""
    if sink not in _CHANGE_SINKS:
        _CHANGE_SINKS.append(sink)


def tell_changes(session: Session, runtime: Runtime, journal: Journal, epoch: int) -> None:
    """Tell of the changes and events of a command; what hears of them may ask for work in the same transaction."""
    if journal.told or journal.events:
        for sink in _CHANGE_SINKS:
            sink(session, runtime, journal, epoch)
