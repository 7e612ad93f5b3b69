"""One message to one party, and what a person decides about a single message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from kernel.documents.variables import REMINDER, closed, house_values, party_values
from kernel.documents.wording import EmptyVariable, fill, variables_in
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.messages import addresses
from kernel.messages.approved import filled_for, variables_of
from kernel.messages.barred import SAMPLE, samples_among
from kernel.messages.files import Given, attach
from kernel.messages.lines import WRITTEN, tariff
from kernel.messages.models import (
    FAILED,
    LEFT_OUT,
    LETTER,
    QUEUED,
    STOPPED,
    UNKNOWN,
    Message,
    MessageKind,
    Template,
)
from kernel.messages.outbox import ask_for_dispatch, new_client_id, note_steps, queue_message
from kernel.messages.templates import check_text, places_of
from kernel.parties.models import Party
from kernel.parties.sending import may_send
from kernel.resources import fields
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, Invalid, NotFound, Problem, Refused

SINGLE = "kernel.single"
MESSAGE = "kernel.message"
LONGEST_TEXT = 4000
AGAIN = (UNKNOWN, FAILED, STOPPED)
"""States from which a person may have a message sent again."""


SEND_FIELDS = (
    fields.Link("party_id", _("Party"), to="party", required=True),
    fields.Choice("channel", _("Channel"), options=WRITTEN, required=True),
    fields.Link("kind_id", _("Kind of message"), to="message_kind", required=True),
    fields.LongText("body", _("Text"), limit=LONGEST_TEXT, required=True),
    fields.Text(
        "token", _("A word of your own that tells this message from others"), limit=100, required=True
    ),
    fields.Text("subject", _("Subject")),
)
"""What other programs send with a message."""
WHICH = (fields.Link("message_id", _("Message"), to="message", required=True),)


@command(
    "message.send",
    _("Send messages"),
    resource="message",
    action="send",
    fields=SEND_FIELDS,
)
def send(
    context: Context,
    *,
    party_id: int,
    channel: str,
    kind_id: int,
    body: str,
    token: str,
    subject: str = "",
    language: str = "fa",
    files: Sequence[Given] = (),
    template_id: int | None = None,
) -> int:
    """Queue a message to one party and give its number. The text may hold variables; `files` go along with it.

    With the template that the text was begun with, `template_id`, one that was not changed goes by its approved form.

    `token` comes with the form: sent twice, it queues one message. Raises `Invalid` naming the field, also where the party
    cannot be reached: a number is missing, it wants none, a variable is empty.
    """
    party, kind = _recipient(context, party_id), _kind(context, kind_id)
    problems = text_problems(context, channel, body, subject)
    if problems:
        raise Invalid(problems)
    behind = addresses.persons_behind(context, [party.id], channel).get(party.id) or []
    reached = may_send(context, behind)
    if behind and not reached:
        raise Forbidden()
    if not reached:
        raise Invalid([Problem(None, addresses.REASONS[addresses.NO_CONTACT])])
    words = filled(context, body, subject, reached[0], language)
    approved, unfit = _approved(context, template_id, body, reached[0], kind)
    if unfit:
        raise Invalid([Problem("body", _as_text(addresses.reason_text(unfit)))])
    queued = queue_message(
        context,
        approved=approved,
        purpose=SINGLE,
        occasion=f"{context.actor.user_id}:{token}",
        party_id=reached[0],
        channel=channel,
        kind=kind,
        text=words[0],
        subject=words[1],
    )
    if queued.left_out:
        raise Invalid([Problem(None, _as_text(addresses.reason_text(queued.left_out)))])
    if queued.id is None:
        raise Refused(_("This message has been queued already."))
    with context.system("files of a new message") as system:
        attach(system, Message, queued.id, channel, files)
    return queued.id


def filled(
    context: Context,
    body: str,
    subject: str,
    party_id: int,
    language: str,
    known: Mapping[str, str] | None = None,
) -> tuple[str, str]:
    """Fill text and subject for a party as the actor sees it, and with what is `known` besides.

    Raises `Invalid` naming a variable that is empty.
    """
    names = variables_in(body) | variables_in(subject)
    problems = closed(context, names)
    if problems:
        raise Invalid(problems)
    values = house_values(context, language) | party_values(context, [party_id], language).get(party_id, {})
    values |= known or {}
    try:
        return fill(body, values), fill(subject, values)
    except EmptyVariable as error:
        text = _("“%(name)s” is empty for this recipient.", name=error.name)
        raise Invalid([Problem("body", text)]) from error


def _approved(
    context: Context, template_id: int | None, body: str, party_id: int, kind: MessageKind
) -> tuple[dict[str, Any] | None, str]:
    """Fill the approved form of a template whose words were not changed, with what the actor may see of the party."""
    template = context.session.get(Template, template_id) if template_id is not None else None
    if template is None or template.body.split() != body.split():
        return None, ""
    problems = closed(context, variables_of(template))
    if problems:
        raise Invalid(problems)
    values = house_values(context, template.language)
    values |= party_values(context, [party_id], template.language).get(party_id, {})
    with context.system("which lines carry an approved template") as system:
        return filled_for(system, template, values, advertising=kind.advertising)


def previewed(context: Context, template: Template, party_id: int) -> tuple[str, str]:
    """Fill a template for a party as the actor sees it; what only a plugin or a reminder knows stands as its title.

    Raises `Invalid` naming a variable that is empty or that the actor may not see.
    """
    titles = {each.name: each.title for each in REMINDER} | dict(places_of(context.runtime, template.code))
    known = {name: f"[{context.text(title)}]" for name, title in titles.items()}
    return filled(context, template.body, template.subject or "", party_id, template.language, known)


def measured(context: Context, body: str, channel: str, kind_id: int | None) -> tuple[int, int]:
    """Give parts and price of a text on the line that would carry it."""
    with context.system("what a text costs") as system:
        kind = system.session.get(MessageKind, kind_id) if kind_id else None
        costs = tariff(system.session, channel, bool(kind and kind.advertising))
    return costs.measure(channel, body)


@command("message.again", _("Send again what is unknown or failed"), resource="message", action="again")
def again(context: Context, *, message_id: int) -> None:
    """Queue a message once more by a person's decision, which the history records.

    An unknown one keeps its number, so that a gateway that knows it will not send it twice; a failed one gets a new one.
    """
    message = _visible(context, message_id)
    if message.party_id is not None and not may_send(context, [message.party_id]):
        raise Forbidden()
    if message.channel == LETTER:
        raise Refused(_("A letter is printed again with its run, or goes out in a new sending."))
    if message.state not in AGAIN or message.address is None:
        raise Refused(_("Only what is unknown, failed or stopped can be sent again."))
    barred = _barred(context, message)
    if barred:
        raise Refused(_as_text(addresses.reason_text(barred)))
    values: dict[str, Any] = {
        "state": QUEUED,
        "reason": "",
        "passed": [],
        "attempts": Message.attempts + 1,
        "due_at": context.now,
        "ask_at": None,
        "ended_at": None,
        "reference": "",
    }
    if message.state != UNKNOWN:
        values["client_id"] = new_client_id()
    _decide(context, message, values)
    ask_for_dispatch(context, message.channel, message.advertising)


def _barred(context: Context, message: Message) -> str:
    """Give why nothing of this message's kind goes to its address or party now; empty where something may."""
    assert message.address is not None
    if message.party_id is not None and samples_among(context, message.channel, [message.party_id]):
        return SAMPLE
    with context.system("who is barred") as system:
        kind = system.session.get_one(MessageKind, message.kind_id)
        return addresses.refused(system, message.channel, [message.address], kind).get(message.address, "")


