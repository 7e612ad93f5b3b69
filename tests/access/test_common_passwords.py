"""Passwords that are guessed first are refused in words; others are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.access.common_passwords import why_common
from kernel.access.errors import AccessProblem
from kernel.access.passwords import hashed, matches


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "password1",
        "P@ssw0rd1",
        "12345678",
        "87654321",
        "۱۲۳۴۵۶۷۸",
        "qwerty123",
        "1q2w3e4r",
        "asdfghjkl",
        "aaaaaaaa",
        "abcabcabc",
        "09121234567",
        "1370-05-12",
        "Peyvand1403",
        "Ali@1375",
        "alimohammad",
        "1234qwer",
        "ضصثقفغعه",
        "رمز۱۲۳۴۵",
        "سلام_۱۲۳۴",
        "پیوند۱۴۰۳",
        "iloveyou2",
        "zaq1xsw2",
        "Sara1375",
        "درمانگاه۱۴۰۵",
        "نورآباد1405",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(AccessProblem) as caught:
        hashed(password, names=("Sara Rad", "درمانگاه نورآباد"))
    assert (caught.value.code, caught.value.field) == ("common-password", "password")


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "f7ux-3mve-x2ky", "بهار-نارنج-۱۴", "testament-of-77", "483920174653"],
)
def test_what_is_not_is_taken(password: str) -> None:
    assert matches(hashed(password, names=("Sara Rad", "درمانگاه نورآباد")), password)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=24), st.lists(st.text(max_size=8), max_size=3))
def test_any_text_is_answered(password: str, names: list[str]) -> None:
    said = why_common(password, names)
    assert said is None or str(said)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 9_999), st.sampled_from(["", "-", "_", "@"]), st.sampled_from(["peyvand", "SALAM", "مدیر"])
)
def test_a_word_with_a_number_is_refused(number: int, between: str, word: str) -> None:
    assert why_common(f"{word}{between}{number}") is not None
    assert why_common(f"{number}{between}{word}") is not None
