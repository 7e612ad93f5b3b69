"""What buyers send is read whatever the digits, spelling and order: generated spellings against what they were made of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from plugins.carpet import codes, reading, serials
from plugins.carpet.reading import Pair

ALPHABETS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
SEPARATORS = (" ", "-", "  ", " - ", ".", "/", "_", "–", "\u00a0", "\u2009", "\\", " · ")
HIDDEN = ("", "\u200c", "\u200f", "\u202b", "ـ", "\ufe0f\u20e3", "\u2066", "\u0650")
WORDS = ("", "سریال ", "کد: ", "Serial ", "شماره=", "رمز(", "ضمانت ", "s/n:", "با سلام، ")
JOINTS = ("\n", " ، ", " و ", "؛", ",", " کد ", " رمز: ", " : ", "*", "#")


def numbers() -> st.SearchStrategy[str]:
    return st.builds(serials.serial_of, st.integers(1001, 9999), st.integers(1, 999_999))


def codes_of() -> st.SearchStrategy[str]:
    return st.integers(0, 10**8 - 1).map(lambda number: f"{number:08d}")


@st.composite
def spelt(draw: Any, digits: str) -> str:
    """Write a number as somebody may: in one of three alphabets or mixed, whole or in groups, with hidden marks."""
    alphabet = draw(st.sampled_from((*ALPHABETS, "")))
    written = [(alphabet or draw(st.sampled_from(ALPHABETS)))[int(digit)] for digit in digits]
    groups = draw(
        st.sampled_from(
            (
                (len(digits),),
                (4, 4, 3) if len(digits) == 11 else (4, 4),
                (6, 5) if len(digits) == 11 else (5, 3),
            )
        )
    )
    separator = draw(st.sampled_from(SEPARATORS))
    parts, at = [], 0
    for length in groups:
        parts.append(draw(st.sampled_from(HIDDEN)).join(written[at : at + length]))
        at += length
    return draw(st.sampled_from(HIDDEN)) + separator.join(parts)


@st.composite
def messages(draw: Any) -> tuple[str, dict[str, str]]:
    """A message, and the codes of its serials."""
    pairs = draw(st.dictionaries(numbers(), codes_of(), min_size=1, max_size=4))
    items: list[str] = []
    for serial, code in pairs.items():
        both = [serial, code] if draw(st.booleans()) else [code, serial]
        items += both
    words = [draw(st.sampled_from(WORDS)) + draw(spelt(item)) for item in items]
    text = words[0]
    for word in words[1:]:
        text += draw(st.sampled_from(JOINTS)) + word
    return draw(st.sampled_from(("", "سلام\n", "ضمانت "))) + text, pairs


@settings(max_examples=300, deadline=None)
@given(messages())
def test_every_spelling_is_read_as_it_was_meant(message: tuple[str, dict[str, str]]) -> None:
    text, pairs = message
    told = reading.read(text)
    assert told.readings
    assert {pair.serial: pair.code for pair in told.readings[0]} == pairs


@settings(max_examples=200, deadline=None)
@given(numbers(), codes_of(), st.booleans(), st.sampled_from(SEPARATORS))
def test_with_nothing_but_separators_between_them_the_meaning_is_among_the_readings(
    serial: str, code: str, code_first: bool, separator: str
) -> None:
    groups = [serial[:4], serial[4:8], serial[8:]], [code[:4], code[4:]]
    order = [*groups[1], *groups[0]] if code_first else [*groups[0], *groups[1]]
    told = reading.read(separator.join(order))
    assert (Pair(serial, code),) in told.readings


@settings(max_examples=200, deadline=None)
@given(numbers(), codes_of(), st.sampled_from(("\n", "،", "🔹", " : ", ",\n", "*", "\r\n", "٫ ؛")))
def test_groups_with_whatever_between_them_are_read_too(serial: str, code: str, between: str) -> None:
    groups = [serial[:4], serial[4:8], serial[8:], code[:4], code[4:]]
    assert (Pair(serial, code),) in reading.read(between.join(groups)).readings
    named = f"سریال {between.join(groups[:3])} و کد {between.join(groups[3:])} 🙏"
    assert (Pair(serial, code),) in reading.read(named).readings


@pytest.mark.parametrize(
    "text",
    [
        "1OO1 OOOO O17 کد oooo ooo1",
        "S/N 10O10000Ol7, code 0000000l",
        "ІОО1".replace("І", "I") + "OOOO017 کد 00000001",
        "سریال1OO1-OOOO-O17|00000OO1رمز",
        "❤️سریال 1️⃣0️⃣0️⃣1️⃣ 0️⃣0️⃣0️⃣0️⃣ 0️⃣1️⃣7️⃣ رمز ۰۰۰۰🙏۰۰۰۱",
    ],
)
def test_letters_and_pictures_that_stand_for_digits(text: str) -> None:
    told = reading.read(text)
    assert Pair("10010000017", "00000001") in {pair for each in told.readings for pair in each}


@pytest.mark.parametrize(
    "text",
    [
        "تاریخ خرید ۱۴۰۵/۰۸/۳۰ سریال {serial} کد {code}",
        "سریال {serial} کد {code} خرید 1405-8-30",
        "14050830\n{serial}\n{code}",
        "تلفن: ۰۲۱ ۸۸۷۷۶۶۵۵ سریال {serial} رمز {code}",
        "سریال {serial} شمارهٔ تماس من 88776655 رمز {code}",
        "علی رضایی 09123456789 کد ملی 0012345679 {code} {serial} فرش 3×4",
        "قیمت 12500000 تومان {serial} {code}",
        "12500000 تومان {serial} {code}",
        "{serial} {code} 25/000/000 ریال",
        "خرید 30/11/2026 سریال {serial} {code}",
        "+98 912 123 4567\n{serial}\n{code}",
        "مشتری شمارهٔ 12345678\nسریال {serial}\nرمز {code}",
        "88776655 سریال {serial} كد {code}",
        "کد ملی 0012345679 و 88776655 سریال {serial} رمز: {code}",
    ],
)
def test_dates_telephones_and_prices_are_no_codes(text: str) -> None:
    told = reading.read(text.format(serial="10010000017", code="48210937"))
    assert told.readings[0] == (Pair("10010000017", "48210937"),)


CARPETS = ("10010000017", "10010000025", "10010000030")
KEYS = ("48210937", "00000002", "13579246")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{0} {3}\n{1}\n{2} {5}", ("48210937", "", "13579246")),
        ("{0}\n{1} {4}\n{2} {5}", ("", "00000002", "13579246")),
        ("سریال {0} کد {3} سریال {1} سریال {2} کد {5}", ("48210937", "", "13579246")),
        ("{3} {0}، {1} و {5} {2}", ("48210937", "", "13579246")),
        ("{0} و {1} و {2} کد {3} و {4} و {5}", KEYS),
        ("{3}\n{4}\n{5}\n{0}\n{1}\n{2}", KEYS),
        ("{0}{3}{1}{4}{2}{5}", KEYS),
        ("{3}{0}\n{4}{1}/{5}{2}", KEYS),
        ("۱) {0} {3} ۲) {1} {4} ۳) {2} {5}", KEYS),
        ("{0},{3},{1},{4},{2},{5}", KEYS),
    ],
)
def test_of_several_carpets_each_has_its_own_code(text: str, meant: tuple[str, ...]) -> None:
    told = reading.read(text.format(*CARPETS, *KEYS))
    assert {pair.serial: pair.code for pair in told.readings[0]} == dict(zip(CARPETS, meant, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "88776655\n{0} {3}\n{1} {4}",
        "88776655 {0} {3}\n{1} {4}",
        "رضا 88776655\n{0}\n{3}\n{1}\n{4}",
        "88776655 {0} {3} {1} {4}",
        "{0} {3} {1} {4} 88776655",
        "{3} {0} {4} {1}\n88776655",
        "{3} {0} {4} {1} 88776655",
    ],
)
def test_a_telephone_without_a_word_takes_no_code_from_its_carpet(text: str) -> None:
    pairs = reading.read(text.format(*CARPETS, *KEYS)).readings[0]
    assert [pair.serial for pair in pairs] == list(CARPETS[:2])
    for pair, own in zip(pairs, KEYS, strict=False):
        assert own in (pair.code, *pair.others)


def test_what_may_be_the_code_as_well_is_told_with_it() -> None:
    ((pair,), *_others) = reading.read("10010000017 12345678 48210937").readings
    assert {pair.code, *pair.others} == {"12345678", "48210937"}


def test_a_code_that_looks_like_a_date_is_a_code_where_there_is_no_other() -> None:
    for text in ("10010000017 14050830", "تاریخ 10010000017 14050830", "1405/08/30 10010000017"):
        assert reading.read(text).readings[0] == (Pair("10010000017", "14050830"),)


def test_what_stands_at_the_end_of_very_many_words_is_read() -> None:
    told = reading.read("سلام خدمت شما " * 1000 + "10010000017 48210937")
    assert told.readings == ((Pair("10010000017", "48210937"),),)
    assert reading.read("12345 " * 5000 + "10010000017 48210937") == reading.Told(())


def test_words_of_such_letters_stay_words() -> None:
    assert reading.read("lol Ooo 10 ok IlIlIlIlIlI").readings == ()


@given(numbers(), codes_of(), st.booleans())
def test_numbers_that_are_glued_together_come_apart(serial: str, code: str, code_first: bool) -> None:
    told = reading.read(code + serial if code_first else serial + code)
    assert (Pair(serial, code),) in told.readings


@given(numbers(), codes_of(), st.integers(0, 10), st.integers(1, 9))
def test_a_wrong_digit_is_seen(serial: str, code: str, place: int, by: int) -> None:
    wrong = serial[:place] + str((int(serial[place]) + by) % 10) + serial[place + 1 :]
    assert not serials.is_serial(wrong)
    assume(wrong[0] != "0")
    assert reading.read(f"{code} {wrong}").coded
    told = reading.read(f"{wrong} 1234")
    assert told.readings == ()
    assert told.misspelt


@given(numbers(), st.integers(0, 9))
def test_two_neighbours_that_changed_places_are_seen(serial: str, place: int) -> None:
    assume(serial[place] != serial[place + 1])
    swapped = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
    assert not serials.is_serial(swapped)


@given(st.text(max_size=400))
@example("۱" * 400)
@example("1 " * 300)
def test_anything_at_all_can_be_read(text: str) -> None:
    told = reading.read(text)
    assert all(serials.is_serial(pair.serial) for each in told.readings for pair in each)


@pytest.mark.parametrize(
    "text", ["سلام", "09121234567", "0912 123 4567", "کد ملی ۰۰۱۲۳۴۵۶۷۹", "12345678", ""]
)
def test_what_is_no_serial_is_left_alone(text: str) -> None:
    assert reading.read(text) == reading.Told(())


def test_codes_can_be_compared_and_not_read() -> None:
    code = codes.new_code()
    mark = codes.mark_of(code)
    assert len(code) == codes.LENGTH
    assert code.isdigit()
    assert code not in mark
    assert mark != codes.mark_of(code)
    assert codes.matches(code, mark)
    assert not codes.matches(f"{(int(code) + 1) % 10**8:08d}", mark)
