from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persiantools import digits as oracle

from kernel.fa.digits import group_thousands, stored_number, to_ascii_digits, to_persian_digits
from tests.fa.vectors import vectors


@vectors("digits")
def test_vectors(value, expected):
    assert to_ascii_digits(value) == expected["ascii"]


@given(st.text(alphabet="0123456789۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩ آب-x"))
def test_conversions_agree_with_an_oracle_and_with_each_other(text):
    assert to_ascii_digits(text) == oracle.ar_to_fa(text).translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))
    assert to_persian_digits(to_ascii_digits(text)) == to_persian_digits(text)
    assert to_ascii_digits(to_persian_digits(text)) == to_ascii_digits(text)


@pytest.mark.parametrize(
    ("number", "persian", "english"),
    [
        (0, "۰", "0"),
        (999, "۹۹۹", "999"),
        (1000, "۱٬۰۰۰", "1,000"),
        (-1234567, "−۱٬۲۳۴٬۵۶۷", "-1,234,567"),
        (Decimal("1234.5"), "۱٬۲۳۴٫۵", "1,234.5"),
    ],
)
def test_numbers_are_grouped_by_three(number, persian, english):
    assert group_thousands(number) == persian
    assert group_thousands(number, digits="en") == english


@given(st.integers())
def test_grouping_loses_nothing(number):
    persian = group_thousands(number)
    assert int(to_ascii_digits(persian).replace("٬", "").replace("−", "-")) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("9" * 18, 10**18 - 1),
        *((text, None) for text in ("", "-1", "+1", " 1", "1_0", "1.0", "²", "۱۲", "9" * 19, "9" * 5000)),
    ],
)
def test_numbers_of_pages_are_read_strictly(text, number):
    assert stored_number(text) == number
