"""What people do with received messages: answer, give to a colleague, tie to a party, settle."""

from __future__ import annotations

from sqlalchemy import select

from kernel.access.models import UserAccount
from kernel.fa.text import clean
from kernel.i18n import _
from kernel.messages.inbound.answering import answer_by_person
from kernel.messages.inbound.making import contact_of, make_person, tie
from kernel.messages.inbound.models import DONE, NEW, Inbound
from kernel.messages.inbound.words import written
from kernel.messages.single import LONGEST_TEXT
from kernel.parties.models import Party
from kernel.resources import fields
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem, Refused

INBOUND = "kernel.inbound"

# The arguments of commands, as other programs send them.
WHICH = fields.Link("inbound_id", _("Received message"), to="inbound", required=True)
TEXT = fields.LongText("text", _("Text"), limit=LONGEST_TEXT, required=True)
PARTY = fields.Link("party", _("Party"), to="party", required=True)
USER = fields.UserLink("user", _("User"), required=True)
DONE_OR_NOT = fields.YesNo("done", _("Done"), required=True)


@command(
    "inbound.reply",
    _("Answer received messages"),
    resource="inbound",
    action="reply",
    fields=(WHICH, TEXT),
)
def reply(context: Context, *, inbound_id: int, text: str) -> None:
    """Answer a message over the channel by which it came; once."""
    visible(context, inbound_id)
    problems = []
    if not clean(text).strip():
        problems.append(Problem("text", _("The message has no words.")))
    if len(text) > LONGEST_TEXT:
        problems.append(Problem("text", _("The text is longer than %(most)d characters.", most=LONGEST_TEXT)))
    if problems:
        raise Invalid(problems)
    answer_by_person(context, inbound_id, written(text))


@command("inbound.make_party", _("Enter senders as persons"), resource="inbound", action="edit")
def make_party(context: Context, *, inbound_id: int, first_name: str = "", last_name: str = "") -> int:
    """Enter the unknown sender of a message as a person and give its number; all his messages are tied to it."""
    row = visible(context, inbound_id)
    if row.party_id is not None:
        raise Refused(_("This message belongs to a party already."))
    if not contact_of(row.sender):
        raise Refused(_("The sender is neither a number nor an address; no person can be made of it."))
    if not clean(first_name + last_name).strip():
        raise Invalid([Problem("last_name", _("Give a first or last name."))])
    return make_person(context, row.sender, {"first_name": first_name, "last_name": last_name})


@command(
    "inbound.tie",
    _("Tie received messages to parties"),
    resource="inbound",
    action="edit",
    fields=(WHICH, PARTY),
)
def tie_to(context: Context, *, inbound_id: int, party: int) -> None:
    """Tie the messages of an unknown sender to a party that is there."""
    row = visible(context, inbound_id)
    if row.party_id is not None:
        raise Refused(_("This message belongs to a party already."))
    found = context.session.execute(select(Party.id).where(Party.id == party)).scalar_one_or_none()
    if found is None:
        raise Invalid([Problem("party", _("Choose a person or an organisation."))])
    sender = row.sender
    with context.system("messages of a known sender") as system:
        tie(system, sender, found)


@command(
    "inbound.assign",
    _("Hand over received messages"),
    resource="inbound",
    action="assign",
    fields=(WHICH, USER),
)
def assign(context: Context, *, inbound_id: int, user: int) -> None:
    """Give a message to a colleague."""
    visible(context, inbound_id)
    with context.system("who looks after a message") as system:
        known = select(UserAccount.id).where(
            UserAccount.id == user, UserAccount.active, UserAccount.party_id.is_(None)
        )
        if system.session.execute(known).scalar_one_or_none() is None:
            raise Invalid([Problem("user", _("Choose a user."))])
        row = system.session.get_one(Inbound, inbound_id, with_for_update=True)
        row.assignee_id = user
        system.session.flush()


@command(
    "inbound.settle",
    _("Settle received messages"),
    resource="inbound",
    action="edit",
    fields=(WHICH, DONE_OR_NOT),
)
def settle(context: Context, *, inbound_id: int, done: bool = True) -> None:
    """Say that nothing more is to be done about a message, or that there is after all."""
    row = visible(context, inbound_id)
    if done == (row.state == DONE):
        return
    with context.system("state of a message") as system:
        found = system.session.get_one(Inbound, inbound_id, with_for_update=True)
        found.state = DONE if done else ("answered" if found.answer_id is not None else NEW)
        system.session.flush()


def visible(context: Context, inbound_id: int) -> Inbound:
    """Give a message that the actor sees; `NotFound` for any other."""
    statement = select(Inbound).where(Inbound.id == inbound_id)
    row = context.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row
