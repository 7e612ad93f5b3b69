"""Limits on guessing: of each and of all together, over processes; what the limited are told, and that limits end."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from kernel.data.engines import Engines
from kernel.fa import clock
from kernel.resources.errors import Refused
from kernel.testing.browser import Browser
from kernel.web.wsgi import PeyvandWSGI
from plugins.carpet.models import Attempt
from plugins.carpet.serials import serial_of
from plugins.carpet.tests.conftest import MORNING, House

SENDER = "+989125550001"
BUYER = {"last_name": "خریدار", "mobile": "09127770001"}


def ask(house: House, network: str, code: int, place: int = 1, mobile: str = "09127770005") -> Any:
    values = {"last_name": "حدس", "mobile": mobile, "code": house.code(code), "serial": house.serial(place)}
    with house.runtime.system_work("the form", "test.form") as context:
        return context.run("carpet.register_by_web", network=network, **values)


def text_of(house: House, answer: Any) -> str:
    return house.runtime.translate(answer.stopped, "fa")


def shown(moment: Any) -> str:
    return clock.format_instant(moment, MORNING.tzinfo, "short")


def test_a_sender_is_told_until_when_and_it_is_so(house: House) -> None:
    house.set(tries_of_sender=2)
    house.say(SENDER, f"{house.serial(1)} {house.code(2)}")
    house.pass_time(minutes=30)
    house.say(SENDER, f"{house.serial(1)} {house.code(3)}")
    answer = house.say(SENDER, f"{house.serial(1)} {house.code(1)}")
    assert "از شمارهٔ شما" in answer
    assert shown(MORNING + timedelta(days=1, minutes=1)) in answer
    house.pass_time(hours=23, minutes=29)
    assert "از شمارهٔ شما" in house.say(SENDER, f"{house.serial(1)} {house.code(1)} ")
    house.pass_time(minutes=2)
    assert "ثبت شد" in house.say(SENDER, f"{house.serial(1)} {house.code(1)}  ")


def test_guesses_from_many_numbers_end_for_all_and_for_an_hour(house: House) -> None:
    house.set(tries_of_all=10)
    for place in range(10):
        house.say(f"+98912555{place:04d}", f"{house.serial(place + 1)} {house.code(29)}")
    answer = house.say("+989126660000", f"{house.serial(1)} {house.code(1)}")
    assert "از هر سو" in answer
    assert shown(MORNING + timedelta(hours=1, minutes=1)) in answer
    assert house.guarantees() == []
    assert (
        house.run(
            "carpet.register",
            house.dealer_user,
            serial=house.serial(1),
            code=house.code(1),
            **BUYER,
        ).kind
        == "registered"
    ), "who signs in is not stopped by strangers"
    assert ask(house, "192.0.2.1", 2, 2).outcome.kind == "registered", "nor is the other way"
    house.pass_time(hours=1, minutes=1)
    assert "ثبت شد" in house.say("+989126660000", f"{house.serial(3)} {house.code(3)}")


def test_guesses_from_many_addresses_end_for_all_and_for_an_hour(house: House) -> None:
    house.set(tries_of_all=10)
    found = [ask(house, f"192.0.2.{place}", 29, place) for place in range(1, 11)]
    assert {each.outcome.kind for each in found} == {"wrong"}
    late = ask(house, "192.0.2.99", 1)
    assert late.outcome is None
    assert "از هر سو" in text_of(house, late)
    assert "ثبت شد" in house.say(SENDER, f"{house.serial(2)} {house.code(2)}")
    house.pass_time(hours=1, minutes=1)
    assert ask(house, "192.0.2.99", 1).outcome.kind == "registered"


def test_an_address_is_told_until_when_and_it_is_so(house: House) -> None:
    house.set(tries_of_network=3)
    for code in (2, 3, 4):
        assert ask(house, "2001:db8::1", code).outcome.kind == "wrong"
    late = ask(house, "2001:db8::ffff:1", 1)
    assert late.outcome is None, "one house has many addresses of the sixth kind"
    assert "نشانی شبکهٔ شما" in text_of(house, late)
    assert shown(MORNING + timedelta(hours=1, minutes=1)) in text_of(house, late)
    assert ask(house, "2001:db8:0:1::1", 2, 2).outcome.kind == "registered"
    house.pass_time(hours=1, minutes=1)
    assert ask(house, "2001:db8::1", 1).outcome.kind == "registered"


def test_a_user_is_told_until_when(house: House) -> None:
    house.set(tries_of_network=1)
    values = {"serial": house.serial(1), **BUYER}
    house.run("carpet.register", house.dealer_user, code=house.code(2), **values)
    with pytest.raises(Refused) as refused:
        house.run("carpet.register", house.dealer_user, code=house.code(1), **values)
    assert shown(MORNING + timedelta(hours=1, minutes=1)) in house.runtime.translate(
        refused.value.message, "fa"
    )


def test_unknown_serials_at_the_open_page_count_over_all_processes(
    house: House, config: Any, engines: Engines
) -> None:
    house.set(tries_of_network=4)
    pages = [
        Browser(PeyvandWSGI(config, engines=engines), house.runtime.site.hosts[0]) for _process in range(2)
    ]
    asked = [pages[place % 2].get(f"/carpet/card/{serial_of(2001, place + 1)}") for place in range(6)]
    assert [answer.status_code for answer in asked] == [404] * 4 + [429] * 2
    assert "نشانی شبکهٔ شما" in re.sub(r"\s+", " ", asked[-1].text)
    for page in pages:
        assert page.get(f"/carpet/card/{house.serial(1)}").status_code == 429
    assert len(house.all(Attempt, Attempt.who.startswith("look:"))) == 4
    assert ask(house, "127.0.0.1", 1).outcome.kind == "registered", "looking takes nothing from registering"
    house.rows("UPDATE carpet.attempt SET at = at - interval '1 hour' RETURNING 1")
    assert pages[0].get(f"/carpet/card/{house.serial(1)}").status_code == 200
