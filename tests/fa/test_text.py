import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.text import clean, like_pattern, search_key, search_terms, squeeze
from tests.fa.vectors import vectors

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"

# Dense in what goes wrong: look-alikes, marks, hamza, presentation forms, invisible and white characters.
TRICKY = st.text(
    st.one_of(
        st.sampled_from("اآأإٱبكکيیىئؤوهةۀەہھۂءگچپژـ0۰٠ aÉß"),
        st.sampled_from("\u064e\u0651\u0653\u0654\u0655\u0670\u0301"),
        st.sampled_from("\u200b\u200c\u200d\u200e\u200f\u202b\u2066\ufeff\u00ad\x00\x1f\x85\xa0\u2028\n\t "),
        st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),
        st.characters(exclude_categories=()),
    )
)


@vectors("text")
def test_vectors(value, expected):
    assert clean(value) == expected["clean"]
    assert search_key(value) == expected["search_key"]


@vectors("text_equal_key")
def test_spellings_of_one_word(value, expected):
    first, second = value
    assert (search_key(first) == search_key(second)) is expected["same_key"]


@given(TRICKY)
def test_cleaning_twice_changes_nothing(text):
    once = clean(text)
    assert clean(once) == once


@given(TRICKY)
def test_clean_text_can_be_stored_and_holds_nothing_invisible(text):
    cleaned = clean(text)
    assert cleaned.encode().decode() == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(char) in {"Cf", "Cc"} for char in cleaned if char != ZWNJ)
    assert cleaned == " ".join(cleaned.split())


@given(TRICKY)
def test_search_finds_what_was_stored(text):
    assert search_key(clean(text)) == search_key(text)


@given(TRICKY)
def test_a_key_is_its_own_key(text):
    key = search_key(text)
    assert search_key(key) == key
    assert all(char == " " or unicodedata.category(char)[0] in "LN" for char in key)


@given(TRICKY, TRICKY)
def test_keys_of_parts_make_the_key_of_the_whole(first, second):
    assert search_key(f"{first} {second}") == f"{search_key(first)} {search_key(second)}".strip()


@given(TRICKY)
def test_every_term_of_a_text_is_found_in_its_squeezed_form(text):
    assert all(term in squeeze(text) for term in search_terms(text))


def test_all_spellings_of_a_name_meet_in_the_squeezed_form():
    assert {squeeze(name) for name in ("رضا زاده", "رضا‌زاده", "رضازاده", "رِضا زادۀ")} == {"رضازاده"}


def test_a_query_is_split_at_white_space_only():
    assert search_terms(" شركت  INV-۱۴۰۵ شرکت « » ") == ["شرکت", "inv1405"]


def test_an_empty_query_has_no_terms():
    assert search_terms(" - / ") == []


@pytest.mark.parametrize(
    ("term", "contains", "prefix"),
    [
        ("علی", "%علی%", "علی%"),
        ("50%", r"%50\%%", r"50\%%"),
        ("a_b", r"%a\_b%", r"a\_b%"),
        ("\\", r"%\\%", r"\\%"),
        ("", "%%", "%"),
    ],
)
def test_patterns_are_escaped(term, contains, prefix):
    assert like_pattern(term) == contains
    assert like_pattern(term, where="prefix") == prefix


def test_emoji_and_line_breaks_are_kept_or_become_spaces():
    assert clean("سلام\r\n😀  دنیا") == "سلام 😀 دنیا"
