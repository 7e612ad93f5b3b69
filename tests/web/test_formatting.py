"""What filters write, in Persian and in English."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from jinja2 import Environment
from markupsafe import Markup

from kernel.web.formatting import Formats, attributes, bdi, initials, install, tone

FA = Formats()
EN = Formats(locale="en", calendar="gregorian")
DAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 20, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "decimals", "persian", "english"),
    [
        (1234567, None, "۱٬۲۳۴٬۵۶۷", "1,234,567"),
        (-463100, None, "\u2212۴۶۳٬۱۰۰", "-463,100"),
        (Decimal("1.50"), None, "۱٫۵۰", "1.50"),
        (0.1, None, "۰٫۱", "0.1"),
        (Decimal("2.345"), 1, "۲٫۳", "2.3"),
        (None, None, "", ""),
    ],
)
def test_number(value: int | Decimal | None, decimals: int | None, persian: str, english: str) -> None:
    assert FA.number(value, decimals) == persian
    assert EN.number(value, decimals) == english


def test_money_is_shown_in_the_readers_unit() -> None:
    assert FA.money(12_345_670) == "۱٬۲۳۴٬۵۶۷"
    assert Formats(currency="rial").money(12_345_670) == "۱۲٬۳۴۵٬۶۷۰"
    assert EN.money(-50) == "-5"
    assert FA.money(None) == ""


def test_codes_with_latin_letters_keep_latin_digits() -> None:
    assert FA.code("INV-1405-0231") == "INV-1405-0231"
    assert FA.code("14003456781") == "۱۴۰۰۳۴۵۶۷۸۱"
    assert EN.code("14003456781") == "14003456781"


def test_days_follow_the_readers_calendar() -> None:
    assert FA.jdate(DAY) == "۱۴۰۵/۰۸/۳۰"
    assert FA.jdate(DAY, "weekday") == "شنبه ۳۰ آبان ۱۴۰۵"
    assert EN.jdate(DAY) == "2026-11-21"
    assert EN.jdate(DAY, "weekday") == "Saturday 21 November 2026"
    assert EN.jdate(DAY, "day_month") == "21 November"
    assert FA.jdate(None) == ""


def test_an_instant_is_brought_to_the_zone_of_the_site() -> None:
    assert FA.jdate(AT) == "۱۴۰۵/۰۹/۰۱"
    assert FA.jtime(AT) == "۰۰:۰۵"
    assert FA.instant(AT) == "۱۴۰۵/۰۹/۰۱ ۰۰:۰۵"
    assert EN.instant(AT) == "2026-11-22 00:05"
    assert EN.instant(AT, "long") == "Sunday 22 November 2026 00:05"
    assert FA.jtime(time(9, 5)) == "۰۹:۰۵"


def test_percent_and_phone() -> None:
    assert FA.percent(Decimal("12.5")) == "۱۲٫۵٪"
    assert EN.percent(7) == "7%"
    assert FA.phone("+989121234567") == "۰۹۱۲ ۱۲۳ ۴۵۶۷"
    assert FA.phone(None) == ""


def test_initials_do_not_join() -> None:
    assert initials("نگار رحیمی") == "ن\u200cر"
    assert initials("پیوند") == "پ"
    assert initials("«شرکت» (Nikan) Tech") == "T"
    assert initials("  ") == "?"


def test_tone_is_the_same_in_every_process() -> None:
    assert tone("نگار رحیمی") == "t0"
    assert {tone(f"name {number}") for number in range(200)} == {f"t{number}" for number in range(8)}


def test_names_are_escaped_and_isolated() -> None:
    assert bdi("<b>") == Markup("<bdi>&lt;b&gt;</bdi>")
    assert bdi(None) == Markup("<bdi></bdi>")


def test_attributes() -> None:
    written = attributes(
        {"hx_get": "/a?b=1&c=2", "disabled": True, "title": None, "hidden": False, "for_": "x"}
    )
    assert written == ' hx-get="/a?b=1&amp;c=2" disabled for="x"'


@pytest.mark.parametrize("name", ["style", "onclick", "hx_on", "hx_on:click"])
def test_attributes_that_the_policy_forbids(name: str) -> None:
    with pytest.raises(ValueError, match="content security policy"):
        attributes({name: "x"})


def test_filters_ask_for_the_formats_each_time() -> None:
    environment = Environment(autoescape=True)
    reader = [FA]
    install(environment, lambda: reader[0])
    template = environment.from_string("{{ 1234|number }} {{ day|jdate('long') }} {{ at|local_day }}")
    assert template.render(day=DAY, at=AT) == "۱٬۲۳۴ ۳۰ آبان ۱۴۰۵ 2026-11-22"
    reader[0] = EN
    assert template.render(day=DAY, at=AT) == "1,234 21 November 2026 2026-11-22"
