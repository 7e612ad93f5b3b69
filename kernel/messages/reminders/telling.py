"""Telling users under the bell of reminders that came due, and of limits that were exceeded."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kernel.extension.contributions import NoticeKind
from kernel.i18n import _, ngettext_lazy
from kernel.messages.reminders.today import RIGHT
from kernel.parties.models import Party
from kernel.resources.acting import acting_user
from kernel.resources.context import Context
from kernel.resources.lists.searching import any_of
from kernel.resources.notices.telling import notify

DUE = NoticeKind(key="kernel.reminder", title=_("A reminder of yours is due"), icon="alarm", order=20)
CROSSED = NoticeKind(
    key="kernel.limit", title=_("A limit that you watch was exceeded"), icon="target-arrow", order=40
)


def tell_owners(context: Context, opened: Sequence[tuple[int | None, int]]) -> None:
    """Tell users how many reminders of theirs came due just now: pairs of owner and party, of parties that he sees."""
    by_owner: dict[int, list[int]] = {}
    for owner_id, party_id in opened:
        if owner_id is not None:
            by_owner.setdefault(owner_id, []).append(party_id)
    for owner_id, parties in sorted(by_owner.items()):
        count = _count_seen(context, owner_id, parties)
        if count:
            text = ngettext_lazy("%(n)d reminder is due.", "%(n)d reminders are due.", n=count)
            notify(context, [owner_id], kind=DUE.key, text=text, address="/reminders")


def tell_crossed(context: Context, owner_id: int, name: str, most: int) -> None:
    """Tell whoever watches a limit that it was exceeded just now."""
    text = _("%(name)s: more than %(most)d", name=name, most=most)
    notify(context, [owner_id], kind=CROSSED.key, text=text, address="/reminders")


def _count_seen(context: Context, user_id: int, parties: Sequence[int]) -> int:
    """Count those reminders that the page would show to the user."""
    try:
        actor = acting_user(context, user_id)
    except LookupError:
        return 0
    if not actor.may(RIGHT, "view"):
        return 0
    with context.runtime.reading(actor) as theirs:
        found = set(
            theirs.session.execute(select(Party.id).where(any_of(Party.id, sorted(set(parties))))).scalars()
        )
    return sum(party in found for party in parties)
