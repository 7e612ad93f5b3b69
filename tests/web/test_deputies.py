"""Deputies in a browser: named by oneself or an administrator, at work at once, told in history, over at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime
import pytest

from kernel.testing.browser import Browser
from tests.web.conftest import SignIn

OWN = {("party", action): "own" for action in ("view", "create", "edit", "delete")}


def day(shift: int = 0) -> str:
    """Write a day counted from today in Jalali."""
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Tehran")).date() + timedelta(days=shift)
    return jdatetime.date.fromgregorian(date=today).strftime("%Y/%m/%d")


@pytest.fixture
def mina(sign_in: SignIn) -> Browser:
    return sign_in("mina", OWN)


@pytest.fixture
def reza(sign_in: SignIn) -> Browser:
    """Somebody without any right of his own."""
    return sign_in("reza", {("party", "view"): "own"})


def test_a_deputy_works_at_once_and_history_says_for_whom(
    mina: Browser, reza: Browser, sign_in: SignIn, run, id_of
) -> None:
    hers = mina.made("/persons/new", last_name="مینایی")
    omid = sign_in("omid", OWN)
    others = omid.made("/persons/new", last_name="امیدی")
    assert reza.get(hers).status_code == 404
    answer = mina.post("/deputies", {"deputy": id_of("reza"), "since": day(), "until": day(1)})
    assert answer.status_code == 303
    assert "اکنون جانشین است" in mina.get("/deputies").text
    page = reza.get(hers)
    assert page.status_code == 200
    assert "جانشین mina هستید" in page.text
    assert "مینایی" in reza.get("/persons").text
    assert reza.get(others).status_code == 404
    assert "امیدی" not in reza.get("/persons").text
    saved = reza.post(
        f"{hers}/edit",
        {"last_name": "مینایی‌فر", "owner": id_of("mina"), "_version": reza.version(f"{hers}/edit")},
    )
    assert saved.status_code == 303
    assert "reza به جای mina" in mina.get(f"{hers}?tab=history").text
    told = run("SELECT actor_name, on_behalf_of FROM kernel.history WHERE command = 'record.edit'")
    assert set(told) == {("reza", "mina")}
    assert reza.get("/persons/new").status_code == 403
    number = run("SELECT id FROM kernel.deputy")[0][0]
    assert omid.post(f"/deputies/{number}/withdraw").status_code == 404
    assert mina.post(f"/deputies/{number}/withdraw").status_code == 303
    assert reza.get(hers).status_code == 404
    assert "جانشین mina" not in reza.get("/persons").text
    assert "مینایی" not in reza.get("/persons").text
    assert [
        row[0] for row in run("SELECT what FROM kernel.audit_entry WHERE what LIKE 'deputy%' ORDER BY id")
    ] == [
        "deputy.name",
        "deputy.withdraw",
    ]


def test_of_the_rules_for_fields_of_both_the_stricter_binds(
    mina: Browser, reza: Browser, sign_in: SignIn, run, id_of
) -> None:
    head = sign_in("head", {("party", action): "all" for action in ("view", "edit")})
    hers = mina.made(
        "/persons/new",
        last_name="مینایی",
        mobile="09121234567",
        email="neshan@example.org",
        note="یادداشت‌نشان",
    )
    rules = {
        "mina": {"mobile": "masked", "note": "read_only"},
        "reza": {"note": "hidden", "email": "read_only"},
    }
    for user, kept in rules.items():
        for name, rule in kept.items():
            run(
                "INSERT INTO kernel.pattern_field SELECT pattern_id, 'party', :name, :rule FROM kernel.user_pattern"
                " WHERE user_id = :user RETURNING 1",
                name=name,
                rule=rule,
                user=id_of(user),
            )
    for other in ("reza", "head"):
        mina.post("/deputies", {"deputy": id_of(other), "since": day(), "until": day(1)})
    page, form = reza.get(hers).text, reza.get(f"{hers}/edit").text
    for shown in (page, form):
        assert "•••• ۴۵۶۷" in shown, "as the absent user reads it"
        assert "۰۹۱۲ ۱۲۳ ۴۵۶۷" not in shown
        assert "یادداشت‌نشان" not in shown, "as he himself reads it"
        assert "neshan@example.org" in shown
    for name in ("mobile", "note", "email"):
        assert f'name="{name}"' not in form
        sent = {"last_name": "دیگر", name: "x", "_version": reza.version(f"{hers}/edit")}
        assert reza.post(f"{hers}/edit", sent).status_code == 422
    whole = head.get(hers).text
    assert "۰۹۱۲ ۱۲۳ ۴۵۶۷" in whole, "who sees all records reads them in his own right"
    assert "یادداشت‌نشان" in whole


def test_days_and_users_are_checked_beside_their_fields(mina: Browser, reza: Browser, id_of, run) -> None:
    for entered, words in (
        ({"deputy": id_of("mina"), "since": day(), "until": day()}, "کاربر دیگری"),
        ({"deputy": "", "since": day(), "until": day()}, "کاربر دیگری"),
        ({"deputy": id_of("reza"), "since": day(2), "until": day(1)}, "پیش از روز آغاز"),
        ({"deputy": id_of("reza"), "since": day(-3), "until": day(-1)}, "این روز گذشته"),
        ({"deputy": id_of("reza"), "since": "دیروز", "until": day()}, 'aria-invalid="true"'),
    ):
        answer = mina.post("/deputies", entered)
        assert answer.status_code == 422
        assert words in answer.text or 'role="alert"' in answer.text
    assert run("SELECT count(*) FROM kernel.deputy") == [(0,)]


def test_tomorrows_and_yesterdays_deputy_sees_nothing_today(mina: Browser, reza: Browser, id_of, run) -> None:
    hers = mina.made("/persons/new", last_name="مینایی")
    mina.post("/deputies", {"deputy": id_of("reza"), "since": day(1), "until": day(3)})
    assert reza.get(hers).status_code == 404
    run("UPDATE kernel.deputy SET since = since - 3, until = until - 4")
    assert reza.get(hers).status_code == 404
    run("UPDATE kernel.deputy SET until = until + 1")
    assert reza.get(hers).status_code == 200
    run("UPDATE kernel.user_account SET active = false WHERE username = 'mina'")
    assert reza.get(hers).status_code == 404


def test_an_administrator_names_for_others_and_nobody_else_does(
    sign_in: SignIn, mina: Browser, reza: Browser, id_of
) -> None:
    hers = mina.made("/persons/new", last_name="مینایی")
    boss = sign_in("boss", administrator=True)
    page = f"/administration/users/{id_of('mina')}/deputies"
    assert reza.get(page).status_code == 403
    assert reza.post(page, {"deputy": id_of("reza"), "since": day(), "until": day()}).status_code == 403
    assert "جانشین‌ها" in boss.get(f"/administration/users/{id_of('mina')}").text
    assert boss.post(page, {"deputy": id_of("reza"), "since": day(), "until": day()}).status_code == 303
    assert "reza" in boss.get(page).text
    assert reza.get(hers).status_code == 200
    assert "mina" in reza.get("/deputies").text
