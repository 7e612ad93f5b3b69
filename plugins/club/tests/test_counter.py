"""The counter in the web client: purchases, coupons, returns in both directions, corrections, cards."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from kernel.data.engines import Engines
from kernel.resources.errors import Forbidden, Invalid, Refused
from kernel.testing.browser import Browser
from kernel.testing.users import add_user, keep_fields
from kernel.web.wsgi import PeyvandWSGI
from plugins.club.models import Card, Redemption
from plugins.club.tests.conftest import MILLION, Club, enter

COUNTER = {
    ("party", "view"): "all",
    **{("club.member", action): "all" for action in ("view", "create", "send")},
    **{("club.purchase", action): "all" for action in ("view", "create")},
    **{("club.redemption", action): "all" for action in ("view", "create", "edit")},
    ("club.entry", "view"): "all",
}


def test_a_purchase_earns_after_the_days_and_expires_at_the_end_of_its_month(club: Club) -> None:
    club.buy(12_350_000)
    club.buy(1_000_000, group=club.groups[0])
    held = club.member()
    assert (held.balance, held.pending, held.debt) == (0, 123 + 30, 0)
    club.pass_days(7)
    assert club.run("club.settle") == 1
    assert club.member().balance == 153
    club.pass_days(365)
    assert club.run("club.settle") == 1
    assert club.run("club.settle") == 0
    assert club.member().balance == 0
    assert club.entries()[-2:] == [("expire", -123), ("expire", -30)]
    club.check()


def test_what_a_pattern_keeps_of_members_is_kept_by_the_forms_about_them(
    club: Club, club_wsgi: PeyvandWSGI, engines: Engines
) -> None:
    number = club.members[0]
    club.run("club.set_state", member=number, state="active", note="یادداشت پنهان")
    club.give(4321)
    grants = {**COUNTER, ("club.member", "edit"): "all", ("club.member", "set_rank"): "all"}
    kept = {("club.member", name): "hidden" for name in ("note", "balance", "rank")}
    with engines.owner(club.runtime.site).begin() as owner:
        actor = keep_fields(owner, add_user(owner, "kept", grants).user_id or 0, kept)
    browser = enter(club, club_wsgi, engines, actor, "kept")
    page = browser.get(f"/club/account/{number}/state").text
    assert 'name="state"' in page
    assert 'name="note"' not in page
    assert "پنهان" not in page
    assert (
        browser.post(f"/club/account/{number}/state", {"state": "resting", "note": "دیگر"}).status_code == 303
    )
    assert (club.member().state, club.member().note) == ("suspended", "یادداشت پنهان")
    with pytest.raises(Invalid):
        club.run("club.set_state", actor, member=number, state="active", note="دیگر")
    for page in (f"/club/account/{number}/coupon", f"/club/account/{number}"):
        shown = browser.get(page)
        assert shown.status_code == 200
        assert "۴٬۳۲۱" not in re.sub("<table.*?</table>", "", shown.text, flags=re.S), (
            "points of entries are their own"
        )
        assert "پنهان" not in shown.text
    with pytest.raises(Forbidden):
        club.run("club.set_rank", actor, member=number, reason="چون")
    assert club.member().note == "یادداشت پنهان"


def test_a_return_takes_points_back_in_proportion_also_those_that_are_spent(club: Club) -> None:
    bought = club.buy(20 * MILLION)
    club.pass_days(10)
    coupon = club.run("club.spend", member=club.members[0], points=180)
    club.run("club.return_purchase", purchase=bought, amount=5 * MILLION)
    assert (club.member().balance, club.member().debt) == (0, 30)
    club.check()
    with pytest.raises(Refused):
        club.run("club.return_purchase", purchase=bought, amount=16 * MILLION)
    club.run("club.return_purchase", purchase=bought, amount=15 * MILLION)
    assert club.member().debt == 180
    club.give(100)
    assert (club.member().balance, club.member().debt) == (0, 80)
    assert club.entries()[-1] == ("debt", 0)
    club.run("club.cancel_coupon", coupon=coupon)
    assert (club.member().balance, club.member().debt) == (100, 0)
    club.check()
    with pytest.raises(Refused):
        club.run("club.cancel_coupon", coupon=coupon)


def test_points_that_come_back_after_their_lot_expired_get_days_of_grace(club: Club) -> None:
    club.give(100)
    club.set(coupon_days=900)
    coupon = club.run("club.spend", member=club.members[0], points=100)
    club.pass_days(500)
    club.run("club.settle")
    club.run("club.cancel_coupon", coupon=coupon)
    assert club.member().balance == 100
    club.pass_days(31)
    club.run("club.settle")
    assert club.member().balance == 0
    club.check()


def test_what_the_member_may_not_spend_is_refused_and_named(club: Club) -> None:
    club.give(60)
    with pytest.raises(Invalid) as refused:
        club.run("club.spend", member=club.members[0], points=61)
    assert refused.value.problems[0].field == "points"
    club.run("club.spend", member=club.members[0], points=20)
    with pytest.raises(Invalid):
        club.run("club.spend", member=club.members[0], points=20)
    club.run("club.set_state", member=club.members[0], state="suspended")
    with pytest.raises(Refused):
        club.buy(MILLION)
    club.check()


def test_the_introducer_gets_a_share_and_loses_it_with_the_return(club: Club) -> None:
    club.run(
        "relation.add",
        party_id=club.persons[1],
        relation=f"{_introducer(club)}.first",
        other=club.persons[0],
        since="2020-01-01",
    )
    club.set(referral_months=0)
    bought = club.buy(10 * MILLION + 50_000, member=1)
    assert club.member(0).pending == 10
    club.run("club.return_purchase", purchase=bought, amount=5 * MILLION)
    assert (club.member(0).pending, club.member(1).pending) == (5, 50)
    club.run("club.return_purchase", purchase=bought, amount=5 * MILLION + 50_000)
    assert (club.member(0).pending, club.member(1).pending) == (0, 0)
    club.check()


def _introducer(club: Club) -> int:
    from kernel.parties.models import RelationKind

    with club.runtime.reading(club.administrator) as context:
        wanted = select(RelationKind.id).where(RelationKind.code == "introducer")
        return context.session.execute(wanted).scalar_one()


def test_campaigns_multiply_and_give_a_bonus_once(club: Club) -> None:
    days = {"begins": "2026-11-01", "ends": "2026-11-30"}
    club.make("campaign", title="دو برابر", multiplier=200, **days)
    club.make("campaign", title="سه برابر جانبی", multiplier=300, group=club.groups[0], **days)
    club.make("campaign", title="هدیه", bonus=25, least=5 * MILLION, **days)
    club.buy(MILLION)
    assert club.member().pending == 20
    club.buy(MILLION, group=club.groups[0])
    assert club.member().pending == 20 + 90
    bought = club.buy(5 * MILLION)
    club.buy(5 * MILLION)
    assert club.member().pending == 110 + 100 + 100 + 25
    club.run("club.return_purchase", purchase=bought, amount=MILLION)
    assert club.member().pending == 110 + 80 + 100
    club.check()


def test_the_ledger_is_never_changed_nor_deleted(club: Club, engines) -> None:
    club.give(10)
    for statement in ("UPDATE club.entry SET points = 1000", "DELETE FROM club.entry"):
        with (
            engines.owner(club.runtime.site).begin() as owner,
            pytest.raises(DBAPIError, match="never changed"),
        ):
            owner.execute(text(statement))


def test_a_lost_card_is_replaced_and_finds_nobody_any_more(club: Club) -> None:
    first = club.run("club.issue_card", member=club.members[0], card_number="77001")
    with pytest.raises(Invalid):
        club.run("club.issue_card", member=club.members[1], card_number="77001")
    club.run("club.end_card", card=first, state="lost", reason="در راه")
    assert club.member().card_number is None
    club.run("club.issue_card", member=club.members[0])
    club.run("club.issue_card", member=club.members[0])
    with club.runtime.reading(club.administrator) as context:
        states = [card.state for card in context.session.execute(select(Card).order_by(Card.id)).scalars()]
    assert states == ["lost", "replaced", "active"]


def test_the_cashier_serves_a_member_and_may_not_correct(club: Club, club_wsgi, engines) -> None:
    club.run("club.issue_card", member=club.members[0], card_number="77001")
    with engines.owner(club.runtime.site).begin() as owner:
        actor = add_user(owner, "cashier", COUNTER)
    browser = enter(club, club_wsgi, engines, actor, "cashier")
    account = f"/club/account/{club.members[0]}"
    assert browser.get("/club/counter?q=77001").headers["Location"] == account
    assert "Sara" in browser.get("/club/counter?q=sara").text
    made = browser.post(f"{account}/purchase", {"amount": "8000000", "day": "1405/08/30"})
    assert made.status_code == 303
    page = browser.get(made.headers["Location"]).text
    assert "۸٬۰۰۰٬۰۰۰" in page
    assert browser.post(f"{account}/purchase", {"amount": "0", "day": "1405/08/30"}).status_code == 422
    club.give(500)
    coupon = browser.post(f"{account}/coupon", {"points": "200"}).headers["Location"]
    assert "۲۰۰٬۰۰۰" in browser.get(coupon).text
    number = _number(club)
    assert browser.get(f"/club/counter?q={number}").headers["Location"] == account
    assert browser.post(f"{coupon}/use").status_code == 303
    assert "مصرف‌شده" in browser.get(coupon).text
    for address in ("correct", "rank", "state", "card"):
        assert browser.get(f"{account}/{address}").status_code == 403
    assert browser.post(f"{coupon}/cancel").status_code == 403
    purchase = made.headers["Location"]
    assert browser.get(f"{purchase}/return").status_code == 403
    assert "اصلاح امتیاز" not in browser.get(account).text


def _number(club: Club) -> str:
    with club.runtime.reading(club.administrator) as context:
        return context.session.execute(select(Redemption.number)).scalar_one()


def test_the_form_of_the_shop_makes_person_member_card_and_introducer(club: Club, boss: Browser) -> None:
    made = boss.post(
        "/club/register",
        {
            "first_name": "نرگس",
            "last_name": "بهار",
            "mobile": "09121234567",
            "introducer": str(club.persons[0]),
            "with_card": "y",
        },
    )
    assert made.status_code == 303
    page = boss.get(made.headers["Location"]).text
    assert "نرگس بهار" in page
    assert re.search(r"چاپ کارت", page)
    assert boss.get("/club/counter?q=09121234567").text.count("نرگس بهار") >= 1
    assert boss.post("/club/register", {"first_name": "x"}).status_code == 422
    again = boss.post("/club/join", {"party": str(club.persons[0])})
    assert again.status_code == 422
    assert "پیش‌تر عضو" in again.text


def test_corrections_need_a_reason_and_stand_in_the_account(club: Club, boss: Browser) -> None:
    address = f"/club/account/{club.members[0]}/correct"
    assert boss.post(address, {"points": "50"}).status_code == 422
    assert boss.post(address, {"points": "-50", "reason": str(club.reason())}).status_code == 422
    assert boss.post(address, {"points": "50", "reason": str(club.reason())}).status_code == 303
    page = boss.get(f"/club/account/{club.members[0]}").text
    assert "اصلاح دستی" in page
    club.check()


def test_a_formula_that_cannot_be_reckoned_is_refused_in_the_settings(boss: Browser) -> None:
    others = {"tell_rank": "up"}
    bad = boss.post("/administration/settings/club", {"decay_formula": "balance ** 2", **others})
    assert bad.status_code == 422
    assert "در این فرمول معنایی ندارد" in bad.text
    assert (
        boss.post("/administration/settings/club", {"decay_formula": "balance / 4", **others}).status_code
        == 303
    )


def test_the_account_leads_to_the_page_of_the_customer_whoever_may_see_him(
    club: Club, boss: Browser, club_wsgi, engines
) -> None:
    page = f"/phone-book/{club.persons[0]}"
    account = f"/club/account/{club.members[0]}"
    assert f'href="{page}"' in boss.get(account).text
    assert boss.get(page).status_code in (200, 302, 303)
    with engines.owner(club.runtime.site).begin() as owner:
        clerk = add_user(owner, "clerk", {**COUNTER, ("party", "view"): "own"})
    found = enter(club, club_wsgi, engines, clerk, "clerk").get(account)
    assert found.status_code == 404 or f'href="{page}"' not in found.text
