"""The counter: who stands there, new members, purchases and their return, coupons."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from kernel.api import (
    Context,
    Party,
    _,
    clean,
    command_page,
    current,
    fields,
    load,
    render,
    run_command,
    squeeze,
    stored_number,
    tell,
    veiled,
)
from plugins.club.blocks import party_name, party_page
from plugins.club.buying import lines_of
from plugins.club.commands import counter as commands
from plugins.club.commands import membership as joining
from plugins.club.models import Campaign, Entry, Member, ProductGroup, Purchase, Rank, Redemption
from plugins.club.resources import PURCHASE, REDEMPTION
from plugins.club.resources.words import COUPON_COLOURS, COUPON_STATES, ENTRY_COLOURS, ENTRY_KINDS

FOUND = 20
CODE = fields.Code("q", _("Number of the card"), limit=40)
MOBILE = fields.Phone("mobile", _("Mobile"))


def desk() -> ResponseReturnValue:
    """Find members by card, number, name or mobile; a card or number that is read whole leads to its account at once."""
    context = current()
    asked = clean(request.args.get("q", "")[:100])
    if asked:
        exact = _exact(context, asked)
        if exact is not None:
            return redirect(url_for("club.account", number=exact), code=303)
    found = _found(context, asked) if asked else []
    return render(
        "club/counter.html",
        asked=asked,
        found=found,
        may_register=context.may("club.member", "create") and not context.read_only,
    )


def _exact(context: Context, asked: str) -> int | None:
    try:
        code = CODE.read(asked, context)
    except fields.FieldError:
        return None
    statement = select(Member.id).where(or_(Member.card_number == code, Member.number == code)).limit(2)
    found = context.session.execute(statement).scalars().all()
    if len(found) == 1:
        return found[0]
    coupon = select(Redemption.member_id).where(Redemption.number == code)
    return context.session.execute(coupon).scalar_one_or_none()


def _found(context: Context, asked: str) -> list[Any]:
    conditions = [Member.search_key.contains(squeeze(asked), autoescape=True)]
    person = context.runtime.resource("person")
    if context.runtime.may_see_field(context, person, person.by_name["mobile"]):
        try:
            phone = MOBILE.read(asked, context)
        except (fields.FieldError, ValueError):
            phone = None
        if phone:
            conditions.append(Member.party_id.in_(select(Party.id).where(Party.mobile == phone)))
    statement = (
        select(Member, Rank.title, Rank.colour)
        .outerjoin(Rank, Rank.id == Member.rank_id)
        .where(or_(*conditions))
        .order_by(Member.sort_key, Member.id)
        .limit(FOUND)
    )
    return list(context.session.execute(statement).all())


def register() -> ResponseReturnValue:
    """Enter somebody who stands in the shop, and make a member of him."""
    kinds = (
        joining.FIRST_NAME,
        joining.LAST_NAME,
        joining.MOBILE,
        joining.BIRTH_DATE,
        joining.INTRODUCER,
        joining.NEW_CARD,
        joining.CARD_NUMBER,
    )
    return command_page(
        "club.register",
        _("Register a new member"),
        kinds,
        crumb=(_("Counter of the club"), url_for("club.counter")),
        done=_("Welcome to the club."),
        target=lambda number: url_for("club.account", number=number),
        start={"with_card": True},
        save=_("Register"),
    )


def join() -> ResponseReturnValue:
    """Make a person or organisation that is known a member."""
    context = current()
    party = stored_number(request.args.get("party", ""))
    crumb: Any = (_("Counter of the club"), url_for("club.counter"))
    if party is not None and (name := party_name(context, party)):
        crumb = (name, party_page(context, party))
    return command_page(
        "club.join",
        _("Make a party a member"),
        (joining.PARTY, joining.NEW_CARD, joining.CARD_NUMBER),
        crumb=crumb,
        done=_("Welcome to the club."),
        target=lambda number: url_for("club.account", number=number),
        start={"with_card": True, **({"party": party} if party else {})},
    )


def purchase(number: int) -> ResponseReturnValue:
    """Show a purchase: its lines with how their points came about, and the entries of points."""
    context = current()
    record: Purchase = load(context, PURCHASE, number)
    lines = lines_of(context.session, [number])[number]
    groups = _titles(context, ProductGroup)
    campaigns = _titles(context, Campaign)
    entries = select(Entry).where(Entry.purchase_id == number).order_by(Entry.id)
    may_return = record.invoice_id is None and record.returned < record.amount
    return render(
        "club/purchase.html",
        record=veiled(context, PURCHASE, record),
        member=PURCHASE.by_name["member"].show(record.member_id, context),
        referrer=PURCHASE.by_name["referrer"].show(record.referrer_id, context),
        lines=[
            (line, groups.get(line.group_id or 0, ""), campaigns.get(line.campaign_id or 0, ""))
            for line in lines
        ],
        entries=context.session.execute(entries).scalars().all() if context.may("club.entry", "view") else [],
        kinds=ENTRY_KINDS,
        colours=ENTRY_COLOURS,
        may_return=may_return and context.may("club.purchase", "return") and not context.read_only,
    )


def _titles(context: Context, model: Any) -> dict[int, str]:
    return {row.id: row.title for row in context.session.execute(select(model.id, model.title))}


def give_back(number: int) -> ResponseReturnValue:
    """Return a purchase in part or whole."""
    record: Purchase = load(current(), PURCHASE, number)
    back = url_for("club.purchase", number=number)
    return command_page(
        "club.return_purchase",
        _("Return a purchase"),
        (commands.RETURNED, commands.NOTE),
        crumb=(_("Purchase of a member"), back),
        done=_("The return is entered, and its points are taken back."),
        target=back,
        start={"amount": record.amount - record.returned},
        text=_(
            "Points are taken back in proportion; what was spent already is owed, and later points pay it first."
        ),
        danger=True,
        purchase=number,
    )


def coupon(number: int) -> ResponseReturnValue:
    """Show a coupon and what can be done with it."""
    context = current()
    record: Redemption = load(context, REDEMPTION, number)
    open_ = record.state == "open" and not context.read_only
    valid = record.valid_until is None or record.valid_until >= context.today
    return render(
        "club/coupon.html",
        record=record,
        member=REDEMPTION.by_name["member"].show(record.member_id, context),
        state=COUPON_STATES[record.state],
        tone=COUPON_COLOURS[record.state],
        valid=valid,
        may_use=open_ and valid and context.may("club.redemption", "edit"),
        may_cancel=open_ and context.may("club.redemption", "cancel"),
        may_print=record.invoice_id is None and context.may("club.redemption", "print"),
    )


def use(number: int) -> ResponseReturnValue:
    """Take a coupon in payment."""
    if run_command("club.use_coupon", coupon=number).done:
        tell(_("The coupon is used."))
    return redirect(url_for("club.coupon", number=number), code=303)


def cancel(number: int) -> ResponseReturnValue:
    """Cancel a coupon."""
    if run_command("club.cancel_coupon", coupon=number).done:
        tell(_("The coupon is cancelled, and its points are back."))
    return redirect(url_for("club.coupon", number=number), code=303)
