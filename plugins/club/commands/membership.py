"""Becoming a member, resting, leaving, ranks by hand, cards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    Forbidden,
    Invalid,
    NotFound,
    Party,
    Problem,
    Refused,
    _,
    command,
    fields,
    kept_from,
    load,
    relate,
)
from plugins.club.joining import end_card, issue_card, join
from plugins.club.models import Card, Member
from plugins.club.ranks import all_ranks, bought_in_window, change, judge
from plugins.club.resources import CARD, MEMBER
from plugins.club.resources.words import CARD_STATES, MEMBER_STATES
from plugins.club.terms import terms_of

PARTY = fields.Link("party", _("Person or organisation"), to="party", required=True)
WHICH = fields.Link("member", _("Member"), to=MEMBER.name, required=True)
CARD_NUMBER = fields.Code(
    "card_number",
    _("Number of the card"),
    limit=40,
    help=_("Typed, or read by a reader; empty: a number is made."),
)
NEW_CARD = fields.YesNo("with_card", _("With a card"))
DISCOUNT = fields.Percent("discount", _("Discount of the card"))
VALID_UNTIL = fields.Day("valid_until", _("Valid until"))
INTRODUCER = fields.Link("introducer", _("Introduced by"), to="party")
STATE = fields.Choice("state", _("State"), options=MEMBER_STATES, required=True)
NOTE = fields.LongText("note", _("Note"), limit=2000)
RANK = fields.Link("rank", _("Rank"), to="club.rank")
UNTIL = fields.Day(
    "until",
    _("Stays until"),
    help=_("Empty: what is bought decides again from tomorrow on."),
    same_as=("rank_fixed_until",),
)
WHY = fields.Text("reason", _("Reason"), required=True, limit=300)
WHICH_CARD = fields.Link("card", _("Card"), to=CARD.name, required=True)
END = fields.Choice(
    "state",
    _("What became of it"),
    options={key: title for key, title in CARD_STATES.items() if key != "active"},
    required=True,
)
FIRST_NAME = fields.Text("first_name", _("First name"), limit=100)
LAST_NAME = fields.Text("last_name", _("Last name"), required=True, limit=100)
MOBILE = fields.Phone("mobile", _("Mobile"), only="mobile")
BIRTH_DATE = fields.Day("birth_date", _("Date of birth"), past_only=True)


@command(
    "club.join",
    _("Make a party a member"),
    resource="club.member",
    action="create",
    of=MEMBER.name,
    fields=(PARTY, NEW_CARD, CARD_NUMBER),
)
def join_party(context: Context, *, party: Any, with_card: Any = False, card_number: Any = None) -> int:
    """Make a party that the actor sees a member; gives the member's id."""
    party_id = PARTY.read(party, context)
    return _join(context, party_id, "hand", NEW_CARD.read(with_card, context), card_number)


@command(
    "club.register",
    _("Register a new member"),
    resource="club.member",
    action="create",
    of={
        **dict.fromkeys(("first_name", "last_name", "mobile", "birth_date"), "person"),
        "card_number": MEMBER.name,
    },
)
def register(
    context: Context,
    *,
    last_name: Any,
    first_name: Any = None,
    mobile: Any = None,
    birth_date: Any = None,
    introducer: Any = None,
    with_card: Any = False,
    card_number: Any = None,
) -> int:
    """Enter a person by the form of the shop, and make the person a member; gives the member's id."""
    entered = ((FIRST_NAME, first_name), (LAST_NAME, last_name), (MOBILE, mobile), (BIRTH_DATE, birth_date))
    values = {item.name: item.read(value, context) for item, value in entered}
    introducer_id = INTRODUCER.read(introducer, context)
    party_id = context.run("record.create", resource="person", values=values)
    if introducer_id is not None:
        relate(context, "introducer", introducer_id, party_id, since=context.today)
    return _join(context, party_id, "form", NEW_CARD.read(with_card, context), card_number)


