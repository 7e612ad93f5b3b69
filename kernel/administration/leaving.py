"""Leaving: what a user is in charge of, by kind, handed over to one or several others; then he may not sign in any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from kernel.access.api_tokens import revoke_all
from kernel.access.models import Unit, UserAccount
from kernel.access.users import end_sessions, give_patterns, withdraw_links
from kernel.administration.users import find_user, keep_one_administrator, lock_administrators
from kernel.i18n import LazyText, _
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import UserLink
from kernel.resources.notices.handing_over import tell_of_many
from kernel.resources.records.charges import Held, charges, give
from kernel.resources.records.load import announce


@dataclass(frozen=True)
class Belonging:
    """Records of one kind of which a user is in charge; `key` names the way in which he is."""

    key: str
    title: LazyText | str
    count: int
    binned: int
    url: str | None


def belongings(context: Context, user_id: int) -> list[Belonging]:
    """Give what a user is in charge of, kinds without any left out; for administrators."""
    administrators_only(context)
    found = []
    with context.system("what a user is in charge of") as system:
        for held in charges(context.runtime):
            model = held.resource.model
            binned: Any = func.count(model.binned_at) if hasattr(model, "binned_at") else func.count() * 0
            statement = select(func.count(), binned).where(*held.of(system, user_id))
            count, in_bin = system.session.execute(statement).one()
            if count:
                url = _list_of(held, user_id)
                found.append(Belonging(_key(held), held.resource.plural, count, in_bin, url))
    return found


def headed(context: Context, user_id: int) -> Sequence[str]:
    """Give the names of the units that a user heads: another head is chosen by hand."""
    return (
        context.session.execute(select(Unit.name).where(Unit.head_id == user_id).order_by(Unit.name))
        .scalars()
        .all()
    )


@command("user.hand_over", _("Hand over what a user is in charge of"), resource="user", action="edit")
def hand_over(
    context: Context,
    *,
    user_id: int,
    receivers: Sequence[int],
    kinds: Collection[str] | None = None,
    deactivate: bool = False,
) -> int:
    """Hand over all that a user is in charge of, those in the bin too; gives how many records.

    Several receivers share the records of each kind evenly. `kinds` holds keys of `belongings`; None takes all. With
    `deactivate` the user may not sign in any more: his sessions end, his patterns are taken. Raises `Invalid` for a receiver
    who may not sign in.
    """
    administrators_only(context)
    administrators = lock_administrators(context)
    user = find_user(context, user_id, lock=True)
    others = list(dict.fromkeys(receivers))
    _check_receivers(context, user_id, others)
    if deactivate:
        keep_one_administrator(user, {"is_administrator": False, "active": False}, administrators)
    done: dict[str, int] = {}
    with context.system("handed over") as system:
        for held in charges(context.runtime):
            if others and (kinds is None or _key(held) in kinds):
                done[_key(held)] = _share(context, system, held, user_id, others)
    context.session.expire_all()
    if deactivate:
        _deactivate(context, user_id)
    note(
        context,
        "user.hand_over",
        resource="user",
        record_id=user_id,
        detail={"to": others, "counts": {key: number for key, number in done.items() if number}},
    )
    return sum(done.values())


def _share(context: Context, system: Context, held: Held, user_id: int, others: Sequence[int]) -> int:
    model = held.resource.model
    wanted = select(model.id).where(*held.of(system, user_id)).order_by(model.id).with_for_update()
    ids = list(system.session.execute(wanted).scalars())
    ways = [
        (user_id, other, ids[place :: len(others)])
        for place, other in enumerate(others)
        if ids[place :: len(others)]
    ]
    moved = give(system, held, ways)
    for _former, other, some in ways:
        tell_of_many(context, held.resource, other, len(some), f"leaving {user_id} {_key(held)}")
    announce(context, held.resource, ids, "changed")
    return moved


def _check_receivers(context: Context, user_id: int, others: Sequence[int]) -> None:
    active = select(UserAccount.id).where(UserAccount.id.in_(others), UserAccount.active)
    if user_id in others:
        raise Invalid(
            [Problem("receivers", _("What a user is in charge of goes to others, not to himself."))]
        )
    if set(others) - set(context.session.execute(active).scalars()):
        message = _("This user may not sign in any more. Choose another one.")
        raise Invalid([Problem("receivers", message)])


def _deactivate(context: Context, user_id: int) -> None:
    user = find_user(context, user_id, lock=True)
    user.active = False
    context.session.flush()
    with context.system("a user who leaves") as system:
        give_patterns(system.session, user_id, ())
        end_sessions(system.session, user_id, now=context.now)
        withdraw_links(system.session, user_id)
        revoke_all(system.session, user_id, now=context.now, by=context.actor.user_id or 0)


def _key(held: Held) -> str:
    return f"{held.resource.name}.{held.charge.column}"


def _list_of(held: Held, user_id: int) -> str | None:
    for item in held.resource.fields:
        if isinstance(item, UserLink) and item.attribute == held.charge.column:
            return f"/{held.resource.path}?{urlencode({f'f.{item.name}.is': user_id})}"
    return None
