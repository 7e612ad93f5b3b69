"""Handing reminders whose time has come to the outbox: the words of the ladder's template, as its owner may see them.

A reminder is the occasion of its message, so that it goes out once however often it is handed over; and it is marked in the
same transaction. What cannot be sent stays on the page, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, update

from kernel.access.actor import Actor
from kernel.access.models import UserAccount
from kernel.fa.calendar import format_date
from kernel.i18n import LazyText, _
from kernel.messages import addresses
from kernel.messages.models import MessageKind, Template
from kernel.messages.outbox import queue_message
from kernel.messages.quiet import is_quiet, quiet_ends
from kernel.messages.reminders.models import Reminder, ReminderLadder
from kernel.messages.variables import closed, house_values, in_digits, party_values
from kernel.messages.wording import EmptyVariable, fill, variables_in
from kernel.resources.acting import acting_user
from kernel.resources.context import Context
from kernel.resources.errors import CommandError

PURPOSE = "kernel.reminder"
AT_ONCE = 500
"""Reminders that one look hands over; the next one goes on."""
SEND = ("message", "send")


class NotSent(Exception):
    """Why a reminder cannot be sent, in words for the user."""

    def __init__(self, reason: LazyText | str) -> None:
        super().__init__(str(reason))
        self.reason = reason


def send_open(context: Context) -> int:
    """Hand over the reminders that are open and have a way; the context acts for the system. Gives how many were queued."""
    statement = (
        select(Reminder, ReminderLadder)
        .join(ReminderLadder, ReminderLadder.id == Reminder.ladder_id)
        .where(Reminder.state == "open", Reminder.channel != "list", Reminder.message_id.is_(None))
        .order_by(Reminder.ladder_id, Reminder.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Reminder)
    )
    queued = 0
    actors: dict[int, Actor | None] = {}
    for reminder, ladder in context.session.execute(statement).all():
        if ladder.owner_id not in actors:
            actors[ladder.owner_id] = _sender(context, ladder.owner_id)
        values: dict[str, object] = {"state": "left_out"}
        try:
            with context.session.begin_nested():
                message = _queue(context, reminder, ladder, actors[ladder.owner_id])
        except NotSent as why:
            values["reason"] = context.runtime.translate(why.reason)
        except CommandError as why:
            values["reason"] = context.runtime.translate(why.message)
        else:
            values = {"state": "queued", "message_id": message}
            queued += 1
        context.session.execute(update(Reminder).where(Reminder.id == reminder.id).values(values))
    return queued


def _sender(context: Context, user_id: int) -> Actor | None:
    try:
        actor = acting_user(context, user_id)
    except LookupError:
        return None
    return actor if actor.may(*SEND) else None


def _queue(context: Context, reminder: Reminder, ladder: ReminderLadder, actor: Actor | None) -> int | None:
    """Queue the message of one reminder; raise `NotSent`."""
    if actor is None:
        raise NotSent(_("Whoever planned it may not send messages."))
    template = context.session.get(Template, ladder.template_id) if ladder.template_id else None
    if template is None or not template.active:
        raise NotSent(_("Its template is not in use any more."))
    to_owner = reminder.recipient == "owner"
    channel = "email" if to_owner else reminder.channel
    reached = addresses.persons_behind(context, [reminder.party_id], channel).get(reminder.party_id) or []
    if not reached and not to_owner:
        raise NotSent(addresses.REASONS[addresses.NO_CONTACT])
    about = reminder.party_id if to_owner else reached[0]
    body, subject = _words(context, actor, template, about, reminder)
    whom = {"address": _address(context, reminder)} if to_owner else {"party_id": about}
    done = queue_message(
        context,
        purpose=PURPOSE,
        occasion=str(reminder.id),
        channel=channel,
        kind=context.session.get_one(MessageKind, template.kind_id),
        text=body,
        subject=subject or template.name,
        due=_not_before(context),
        **whom,
    )
    if done.left_out:
        raise NotSent(addresses.reason_text(done.left_out))
    return done.id


def _address(context: Context, reminder: Reminder) -> str:
    """Give the e-mail address of whoever is in charge."""
    found = select(UserAccount.email).where(UserAccount.id == reminder.owner_id, UserAccount.active)
    address = context.session.execute(found).scalar_one_or_none()
    if not address:
        raise NotSent(_("Whoever is in charge has no e-mail address."))
    return str(address)


def _words(
    context: Context, actor: Actor, template: Template, party_id: int, reminder: Reminder
) -> tuple[str, str]:
    """Fill the template for a party with what the ladder's owner may see of it."""
    body, subject = template.body, template.subject or ""
    with context.runtime.reading(actor) as theirs:
        if closed(theirs, variables_in(body) | variables_in(subject)):
            raise NotSent(_("The template names something that whoever planned it may not see."))
        values = house_values(theirs, template.language)
        values |= party_values(theirs, [party_id], template.language).get(party_id, {})
    values |= dict(_own_values(context, reminder, template.language))
    try:
        return fill(body, values), fill(subject, values) if subject else ""
    except EmptyVariable as error:
        raise NotSent(
            _("%(reason)s: %(name)s", reason=addresses.REASONS[addresses.EMPTY], name=error.name)
        ) from error


def _own_values(context: Context, reminder: Reminder, language: str) -> Iterator[tuple[str, str]]:
    """Give the values of the variables that speak of the date."""
    digits = "fa" if language == "fa" else "en"
    yield "reminder.day", format_date(reminder.target, "weekday", digits)  # type: ignore[arg-type]
    yield "reminder.time", in_digits(f"{reminder.at:%H:%M}", language) if reminder.at else ""
    left = max((reminder.target - context.today).days, 0)
    yield "reminder.days", in_digits(str(left), language)


def _not_before(context: Context) -> datetime | None:
    """Give the end of the quiet hours where it is quiet now: what a standstill has left over wakes nobody."""
    return quiet_ends(context) if is_quiet(context) else None
