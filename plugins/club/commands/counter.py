"""What is done at the counter: purchases and returns by hand, coupons, the balance by SMS."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Invalid, Problem, Refused, _, command, fields, load, queue_message
from plugins.club.accounts import open_account
from plugins.club.buying import Bought, enter_purchase
from plugins.club.models import Member, Purchase, Redemption
from plugins.club.resources import MEMBER, PURCHASE, REDEMPTION
from plugins.club.returning import return_amount
from plugins.club.spending import put_back, spend
from plugins.club.telling import balance_places, tell_of_ranks
from plugins.club.terms import terms_of

MOST = 10**15
WHICH = fields.Link("member", _("Member"), to=MEMBER.name, required=True)
DAY = fields.Day("day", _("Day"), required=True, past_only=True)
AMOUNT = fields.Money("amount", _("Amount (Rials)"), required=True, least=1, most=MOST)
GROUP = fields.Link("group", _("Product group"), to="club.product_group")
NUMBER = fields.Code("number", _("Number of the receipt"), limit=40)
NOTE = fields.Text("note", _("Note"), limit=300)
POINTS = fields.Whole("points", _("Points to spend"), required=True, least=1, most=MOST)
WHICH_PURCHASE = fields.Link("purchase", _("Purchase"), to=PURCHASE.name, required=True)
RETURNED = fields.Money(
    "amount", _("Returned (Rials)"), required=True, least=1, most=MOST, same_as=("returned",)
)
COUPON = fields.Link("coupon", _("Coupon"), to=REDEMPTION.name, required=True)


@command(
    "club.enter_purchase",
    _("Enter a purchase"),
    resource="club.purchase",
    action="create",
    of=PURCHASE.name,
    fields=(WHICH, DAY, AMOUNT, GROUP, NUMBER, NOTE),
)
def enter(
    context: Context,
    *,
    member: int,
    day: Any,
    amount: Any,
    group: Any = None,
    number: Any = None,
    note: Any = None,
) -> int:
    """Enter what a member bought, and give the points of it; gives the purchase's id."""
    seen: Member = load(context, MEMBER, member)
    on, rials = DAY.read(day, context), AMOUNT.read(amount, context)
    group_id = GROUP.read(group, context)
    text, remark = NUMBER.read(number, context), NOTE.read(note, context)
    if seen.state != "active":
        raise Refused(_("This membership rests, so it earns no points."))
    if on < seen.joined_on:
        raise Invalid([Problem("day", _("That was before the member joined."))])
    with context.system("points of a purchase") as system:
        bought = Bought(rials, (group_id,) if group_id else ())
        entered = enter_purchase(system, member, on, [bought], number=text, note=remark)
        tell_of_ranks(system, [entered.rank_change] if entered.rank_change else [])
        return entered.purchase.id


@command(
    "club.return_purchase",
    _("Return a purchase"),
    resource="club.purchase",
    action="return",
    of=PURCHASE.name,
    fields=(WHICH_PURCHASE, RETURNED, NOTE),
)
def take_return(context: Context, *, purchase: int, amount: Any, note: Any = None) -> None:
    """Return a purchase in part or whole: its points are taken back in proportion, and those of the introducer."""
    seen: Purchase = load(context, PURCHASE, purchase)
    rials, remark = RETURNED.read(amount, context), NOTE.read(note, context)
    if seen.invoice_id is not None:
        raise Refused(_("This purchase is an invoice of sales: return it there."))
    with context.system("points of a return") as system:
        return_amount(system, purchase, rials, remark)


@command(
    "club.spend",
    _("Give a coupon for points"),
    resource="club.redemption",
    action="create",
    fields=(WHICH, POINTS),
)
def make_coupon(context: Context, *, member: int, points: Any) -> int:
    """Take points of a member and give a coupon worth them; gives the coupon's id."""
    load(context, MEMBER, member)
    wanted = POINTS.read(points, context)
    with context.system("points are spent") as system:
        try:
            amount = wanted * terms_of(system.runtime).point_value
            return spend(system, member, wanted, amount).id
        except Refused as error:
            raise Invalid([Problem("points", error.message)]) from error


@command(
    "club.use_coupon",
    _("Take a coupon in payment"),
    resource="club.redemption",
    action="edit",
    fields=(COUPON,),
)
def use_coupon(context: Context, *, coupon: int) -> None:
    """Note that a coupon was used; `Refused` for one that was, or that is not valid any more."""
    load(context, REDEMPTION, coupon)
    with context.system("a coupon is used") as system:
        held: Redemption = load(system, REDEMPTION, coupon, lock=True)
        if held.state != "open":
            raise Refused(_("This coupon is not open any more."))
        if held.valid_until is not None and held.valid_until < system.today:
            raise Refused(_("This coupon is not valid any more; cancel it to give the points back."))
        held.state, held.used_on = "used", system.today
        system.session.flush()


@command(
    "club.cancel_coupon",
    _("Cancel a coupon"),
    resource="club.redemption",
    action="cancel",
    fields=(COUPON,),
)
def cancel_coupon(context: Context, *, coupon: int) -> None:
    """Give the points of an unused coupon back."""
    load(context, REDEMPTION, coupon)
    with context.system("points come back") as system:
        held: Redemption = load(system, REDEMPTION, coupon)
        open_account(system.session, held.member_id, system.today)
        system.session.refresh(held)
        if held.state != "open":
            raise Refused(_("This coupon is not open any more."))
        put_back(system, coupon, held.amount)


@command(
    "club.send_balance",
    _("Send the balance by SMS"),
    resource="club.member",
    action="send",
    fields=(WHICH,),
)
def send_balance(context: Context, *, member: int) -> bool:
    """Send a member the balance; says whether the message could be queued. Once a minute at most."""
    load(context, MEMBER, member)
    with context.system("balance of a member") as system:
        held = open_account(system.session, member, system.today).member
        queued = queue_message(
            system,
            purpose="club.balance",
            occasion=f"{member} {system.now:%Y%m%d%H%M}",
            party_id=held.party_id,
            template="club.balance",
            values=balance_places(system, held),
        )
        return queued.id is not None and not queued.left_out
