"""Where parties are reached: one address by channel, and for organisations the persons to whom messages go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, or_, select

from kernel.documents import targets as paper
from kernel.i18n import LazyText, _
from kernel.messages.barred import SAMPLE, dead_among, has_samples, samples_among
from kernel.messages.models import MessageKind, OptOut
from kernel.parties.chosen import told
from kernel.parties.employments import contact_persons
from kernel.parties.models import ORGANISATION, ContactPoint, Party
from kernel.resources.context import Context
from kernel.resources.lists.searching import any_of, any_text

FIELDS: Mapping[str, str] = {"sms": "mobile", "email": "email", "fax": "fax"}
"""The field of a party that holds its address on a channel; further ones are contact details of that kind."""
PERSONS_ONLY = frozenset({"sms"})
"""Channels on which nothing goes to an organisation itself."""

NO_ADDRESS, OPTED_OUT, DUPLICATE, NO_RIGHT = "no_address", "opted_out", "duplicate", "no_right"
NO_CONTACT, EMPTY, ALREADY, RESTORED = "no_contact", "empty", "already", "restored"
DEAD = "dead"
NO_POSTAL, NO_PRINT = "no_postal", "no_print"
PRINTED, POSTED = "printed", "posted"
"""What else is said of letters, whose states have the words of messages."""
UNFIT, NO_LINE = "unfit", "no_approved_line"
REASONS: Mapping[str, LazyText] = {
    **paper.REASONS,
    NO_ADDRESS: _("No number or address on this channel"),
    OPTED_OUT: _("Wants no messages of this kind"),
    DUPLICATE: _("The same number or address is reached already"),
    NO_RIGHT: _("You may not send to this party"),
    PRINTED: _("Printed"),
    POSTED: _("Given to the post"),
    NO_POSTAL: _("No postal address, or one without a street"),
    NO_PRINT: _("You may not print this party"),
    NO_CONTACT: _("An organisation without a contact person"),
    EMPTY: _("A variable of the text is empty"),
    ALREADY: _("Has been sent this already"),
    DEAD: _("What was sent to this address came back for good; it stands among the dead addresses"),
    SAMPLE: _("Sample data: nothing is really sent to invented persons and organisations"),
    UNFIT: _(
        "A value does not fit the template that the provider approved: empty, too long, or spaces or signs in it"
    ),
    NO_LINE: _("No line carries the approved template of this text"),
    RESTORED: _("It waited when the backup was made; the site that was backed up may have sent it"),
}
"""Why somebody is left out; a word after a colon names the variable that is empty."""


def addresses_of(context: Context, ids: Sequence[int], channel: str) -> dict[int, str]:
    """Give the address of each of these parties on a channel, those without one left out; at most two queries."""
    field = FIELDS.get(channel)
    if field is None:
        return {}
    column = getattr(Party, field)
    found = {
        number: address
        for number, address in context.session.execute(select(Party.id, column).where(any_of(Party.id, ids)))
        if address
    }
    missing = [number for number in ids if number not in found]
    if missing:
        statement = (
            select(ContactPoint.party_id, ContactPoint.value)
            .where(any_of(ContactPoint.party_id, missing), ContactPoint.kind == field)
            .order_by(ContactPoint.id)
        )
        for number, value in context.session.execute(statement):
            found.setdefault(number, value)
    return {number: normal(channel, address) for number, address in found.items()}


def normal(channel: str, address: str) -> str:
    """Give the form in which addresses are compared: E.164 as it is, e-mail in small letters."""
    return address.lower() if channel == "email" else address


def persons_behind(context: Context, ids: Sequence[int], channel: str) -> dict[int, list[int]]:
    """Give for each party whom a message reaches: itself, or where an organisation gets none, its contact persons."""
    kept = select(Party.id, Party.kind).where(any_of(Party.id, ids), Party.binned_at.is_(None))
    kinds = {row.id: row.kind for row in context.session.execute(kept)}
    if channel not in PERSONS_ONLY:
        return {number: [number] for number in ids if number in kinds}
    organisations = [number for number in ids if kinds.get(number) == ORGANISATION]
    contacts = _contacts(context, organisations) if organisations else {}
    return {
        number: contacts.get(number, []) if kinds[number] == ORGANISATION else [number]
        for number in ids
        if number in kinds
    }


def is_sample(context: Context, channel: str, party_id: int | None, address: str) -> bool:
    """Say whether a message would really go to sample data: to an invented party, or to a number that only such ones have.

    The context acts for the system.
    """
    if party_id is not None:
        return bool(samples_among(context, channel, [party_id]))
    field = FIELDS.get(channel)
    if field is None or not has_samples(context):
        return False
    having = select(Party.id).where(getattr(Party, field) == address, Party.binned_at.is_(None))
    parties = set(context.session.execute(having).scalars())
    return bool(parties) and parties == samples_among(context, channel, parties)


def _contacts(context: Context, organisations: Sequence[int]) -> dict[int, list[int]]:
    """Give the contact persons of organisations, those in the bin left out also where the system asks."""
    found = contact_persons(context, organisations)
    persons = sorted({person for some in found.values() for person in some})
    kept = select(Party.id).where(any_of(Party.id, persons), Party.binned_at.is_(None))
    there = set(context.session.execute(kept).scalars())
    return {number: [person for person in some if person in there] for number, some in found.items()}


def opted_out(context: Context, channel: str, addresses: Collection[str], kind: MessageKind) -> set[str]:
    """Give those of the addresses that want no messages of a kind; asked as the system, whoever wrote it down."""
    concerned = OptOut.kind_id == kind.id
    if kind.advertising:
        concerned = or_(concerned, OptOut.kind_id.is_(None))
    return _opted_out(context, channel, addresses, concerned)


def opted_out_of_offers(context: Context, channel: str, addresses: Collection[str]) -> set[str]:
    """Give those of the addresses that want nothing that advertises: they belong in no list for offers."""
    return _opted_out(context, channel, addresses, OptOut.kind_id.is_(None))


def _opted_out(
    context: Context, channel: str, addresses: Collection[str], concerned: ColumnElement[bool]
) -> set[str]:
    statement = select(OptOut.address).where(OptOut.channel == channel, concerned)
    with context.system("who wants no messages") as system:
        found: set[str] = set()
        for some in _batches(list(addresses)):
            found.update(system.session.execute(statement.where(any_text(OptOut.address, some))).scalars())
    return found


def refused(context: Context, channel: str, addresses: Collection[str], kind: MessageKind) -> dict[str, str]:
    """Give why nothing of a kind goes to those of the addresses that are refused; asked as the system."""
    found = dict.fromkeys(dead_among(context, channel, addresses), DEAD)
    return found | dict.fromkeys(opted_out(context, channel, addresses, kind), OPTED_OUT)


def _batches(values: Sequence[str], size: int = 5000) -> Iterable[Sequence[str]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def reason_text(reason: str) -> LazyText | str:
    """Give a stored reason as people read it."""
    return told(REASONS, reason)
