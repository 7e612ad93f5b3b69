"""Saved reports that go out by e-mail: planned on pages, once for each turn, to each receiver what he may see."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.data.files import FileStore
from kernel.data.site import Site
from kernel.fa.jalali import to_gregorian, to_jalali
from kernel.jobs import run as jobs
from kernel.jobs.calendar import WorkDays
from kernel.messages.report_mail import sending
from kernel.messages.report_mail.days import LATER, SEND, SKIP, Term, due_day, moment, sending_day
from kernel.resources.runtime import Runtime
from tests.web.conftest import ALL, Browser, SignIn
from tests.web.test_saved_reports import saved

FILES = ALL | {("party", "report"): "all"}
SHARING = FILES | {("saved_view", "share"): "all"}
MONTHLY = {"every": "month", "weekday": "0", "month_day": "1", "at": "08:00", "format": "xlsx"}
FIRST = to_gregorian(1406, 1, 1)
"""A first of a month that lies ahead of all tests."""


@pytest.fixture
def sara(sign_in: SignIn, run: Callable[..., Any]) -> Browser:
    browser = sign_in("sara", SHARING)
    for name, gender in (("احمدی", "female"), ("بهرامی", "male")):
        browser.made("/persons/new", last_name=name, gender=gender)
    run("UPDATE kernel.user_account SET email = username || '@example.com'")
    return browser


def planned(browser: Browser, *receivers: str, **values: str) -> str:
    """Save a report, plan it for these users, and give the number of the report."""
    number = saved(browser, "جنسیت‌ها", "group=gender&figure=count:").rpartition("/")[2]
    answer = browser.post(f"/reports/mail/new/{number}", MONTHLY | {"receiver": list(receivers)} | values)
    assert answer.status_code == 303, answer.text
    return number


def swept(runtime: Runtime, run: Callable[..., Any], day: date, hour: int = 9) -> int:
    """Let the job look at a moment, do the work that it asks for, and give how many reports were due."""
    zone = runtime.site.time_zone
    now = datetime.combine(day, time(hour), zone).astimezone(UTC)
    runtime.clock = lambda: now
    with runtime.system_work("reports", "job.send-reports") as context:
        asked = sending.sweep(context)
    for (number,) in run("SELECT id FROM kernel.work WHERE kind = 'report.send' AND state = 'due'"):
        assert jobs.work(runtime, number) == "done"
    return asked


def sheets(run: Callable[..., Any], site: Site) -> dict[str, list[list[Any]]]:
    """The lines of the workbooks in the outbox, by address."""
    rows = run(
        "SELECT m.address, a.content_hash FROM kernel.message m"
        " JOIN kernel.attachment a ON a.root = 'kernel.message' AND a.root_id = m.id WHERE m.purpose = 'kernel.report'"
    )
    found = {}
    for address, content in rows:
        with FileStore(site.files).open(content) as file:
            book = openpyxl.load_workbook(io.BytesIO(file.read()))
        found[address] = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)]
    return found


def test_each_receiver_gets_what_he_may_see_and_the_planner_hears_of_who_got_nothing(
    sara: Browser,
    sign_in: SignIn,
    run: Callable[..., Any],
    runtime: Runtime,
    site: Site,
    id_of: Callable[[str], str],
) -> None:
    own = sign_in("omid", FILES | {("party", "report"): "own", ("party", "export"): "own"})
    own.made("/persons/new", last_name="صدر", gender="male")
    sign_in("mina", {("party", "view"): "all"})
    run("UPDATE kernel.user_account SET email = username || '@example.com'")
    planned(sara, id_of("sara"), id_of("omid"), id_of("mina"))
    assert swept(runtime, run, FIRST, hour=7) == 0
    assert swept(runtime, run, FIRST) == 1
    found = sheets(run, site)
    assert found["sara@example.com"] == [[1, "زن", 1], [1, "مرد", 2], [0, "جمع کل", 3]]
    assert found["omid@example.com"] == [[1, "مرد", 1], [0, "جمع کل", 1]]
    assert set(found) == {"sara@example.com", "omid@example.com"}
    page = sara.get("/reports/").text
    assert "برای ۲ نفر فرستاده شد" in page
    assert "اجازهٔ دیدن این گزارش را ندارد" in page
    assert run("SELECT kind, count(*) FROM kernel.notice GROUP BY kind") == [("kernel.report", 1)]


def test_each_turn_is_sent_once_and_a_standstill_is_made_up_for_once(
    sara: Browser, run: Callable[..., Any], runtime: Runtime, id_of: Callable[[str], str]
) -> None:
    planned(sara, id_of("sara"), every="day", at="۸")
    messages = "SELECT count(*) FROM kernel.message WHERE purpose = 'kernel.report'"
    assert [swept(runtime, run, FIRST) for _again in range(3)] == [1, 0, 0]
    assert run(messages) == [(1,)]
    run("UPDATE kernel.work SET state = 'due' WHERE kind = 'report.send'")
    swept(runtime, run, FIRST)
    assert run(messages) == [(1,)]
    assert swept(runtime, run, FIRST + timedelta(days=5)) == 1
    assert run(messages) == [(2,)]


def test_one_is_paused_resumed_changed_and_given_up_by_its_planner_alone(
    sara: Browser, sign_in: SignIn, run: Callable[..., Any], runtime: Runtime, id_of: Callable[[str], str]
) -> None:
    planned(sara, id_of("sara"), every="day")
    ((number,),) = run("SELECT id FROM kernel.report_schedule")
    other = sign_in("omid", SHARING)
    boss = sign_in("boss", administrator=True)
    for reader in (other, boss):
        assert reader.post(f"/reports/mail/{number}/give_up", {}).status_code == 404
        assert reader.get(f"/reports/mail/{number}/edit").status_code == 404
    sara.post(f"/reports/mail/{number}/pause", {})
    assert "متوقف" in sara.get("/reports/").text or "توقف" in sara.get("/reports/").text
    assert swept(runtime, run, FIRST) == 0
    run("UPDATE kernel.report_schedule SET active = true, done_on = :day", day=FIRST)
    assert swept(runtime, run, FIRST) == 0
    changed = MONTHLY | {"every": "week", "weekday": "2", "receiver": [id_of("sara")]}
    assert sara.post(f"/reports/mail/{number}/edit", changed).status_code == 303
    assert "دوشنبه" in sara.get("/reports/").text
    sara.post(f"/reports/mail/{number}/give_up", {})
    assert run("SELECT count(*) FROM kernel.report_schedule") == [(0,)]


def test_what_is_wrong_is_said_and_others_are_reached_with_the_right_to_share_alone(
    sara: Browser, sign_in: SignIn, run: Callable[..., Any], id_of: Callable[[str], str]
) -> None:
    number = saved(sara, "الف", "group=gender&figure=count:").rpartition("/")[2]
    me = {"receiver": [id_of("sara")]}
    for wrong in (
        {"at": "25:00"},
        {"every": "hour"},
        {"format": "exe"},
        {"month_day": "31"},
        {"receiver": []},
    ):
        answer = sara.post(f"/reports/mail/new/{number}", MONTHLY | me | wrong, htmx=True)
        assert answer.status_code == 422, wrong
        assert 'role="alert"' in answer.text
    lonely = sign_in("omid", FILES)
    own = saved(lonely, "ب", "group=gender&figure=count:").rpartition("/")[2]
    refused = lonely.post(f"/reports/mail/new/{own}", MONTHLY | me, htmx=True)
    assert refused.status_code == 403
    assert (
        lonely.post(f"/reports/mail/new/{number}", MONTHLY | {"receiver": [id_of("omid")]}).status_code == 404
    )
    reader = sign_in("reader", {("party", "view"): "all", ("party", "report"): "all"})
    view = saved(reader, "پ", "group=gender&figure=count:").rpartition("/")[2]
    assert reader.get(f"/reports/mail/new/{view}").status_code == 403
    assert run("SELECT count(*) FROM kernel.report_schedule") == [(0,)]


def test_a_plan_rests_when_its_planner_may_not_have_the_report_any_more(
    sara: Browser, run: Callable[..., Any], runtime: Runtime, id_of: Callable[[str], str]
) -> None:
    planned(sara, id_of("sara"))
    run("DELETE FROM kernel.access_grant WHERE action = 'export'")
    assert swept(runtime, run, FIRST) == 1
    assert run("SELECT active FROM kernel.report_schedule") == [(False,)]
    assert run("SELECT count(*) FROM kernel.message WHERE purpose = 'kernel.report'") == [(0,)]
    assert swept(runtime, run, FIRST + timedelta(days=31)) == 0


TEHRAN = ZoneInfo("Asia/Tehran")
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 28))
TERMS = st.builds(
    Term, st.sampled_from(["day", "week", "month"]), st.integers(0, 6), st.integers(0, 29), st.just(time(8))
)


@given(term=TERMS, start=DAYS, looks=st.lists(st.integers(1, 12), min_size=1, max_size=12), off=st.sets(DAYS))
@pytest.mark.parametrize("rule", [SEND, SKIP, LATER])
def test_whenever_the_job_looks_each_turn_comes_once_and_in_order(
    rule: str, term: Term, start: date, looks: list[int], off: set[date]
) -> None:
    known = WorkDays(holidays=frozenset(off))
    done, day, sent = start, start, []
    for pause in looks:
        day += timedelta(days=pause)
        due = due_day(term, done, moment(day, time(9), TEHRAN), TEHRAN, known, rule)
        if due is None:
            continue
        assert done < due <= day
        assert term.falls_on(due)
        on = sending_day(due, known, rule)
        assert on is not None
        assert due <= on <= day
        assert rule == SEND or known.works_on(on) or (on - due).days == 0
        sent.append(due)
        done = due
    assert sent == sorted(set(sent))
    if rule == SEND and max(looks) == 1:
        days = [start + timedelta(days=n) for n in range(1, len(looks) + 1)]
        assert sent == [each for each in days if term.falls_on(each)]


@given(day=DAYS, number=st.integers(1, 29))
def test_a_day_of_the_month_is_one_of_the_jalali_month(day: date, number: int) -> None:
    assert Term("month", 0, number, time(8)).falls_on(day) == (to_jalali(day).day == number)
    last = to_jalali(day + timedelta(days=1)).day == 1
    assert Term("month", 0, 0, time(8)).falls_on(day) == last