@command(
    "club.set_state",
    _("Let a membership rest, end it, or begin it again"),
    resource="club.member",
    action="edit",
    of=MEMBER.name,
    fields=(WHICH, STATE, NOTE),
)
def set_state(context: Context, *, member: int, state: Any, note: Any = None) -> None:
    """Change the state of a membership, and what is noted of it. Points stay; only active members earn and spend."""
    seen: Member = load(context, MEMBER, member, lock=True)
    seen.state = STATE.read(state, context)
    if not kept_from(context, MEMBER, NOTE.name):
        seen.note = NOTE.read(note, context)
    context.session.flush()


@command(
    "club.set_rank",
    _("Give a rank by hand"),
    resource="club.member",
    action="set_rank",
    of=MEMBER.name,
    fields=(WHICH, RANK, UNTIL, WHY),
)
def set_rank(context: Context, *, member: int, rank: Any = None, until: Any = None, reason: Any) -> None:
    """Give a member a rank until a day; without a rank, the purchases decide at once."""
    load(context, MEMBER, member)
    if kept_from(context, MEMBER, RANK.name):
        raise Forbidden()
    rank_id, day, why = RANK.read(rank, context), UNTIL.read(until, context), WHY.read(reason, context)
    if day is not None and day < context.today:
        raise Invalid([Problem("until", _("This day is in the past."))])
    terms = terms_of(context.runtime)
    with context.system("rank by hand") as system:
        held: Member = load(system, MEMBER, member, lock=True)
        bought = bought_in_window(system.session, [member], terms, system.today).get(member, 0)
        if rank_id is None:
            held.rank_fixed_until = held.rank_since = None
            judge(system.session, held, all_ranks(system.session), bought, terms, system.today)
            return
        change(system.session, held, rank_id, "hand", bought, system.today, why)
        if not kept_from(context, MEMBER, "rank_fixed_until"):
            held.rank_fixed_until = day
        system.session.flush()


@command(
    "club.issue_card",
    _("Give a card"),
    resource="club.card",
    action="create",
    of={"card_number": MEMBER.name, "discount": CARD.name, "valid_until": CARD.name},
    fields=(WHICH, CARD_NUMBER, DISCOUNT, VALID_UNTIL),
)
def give_card(
    context: Context, *, member: int, card_number: Any = None, discount: Any = None, valid_until: Any = None
) -> int:
    """Give a member a card; one that is in use is replaced by it. Gives the card's id."""
    load(context, MEMBER, member)
    number = CARD_NUMBER.read(card_number, context)
    percent, until = DISCOUNT.read(discount, context), VALID_UNTIL.read(valid_until, context)
    if until is not None and until < context.today:
        raise Invalid([Problem("valid_until", _("This day is in the past."))])
    with context.system("card of a member") as system:
        held: Member = load(system, MEMBER, member, lock=True)
        for card in _in_use(system, member):
            end_card(system, card, "replaced", None)
        return issue_card(system, held, number, discount=percent or 0, valid_until=until).id


@command(
    "club.end_card",
    _("Take a card out of use"),
    resource="club.card",
    action="edit",
    of=CARD.name,
    fields=(WHICH_CARD, END, WHY),
)
def take_card(context: Context, *, card: int, state: Any, reason: Any) -> None:
    """Note that a card was lost, replaced or given back; `Refused` for one that is out of use already."""
    seen: Card = load(context, CARD, card)
    wanted, why = END.read(state, context), WHY.read(reason, context)
    with context.system("card of a member") as system:
        load(system, MEMBER, seen.member_id, lock=True)
        held: Card = load(system, CARD, card, lock=True)
        if held.state != "active":
            raise Refused(_("This card is out of use already."))
        end_card(system, held, wanted, why)


def _join(context: Context, party_id: int, source: str, with_card: bool, card_number: Any) -> int:
    number = CARD_NUMBER.read(card_number, context)
    with context.system("a party joins the club") as system:
        if system.session.get(Party, party_id) is None:
            raise NotFound()
        member = join(system, party_id, source)
        if with_card or number:
            issue_card(system, member, number)
        return member.id


def _in_use(system: Context, member_id: int) -> list[Card]:
    statement = select(Card).where(Card.member_id == member_id, Card.state == "active")
    return list(system.session.execute(statement).scalars())
