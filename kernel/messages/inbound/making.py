"""Making parties of senders, and tying messages to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.access.models import UserAccount
from kernel.fa.phone import format_phone
from kernel.i18n import _
from kernel.messages.exchange import national
from kernel.messages.inbound.matching import owner_of, senders_known
from kernel.messages.inbound.models import Inbound, InboundParty
from kernel.messages.models import SenderLine
from kernel.resources.context import Context
from kernel.resources.errors import CommandError

MOBILE = re.compile(r"\+989\d{9}", re.ASCII)
NUMBER = re.compile(r"\+\d{8,15}", re.ASCII)


def contact_of(sender: str) -> dict[str, str]:
    """Give the field of a party that holds a sender, with its value; nothing for senders that are no number or address."""
    if MOBILE.fullmatch(sender):
        return {"mobile": sender}
    if NUMBER.fullmatch(sender):
        return {"phone": sender}
    return {"email": sender} if "@" in sender else {}


def make_person(context: Context, sender: str, names: Mapping[str, Any]) -> int:
    """Enter a sender as a person and tie all his messages to it; gives its number.

    Works with the rights of the actor. Raises `Invalid` naming the field.
    """
    values = {**contact_of(sender), **{name: value for name, value in names.items() if value}}
    number: int = context.run("record.create", resource="person", values=values, parts={}, facets={})
    with context.system("messages of a new party") as system:
        tie(system, sender, number)
    return number


def tie(system: Context, sender: str, party: int) -> int:
    """Tie the messages of a sender that have no party yet to one; gives how many. The context acts for the system."""
    statement = (
        update(Inbound)
        .where(Inbound.sender == sender, Inbound.party_id.is_(None))
        .values(party_id=party, assignee_id=owner_of(system, [party]))
        .returning(Inbound.id)
    )
    numbers = list(system.session.execute(statement).scalars())
    if numbers:
        rows = [{"inbound_id": number, "party_id": party} for number in numbers]
        system.session.execute(insert(InboundParty).values(rows).on_conflict_do_nothing())
    return len(numbers)


def is_ours(system: Context, sender: str) -> bool:
    """Say whether a sender is one of us: a user by his e-mail address, or one of our own lines. He is no customer."""
    user = select(UserAccount.id).where(func.lower(UserAccount.email) == sender)
    line = select(SenderLine.id).where(func.lower(SenderLine.sender).in_((sender, national(sender))))
    return any(system.session.execute(each.limit(1)).first() is not None for each in (user, line))


def enter_sender(system: Context, row: Inbound) -> int | None:
    """Make a person of the unknown sender of a message by rule; None for senders of which none can be made."""
    if not contact_of(row.sender) or is_ours(system, row.sender):
        return None
    known = senders_known(system, row.channel, row.sender)
    if known:
        tie(system, row.sender, known[0])
        return known[0]
    shown = row.sender if "@" in row.sender else format_phone(row.sender, digits="fa")
    name = system.runtime.translate(_("Unknown %(sender)s", sender=shown))
    try:
        with system.session.begin_nested():
            return make_person(system, row.sender, {"last_name": name})
    except CommandError:
        return None
