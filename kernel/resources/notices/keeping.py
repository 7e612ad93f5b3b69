"""Reading, choosing and forgetting notices: what their reader does with them, and what a night throws away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, delete, or_, update

from kernel.extension.contributions import Job, NoticeKind
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden
from kernel.resources.notices.models import Notice
from kernel.resources.notices.reading import find_notice
from kernel.resources.notices.telling import CHOSEN, own_of_kinds
from kernel.resources.own_choices import choose, own_choices

KEPT_READ = timedelta(days=30)
"""How long notices are kept after they were read."""
KEPT = timedelta(days=180)
"""How long they are kept at all."""


@dataclass(frozen=True)
class Choice:
    """A kind of notice, and whether the actor gets it."""

    kind: NoticeKind
    shown: bool
    email: bool


@command("notice.read", _("Mark notices as read"), checks_itself=True)
def read(context: Context, *, notice_id: int | None = None) -> None:
    """Mark one of one's own notices as read, or all of them."""
    wanted = [*own_of_kinds(context), Notice.read_at.is_(None)]
    if notice_id is not None:
        find_notice(context, notice_id)
        wanted.append(Notice.id == notice_id)
    context.session.execute(
        update(Notice).where(*wanted).values(read_at=context.now).execution_options(synchronize_session=False)
    )


@command("notice.choose", _("Choose which notices one gets"), checks_itself=True)
def choose_kinds(context: Context, *, shown: Collection[str], email: Collection[str]) -> None:
    """Get the kinds named in `shown` from now on, and no others; those in `email` by e-mail as well.

    What is as it was declared is not kept, so that a later release may change it.
    """
    if context.actor.user_id is None:
        raise Forbidden()
    values: dict[str, Mapping[str, bool] | None] = {}
    for key, kind in context.runtime.declared.notice_kinds.items():
        chosen = {"shown": key in shown, "email": key in shown and key in email}
        as_declared = chosen == {"shown": kind.shown, "email": kind.shown and kind.email}
        values[CHOSEN + key] = None if as_declared else chosen
    choose(context, values)


def choices(context: Context) -> list[Choice]:
    """Give all kinds of notices with what the actor chose, in their order."""
    chosen = own_choices(context, CHOSEN)
    found = []
    for key, kind in context.runtime.declared.notice_kinds.items():
        own = chosen.get(key, {})
        found.append(Choice(kind, own.get("shown", kind.shown), own.get("email", kind.email)))
    return found


def forget(context: Context) -> None:
    """Delete notices that were read long ago, and those that nobody will read any more; the context acts for the system."""
    old = or_(
        and_(Notice.read_at.is_not(None), Notice.read_at < context.now - KEPT_READ),
        Notice.told_at < context.now - KEPT,
    )
    context.session.execute(delete(Notice).where(old))


FORGETTING = Job(
    name="forget-notices",
    title=_("Throw away old notices"),
    function=forget,
    at="03:40",
    allowed_when_ended=True,
)
