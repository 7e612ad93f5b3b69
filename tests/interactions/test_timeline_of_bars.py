"""Interactions as a timeline: where bars stand, how rows hold them, whose they are, and how one is moved."""

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.fa.calendar import format_date, start_of_week
from kernel.web.views.bars import Bar, days_of, lanes_of
from tests.interactions.test_pages import EVERYTHING, made

SATURDAY = start_of_week(datetime.now(UTC).date() - timedelta(days=14))
"""In the past by the clock of the pages: what has not come yet cannot be recorded."""
WEEK = f"/interactions?look=timeline.week&at={SATURDAY}"


@pytest.fixture
def staff(sign_in):
    return sign_in("sara", EVERYTHING)


@pytest.fixture
def person(staff):
    return int(made(staff.post("/persons/new", {"last_name": "کریمی", "mobile": "09121234567"})))


@pytest.fixture
def record(staff, person, run):
    """Record a visit and put it on days of the week from `SATURDAY`; gives its number."""

    def record(subject, first, last=None):
        answer = staff.post(
            f"/interactions/compose/person/{person}/visit", {"text": subject, "subject": subject}, htmx=True
        )
        assert answer.status_code == 204, answer.text
        ((number,),) = run("SELECT max(id) FROM kernel.interaction")
        starts = datetime.combine(SATURDAY, datetime.min.time(), UTC) + timedelta(days=first, hours=8)
        ends = None if last is None else starts + timedelta(days=last - first, hours=1)
        run(
            "UPDATE kernel.interaction SET subject = :t, started_at = :s, ended_at = :e WHERE id = :n",
            **{"t": subject, "s": starts, "e": ends, "n": number},
        )
        return number

    return record


def rows(page):
    """The rows of the table: widths in days, with the name of a bar where there is one."""
    table = re.search(r"<table class=\"bars.*?</table>", page, re.DOTALL)
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", table[0] if table else "", re.DOTALL)[1:]:
        line = []
        for width, cell in re.findall(r'<td colspan="(\d+)"[^>]*>(.*?)</td>', row, re.DOTALL):
            name = re.findall(r"<b><bdi>([^<]*)", cell)
            # An empty stretch is parted where days off begin.
            gap = line.pop()[0] if line and not name and len(line[-1]) == 1 else 0
            line.append((gap + int(width), *name))
        found.append(line)
    return found


def bar(first, days):
    return Bar(SimpleNamespace(), first, days, "", "", endless=False, earlier=False, later=False)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 31)), min_size=1, max_size=25))
def test_rows_hold_every_bar_once_where_it_is_and_are_as_few_as_can_be(spans):
    bars = [bar(first, min(days, 31 - first)) for first, days in spans]
    lanes = lanes_of(bars, 31)
    placed = []
    for lane in lanes:
        at = 0
        for width, found in lane:
            assert width > 0
            if found is not None:
                assert (found.first, found.days) == (at, width)
                placed.append(id(found))
            at += width
        assert at == 31
    assert sorted(placed) == sorted(map(id, bars))
    busiest = max(sum(each.first <= day < each.first + each.days for each in bars) for day in range(31))
    assert len(lanes) == busiest


@given(st.dates(date(1980, 1, 1), date(2080, 1, 1)), st.sampled_from(["week", "month", "season"]))
def test_stretches_hold_their_day_and_join_on_without_gap(day, reach):
    days = days_of(reach, day)
    assert day in days
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert days_of(reach, days[-1] + timedelta(days=1))[0] == days[-1] + timedelta(days=1)
    assert len(days) in {"week": {7}, "month": {29, 30, 31}, "season": {89, 90, 92, 93}}[reach]


def test_bars_stand_on_their_days_in_as_few_rows_as_hold_them(staff, record):
    record("نخست", 0, 2)
    record("دوم", 3, 3)
    record("سوم", 1, 4)
    page = staff.get(WEEK).text
    assert rows(page) == [[(3, "نخست"), (1, "دوم"), (3,)], [(1,), (4, "سوم"), (2,)]]
    assert page.count("<bdi>sara</bdi></th>") == 1


def test_what_reaches_over_the_edges_and_what_has_no_end_is_marked(staff, record):
    record("پیش", -2, 1)
    record("پس", 5, 9)
    record("بی‌پایان", 3)
    page = staff.get(WEEK).text
    assert rows(page) == [[(2, "پیش"), (1,), (1, "بی‌پایان"), (1,), (2, "پس")]]
    marks = dict(
        re.findall(
            r'<div class="span [^"]*?((?: (?:earlier|later|endless))+)"[^>]*><a [^>]*><b><bdi>([^<]*)', page
        )
    )
    assert {name: mark.strip() for mark, name in marks.items()} == {
        "پیش": "earlier",
        "پس": "later",
        "بی‌پایان": "endless",
    }
    assert "بدون پایان" in page


def test_one_goes_on_through_time_and_from_scale_to_scale(staff, record):
    record("نخست", 0, 0)
    page = staff.get(WEEK).text
    later = f"at={SATURDAY + timedelta(days=7)}"
    assert later in page
    assert 'aria-current="date"' not in page
    empty = staff.get(f"/interactions?look=timeline.week&{later}").text
    assert rows(empty) == []
    assert "در این بازه چیزی نیست" in empty
    assert "look=timeline.season" in page
    season = staff.get(f"/interactions?look=timeline.season&at={SATURDAY}").text
    assert sum(width for width, *_name in rows(season)[0]) in (89, 90, 92, 93)
    record("اکنون", 14)
    now = staff.get("/interactions?look=timeline.week").text
    assert 'aria-current="date"' in now
    assert re.search(r'<th scope="col" class="today"', now)


def test_interactions_of_others_are_not_on_the_timeline_and_lookers_get_no_way_to_move(
    staff, sign_in, record
):
    number = record("پنهان", 0, 1)
    own = sign_in("own", {("interaction", "view"): "own", ("interaction", "edit"): "own"})
    page = own.get(WEEK).text
    assert "پنهان" not in page
    assert "<bdi>sara</bdi></th>" not in page
    looking = sign_in("looking", {("interaction", "view"): "all", ("party", "view"): "all"})
    page = looking.get(WEEK).text
    assert rows(page) == [[(2, "پنهان"), (5,)]]
    assert "/move?" not in page
    address = f"/interactions/{number}/move?look=timeline.week"
    assert looking.get(address).status_code == 403
    assert own.get(address).status_code == 404


def test_a_bar_is_moved_by_the_dialog(staff, record, run):
    number = record("نخست", 0, 0)
    page = staff.get(WEEK).text
    address = staff.link(page, f"/interactions/{number}/move?", attribute="hx-get")
    dialog = staff.get(address, htmx=True).text
    assert "<html" not in dialog
    version = re.search(r'name="version" value="(\d+)"', dialog)[1]
    day = SATURDAY + timedelta(days=1)
    values = {"version": version, "day": format_date(day), "time": "10:00", "length": "60", "done_by": ""}
    answer = staff.post(address, values)
    assert answer.status_code in (302, 303), answer.text
    assert rows(staff.get(WEEK).text) == [[(1,), (1, "نخست"), (5,)]]
    assert run("SELECT ended_at - started_at FROM kernel.interaction") == [(timedelta(hours=1),)]
