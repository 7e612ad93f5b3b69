"""Pages of the club's own: the counter, the account of a member, coupons, draws, and what is outstanding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from kernel.api import needs
from plugins.club.views import accounts, contacts, counter, draws, outstanding, surveys

BOTH = ["GET", "POST"]


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("club", __name__)

    def add(
        rule: str, name: str, right: tuple[str, str], view: Callable[..., Any], methods: Any = None
    ) -> None:
        pages.add_url_rule(rule, name, needs(*right)(view), methods=methods)

    member, purchase = ("club.member", "view"), ("club.purchase", "view")
    add("/counter", "counter", member, counter.desk)
    add("/register", "register", ("club.member", "create"), counter.register, BOTH)
    add("/join", "join", ("club.member", "create"), counter.join, BOTH)
    add("/account/<int:number>", "account", member, accounts.account)
    add(
        "/account/<int:number>/purchase", "purchase_new", ("club.purchase", "create"), accounts.purchase, BOTH
    )
    add("/account/<int:number>/coupon", "coupon_new", ("club.redemption", "create"), accounts.coupon, BOTH)
    add("/account/<int:number>/correct", "correct", ("club.entry", "correct"), accounts.correct, BOTH)
    add("/account/<int:number>/rank", "rank", ("club.member", "set_rank"), accounts.rank, BOTH)
    add("/account/<int:number>/state", "state", ("club.member", "edit"), accounts.state, BOTH)
    add("/account/<int:number>/card", "card_new", ("club.card", "create"), accounts.card, BOTH)
    add("/account/<int:number>/send", "send", ("club.member", "send"), accounts.send, ["POST"])
    add("/card/<int:number>/end", "card_end", ("club.card", "edit"), accounts.end_card, BOTH)
    add("/purchase/<int:number>", "purchase", purchase, counter.purchase)
    add("/purchase/<int:number>/return", "return", ("club.purchase", "return"), counter.give_back, BOTH)
    add("/coupon/<int:number>", "coupon", ("club.redemption", "view"), counter.coupon)
    add("/coupon/<int:number>/use", "coupon_use", ("club.redemption", "edit"), counter.use, ["POST"])
    add(
        "/coupon/<int:number>/cancel",
        "coupon_cancel",
        ("club.redemption", "cancel"),
        counter.cancel,
        ["POST"],
    )
    add("/draw/<int:number>", "draw", ("club.draw", "view"), draws.draw)
    add("/draw/<int:number>/list", "draw_list", ("club.draw", "view"), draws.proof)
    add("/draw/<int:number>/freeze", "draw_freeze", ("club.draw", "draw"), draws.freeze, ["POST"])
    add("/draw/<int:number>/cancel", "draw_cancel", ("club.draw", "draw"), draws.cancel, ["POST"])
    add("/draw/<int:number>/draw", "draw_now", ("club.draw", "draw"), draws.draw_now, BOTH)
    add("/draw/<int:number>/register", "draw_register", ("club.draw", "edit"), draws.register, BOTH)
    add("/draw/<int:number>/exclude", "draw_exclude", ("club.draw", "draw"), draws.exclude, BOTH)
    add("/outstanding", "outstanding", ("club.entry", "view"), outstanding.page)
    add("/surveys/<int:number>/send", "survey_send", ("club.survey", "send"), surveys.send, BOTH)
    add("/surveys/<int:number>/results", "survey_results", ("club.survey", "report"), surveys.show_results)
    add("/asked/<int:number>/answer", "survey_counter", ("club.asked", "edit"), surveys.counter, BOTH)
    add("/contacts/<int:number>/note", "contact_note", ("club.contact", "edit"), contacts.note, BOTH)
    add("/wishes/<int:number>/ready", "wish_ready", ("club.wish", "edit"), contacts.wish_ready, ["POST"])
    pages.add_url_rule("/survey/<code>", "survey", surveys.answer, methods=BOTH)
    return pages
