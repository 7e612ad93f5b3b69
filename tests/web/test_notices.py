"""Notices in a browser: bell, panel and page; whom they reach, and that they say nothing of what one may not see."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from kernel.i18n import _
from kernel.interactions.follow_ups import tell_due
from kernel.messages.reminders.sweep import open_due
from kernel.resources.notices.keeping import KEPT, KEPT_READ, forget
from kernel.resources.notices.telling import notify
from kernel.resources.runtime import Runtime
from tests.web.conftest import ALL, Browser, SignIn

OWN = {("party", action): "own" for action in ("view", "create", "edit", "delete", "assign")}


def number_of(path: str) -> int:
    return int(re.findall(r"\d+", path)[-1])


def count(browser: Browser) -> int:
    found = re.search(r'class="bell-count"[^>]*>([^<]+)<', browser.get("/search").text)
    return int(found[1]) if found else 0


def lines(browser: Browser, address: str = "/notices") -> list[str]:
    found = re.findall(r'<li class="told[^>]*>(.*?)</li>', browser.get(address).text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


def tell(runtime: Runtime, user_id: str, text: Any = None, kind: str = "kernel.limit", **options: Any) -> int:
    with runtime.system_work("test", "test") as context:
        return notify(context, [int(user_id)], kind=kind, text=text or _("Notice"), **options)


@pytest.fixture
def handed(sign_in: SignIn, id_of: Any) -> tuple[Browser, Browser, str]:
    """Reza hands a person over to Mina: giver, receiver, address."""
    reza, mina = sign_in("reza", OWN), sign_in("mina", OWN)
    person = reza.made("/persons/new", first_name="رویا", last_name="پنهانی")
    reza.post("/persons/hand-over", {"id": number_of(person), "owner": id_of("mina")})
    return reza, mina, person


def test_the_bell_counts_and_a_notice_leads_to_its_record_and_is_read(
    handed: tuple[Browser, Browser, str],
) -> None:
    reza, mina, person = handed
    assert (count(reza), count(mina)) == (0, 1)
    (line,) = lines(mina, "/notices/panel")
    assert "reza یک شخص به شما واگذار کرد" in line
    assert "رویا پنهانی" in line
    opened = mina.post(mina.link(mina.get("/notices").text, "/open", attribute="action"))
    assert opened.headers["Location"] == person
    assert count(mina) == 0
    assert lines(mina, "/notices?unread=1") == []
    assert len(lines(mina)) == 1


def test_several_handed_over_at_once_are_one_notice_that_counts(
    handed: tuple[Browser, Browser, str], id_of: Any
) -> None:
    reza, mina, _person = handed
    more = [number_of(reza.made("/persons/new", last_name=name)) for name in ("الف", "ب")]
    mina.post("/notices/read", {})
    assert count(mina) == 0
    reza.post("/persons/hand-over", {"id": more, "owner": id_of("mina")})
    assert count(mina) == 1
    (line,) = lines(mina)
    assert "reza ۳ شخص به شما واگذار کرد" in line
    assert "پنهانی" not in line
    opened = mina.post(mina.link(mina.get("/notices").text, "/open", attribute="action"))
    assert opened.headers["Location"] == "/persons"


def test_what_its_reader_may_not_see_any_more_is_told_with_no_word(
    handed: tuple[Browser, Browser, str], sign_in: SignIn, id_of: Any
) -> None:
    _reza, mina, person = handed
    boss = sign_in("boss", ALL)
    boss.post("/persons/hand-over", {"id": number_of(person), "owner": id_of("boss")})
    hidden = lines(mina)
    assert "دیگر اجازهٔ دیدن آن را ندارید" in hidden[0]
    for word in ("پنهانی", "reza", "شخص", person):
        assert word not in hidden[0]
    opened = mina.post(mina.link(mina.get("/notices").text, "/open", attribute="action"))
    assert opened.headers["Location"] == "/notices"
    boss.post(f"{person}/delete")
    binned = lines(mina)
    assert [re.sub("خوانده‌نشده: ", "", line) for line in hidden] == binned


def test_notices_of_others_answer_like_absent_ones(handed: tuple[Browser, Browser, str], run: Any) -> None:
    reza, mina, _person = handed
    ((number,),) = run("SELECT id FROM kernel.notice")
    theirs, absent = reza.post(f"/notices/{number}/open"), reza.post("/notices/999999/open")
    assert theirs.status_code == absent.status_code == 404
    assert lines(reza) == []
    reza.post("/notices/read")
    assert count(mina) == 1


def test_a_user_gets_the_kinds_that_he_chose(sign_in: SignIn, runtime: Runtime, id_of: Any, run: Any) -> None:
    sara = sign_in("sara", {})
    run("UPDATE kernel.user_account SET email = 'sara@example.com' WHERE username = 'sara'")
    assert tell(runtime, id_of("sara")) == 1
    page = sara.get("/notices/choices").text
    assert re.search(r'name="shown" value="kernel.limit" checked', page)
    assert not re.search(r'name="email" value="kernel.limit" checked', page)
    sara.post("/notices/choices", {"shown": ["kernel.work"], "email": ["kernel.work", "kernel.limit"]})
    assert tell(runtime, id_of("sara")) == 0
    assert tell(runtime, id_of("sara"), _("Save"), "kernel.work", occasion="1") == 1
    assert tell(runtime, id_of("sara"), _("Save"), "kernel.work", occasion="1") == 0
    assert len(lines(sara)) == 2
    sent = run("SELECT address, subject, purpose FROM kernel.message")
    assert sent == [("sara@example.com", "ذخیره", "kernel.notice")]
    sara.post("/notices/choices", {"shown": list(runtime.declared.notice_kinds)})
    assert run("SELECT count(*) FROM kernel.own_choice") == [(0,)]


def test_whoever_may_not_sign_in_gets_none(sign_in: SignIn, runtime: Runtime, id_of: Any, run: Any) -> None:
    sign_in("gone", {})
    run("UPDATE kernel.user_account SET active = false WHERE username = 'gone'")
    assert tell(runtime, id_of("gone")) == 0
    assert tell(runtime, "999999") == 0


def test_pages_follow_on_each_other_without_gap_or_repeat(
    sign_in: SignIn, runtime: Runtime, id_of: Any
) -> None:
    sara = sign_in("sara", {})
    with runtime.system_work("test", "test") as context:
        for number in range(120):
            notify(
                context, [int(id_of("sara"))], kind="kernel.limit", text=_("Row %(number)d", number=number)
            )
    assert sara.get("/").text.count('class="bell-count" aria-hidden="true">۹۹+<') == 1
    seen: list[str] = []
    address = "/notices"
    while True:
        page = sara.get(address).text
        seen += re.findall(r"ردیف ([۰-۹]+)", page)
        if "قدیمی‌تر" not in page:
            break
        address = sara.link(page, "before=")
    assert len(seen) == len(set(seen)) == 120
    assert sara.get("/notices?before=nonsense").status_code == 200


def test_a_follow_up_of_today_is_told_once_to_whom_it_is_for(
    sign_in: SignIn, runtime: Runtime, id_of: Any, run: Any
) -> None:
    rights = {**ALL, ("interaction", "view"): "all", ("interaction", "create"): "all"}
    sara = sign_in("sara", rights)
    person = number_of(sara.made("/persons/new", last_name="کاوه"))
    run(
        "INSERT INTO kernel.interaction (channel, party_id, subject, started_at, follow_up_on, owner_id, search_key)"
        " SELECT 'visit', :p, 'بازدید ' || d, now(), (now() AT TIME ZONE 'Asia/Tehran')::date + d, :u, ''"
        " FROM unnest(ARRAY[0, 1, -30]) d",
        p=person,
        u=int(id_of("sara")),
    )
    for expected in (1, 0):
        with runtime.system_work("test", "test") as context:
            assert tell_due(context) == expected
    (line,) = lines(sara)
    assert "امروز باید پیگیری شود بازدید 0" in line


def test_reminders_that_come_due_are_told_to_who_sees_them(
    sign_in: SignIn, runtime: Runtime, id_of: Any, run: Any
) -> None:
    sara = sign_in("sara", {**ALL, ("reminder", "view"): "all"})
    blind = sign_in("blind", {**OWN, ("reminder", "view"): "all"})
    run(
        "INSERT INTO kernel.reminder_ladder (name, source, owner_id) VALUES ('تولد', 'kernel.birthday', :u)",
        u=int(id_of("sara")),
    )
    person = number_of(sara.made("/persons/new", last_name="کاوه"))
    for user, days in (("sara", 1), ("sara", 2), ("blind", 3)):
        run(
            "INSERT INTO kernel.reminder (ladder_id, source, record_id, party_id, owner_id, days_before, channel, recipient,"
            " target, day, due_at, state) SELECT id, source, :p, :p, :u, :d, 'list', 'party',"
            " current_date, current_date, now() - interval '1 minute', 'waiting' FROM kernel.reminder_ladder",
            p=person,
            u=int(id_of(user)),
            d=days,
        )
    with runtime.system_work("test", "test") as context:
        open_due(context)
    (line,) = lines(sara)
    assert "موعد ۲ یادآوری رسیده است" in line
    assert lines(blind) == []


def test_old_notices_are_forgotten(sign_in: SignIn, runtime: Runtime, id_of: Any, run: Any) -> None:
    sara = sign_in("sara", {})
    for age, read in ((KEPT_READ, True), (KEPT_READ, False), (KEPT, False)):
        tell(runtime, id_of("sara"))
        run(
            "UPDATE kernel.notice SET told_at = now() - CAST(:age AS interval), read_at = CASE WHEN :read THEN"
            " now() - CAST(:age AS interval) END WHERE id = (SELECT max(id) FROM kernel.notice)",
            age=age + timedelta(hours=1),
            read=read,
        )
    with runtime.system_work("test", "test") as context:
        forget(context)
    assert len(lines(sara)) == 1
