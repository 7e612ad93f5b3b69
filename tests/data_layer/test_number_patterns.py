"""How numbers of series are written: whatever a sound pattern is, two numbers of one year are written differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.data.number_patterns import LARGEST, is_sound, write
from kernel.extension.contributions import Series

PARTS = st.lists(st.sampled_from(["{year}", "{yy}", "{year:6}", "F", "-", "/", "۱", "٪"]), max_size=6)
NUMBERS = st.integers(1, LARGEST)


@given(PARTS, PARTS, st.integers(0, 12), NUMBERS, NUMBERS, st.integers(1300, 1500))
def test_a_written_number_can_be_told_from_others(before, after, width, one, other, year):
    pattern = "".join([*before, "{number}" if not width else f"{{number:{width}}}", *after])
    assert is_sound(pattern) == (len(pattern) <= 60)
    first, second = (write(pattern, number, year) for number in (one, other))
    assert (first == second) == (one == other)
    start, end = write("".join(before), 0, year), write("".join(after), 0, year)
    assert first == f"{start}{one:0{width}d}{end}"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "F-{year}",
        "{number}{number}",
        "{number",
        "{number:0}",
        "{number:99}",
        "{month}{number}",
        "{number}}",
        "x" * 99,
    ],
)
def test_a_pattern_that_means_nothing_is_refused(pattern):
    assert not is_sound(pattern)
    if not pattern:
        return  # no pattern at all: the plugin writes numbers itself
    with pytest.raises(ValueError, match="pattern"):
        Series(name="bill", title="Bills", pattern=pattern)
