"""Duplicates and merging through the pages: found, compared, looked at, merged, redirected, undone."""

from __future__ import annotations

import re

from kernel.parties.finding import find_duplicates
from tests.web.conftest import ALL

MERGING = {**ALL, ("party", "merge"): "all"}


class Quiet:
    """Progress that nobody watches."""

    def report(self, done, total):
        pass

    def stopped(self):
        return False


def person(browser, **values):
    location = browser.made("/persons/new", _anyway="1", **values)
    return int(re.search(r"/persons/(\d+)", location)[1])


def two(browser):
    return (
        person(browser, first_name="علی", last_name="رضایی", mobile="09121111111", note="نخست"),
        person(
            browser, first_name="علی", last_name="رضائی", mobile="09122222222", father_name="حسن", note="دوم"
        ),
    )


def test_two_ticked_rows_lead_to_their_comparison(sign_in):
    browser = sign_in("sara", MERGING)
    kept, dropped = two(browser)
    assert 'value="merge"' in browser.get("/persons").text
    answer = browser.post("/persons/bulk", {"do": "merge", "id": [str(kept), str(dropped)]})
    assert answer.headers["Location"].endswith(f"/persons/{kept}/merge?with={dropped}")
    assert browser.post("/persons/bulk", {"do": "merge", "id": [str(kept)]}).status_code == 303
    assert "دقیقاً دو ردیف" in browser.get("/persons").text


def test_compared_looked_at_merged_and_undone(sign_in):
    browser = sign_in("sara", MERGING)
    kept, dropped = two(browser)
    address = f"/persons/{kept}/merge?with={dropped}"
    page = browser.get(address).text
    for shown in ("choice.mobile", "choice.last_name", "حسن"):
        assert shown in page
    assert "choice.father_name" not in page
    versions = {
        name: re.search(rf'name="{name}" value="(\d+)"', page)[1]
        for name in ("kept_version", "dropped_version")
    }
    given = {"with": str(dropped), "choice.mobile": "kept", "choice.last_name": "dropped", **versions}
    preview = browser.post(address, given)
    assert preview.status_code == 200
    assert "هنوز چیزی ثبت نشده" in preview.text
    assert browser.get(f"/persons/{dropped}").status_code == 200
    done = browser.post(address, {**given, "do": "merge"})
    assert done.headers["Location"].endswith(f"/persons/{kept}")
    page = browser.get(f"/persons/{kept}").text
    assert "رضائی" in page
    assert "حسن" in page
    assert browser.ids("/persons?q=09122222222") == [str(kept)]
    for below in ("", "/edit", "?tab=history"):
        moved = browser.get(f"/persons/{dropped}{below}")
        assert moved.status_code == 303
        assert moved.headers["Location"].endswith(f"/persons/{kept}{below}")
    assert "ادغام" in browser.get(f"/persons/{kept}?tab=history").text
    undo = re.search(rf'action="(/persons/{kept}/merge/\d+/undo)"', page)[1]
    assert browser.post(undo).status_code == 303
    assert browser.get(f"/persons/{dropped}").status_code == 200
    assert "undo" not in browser.get(f"/persons/{kept}").text


def test_an_edit_meanwhile_is_a_conflict(sign_in):
    browser = sign_in("sara", MERGING)
    kept, dropped = two(browser)
    given = {"with": str(dropped), "do": "merge", "dropped_version": "7"}
    answer = browser.post(f"/persons/{kept}/merge?with={dropped}", given)
    assert answer.status_code in (409, 422)
    assert browser.get(f"/persons/{dropped}").status_code == 200


def test_a_hidden_one_and_an_absent_one_answer_alike(sign_in):
    boss = sign_in("sara", MERGING)
    theirs, survivor = two(boss)
    own = {("party", action): "own" for action in ("view", "create", "edit", "delete", "merge")}
    reza = sign_in("reza", own)
    mine = person(reza, first_name="رضا", last_name="نوری")
    asked = [
        reza.get(f"/persons/{mine}/merge?with={theirs}"),
        reza.get(f"/persons/{mine}/merge?with=99999999"),
        reza.get(f"/persons/{theirs}/merge?with={mine}"),
        reza.post(f"/persons/{mine}/merge?with={theirs}", {"with": str(theirs), "do": "merge"}),
    ]
    assert {answer.status_code for answer in asked} == {404}
    merged = boss.post(
        f"/persons/{survivor}/merge?with={theirs}",
        {"with": str(theirs), "do": "merge", "choice.mobile": "kept", "choice.last_name": "kept"},
    )
    assert merged.status_code == 303
    assert reza.get(f"/persons/{theirs}").status_code == 404


def test_without_the_right_there_is_nothing_of_it(sign_in):
    browser = sign_in("sara", ALL)
    kept, dropped = two(browser)
    assert 'value="merge"' not in browser.get("/persons").text
    assert "/merge" not in browser.get(f"/persons/{kept}").text
    assert browser.get(f"/persons/{kept}/merge?with={dropped}").status_code == 403
    assert browser.get("/duplicates").status_code == 403
    assert "/duplicates" not in browser.get("/").text


def test_the_list_of_pairs(sign_in, runtime):
    browser = sign_in("sara", MERGING)
    kept = person(browser, first_name="علی", last_name="رضایی", mobile="09121111111")
    person(browser, first_name="علی", last_name="رضایی", mobile="09121111111")
    assert "هنوز جست‌وجو نشده" in browser.get("/duplicates").text
    assert browser.post("/duplicates", {"do": "search"}).status_code == 303
    assert "در حال جست‌وجو" in browser.get("/duplicates").text
    find_duplicates(runtime, Quiet(), scan=_scan(runtime))
    page = browser.get("/duplicates").text
    assert f"/persons/{kept}/merge?with=" in page
    assert "شماره همراه یکسان" in page
    assert f"/persons/{kept}/merge?with=" in browser.get("/duplicates?reason=mobile&least=80").text
    assert f"/persons/{kept}/merge?with=" not in browser.get("/duplicates?kind=organisation").text
    assert "with=" in browser.get(f"/persons/{kept}/merge?q=رضایی").text
    pair = re.search(r'name="pair" value="(\d+)"', page)[1]
    browser.post("/duplicates", {"do": "apart", "pair": pair})
    assert "/merge?with=" not in browser.get("/duplicates").text
    assert "/merge?with=" in browser.get("/duplicates?apart=1").text


def _scan(runtime):
    from kernel.access.actor import SYSTEM
    from kernel.parties.pairs import last_scan

    with runtime.reading(SYSTEM("test")) as context:
        return last_scan(context).id
