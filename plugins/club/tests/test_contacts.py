"""Planned contact: each once for its occasion, by Jalali months and days, with the response; wishes told and followed up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.messages.models import Message
from kernel.resources.errors import Invalid, Refused
from plugins.club.contacts.planning import comes_round
from plugins.club.models import Contact, Wish
from plugins.club.tests.conftest import MILLION, TODAY, Club
from plugins.club.tests.test_surveys import asking, rows, sms

__all__ = ("asking",)


def plan(club: Club, **values: object) -> int:
    return club.make("contact_plan", **{"title": "احوال‌پرسی", **values})


def bodies(club: Club) -> list[str]:
    with club.runtime.system_work("tests", "tests") as context:
        return list(context.session.execute(select(Message.body).order_by(Message.id)).scalars())


def contacts(club: Club) -> list[tuple[int, str, str | None]]:
    return [(club.members.index(row.member_id), row.state, row.response) for row in rows(club, Contact)]


def test_calls_come_round_by_the_months_never_twice_and_never_too_many(asking: Club) -> None:
    club = asking
    plan(club, every_months="3", most_a_day="2")
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _n: club.run("club.plan_contacts"), range(3))) == 2
    club.pass_days(1)
    assert club.run("club.plan_contacts") == 1
    assert [place for place, _state, _response in contacts(club)] == [0, 1, 2]
    club.pass_days(60)
    assert club.run("club.plan_contacts") == 0
    club.pass_days(40)
    assert club.run("club.plan_contacts") == 2


def test_a_purchase_within_the_days_is_the_response_and_words_are_noted(asking: Club) -> None:
    club = asking
    plan(club, respond_days="10")
    club.run("club.plan_contacts")
    first, second, third = (row.id for row in rows(club, Contact))
    club.run("club.note_contact", contact=first, note="خوب بود")
    club.run("club.note_contact", contact=second, reached="1", answered="1")
    club.run("club.note_contact", contact=third, reached="")
    with pytest.raises(Refused):
        club.run("club.note_contact", contact=third, reached="", answered="1")
    club.pass_days(11)
    club.buy(MILLION, day=TODAY + timedelta(days=10))
    club.buy(MILLION, member=2, day=TODAY + timedelta(days=10))
    club.run("club.plan_contacts")
    assert contacts(club) == [(0, "done", "bought"), (1, "done", "told"), (2, "missed", None)]
    late = rows(club, Contact)[0]
    assert (late.responded_on, late.note) == (TODAY + timedelta(days=10), "خوب بود")


def test_messages_go_by_themselves_once_and_who_cannot_be_reached_is_missed(asking: Club) -> None:
    club = asking
    club.run("record.edit", resource="person", record_id=club.persons[2], values={"mobile": ""})
    with pytest.raises(Invalid):
        plan(club, way="sms")
    plan(club, way="sms", words="دلمان برایتان تنگ شده است!")
    assert club.run("club.plan_contacts") == 3
    assert club.run("club.plan_contacts") == 0
    assert [state for _place, state, _response in contacts(club)] == ["done", "done", "missed"]
    assert sum("دلمان" in body for body in bodies(club)) == 2


def test_surprises_come_some_days_before_birthdays(asking: Club) -> None:
    club = asking
    for person, born in zip(club.persons, ("1360/09/03", "1399/12/30", "1370/09/04"), strict=True):
        club.run("record.edit", resource="person", record_id=person, values={"birth_date": born})
    plan(club, occasion="birthday", way="surprise", words="یک جعبه گز", days_before="3")
    assert club.run("club.plan_contacts") == 1
    assert club.run("club.plan_contacts") == 0
    assert contacts(club) == [(0, "due", None)]


@given(st.dates(date(1940, 3, 21), date(2025, 3, 20)), st.integers(1400, 1420))
def test_every_day_comes_round_once_a_year(since: date, year: int) -> None:
    own = jdatetime.date.fromgregorian(date=since)
    first = jdatetime.date(year, 1, 1)
    leap = first.isleap()
    days = [first.togregorian() + timedelta(days=place) for place in range(366 if leap else 365)]
    expected = (own.month, own.day) if leap or (own.month, own.day) != (12, 30) else (12, 29)
    (found,) = [day for day in days if comes_round(since, day)]
    assert found == jdatetime.date(year, *expected).togregorian()


def test_wishes_come_by_sms_and_the_member_hears_that_it_is_there(asking: Club) -> None:
    club = asking
    assert "یادداشت" in (sms(club, 0, "درخواست فرش ۹ متری کرم") or "")
    assert "بنویسید" in (sms(club, 0, "درخواست") or "")
    (wish,) = rows(club, Wish)
    assert (wish.title, wish.state) == ("فرش ۹ متری کرم", "open")
    assert club.run("club.wish_ready", wish=wish.id)
    assert "فرش ۹ متری کرم" in bodies(club)[-1]
    with pytest.raises(Refused):
        club.run("club.wish_ready", wish=wish.id)
    assert rows(club, Wish)[0].state == "ready"


def test_the_counter_notes_a_contact_on_its_page(asking: Club, boss) -> None:
    club = asking
    plan(club, words="بپرسید از خرید راضی‌اند؟")
    club.run("club.plan_contacts")
    number = rows(club, Contact)[0].id
    assert f"/club/contacts/{number}/note" in boss.get(f"/club/contacts/{number}").text
    assert "بپرسید از خرید راضی‌اند؟" in boss.get(f"/club/contacts/{number}/note").text
    form = {"reached": "y", "answered": "y", "note": "راضی بود"}
    assert boss.post(f"/club/contacts/{number}/note", form).status_code == 303
    assert contacts(club)[0] == (0, "done", "told")
    wish = club.make("wish", member=club.members[0], title="کیف")
    page = boss.get(f"/club/wishes/{wish}").text
    assert f"/club/wishes/{wish}/ready" in page
    assert boss.post(f"/club/wishes/{wish}/ready").status_code == 303
