"""Members, their cards, the history of their ranks, and what they wish for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Action,
    Board,
    Context,
    Problem,
    Resource,
    Search,
    Section,
    Sort,
    _,
    changeable,
    fields,
    squeeze,
)
from plugins.club.models import Card, Member, RankChange, Wish
from plugins.club.resources.words import (
    CARD_COLOURS,
    CARD_STATES,
    CHANGE_COLOURS,
    CHANGE_KINDS,
    MEMBER_COLOURS,
    MEMBER_STATES,
    SOURCES,
    WISH_COLOURS,
    WISH_STATES,
)


def prepare_wish(context: Context, wish: Wish, values: Mapping[str, Any]) -> list[Problem]:
    """Compute what it is found by."""
    wish.search_key = squeeze(wish.title or "")
    wish.state = wish.state or "open"
    return []


def wish_actions(context: Context, number: int) -> Sequence[Action]:
    """Give what can be made of a wish: a quote, a task to follow it up, word to the member that it is there."""
    row = context.session.execute(
        select(Wish.state, Member.party_id).join(Member, Member.id == Wish.member_id).where(Wish.id == number)
    ).one_or_none()
    if row is None or row.state not in ("open", "ready"):
        return ()
    found = []
    if row.state == "open" and number in changeable(context, WISH, [number]):
        ready = Action(
            label=_("It is there: tell the member"),
            url=f"/club/wishes/{number}/ready",
            icon="check",
            method="post",
        )
        found.append(ready)
    if "sales" in context.plugins:
        url = f"/sales/documents/new?party={row.party_id}&kind=quote"
        found.append(
            Action(
                label=_("Write a quote"), url=url, icon="file-text", permission=("sales.document", "create")
            )
        )
    if "tasks" in context.plugins:
        url = f"/tasks/new?resource=club.wish&record_id={number}"
        found.append(
            Action(
                label=_("Give a task to follow it up"),
                url=url,
                icon="clipboard-list",
                permission=("tasks.task", "create"),
            )
        )
    return found


MEMBER = Resource(
    name="club.member",
    model=Member,
    title=_("Member of the club"),
    plural=_("Members of the club"),
    path="club/members",
    icon="heart-handshake",
    label="title",
    page="/club/account/{id}",
    unruled=("number", "party", "rank", "balance", "pending", "debt", "state", "joined_on", "card_number"),
    fields=(
        fields.Code("number", _("Member number"), limit=20, read_only=True),
        fields.Link("party", _("Person or organisation"), to="party", attribute="party_id", read_only=True),
        fields.Choice("state", _("State"), options=MEMBER_STATES, colours=MEMBER_COLOURS, read_only=True),
        fields.Link("rank", _("Rank"), to="club.rank", attribute="rank_id", read_only=True),
        fields.Day("rank_since", _("Rank since"), read_only=True),
        fields.Day("rank_fixed_until", _("Rank by hand until"), read_only=True),
        fields.Code("card_number", _("Card in use"), limit=40, read_only=True),
        fields.Whole("balance", _("Points"), read_only=True),
        fields.Whole("pending", _("Points that do not count yet"), read_only=True),
        fields.Whole("debt", _("Owed points"), read_only=True),
        fields.Day("joined_on", _("Joined on"), read_only=True),
        fields.Choice("source", _("How joined"), options=SOURCES, read_only=True),
        fields.Day("last_purchase_on", _("Last purchase"), read_only=True),
        fields.LongText("note", _("Note"), limit=2000),
    ),
    list_columns=("number", "party", "rank", "balance", "pending", "last_purchase_on", "state"),
    sections=(
        Section(_("Membership"), ("number", "party", "state", "joined_on", "source", "card_number")),
        Section(_("Rank"), ("rank", "rank_since", "rank_fixed_until")),
        Section(_("Points"), ("balance", "pending", "debt", "last_purchase_on")),
        Section(_("Note"), ("note",)),
    ),
    sorts=(
        Sort("name", _("Name"), ("sort_key",)),
        Sort("joined", _("Latest joined"), ("joined_on",), descending=True),
    ),
    search=Search(scan="card_number", held=("number", "card_number")),
    quick_filters=("rank", "state", "joined_on", "last_purchase_on"),
    editable=False,
    constraints={
        "uq_member_party_id": ("party", _("This is a member of the club already.")),
        "ck_member_balance": (None, _("There are not enough points for this.")),
    },
    help=_(
        "Whoever belongs to the club, with points and rank. A card that is read in the search finds its member. Press a "
        "member for the account: purchases, coupons, cards, and every point with where it came from and went to."
    ),
)

CARD = Resource(
    name="club.card",
    model=Card,
    title=_("Card"),
    plural=_("Cards"),
    path="club/cards",
    icon="credit-card",
    label="number",
    unruled=("number", "member", "state"),
    fields=(
        fields.Code("number", _("Number of the card"), limit=40, read_only=True),
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", read_only=True),
        fields.Choice("state", _("State"), options=CARD_STATES, colours=CARD_COLOURS, read_only=True),
        fields.Day("issued_on", _("Issued on"), read_only=True),
        fields.Day("valid_until", _("Valid until"), read_only=True),
        fields.Percent("discount", _("Discount"), read_only=True),
        fields.Day("ended_on", _("Out of use since"), read_only=True),
        fields.Text("reason", _("Reason"), limit=200, read_only=True),
    ),
    list_columns=("number", "member", "state", "issued_on", "valid_until", "discount"),
    sections=(
        Section(
            _("Card"),
            ("number", "member", "state", "issued_on", "valid_until", "discount", "ended_on", "reason"),
        ),
    ),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    search=Search(scan="number"),
    quick_filters=("state", "issued_on", "valid_until"),
    editable=False,
    constraints={
        "uq_card_number": ("number", _("Another card has this number.")),
        "uq_card_member_id": (None, _("This member has a card in use already; replace it.")),
    },
)

RANK_CHANGE = Resource(
    name="club.rank_change",
    model=RankChange,
    title=_("Change of rank"),
    plural=_("Changes of rank"),
    path="club/rank-changes",
    icon="trending-up",
    label="day",
    fields=(
        fields.Day("day", _("Day"), read_only=True),
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", read_only=True),
        fields.Choice("kind", _("Kind"), options=CHANGE_KINDS, colours=CHANGE_COLOURS, read_only=True),
        fields.Link("before", _("Rank before"), to="club.rank", attribute="before_id", read_only=True),
        fields.Link("after", _("Rank after"), to="club.rank", attribute="after_id", read_only=True),
        fields.Money("bought", _("Purchases of the window"), read_only=True),
        fields.Text("note", _("Note"), limit=300, read_only=True),
    ),
    list_columns=("day", "member", "kind", "before", "after", "bought"),
    sections=(Section(_("Change of rank"), ("day", "member", "kind", "before", "after", "bought", "note")),),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    quick_filters=("kind", "after", "day"),
    editable=False,
)

WISH = Resource(
    name="club.wish",
    model=Wish,
    title=_("Wish for the next purchase"),
    plural=_("Wishes for the next purchase"),
    path="club/wishes",
    icon="shopping-cart",
    label="title",
    fields=(
        fields.Link("member", _("Member"), to="club.member", attribute="member_id", required=True),
        fields.Text("title", _("What is wished for"), required=True, limit=200),
        fields.Day("wanted_on", _("Wanted by")),
        fields.Choice("state", _("State"), options=WISH_STATES, colours=WISH_COLOURS, default="open"),
        fields.LongText("note", _("Note"), limit=2000),
    ),
    list_columns=("title", "member", "wanted_on", "state"),
    sections=(Section(_("Wish for the next purchase"), ("member", "title", "wanted_on", "state", "note")),),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    search=Search(),
    quick_filters=("state", "wanted_on", "member"),
    prepare=prepare_wish,
    actions=wish_actions,
    views=(Board(lane="state", label="title", fields=("member", "wanted_on")),),
)