@command(
    "message.stop",
    _("Stop messages"),
    resource="message",
    action="send",
    allowed_when_ended=True,
    fields=WHICH,
)
def stop(context: Context, *, message_id: int) -> None:
    """Stop a message that has not been handed over."""
    message = _visible(context, message_id)
    if message.state != QUEUED:
        raise Refused(_("It has been handed over already, or ended."))
    _decide(context, message, {"state": STOPPED, "ended_at": context.now})


def _decide(context: Context, message: Message, values: dict[str, Any]) -> None:
    """Write a decision, unless a worker was faster."""
    with context.system("a person's decision about a message") as system:
        statement = (
            update(Message)
            .where(
                Message.id == message.id, Message.state == message.state, Message.attempts == message.attempts
            )
            .values(values)
            .returning(Message.id)
        )
        if system.session.execute(statement).scalar_one_or_none() is None:
            raise Refused(_("The message has moved on meanwhile; look again."))
        note_steps(
            system,
            [
                {
                    "message_id": message.id,
                    "state": values["state"],
                    "user_id": context.actor.user_id or 0,
                }
            ],
        )
    assert context.journal is not None
    context.journal.record("edit", MESSAGE, message.id, {"state": [message.state, values["state"]]})


def _visible(context: Context, message_id: int) -> Message:
    row = context.session.execute(select(Message).where(Message.id == message_id)).scalar_one_or_none()
    if row is None or row.state == LEFT_OUT:
        raise NotFound()
    return row


def _recipient(context: Context, party_id: int) -> Party:
    row = context.session.execute(select(Party).where(Party.id == party_id)).scalar_one_or_none()
    if row is None:
        raise NotFound()
    if not may_send(context, [party_id]):
        raise Forbidden()
    return row


def _kind(context: Context, kind_id: int) -> MessageKind:
    found = context.session.execute(
        select(MessageKind).where(MessageKind.id == kind_id, MessageKind.active)
    ).scalar_one_or_none()
    if found is None:
        raise Invalid([Problem("kind_id", _("Choose a kind of message."))])
    return found


def text_problems(context: Context, channel: str, body: str, subject: str) -> list[Problem]:
    """Give what is wrong with channel, text and subject."""
    problems = []
    if channel not in WRITTEN:
        problems.append(Problem("channel", _("Choose a channel.")))
    if not clean(body).strip():
        problems.append(Problem("body", _("The message has no words.")))
    if len(body) > LONGEST_TEXT:
        problems.append(Problem("body", _("The text is longer than %(most)d characters.", most=LONGEST_TEXT)))
    if channel == "email" and not subject.strip():
        problems.append(Problem("subject", _("An e-mail needs a subject.")))
    return (
        problems + check_text(context.runtime, "body", body) + check_text(context.runtime, "subject", subject)
    )


def _as_text(value: LazyText | str) -> LazyText:
    return value if isinstance(value, LazyText) else _("%(text)s", text=value)
