"""Sendings: one text to many. Made, prepared in the background, reviewed, begun, paused, gone on with, stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, update

from kernel.access.session import allowed
from kernel.documents.variables import closed, needs_party
from kernel.documents.wording import variables_in
from kernel.extension.contributions import Setting
from kernel.fa.text import clean
from kernel.i18n import _
from kernel.messages import addresses, ranges
from kernel.messages.barred import DeadAddress
from kernel.messages.choosing import choice
from kernel.messages.counting import counts
from kernel.messages.files import Given, attach
from kernel.messages.kinds import active_kinds
from kernel.messages.letters import asking, going
from kernel.messages.models import (
    LEFT_OUT,
    LETTER,
    PREPARED,
    QUEUED,
    SENDING,
    STOPPED,
    Message,
    MessageKind,
    OptOut,
    Sending,
)
from kernel.messages.outbox import ask_for_dispatch, queue_message
from kernel.messages.single import SINGLE, filled, text_problems
from kernel.parties.models import Party
from kernel.resources import fields
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem, Refused
from kernel.resources.fields import FieldError, Instant
from kernel.resources.queue import enqueue

PREPARE = "messages.prepare"
SUBJECT = "sending"
"""By this a page finds the work that prepares a sending."""
WHICH = (fields.Link("sending_id", _("Sending"), to="sending", required=True),)
"""What other programs name a sending by."""
CONFIRM = "messages.confirm_above"
SETTINGS = (
    Setting(
        key=CONFIRM,
        title=_("Recipients above which a sending is confirmed by their number"),
        kind="whole",
        default=500,
        bounds=(1, 1_000_000),
        order=30,
    ),
    ranges.SETTING,
)


@command("sending.create", _("Send messages"), resource="message", action="send")
def create(
    context: Context,
    *,
    name: str,
    channel: str,
    kind_id: int,
    body: str,
    source: Mapping[str, Any],
    subject: str = "",
    language: str = "fa",
    planned_at: datetime | str | None = None,
    files: Sequence[Given] = (),
    options: Mapping[str, Any] | None = None,
    template_id: int | None = None,
    plain: bool = False,
) -> int:
    """Make a sending and have it prepared in the background; nothing goes out before it is begun. Gives its number.

    `source` is one of `{"parties": [ids]}`, `{"segment": id}`, `{"groups": [ids]}`, `{"range": [first, last]}`, and
    `{"list": {"resource", "search", "filters"}}` for all that a list finds, with filters as triples. `files`
    go along with every message. On the channel `letter`, `options` are what `letters.asking` asks: numbers, paper, readers.
    With the template that the text was begun with, `template_id`, one that was not changed goes by its approved form,
    where it has one; to whom that does not fit, as a plain text if `plain` says so.
    """
    chosen: dict[str, Any] = {}
    problems: list[Problem] = []
    if channel == LETTER:
        try:
            chosen = asking.checked(
                context, {"language": language, "subject": subject, "body": body}, options or {}
            )
        except Invalid as error:
            problems += error.problems
    else:
        problems += text_problems(context, channel, body, subject)
    if kind_id not in {kind.id for kind in active_kinds(context)}:
        problems.append(Problem("kind_id", _("Choose a kind of message.")))
    if not problems and channel != LETTER:
        chosen = choice(context, template_id, body, channel, context.session.get(MessageKind, kind_id), plain)
        names = variables_in(body) | variables_in(subject)
        problems += closed(context, names)
        if "range" in source and needs_party(names):
            text = _("A text for a range of numbers cannot speak of the recipient; nobody knows who that is.")
            problems.append(Problem("body", text))
    begins = _moment(context, planned_at, problems)
    checked = ranges.checked_source(context, channel, source, problems)
    if problems:
        raise Invalid(problems)
    row = Sending(
        name=clean(name) or context.text(_("Sending")),
        sender_id=context.actor.user_id or 0,
        kind_id=kind_id,
        channel=channel,
        language=language,
        subject=subject,
        body=body,
        source=checked,
        options=chosen,
        planned_at=begins,
    )
    with context.system("a new sending") as system:
        system.session.add(row)
        system.session.flush()
        number = row.id
        attach(system, Sending, number, channel, files)
    enqueue(context, PREPARE, subject=(SUBJECT, number), sending_id=number)
    return number


@command("sending.start", _("Send messages"), resource="message", action="send")
def start(context: Context, *, sending_id: int, count: int | None = None) -> None:
    """Begin a sending that is ready, or plan it; a large one only with the number of its recipients as `count`."""
    row = _mine(context, sending_id)
    if row.state != "ready":
        raise Refused(_("Only a sending that is ready can be begun."))
    reached = counts(context, sending_id).reached
    if not reached:
        raise Refused(_("There is nobody whom this sending would reach."))
    if reached > context.runtime.setting(CONFIRM) and count != reached:
        raise Invalid([Problem("count", _("Confirm the number of recipients: %(count)d.", count=reached))])
    with context.system("a sending begins") as system:
        if row.planned_at is not None and row.planned_at > context.now:
            _set_state(system, sending_id, "ready", state="planned")
        else:
            _set_state(system, sending_id, "ready", state="running", started_at=context.now)
            _go(context, system, row)


def _go(context: Context, system: Context, row: Sending) -> None:
    """Send what is prepared on its way."""
    if row.channel == LETTER:
        going.begin(context, row)
    else:
        begin_messages(system, row.id)


def begin_messages(context: Context, sending_id: int) -> None:
    """Put the prepared messages of a sending into the queue; who has opted out meanwhile is left out.

    The context acts for the system, within a command or job.
    """
    row = context.session.get_one(Sending, sending_id, populate_existing=True)
    kind = context.session.get_one(MessageKind, row.kind_id)
    concerned = OptOut.kind_id == row.kind_id
    if kind.advertising:
        concerned = or_(concerned, OptOut.kind_id.is_(None))
    prepared = and_(Message.sending_id == sending_id, Message.state == PREPARED)
    gone = exists().where(OptOut.channel == Message.channel, OptOut.address == Message.address, concerned)
    dead = exists().where(DeadAddress.channel == Message.channel, DeadAddress.address == Message.address)
    quietly = {"synchronize_session": False}
    for barred, reason in ((gone, addresses.OPTED_OUT), (dead, addresses.DEAD)):
        context.session.execute(
            update(Message).where(prepared, barred).values(state=LEFT_OUT, reason=reason),
            execution_options=quietly,
        )
    context.session.execute(
        update(Message).where(prepared).values(state=QUEUED, due_at=context.now), execution_options=quietly
    )
    context.session.execute(
        update(Sending)
        .where(Sending.id == sending_id)
        .values(state="running", started_at=func.coalesce(Sending.started_at, context.now)),
        execution_options=quietly,
    )
    ask_for_dispatch(context, row.channel, kind.advertising)


@command(
    "sending.pause",
    _("Send messages"),
    resource="message",
    action="send",
    allowed_when_ended=True,
    fields=WHICH,
)
def pause(context: Context, *, sending_id: int) -> None:
    """Let what is not yet handed over wait."""
    row = _mine(context, sending_id)
    going.hold_run(context, row)
    with context.system("a sending pauses") as system:
        _set_state(system, sending_id, "running", "planned", state="paused")
        _move(system, row, state=PREPARED)


@command(
    "sending.resume",
    _("Send messages"),
    resource="message",
    action="send",
    fields=WHICH,
)
def resume(context: Context, *, sending_id: int) -> None:
    """Go on with a sending that pauses."""
    row = _mine(context, sending_id)
    with context.system("a sending goes on") as system:
        if row.planned_at is not None and row.planned_at > context.now:
            _set_state(system, sending_id, "paused", state="planned")
            return
        _set_state(system, sending_id, "paused", state="running", started_at=row.started_at or context.now)
        _go(context, system, row)


@command(
    "sending.stop",
    _("Send messages"),
    resource="message",
    action="send",
    allowed_when_ended=True,
    fields=WHICH,
)
def stop(context: Context, *, sending_id: int) -> None:
    """Stop a sending for good: what is not yet handed over never goes out."""
    row = _mine(context, sending_id)
    going.hold_run(context, row)
    with context.system("a sending is stopped") as system:
        before = ("preparing", "ready", "planned", "running", "paused")
        _set_state(system, sending_id, *before, state="stopped", ended_at=context.now)
        _move(system, row, PREPARED, state=STOPPED, ended_at=context.now)


@command("sending.test", _("Send messages"), resource="message", action="send")
def test(context: Context, *, sending_id: int, token: str) -> int:
    """Send the text to oneself, filled for the first recipient; to the number of the person that the user is."""
    row = _mine(context, sending_id)
    if row.channel == LETTER:
        raise Refused(_("Of letters the first one can be looked at as it is printed."))
    own = context.session.execute(
        select(Party.id).where(Party.user_id == context.actor.user_id)
    ).scalar_one_or_none()
    address = addresses.addresses_of(context, [own], row.channel).get(own) if own is not None else None
    if address is None:
        raise Refused(
            _(
                "No number or address of yours is known. Link your sign-in to a person that has one, on that person's form."
            )
        )
    first = context.session.execute(
        select(Message.party_id)
        .where(Message.sending_id == sending_id, Message.state != LEFT_OUT)
        .order_by(Message.id)
        .limit(1)
    ).scalar_one_or_none()
    body, subject = row.body, row.subject
    if variables_in(body) | variables_in(subject):
        body, subject = filled(context, body, subject, first or own or 0, row.language)
    queued = queue_message(
        context,
        purpose=SINGLE,
        occasion=f"test {sending_id}:{token}",
        address=address,
        channel=row.channel,
        text=body,
        subject=subject,
    )
    if queued.id is None:
        raise Refused(_("This message has been queued already."))
    return queued.id


def find_sending(context: Context, sending_id: int) -> Sending:
    """Give a sending that the actor sees; `NotFound` otherwise."""
    row = context.session.execute(select(Sending).where(Sending.id == sending_id)).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def _mine(context: Context, sending_id: int) -> Sending:
    """Give a sending with which the actor may do something."""
    statement = select(Sending).where(Sending.id == sending_id, allowed(context.session, Sending, "send"))
    row = context.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def _set_state(system: Context, sending_id: int, *before: str, **values: Any) -> None:
    """Move a sending on, unless somebody was faster; its history tells who did it."""
    row = system.session.get_one(Sending, sending_id, with_for_update=True, populate_existing=True)
    if row.state not in before:
        raise Refused(_("The sending has moved on meanwhile; look again."))
    for name, value in values.items():
        setattr(row, name, value)
    system.session.flush()


def _move(system: Context, row: Sending, *also: str, **values: Any) -> None:
    """Take back what is queued, and of letters what is just being printed: their file is not there yet."""
    before = (QUEUED, *([SENDING] if row.channel == LETTER else []), *also)
    statement = (
        update(Message).where(Message.sending_id == row.id, Message.state.in_(before)).values(**values)
    )
    system.session.execute(statement, execution_options={"synchronize_session": False})


PLANNED = Instant("planned_at", _("Not before"), help=_("Empty: as soon as you begin it."))


def _moment(context: Context, entered: datetime | str | None, problems: list[Problem]) -> datetime | None:
    try:
        found: datetime | None = PLANNED.read(entered, context) if isinstance(entered, str) else entered
    except FieldError as error:
        problems.append(PLANNED.problem(error))
        return None
    if found is not None and found <= context.now:
        problems.append(Problem("planned_at", _("This moment has passed.")))
    return found
