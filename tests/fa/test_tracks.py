"""The number of a card out of what its reader types."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.fa.tracks import number_of_track

NUMBERS = st.text("0123456789", min_size=3, max_size=19)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (";60371234=99121010000?", "60371234"),
        (";60371234?", "60371234"),
        ("%B60371234^RAD/SARA ^99121010000?", "60371234"),
        ("%B60371234^RAD^9912?;60371234=9912?", "60371234"),
        ("؛۶۰۳۷۱۲۳۴؟", "60371234"),
        ("ک۶۰۳۷۱۲۳۴=۹۹۱۲؟", "60371234"),
        ("60371234=9912?", "60371234"),
        ("60371234", None),
        ("AB-12", None),
        (";12?", None),
        ("", None),
        (";?", None),
    ],
)
def test_tracks(typed, number):
    assert number_of_track(typed) == number


@settings(max_examples=50)
@given(NUMBERS, st.sampled_from(["", "=99", "=9912101?"]), st.sampled_from(["", "?", "?\n"]))
def test_every_second_track_gives_its_number(number, rest, end):
    assert number_of_track(f";{number}{rest}{end}") == number
