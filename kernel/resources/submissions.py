"""Forms that come twice: a browser or a proxy that sends again after a broken connection, a click that no script caught.

What was done is not done again; the repeat gets the answer of the first. The row that says so is written in the transaction
of the command: what was not committed was not done, and a repeat that comes meanwhile waits for the first to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.resources.context import Context
from kernel.resources.models import Submission

KEPT = timedelta(days=2)
"""How long a repeat of what made something new is known as one."""
AT_ONCE = timedelta(minutes=2)
"""The same for what changed something: later the record may be another, and whoever sends the form means it."""


@dataclass(frozen=True)
class Done:
    """That the form was sent before, and what its command gave then."""

    value: Any


class Once(Protocol):
    """What knows a request again: asked before the command runs, and told what it gave, in the command's transaction."""

    def claim(self, context: Context) -> Done | None:
        """Enter the request; gives what came of it where it was done before."""

    def settle(self, context: Context, value: Any) -> None:
        """Keep what the command gave."""


@dataclass(frozen=True)
class Form:
    """A form, known again by its key."""

    key: str

    def claim(self, context: Context) -> Done | None:
        """Enter the form as sent by the actor."""
        return claim(context, self.key)

    def settle(self, context: Context, value: Any) -> None:
        """Keep what the command gave."""
        settle(context, self.key, value)


def claim(context: Context, key: str) -> Done | None:
    """Enter a form as sent by the actor; gives what came of it where it was sent and done before."""
    mine = {"user_id": context.actor.user_id or 0, "key": key}
    with context.system("forms sent before") as system:
        new = insert(Submission).values(**mine, value=None, at=context.now).on_conflict_do_nothing()
        if system.session.execute(new.returning(Submission.id)).first() is not None:
            return None
        row = system.session.execute(select(Submission).filter_by(**mine).with_for_update()).scalar_one()
        if row.value is None and row.at < context.now - AT_ONCE:
            row.at = context.now
            return None
        return Done(row.value)


def settle(context: Context, key: str, value: Any) -> None:
    """Keep what the command gave. A repeat of one that gave more than a number is done again: files are too large to be
    kept, and words may be secrets.
    """
    if value is None:
        return
    mine = (Submission.user_id == (context.actor.user_id or 0), Submission.key == key)
    kept = isinstance(value, int)
    with context.system("forms sent before") as system:
        system.session.execute(
            update(Submission).where(*mine).values(value=value) if kept else delete(Submission).where(*mine)
        )


def known(context: Context, key: str) -> bool:
    """Say whether the actor sent a form before and it was done."""
    with context.system("forms sent before") as system:
        mine = select(Submission.id).filter_by(user_id=context.actor.user_id or 0, key=key)
        return system.session.execute(mine).first() is not None


def forget(context: Context) -> None:
    """Delete forms sent long ago; called by a job, as the system."""
    context.session.execute(delete(Submission).where(Submission.at < context.now - KEPT))
