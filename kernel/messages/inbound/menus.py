"""What a plugin declares for USSD: entries of the first menu, and what each answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kernel.i18n import LazyText

if TYPE_CHECKING:
    from kernel.resources.context import Context

Text = LazyText | str


@dataclass(frozen=True, kw_only=True)
class UssdStep:
    """Where a conversation stands when an entry of the menu is asked for its next words."""

    number: str
    """Of the caller, E.164."""
    party_id: int
    """Who calls; the first contact entered him."""
    inputs: tuple[str, ...]
    """What was entered since the entry was chosen, digits of all scripts written 0 to 9; empty at first."""
    notes: dict[str, Any] = field(default_factory=dict)
    """Plain values that are kept between the steps of one conversation; the entry may change it."""


@dataclass(frozen=True, kw_only=True)
class UssdAnswer:
    """What the caller reads; with `end` the conversation is over, else his next input is awaited."""

    text: Text
    end: bool = False


@dataclass(frozen=True, kw_only=True)
class UssdEntry:
    """A line of the first menu.

    `answer(ctx, step)` is called in a write transaction, with a context that acts for the system, once for each step however
    often the aggregator repeats it; it must be quick. `shown(ctx, party_id)` says who sees the entry: by rank, by state.
    """

    key: str
    title: Text
    answer: Callable[[Context, UssdStep], UssdAnswer]
    shown: Callable[[Context, int], bool] | None = None
    order: int = 500
