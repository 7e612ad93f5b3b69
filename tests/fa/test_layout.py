"""What the same keys write with the keyboard switched to the other language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.layout import KEYS, in_other_layout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hlv,c", "امروز"),
        ("HLV,C", "آمروژ"),
        ("hpln ndchv", "احمد دیزار"),
        ("خقیثق", "order"),
        ("hlv,c 12", "امروز 12"),
        ("امروز today", None),
        ("0912", None),
        ("", None),
    ],
)
def test_words_are_found_whose_keys_were_pressed(typed: str, meant: str | None) -> None:
    assert in_other_layout(typed) == meant


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1).filter(lambda text: text.strip()))
def test_switching_twice_gives_the_same(typed: str) -> None:
    other = in_other_layout(typed)
    assert other is not None
    assert in_other_layout(other) == typed


def test_each_key_has_one_letter_on_either_side() -> None:
    assert len(set(KEYS.values())) == len(KEYS)
