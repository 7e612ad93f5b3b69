"""The account of a member: points and lots, entries, purchases, cards, ranks, and what can be done."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import Context, _, command_page, current, load, render, run_command, tell, veiled
from plugins.club.blocks import party_page
from plugins.club.commands import counter as at_counter
from plugins.club.commands import membership, points
from plugins.club.models import Card, Entry, Lot, Member, Purchase, Rank, RankChange, Redemption, Wish
from plugins.club.ranks import all_ranks, bought_in_window, stays_until
from plugins.club.resources import CARD, MEMBER, words
from plugins.club.terms import terms_of

SHOWN = 12
MEMBER_ACTIONS = ("edit", "set_rank", "send", "print")


def account(number: int) -> ResponseReturnValue:
    """Show the account of a member."""
    context = current()
    member: Member = load(context, MEMBER, number)
    ranks = {rank.id: rank for rank in all_ranks(context.session)}
    shown = veiled(context, MEMBER, member)
    return render(
        "club/account.html",
        member=shown,
        party=MEMBER.by_name["party"].show(member.party_id, context),
        party_url=party_page(context, member.party_id),
        ranks=ranks,
        rank=ranks.get(shown.rank_id or 0),
        worth=terms_of(context.runtime).point_value,
        ahead=_ahead(context, member, list(ranks.values())),
        words=words,
        may=_may(context, member),
        **_rows(context, member),
    )


def _may(context: Context, member: Member) -> dict[str, bool]:
    writes = not context.read_only
    active = writes and member.state == "active"
    found = {action: writes and context.may("club.member", action) for action in MEMBER_ACTIONS}
    return {
        **found,
        "buy": active and context.may("club.purchase", "create"),
        "spend": active and member.balance > 0 and context.may("club.redemption", "create"),
        "correct": writes and context.may("club.entry", "correct"),
        "card": active and context.may("club.card", "create"),
        "end_card": writes and context.may("club.card", "edit"),
        "print_card": context.may("club.card", "print"),
        "wish": writes and context.may("club.wish", "create"),
        "entries": context.may("club.entry", "view"),
    }


def _ahead(context: Context, member: Member, ranks: list[Rank]) -> dict[str, Any]:
    """Say what was bought in the window, which rank comes next, and until when the present one stays."""
    terms = terms_of(context.runtime)
    bought = bought_in_window(context.session, [member.id], terms, context.today).get(member.id, 0)
    following = next((rank for rank in ranks if rank.threshold > bought), None)
    return {
        "bought": bought,
        "next": following,
        "missing": following.threshold - bought if following else 0,
        "stays": stays_until(member, terms),
        "since": terms.window(context.today),
    }


def _rows(context: Context, member: Member) -> dict[str, Any]:
    def latest(model: Any, resource: str, *conditions: Any, limit: int = SHOWN) -> list[Any]:
        if not context.may(resource, "view"):
            return []
        statement = select(model).where(model.member_id == member.id, *conditions)
        rows = context.session.execute(statement.order_by(model.id.desc()).limit(limit)).scalars()
        return [veiled(context, context.runtime.resource(resource), row) for row in rows]

    lots = latest(Lot, "club.entry", Lot.remaining > 0, limit=50)
    return {
        "lots": sorted(lots, key=lambda lot: (lot.expires_on is None, lot.expires_on, lot.id)),
        "entries": latest(Entry, "club.entry"),
        "purchases": latest(Purchase, "club.purchase", limit=6),
        "coupons": latest(Redemption, "club.redemption", limit=6),
        "cards": latest(Card, "club.card", limit=6),
        "changes": latest(RankChange, "club.rank_change", limit=6),
        "wishes": latest(Wish, "club.wish", Wish.state.in_(("open", "ready")), limit=6),
    }


def _crumb(member: Member) -> tuple[str, str]:
    return member.title, url_for("club.account", number=member.id)


def purchase(number: int) -> ResponseReturnValue:
    """Enter a purchase."""
    context = current()
    member: Member = load(context, MEMBER, number)
    return command_page(
        "club.enter_purchase",
        _("Enter a purchase"),
        (at_counter.AMOUNT, at_counter.GROUP, at_counter.DAY, at_counter.NUMBER, at_counter.NOTE),
        crumb=_crumb(member),
        done=_("The purchase is entered, with its points."),
        target=lambda made: url_for("club.purchase", number=made),
        start={"day": context.today},
        member=number,
    )


def coupon(number: int) -> ResponseReturnValue:
    """Give a coupon for points."""
    context = current()
    member: Member = load(context, MEMBER, number)
    terms = terms_of(context.runtime)
    seen = context.runtime.may_see_field(context, MEMBER, MEMBER.by_name["balance"])
    return command_page(
        "club.spend",
        _("Give a coupon for points"),
        (at_counter.POINTS,),
        crumb=_crumb(member),
        done=_("The coupon is made."),
        target=lambda made: url_for("club.coupon", number=made),
        start={"points": member.balance} if seen else {},
        text=_(
            "%(points)d points can be spent; each is worth %(value)d Rials.",
            points=member.balance,
            value=terms.point_value,
        )
        if seen
        else "",
        member=number,
    )


def correct(number: int) -> ResponseReturnValue:
    """Correct points by hand."""
    member: Member = load(current(), MEMBER, number)
    return command_page(
        "club.correct",
        _("Correct points"),
        (points.POINTS, points.REASON, points.NOTE),
        crumb=_crumb(member),
        done=_("The points are corrected."),
        target=_crumb(member)[1],
        member=number,
    )


def rank(number: int) -> ResponseReturnValue:
    """Give a rank by hand."""
    member: Member = load(current(), MEMBER, number)
    return command_page(
        "club.set_rank",
        _("Give a rank by hand"),
        (membership.RANK, membership.UNTIL, membership.WHY),
        crumb=_crumb(member),
        done=_("The rank is given."),
        target=_crumb(member)[1],
        start={"rank": member.rank_id} if member.rank_id else {},
        text=_("Without a rank, the purchases decide at once."),
        member=number,
    )


def state(number: int) -> ResponseReturnValue:
    """Change the state of a membership."""
    member: Member = load(current(), MEMBER, number)
    return command_page(
        "club.set_state",
        _("State of the membership"),
        (membership.STATE, membership.NOTE),
        crumb=_crumb(member),
        done=_("The membership is changed."),
        target=_crumb(member)[1],
        start={"state": member.state, "note": member.note},
        save=_("Save"),
        member=number,
    )


def card(number: int) -> ResponseReturnValue:
    """Give a card."""
    member: Member = load(current(), MEMBER, number)
    text = _("The card in use is replaced by the new one.") if member.card_number else ""
    return command_page(
        "club.issue_card",
        _("Give a card"),
        (membership.CARD_NUMBER, membership.DISCOUNT, membership.VALID_UNTIL),
        crumb=_crumb(member),
        done=_("The card is given."),
        target=_crumb(member)[1],
        text=text,
        member=number,
    )


def end_card(number: int) -> ResponseReturnValue:
    """Take a card out of use."""
    context = current()
    held: Card = load(context, CARD, number)
    member: Member = load(context, MEMBER, held.member_id)
    return command_page(
        "club.end_card",
        _("Take a card out of use"),
        (membership.END, membership.WHY),
        crumb=_crumb(member),
        done=_("The card is out of use."),
        target=_crumb(member)[1],
        danger=True,
        card=number,
    )


def send(number: int) -> ResponseReturnValue:
    """Send the balance by SMS."""
    load(current(), MEMBER, number)
    outcome = run_command("club.send_balance", member=number)
    if outcome.done and outcome.value:
        tell(_("The balance is on its way."))
    elif outcome.done:
        tell(_("The member cannot be reached by SMS; the outbox says why."), "error")
    return redirect(url_for("club.account", number=number), code=303)
