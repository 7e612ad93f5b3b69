from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.errors import MoneyError
from kernel.fa.money import LARGEST, format_rial, format_toman, number_in_words, parse_rial, rial_in_words
from tests.fa.vectors import vectors

AMOUNTS = st.integers(-LARGEST, LARGEST)

WORDS = {
    **{
        word: n
        for n, word in enumerate(["یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده"], start=1)
    },
    **{word: n for n, word in enumerate(["یازده", "دوازده", "سیزده", "چهارده", "پانزده"], start=11)},
    **{word: n for n, word in enumerate(["شانزده", "هفده", "هجده", "نوزده", "بیست"], start=16)},
    **{
        word: 10 * n for n, word in enumerate(["سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"], start=3)
    },
    **{word: 100 * n for n, word in enumerate(["یکصد", "دویست", "سیصد", "چهارصد", "پانصد"], start=1)},
    **{word: 100 * n for n, word in enumerate(["ششصد", "هفتصد", "هشتصد", "نهصد"], start=6)},
}
SCALES = {
    word: 1000**n
    for n, word in enumerate(["هزار", "میلیون", "میلیارد", "تریلیون", "کوادریلیون", "کوینتیلیون"], start=1)
}


def value_of(words):
    """Read Persian number words, independently of how they are written."""
    total = group = 0
    for word in words.removeprefix("منفی ").replace(" و ", " ").split():
        if word in SCALES:
            total, group = total + group * SCALES[word], 0
        else:
            group += WORDS[word]
    return -(total + group) if words.startswith("منفی") else total + group


@vectors("money_rial")
def test_vectors(value, expected):
    assert format_rial(value) == expected["fa"]
    assert (value % 10 == 0) is expected["toman_exact"]
    assert format_toman(value, digits="en").replace(",", "") == str(expected["toman"])


@given(AMOUNTS)
def test_what_is_written_can_be_read(amount):
    assert parse_rial(format_rial(amount)) == amount
    assert parse_rial(format_rial(amount, digits="en")) == amount


@given(AMOUNTS)
def test_toman_are_tenths(amount):
    assert Decimal(format_toman(amount, digits="en").replace(",", "")) * 10 == amount


@given(st.integers(-(LARGEST // 10), LARGEST // 10))
def test_whole_toman_can_be_read_with_their_unit(toman):
    assert parse_rial(f"{format_toman(10 * toman)} تومان") == 10 * toman


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("1500000", 1_500_000),
        ("1,500,000", 1_500_000),
        ("۱٬۵۰۰٬۰۰۰", 1_500_000),
        ("١،٥٠٠،٠٠٠", 1_500_000),
        ("1.500.000", 1_500_000),
        ("1/500/000 ریال", 1_500_000),
        ("1 500 000", 1_500_000),
        ("150 هزار تومان", 1_500_000),
        ("۱٫۵ میلیون", 1_500_000),
        ("2 هزار میلیارد ریال", 2_000_000_000_000),
        ("12.5 تومان", 125),
        ("5 Toman", 50),
        ("-5,000", -5000),
        ("−۵٬۰۰۰", -5000),
        ("\u200e-5", -5),
        (str(LARGEST), LARGEST),
    ],
)
def test_amounts_are_read_as_people_write_them(text, amount):
    assert parse_rial(text) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-an-amount"),
        ("ریال", "not-an-amount"),
        ("12,34", "not-an-amount"),
        ("1,500.000,000", "not-an-amount"),
        ("1,500 000", "not-an-amount"),
        ("1e5", "not-an-amount"),
        ("--5", "not-an-amount"),
        ("5 دلار", "not-an-amount"),
        ("۱۵۰هزارتومان", "not-an-amount"),
        ("5 تومان ریال", "not-an-amount"),
        ("9" * 100, "not-an-amount"),
        ("1.500", "ambiguous-amount"),
        ("1.5", "fraction-of-rial"),
        ("12.55 تومان", "fraction-of-rial"),
        ("1." + "0" * 40 + "1", "fraction-of-rial"),
        (str(LARGEST + 1), "amount-too-large"),
        ("99 هزار میلیارد میلیارد", "amount-too-large"),
    ],
)
def test_refusals(text, code):
    with pytest.raises(MoneyError) as caught:
        parse_rial(text)
    assert caught.value.code == code


@given(st.integers(-LARGEST, LARGEST).filter(bool))
def test_words_mean_the_number(number):
    assert value_of(number_in_words(number)) == number


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "صفر ریال"),
        (1025, "یک هزار و بیست و پنج ریال"),
        (-1_000_000, "منفی یک میلیون ریال"),
        (1_234_567, "یک میلیون و دویست و سی و چهار هزار و پانصد و شصت و هفت ریال"),
        (1_000_000_017, "یک میلیارد و هفده ریال"),
    ],
)
def test_amounts_in_words(amount, words):
    assert rial_in_words(amount) == words


def test_a_number_without_words_is_refused():
    with pytest.raises(ValueError, match="no words"):
        number_in_words(10**21)
