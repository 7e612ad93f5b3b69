"""The rule of the progress against whole-number arithmetic, over whatever tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.projects.plan import sampled
from plugins.projects.progress import exact_progress, progress_of, shares


@dataclass(frozen=True)
class Made:
    value: int
    percent: int
    state: str


VALUES = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 10**12))


@st.composite
def made(draw: st.DrawFn) -> Made:
    state = draw(st.sampled_from(("open", "done", "cancelled")))
    # A task of the cartable may be whole and wait for its result: it is open at a hundred.
    percent = 100 if state == "done" else draw(st.integers(0, 100))
    return Made(draw(VALUES), percent, state)


TASKS = st.lists(made(), max_size=12)


def by_whole_numbers(tasks: list[Made]) -> int | None:
    """Without a fraction: what a person would do with pencil and paper."""
    counted = [task for task in tasks if task.state != "cancelled"]
    if not counted:
        return None
    weights = [task.value for task in counted]
    if sum(weights) == 0:
        weights = [1] * len(counted)
    brought = sum(weight * task.percent for weight, task in zip(weights, counted, strict=True))
    floor = brought // sum(weights)
    return 100 if all(task.state == "done" for task in counted) else min(floor, 99)


@given(TASKS)
@settings(max_examples=200)
def test_it_is_the_floor_of_the_weighted_mean(tasks: list[Made]) -> None:
    assert progress_of(tasks) == by_whole_numbers(tasks)


@given(TASKS)
def test_the_shares_are_the_whole_and_bring_the_progress(tasks: list[Made]) -> None:
    found = [share for share in shares(tasks) if share is not None]
    assert sum((share.weight for share in found), Fraction(0)) == (1 if found else 0)
    assert exact_progress(tasks) == (sum((share.brought for share in found), Fraction(0)) if found else None)


@given(TASKS)
def test_a_hundred_means_that_all_is_done(tasks: list[Made]) -> None:
    counted = [task for task in tasks if task.state != "cancelled"]
    whole = bool(counted) and all(task.state == "done" for task in counted)
    assert (progress_of(tasks) == 100) is whole


@given(TASKS, made())
def test_cancelled_tasks_change_nothing(tasks: list[Made], more: Made) -> None:
    assert progress_of([*tasks, replace(more, state="cancelled")]) == progress_of(tasks)


@given(TASKS, st.integers(2, 1000), st.randoms())
def test_neither_the_unit_of_values_nor_the_order_matters(tasks: list[Made], factor: int, random) -> None:
    larger = [replace(task, value=task.value * factor) for task in tasks]
    random.shuffle(larger)
    assert progress_of(larger) == progress_of(tasks)


@given(st.lists(made(), min_size=1, max_size=8), st.data())
def test_opening_again_never_raises(tasks: list[Made], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(tasks) - 1))
    done = [*tasks[:place], replace(tasks[place], state="done", percent=100), *tasks[place + 1 :]]
    percent = data.draw(st.integers(0, 99))
    opened = [*done[:place], replace(done[place], state="open", percent=percent), *done[place + 1 :]]
    assert progress_of(opened) <= progress_of(done)
    assert progress_of(opened) < 100


def test_what_the_trackers_got_wrong() -> None:
    """Zero is no missing value that an average stands in for, and nothing comes above a hundred."""
    assert progress_of([Made(0, 100, "done"), Made(4, 50, "open")]) == 50
    assert progress_of([Made(0, 0, "open"), Made(4, 100, "done")]) == 99
    assert progress_of([Made(0, 80, "open"), Made(0, 45, "open")]) == 62
    assert progress_of([Made(999, 100, "done"), Made(1, 99, "open")]) == 99
    assert progress_of([]) is None


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 100)), min_size=1, max_size=20),
    st.integers(0, 40),
    st.integers(2, 40),
)
def test_the_course_is_read_at_few_days_and_says_what_held(steps, rest: int, most: int) -> None:
    day, points = date(2026, 3, 21), []
    for gap, progress in steps:
        points.append((day, progress))
        day += timedelta(days=gap)
    today = points[-1][0] + timedelta(days=rest)
    found = sampled(points, today, most)
    assert len(found) <= most
    assert found[0] == points[0]
    assert found[-1] == (today, points[-1][1])
    for at, held in found:
        assert held == [progress for on, progress in points if on <= at][-1]
