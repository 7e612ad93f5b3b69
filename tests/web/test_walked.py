"""What a walk through the pages found, and what now holds: words of devices, refusals, numbers on a phone."""

from __future__ import annotations

import re

import pytest

from kernel.i18n import KERNEL_TRANSLATIONS, Catalogue, translate
from kernel.web.devices import device
from tests.web.conftest import ALL, Browser, SignIn

PERSIAN = Catalogue.load("fa", [("kernel", KERNEL_TRANSLATIONS)])
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
SERIES = {
    f"{WINDOWS} Chrome/130.0.0.0 Safari/537.36": "کروم در ویندوز",
    f"{WINDOWS} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0": "اج در ویندوز",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0": "فایرفاکس در لینوکس",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1": "سافاری در آیفون",
    "Mozilla/5.0 (Linux; Android 14) Chrome/130.0.0.0 Mobile Safari/537.36": "کروم در اندروید",
    "Mozilla/5.0 (Android 14)": "اندروید",
    "curl/8.5.0": "curl/8.5.0",
    "": "دستگاه ناشناس",
}


@pytest.mark.parametrize(("agent", "words"), SERIES.items())
def test_devices_are_named_in_words(agent: str, words: str) -> None:
    said = device(agent)
    assert (said if isinstance(said, str) else translate(said, PERSIAN)) == words


def test_a_missing_right_is_said_once_and_then_what_to_do(sign_in: SignIn) -> None:
    text = sign_in("omid", {}).get("/persons").text
    assert "شما اجازهٔ این کار را ندارید" not in text
    assert "از مدیر" in text


def made(browser: Browser, address: str, **values: str) -> int:
    answer = browser.post(address, values)
    assert answer.status_code == 303, answer.text
    return int(str(answer.headers["Location"]).rsplit("/", 1)[-1])


@pytest.mark.parametrize("number", [{"mobile": "09123456789"}, {"phone": "02188776655"}])
def test_a_phone_shows_whichever_number_there_is(sign_in: SignIn, number: dict[str, str]) -> None:
    sara = sign_in("sara", ALL)
    firm = made(sara, "/organisations/new", name="نیکان", **number)
    (row,) = re.findall(rf'<tr id="row-{firm}".*?</tr>', sara.get("/phone-book").text, re.DOTALL)
    (shown,) = re.findall(r'<td class="[^"]*\bm-detail">(.*?)</td>', row)
    assert "tel:+98" in shown


def test_the_number_beside_a_name_keeps_the_order_of_its_groups(sign_in: SignIn) -> None:
    sara = sign_in("sara", ALL)
    person = made(sara, "/persons/new", last_name="ناهیدی", mobile="09123456789")
    for address in ("/search?q=ناهیدی", f"/persons/{person}"):
        assert "\u2066۰۹۱۲ ۳۴۵ ۶۷۸۹\u2069" in sara.get(address).text


def test_many_empty_facts_are_folded_and_a_few_are_not(sign_in: SignIn) -> None:
    sara = sign_in("sara", ALL)
    person = made(sara, "/persons/new", last_name="ناهیدی", mobile="09123456789")
    page = sara.get(f"/persons/{person}").text
    folded = re.search(r"<summary>فیلدهای خالی.*?</details>", page, re.DOTALL)
    assert folded
    assert "نام پدر" in folded[0]
    assert "نام خانوادگی" not in folded[0]
