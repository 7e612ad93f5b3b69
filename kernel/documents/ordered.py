"""Letters that another part has printed: that part gives the words and hears what came of them, in the same transaction.

A run that was ordered belongs to whoever ordered it: it is begun, stopped and gone on with there, and its words are those
that its orderer has fixed, not those of the run's options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kernel.documents.models import PrintRun
from kernel.resources.context import Context


@dataclass(frozen=True)
class Words:
    """What a letter says."""

    subject: str
    text: str


@dataclass(frozen=True)
class Orderer:
    """What a part answers that has letters printed. Each is called with a context of the system, in its transaction."""

    words: Callable[[Context, int], Mapping[int, Words]]
    """The words of the letters of a run that are still wanted, by the ids of their pieces."""
    begun: Callable[[Context, int], None]
    """The making of the run's file begins; said again where a worker was killed."""
    printed: Callable[[Context, int], None]
    """The file of the run is there."""
    given_up: Callable[[Context, int, str], None]
    """The making of the run's file was stopped or failed, with the reason in the language of the site."""
    page: Callable[[Context, int], str]
    """Address of the page on which the order stands."""


_ORDERERS: dict[str, Orderer] = {}


def register_orderer(name: str, orderer: Orderer) -> None:
    """Enter a part that has letters printed, by the name that its runs carry in `ordered_by`."""
    _ORDERERS[name] = orderer


def orderer_of(run: PrintRun) -> Orderer | None:
    """Give who ordered a run; None for one that a user made."""
    return _ORDERERS[run.ordered_by] if run.ordered_by else None
