"""The history of signing in, for the user himself and for administrators, in words; and taking a second factor away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kernel.access import own_second_factor, second_factor
from kernel.access.sign_in_history import NO_CODE, WRONG_PASSWORD, events
from kernel.administration.audit import WORDS
from kernel.administration.users import find_user
from kernel.i18n import LazyText, _
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context

OTHERS: dict[str, LazyText] = {
    WRONG_PASSWORD: _("Somebody entered a wrong password"),
    NO_CODE: _("Somebody entered the right password, but no code followed"),
    "user.set_password": _("An administrator set another password"),
    "user.end_sessions": _("An administrator signed the user out everywhere"),
    "user.reset_second_factor": _("An administrator took the second step away"),
}
"""Words of events that the user did not cause."""
BAD = frozenset({WRONG_PASSWORD, NO_CODE, "sign_in_full", "second_factor.wrong"})


@dataclass(frozen=True)
class HistoryLine:
    """One event in words; `refused` says that nobody got in by it."""

    at: datetime
    what: LazyText | str
    address: str | None
    refused: bool


def own_events(context: Context) -> list[HistoryLine]:
    """Give what happened at the door of who asks, the newest first."""
    return _lines(context, context.actor.user_id or 0)


def events_of(context: Context, user_id: int) -> list[HistoryLine]:
    """Give what happened at a user's door; for administrators."""
    administrators_only(context)
    find_user(context, user_id)
    return _lines(context, user_id)


def has_second_factor(context: Context, user_id: int) -> bool:
    """Say whether a user has a second factor; for administrators."""
    administrators_only(context)
    with context.system("a user's second factor") as system:
        return second_factor.is_set_up(system.session, user_id)


@command(
    "user.reset_second_factor",
    _("Take a user's second step away"),
    resource="user",
    action="edit",
    allowed_when_ended=True,
)
def reset_second_factor(context: Context, *, user_id: int) -> bool:
    """Take a user's second factor away, who lost device and codes; the user's sessions end. Says whether there was one."""
    administrators_only(context)
    find_user(context, user_id)
    with context.system("a lost second factor") as system:
        had = own_second_factor.reset(system.session, user_id, context.now)
    note(context, "user.reset_second_factor", resource="user", record_id=user_id)
    return had


def _lines(context: Context, user_id: int) -> list[HistoryLine]:
    words = {**WORDS, **OTHERS}
    with context.system("the history of signing in") as system:
        found = events(system.session, user_id)
    return [
        HistoryLine(event.at, words.get(event.what, event.what), event.address, event.what in BAD)
        for event in found
    ]
