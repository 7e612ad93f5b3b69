"""Handing reminders whose time has come to the outbox: the words of the ladder's template, as its owner may see them.

A reminder is the occasion of its message, so that it goes out once however often it is handed over; and it is marked in the
same transaction. What cannot be sent stays on the page, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select, update

from kernel.access.actor import Actor
from kernel.access.models import UserAccount
from kernel.documents.variables import closed, house_values, in_digits, party_values
from kernel.documents.wording import EmptyVariable, fill, variables_in
from kernel.fa.calendar import format_date
from kernel.i18n import LazyText, _
from kernel.messages import addresses
from kernel.messages.approved import filled_for
from kernel.messages.models import MessageKind, Template
from kernel.messages.outbox import queue_message
from kernel.messages.quiet import is_quiet, quiet_ends
from kernel.messages.reminders.models import Reminder, ReminderLadder
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


@dataclass(frozen=True)
class Voice:
    """What the messages of one ladder say: its template, and what its owner may see of those whom they speak of."""

    template: Template
    kind: MessageKind
    house: Mapping[str, str]
    parties: Mapping[int, Mapping[str, str]]


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
    rows = context.session.execute(statement).all()
    queued = 0
    for _ladder_id, together in groupby(rows, key=lambda row: row[1].id):
        some = list(together)
        queued += _send_of_ladder(context, some[0][1], [reminder for reminder, _ladder in some])
    return queued


def _send_of_ladder(context: Context, ladder: ReminderLadder, reminders: Sequence[Reminder]) -> int:
    about = _about(context, reminders)
    voice: Voice | NotSent
    try:
        voice = _voice(context, ladder, sorted({*about.values()}))
    except NotSent as why:
        voice = why
    queued = 0
    for reminder in reminders:
        values: dict[str, object] = {"state": "left_out"}
        try:
            if isinstance(voice, NotSent):
                raise voice
            with context.session.begin_nested():
                message = _queue(context, reminder, voice, about.get(reminder.id))
        except NotSent as why:
            values["reason"] = context.runtime.translate(why.reason)
        except CommandError as why:
            values["reason"] = context.runtime.translate(why.message)
        else:
            values = {"state": "queued", "message_id": message}
            queued += 1
        context.session.execute(update(Reminder).where(Reminder.id == reminder.id).values(values))
    return queued


def _about(context: Context, reminders: Sequence[Reminder]) -> dict[int, int]:
    """Give by reminder whom its message speaks of: the party, or who is reached in its place; nobody where there is none."""
    found = {each.id: each.party_id for each in reminders if each.recipient == "owner"}
    for channel in {each.channel for each in reminders if each.recipient != "owner"}:
        some = [each for each in reminders if each.recipient != "owner" and each.channel == channel]
        behind = addresses.persons_behind(context, [each.party_id for each in some], channel)
        found |= {each.id: behind[each.party_id][0] for each in some if behind.get(each.party_id)}
    return found


def _voice(context: Context, ladder: ReminderLadder, parties: Sequence[int]) -> Voice:
    """Read once for all reminders of a ladder what its owner may say; raise `NotSent` where he may say nothing."""
    actor = _sender(context, ladder.owner_id)
    if actor is None:
        raise NotSent(_("Whoever planned it may not send messages."))
    template = context.session.get(Template, ladder.template_id) if ladder.template_id else None
    if template is None or not template.active:
        raise NotSent(_("Its template is not in use any more."))
    with context.runtime.reading(actor) as theirs:
        if closed(theirs, variables_in(template.body) | variables_in(template.subject or "")):
            raise NotSent(_("The template names something that whoever planned it may not see."))
        return Voice(
            template,
            context.session.get_one(MessageKind, template.kind_id),
            house_values(theirs, template.language),
            party_values(theirs, parties, template.language),
        )


def _sender(context: Context, user_id: int) -> Actor | None:
    try:
        actor = acting_user(context, user_id)
    except LookupError:
        return None
    return actor if actor.may(*SEND) else None


def _queue(context: Context, reminder: Reminder, voice: Voice, about: int | None) -> int | None:
    """Queue the message of one reminder; raise `NotSent`."""
    if about is None:
        raise NotSent(addresses.REASONS[addresses.NO_CONTACT])
    to_owner = reminder.recipient == "owner"
    body, subject, values = _words(context, voice, about, reminder)
    approved, unfit = None, ""
    if reminder.channel == "sms" and not to_owner:
        advertising = voice.kind.advertising
        approved, unfit = filled_for(context, voice.template, values, advertising=advertising)
    if unfit:
        raise NotSent(addresses.reason_text(unfit))
    whom = {"address": _address(context, reminder)} if to_owner else {"party_id": about}
    done = queue_message(
        context,
        purpose=PURPOSE,
        occasion=str(reminder.id),
        channel="email" if to_owner else reminder.channel,
        kind=voice.kind,
        text=body,
        subject=subject or voice.template.name,
        due=_not_before(context),
        approved=approved,
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
    context: Context, voice: Voice, party_id: int, reminder: Reminder
) -> tuple[str, str, Mapping[str, str]]:
    """Fill the ladder's template for a party; gives text, subject, and the values."""
    template = voice.template
    values = {**voice.house, **voice.parties.get(party_id, {})}
    values |= dict(_own_values(context, reminder, template.language))
    try:
        subject = fill(template.subject, values) if template.subject else ""
        return fill(template.body, values), subject, values
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
