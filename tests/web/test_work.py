"""Long work on pages: exports and deletions that take a while, how far they are, their files and who gets them."""

from __future__ import annotations

import re

import pytest

from kernel.jobs import run as jobs
from kernel.web.views import bulk, export
from tests.web.conftest import ALL

OWN = dict.fromkeys(ALL, "own")


@pytest.fixture
def sara(sign_in):
    browser = sign_in("sara", ALL)
    for number in range(5):
        browser.made("/persons/new", first_name="رویا", last_name=f"شریفی{number}")
    return browser


@pytest.fixture
def later(monkeypatch):
    """Lists of more than two rows are long."""
    monkeypatch.setattr(export, "LATER", 2)
    monkeypatch.setattr(bulk, "AT_ONCE", 2)


def number_of(run):
    ((number,),) = run("SELECT max(id) FROM kernel.work")
    return number


def export_done(browser, run, runtime, address="/persons/export?format=csv"):
    answer = browser.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/work")
    number = number_of(run)
    assert "حدود" not in browser.get("/work").text
    assert f'hx-get="/work/{number}"' in browser.get("/work").text
    assert jobs.work(runtime, number) == "done"
    return number


def test_a_long_list_is_written_in_the_background_and_fetched_from_the_page(sara, later, run, runtime):
    number = export_done(sara, run, runtime)
    page = sara.get("/work").text
    assert f"/work/{number}/file" in page
    assert "hx-trigger" not in page[page.index("works") :]
    answer = sara.get(f"/work/{number}/file")
    assert answer.text.count("شریفی") >= 5
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    what = run(
        "SELECT what FROM kernel.audit_entry WHERE what IN ('record.export', 'work.take_file') ORDER BY id"
    )
    assert what == [("record.export",), ("work.take_file",)]


def test_the_file_has_the_rows_and_columns_that_were_asked_for(sara, later, run, runtime):
    number = export_done(sara, run, runtime, "/persons/export?format=csv&q=رویا&cols=last_name")
    lines = sara.get(f"/work/{number}/file").text.strip().splitlines()
    assert len(lines) == 6
    assert all("," not in line for line in lines)


def test_nobody_else_gets_the_file_not_even_an_administrator(sara, sign_in, later, run, runtime):
    number = export_done(sara, run, runtime)
    for other in (sign_in("omid", ALL), sign_in("boss", administrator=True)):
        assert other.get(f"/work/{number}/file").status_code == 404
        assert "شریفی" not in other.get("/work").text
    assert sign_in("reza", ALL).get(f"/work/{number}").status_code == 404


def test_who_lost_the_right_to_export_does_not_get_the_file_any_more(sara, later, run, runtime):
    number = export_done(sara, run, runtime)
    run("DELETE FROM kernel.access_grant WHERE action = 'export'")
    assert sara.get(f"/work/{number}/file").status_code == 403


def test_who_sees_other_records_now_has_the_file_made_anew(sara, later, run, runtime):
    number = export_done(sara, run, runtime)
    run("UPDATE kernel.access_grant SET scope = 'own'")
    answer = sara.get(f"/work/{number}/file")
    assert answer.status_code == 303
    assert "حقوق دسترسی شما" in sara.get("/work").text


def test_a_file_is_not_given_after_its_time(sara, later, run, runtime):
    number = export_done(sara, run, runtime)
    run("UPDATE kernel.work SET file_until = now() - interval '1 s'")
    assert f"/work/{number}/file" not in sara.get("/work").text
    assert sara.get(f"/work/{number}/file").status_code == 303


def test_waiting_work_is_stopped_by_its_owner_only(sara, sign_in, later, run, runtime):
    sara.get("/persons/export?format=xlsx")
    number = number_of(run)
    assert sign_in("omid", ALL).post(f"/work/{number}/stop").status_code == 404
    assert sara.post(f"/work/{number}/stop").status_code == 303
    assert jobs.work(runtime, number) == "given up"
    assert run("SELECT state FROM kernel.work") == [("stopped",)]
    assert sara.post(f"/work/{number}/stop").status_code == 303


def test_many_records_go_to_the_bin_in_the_background_and_what_stayed_is_named(sara, later, run, runtime):
    ids = re.findall(r'name="id" value="(\d+)"', sara.get("/persons").text)
    answer = sara.post("/persons/bulk", {"do": "delete", "id": ids})
    assert answer.headers["Location"] == "/work"
    number = number_of(run)
    run("UPDATE kernel.party SET binned_at = now() WHERE id = :id", id=int(ids[0]))
    assert jobs.work(runtime, number) == "done"
    assert run("SELECT count(*) FROM kernel.party WHERE binned_at IS NULL") == [(0,)]
    page = sara.get("/work").text
    assert "۵ رکورد" in page or "۵ " in page
