import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.sorting import ALPHABET, SORT_KEY_LENGTH, sort_key
from kernel.fa.text import clean
from tests.fa.vectors import vectors

PERSIAN_WORDS = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=12)


@vectors("sort_fa")
def test_vectors(value, expected):
    assert sorted(value, key=sort_key) == expected["sorted"]


def test_the_alphabet_is_whole():
    assert ALPHABET.split("ا", 1)[0] == "آ"
    assert len(ALPHABET) == len(set(ALPHABET)) == 33


@given(st.lists(PERSIAN_WORDS))
def test_words_sort_as_in_a_dictionary(words):
    by_place = sorted(words, key=lambda word: [ALPHABET.index(letter) for letter in word])
    assert sorted(words, key=sort_key) == by_place


@given(st.lists(PERSIAN_WORDS))
def test_the_order_of_bytes_is_the_order_of_keys(words):
    assert sorted(words, key=sort_key) == sorted(words, key=lambda word: sort_key(word).encode())


@given(st.text())
def test_a_cleaned_text_sorts_as_the_one_typed(text):
    assert sort_key(clean(text)) == sort_key(text)


@given(st.text())
def test_a_key_fits_into_an_index(text):
    key = sort_key(text * 50)
    assert len(key) <= SORT_KEY_LENGTH
    assert key == key.strip()


@pytest.mark.parametrize(
    "in_order",
    [
        ["", "12", "۲۳", "Ali", "علی", "علی اکبر", "علیرضا"],
        ["آرش", "ارس", "باران"],
        ["محمد", "محمّدی", "محمود"],
        ["کاوه", "كمال", "گیتی"],
        ["رضا زاده", "رضازاد", "رضا‌زاده"],
    ],
)
def test_examples(in_order):
    shuffled = random.Random(1).sample(in_order, len(in_order))
    assert sorted(shuffled, key=sort_key) == in_order
    assert all(sort_key(first) < sort_key(second) for first, second in pairwise(in_order))


@pytest.mark.parametrize("spelling", ["آب", "ا\u0653ب", "\ufe81ب"])
def test_alef_with_madda_in_any_coding_sorts_first(spelling):
    assert sort_key(spelling) < sort_key("اب")
