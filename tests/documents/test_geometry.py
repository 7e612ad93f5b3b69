"""Labels on their sheets: within the page, none over another; words that fit their label."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.documents.asking import counted_up
from kernel.documents.formats import SHEETS
from kernel.documents.geometry import SMALLEST, Sheet, box, fitting_size

sizes = st.floats(10, 60, allow_nan=False).map(lambda value: round(value, 2))
edges = st.floats(0, 20, allow_nan=False).map(lambda value: round(value, 2))


@st.composite
def sheets(draw):
    """Any grid, on a page that it just fits or that has room to spare."""
    columns, rows = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    width, height, top, side = draw(sizes), draw(sizes), draw(edges), draw(edges)
    across, down, spare = draw(edges), draw(edges), draw(edges)
    loose = Sheet(0, 0, columns, rows, width, height, top, side, across, down)
    return Sheet(
        loose.right + spare, loose.bottom + spare, columns, rows, width, height, top, side, across, down
    )


def check(sheet, right_to_left):
    boxes = [box(sheet, place, right_to_left=right_to_left) for place in range(sheet.labels)]
    for one in boxes:
        assert one.left >= -0.01
        assert one.top >= -0.01
        assert one.left + one.width <= sheet.page_width + 0.01
        assert one.top + one.height <= sheet.page_height + 0.01
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart_across = (
                one.left + one.width <= other.left + 0.01 or other.left + other.width <= one.left + 0.01
            )
            apart_down = (
                one.top + one.height <= other.top + 0.01 or other.top + other.height <= one.top + 0.01
            )
            assert apart_across or apart_down
    return boxes


@settings(max_examples=60, deadline=None)
@given(sheet=sheets(), right_to_left=st.booleans())
def test_every_label_lies_within_the_page_and_over_no_other(sheet, right_to_left):
    check(sheet, right_to_left)


@pytest.mark.parametrize("code", SHEETS)
def test_the_sheets_that_ship_fit_their_pages(code):
    sheet = SHEETS[code][1]
    boxes = check(sheet, right_to_left=True)
    assert boxes[0].left > boxes[-1].left or sheet.columns == 1
    assert boxes[1].top == boxes[0].top


def test_longer_words_are_set_smaller_until_they_do_not_fit_at_all():
    found = [fitting_size(["نشانی " * count], 62, 29) for count in (1, 40, 100, 2000)]
    assert found[0] == 12
    assert 12 > found[1] > found[2] >= SMALLEST
    assert found[3] is None
    assert fitting_size(["ن" * 60], 20, 29) is not None


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("120", ["120", "121", "122"]),
        ("۱۴۰۵/ص/۰۰۹", ["۱۴۰۵/ص/۰۰۹", "۱۴۰۵/ص/۰۱۰", "۱۴۰۵/ص/۰۱۱"]),
        ("98-الف", ["98-الف", "99-الف", "100-الف"]),
    ],
)
def test_a_first_number_is_counted_up_in_its_own_script(first, expected):
    assert [counted_up(first, place) for place in range(3)] == expected
