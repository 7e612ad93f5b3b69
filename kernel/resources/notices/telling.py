"""Telling users something: once for each occasion, by the kinds that they have not switched off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kernel.access.models import UserAccount
from kernel.i18n import LazyText
from kernel.resources.context import Context
from kernel.resources.notices.models import Notice
from kernel.resources.notices.words import packed
from kernel.resources.own_choices import choices_of

CHOSEN = "notice."
"""What the names of choices about notices begin with; the kind follows."""
AT_ONCE = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """A notice that is to go by e-mail as well."""

    notice_id: int
    address: str
    locale: str
    text: LazyText


SendLetters = Callable[[Context, Sequence[Letter]], None]
_SENDERS: list[SendLetters] = []


def register_sender(send: SendLetters) -> None:
    """Enter what sends notices by e-mail; entering it again changes nothing."""
    if send not in _SENDERS:
        _SENDERS.append(send)


def notify(
    context: Context,
    user_ids: Collection[int],
    *,
    kind: str,
    text: LazyText,
    record: tuple[str, int] | None = None,
    address: str | None = None,
    occasion: str | None = None,
    counted: bool = False,
) -> int:
    """Tell users something, within the present command or job; gives how many were told now.

    `kind` is a declared kind of notice by its full name (`hotel.arrival`). `record` is the (resource, id) that it is about:
    its name is read when the notice is shown, so `text` must not hold it. `address` is a page of this site (`/reminders`)
    for notices about no record. The same `occasion` is told a user once; with `counted` it is told again as one notice that
    counts (`text` has a plural), leads to `address`, and stands first and unread anew. Whoever has switched the kind off or
    may not sign in any more is passed over. Raises `KeyError` for a kind that nobody declares.
    """
    declared = context.runtime.declared.notice_kinds[kind]
    if counted and (text.plural is None or occasion is None):
        raise TypeError("a notice that counts needs an occasion and a plural")
    wanted = sorted(set(user_ids))
    if not wanted:
        return 0
    told = 0
    with context.system(f"notice {kind}") as system:
        for start in range(0, len(wanted), AT_ONCE):
            people = _people(system, wanted[start : start + AT_ONCE], kind, declared.shown, declared.email)
            rows = [
                {
                    "user_id": person.id,
                    "kind": kind,
                    "message": packed(text),
                    "resource": record[0] if record else None,
                    "record_id": record[1] if record else None,
                    "address": address,
                    "occasion": occasion,
                    "told_at": context.now,
                }
                for person in people
            ]
            new = _store(system, rows, counted=counted)
            told += len(new)
            letters = [
                Letter(new[person.id], person.email, person.locale, text)
                for person in people
                if person.by_email and person.email and person.id in new
            ]
            for send in _SENDERS if letters else ():
                send(system, letters)
    return told


@dataclass(frozen=True)
class _Person:
    id: int
    email: str | None
    locale: str
    by_email: bool


def _people(system: Context, user_ids: Sequence[int], kind: str, shown: bool, email: bool) -> list[_Person]:
    """Give those of the users who are to be told."""
    chosen = choices_of(system, user_ids, CHOSEN + kind)
    statement = (
        select(UserAccount.id, UserAccount.email, UserAccount.locale)
        .where(UserAccount.id.in_(list(user_ids)), UserAccount.active)
        .order_by(UserAccount.id)
    )
    found = []
    for number, address, locale in system.session.execute(statement):
        choice = chosen.get(number, {})
        if choice.get("shown", shown):
            by_email = bool(choice.get("email", email))
            found.append(_Person(number, address, locale or system.site.locale, by_email))
    return found


def _store(system: Context, rows: Sequence[dict[str, Any]], *, counted: bool) -> dict[int, int]:
    """Write notices; give by user the numbers of those that are new. They are told, not history: none is written."""
    if not rows:
        return {}
    statement = insert(Notice).values(list(rows))
    place = ["user_id", "kind", "occasion"]
    if counted:
        again = {
            "times": Notice.times + 1,
            "record_id": None,
            "message": statement.excluded.message,
            "told_at": statement.excluded.told_at,
            "read_at": None,
        }
        statement = statement.on_conflict_do_update(index_elements=place, set_=again)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=place)
    returned = system.session.execute(statement.returning(Notice.user_id, Notice.id, Notice.times))
    return {row.user_id: row.id for row in returned if row.times == 1}


def unread(context: Context, most: int) -> Any:
    """Give the scalar sub-query that counts the actor's unread notices of kinds that run, up to `most`."""
    some = select(Notice.id).where(*own_of_kinds(context), Notice.read_at.is_(None)).limit(most).subquery()
    return select(func.count(some.c.id)).scalar_subquery()


def own_of_kinds(context: Context) -> tuple[Any, Any]:
    """Give the conditions of the actor's own notices; those of plugins that do not run rest."""
    kinds = list(context.runtime.declared.notice_kinds)
    return Notice.user_id == (context.actor.user_id or 0), Notice.kind.in_(kinds)
