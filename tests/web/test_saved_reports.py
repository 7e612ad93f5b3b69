"""Reports under a name: saved, opened with the rights of their reader, shared, listed, pinned, and broken ones."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import ALL, Browser, SignIn
from tests.web.test_reports import lines_of
from tests.web.test_saved_views import tabs

REPORTING = ALL | {("party", "report"): "all"}
SHARING = REPORTING | {("saved_view", "share"): "all"}
BY_GENDER = "group=gender&figure=count::share&chart=bars"


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    browser = sign_in("sara", SHARING)
    for name, gender in (("احمدی", "female"), ("بهرامی", "male"), ("تقوی", "male")):
        browser.made("/persons/new", last_name=name, gender=gender)
    return browser


def saved(browser: Browser, name: str, query: str = BY_GENDER, **values: Any) -> str:
    """Save a report, and give the address that opens it."""
    answer = browser.post(f"/persons/report/saved/new?{query}", {"name": name, **values})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def opened(browser: Browser, address: str) -> tuple[str, str]:
    """Open a report, and give its address and text."""
    answer = browser.get(address)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"], browser.get(answer.headers["Location"]).text


def report_tabs(text: str) -> list[str]:
    found = re.search(r'<nav class="tabs" aria-label="گزارش‌های ذخیره‌شده">(.*?)</nav>', text, re.DOTALL)
    return re.findall(r"<span>([^<]*)</span>", found[1]) if found else []


def test_a_report_is_kept_and_stands_as_a_tab_and_on_the_page_of_reports(sara: Browser) -> None:
    assert "هنوز گزارشی ذخیره نشده" in sara.get("/reports/").text
    assert sara.post(f"/persons/report/saved/new?{BY_GENDER}", {"name": " "}, htmx=True).status_code == 422
    address = saved(sara, "جنسیت‌ها")
    url, page = opened(sara, address)
    assert "chart=bars" in url
    assert lines_of(page) == [["زن", "۱", "۳۳٫۳٪"], ["مرد", "۲", "۶۶٫۷٪"], ["جمع کل", "۳", "۱۰۰٪"]]
    assert report_tabs(page) == ["گزارش تازه", "جنسیت‌ها"]
    assert f'href="{address}"' in sara.get("/reports/").text
    assert 'href="/reports/"' in page
    assert tabs(sara.get("/persons").text) == []
    again = sara.post(f"/persons/report/saved/new?{BY_GENDER}", {"name": "جنسیت‌ها"}, htmx=True)
    assert "گزارشی با این نام دارید" in again.text
    assert sara.post("/persons/views/new?q=x", {"name": "جنسیت‌ها"}).status_code == 303


def test_a_change_is_kept_when_it_is_saved_and_a_report_without_groups_stays_one(sara: Browser) -> None:
    address = saved(sara, "جنسیت‌ها")
    url, _page = opened(sara, address)
    assert "ذخیرهٔ تغییرها" not in sara.get(url).text
    changed = sara.get(f"{url}&f.gender.is=male").text
    assert "ذخیرهٔ تغییرها" in changed
    sara.post(html.unescape(sara.link(changed, "/update?", attribute="action")), {})
    assert lines_of(opened(sara, address)[1]) == [["مرد", "۲", "۱۰۰٪"], ["جمع کل", "۲", "۱۰۰٪"]]
    whole = saved(sara, "همه", "figure=count:")
    assert lines_of(opened(sara, whole)[1]) == [["جمع کل", "۳"]]


def test_a_report_is_pinned_and_never_opens_by_itself(sara: Browser) -> None:
    address = saved(sara, "جنسیت‌ها")
    sara.post(f"{address}/mark", {"do": "pin"})
    assert f'href="{address}"' in sara.get("/").text
    assert sara.post(f"{address}/mark", {"do": "default"}).status_code == 404
    assert sara.get("/persons").status_code == 200


def test_views_and_reports_do_not_answer_at_each_others_addresses(sara: Browser) -> None:
    report = saved(sara, "جنسیت‌ها")
    assert sara.get(report.replace("/report/saved/", "/views/")).status_code == 404
    assert sara.get(report.replace("/persons/", "/organisations/")).status_code == 404
    view = sara.post("/persons/views/new?f.gender.is=male", {"name": "الف"}).headers["Location"]
    assert sara.get(view.replace("/views/", "/report/saved/")).status_code == 404
    assert sara.post(f"{view.replace('/views/', '/report/saved/')}/delete", {}).status_code == 404


def test_a_shared_report_counts_what_its_reader_may_report_on(sign_in: SignIn, sara: Browser) -> None:
    address = saved(sara, "جنسیت‌ها", audience="all")
    own = saved(sara, "پنهان", "group=gender&figure=count:")
    reader = sign_in("omid", {("party", "view"): "all", ("party", "report"): "own"})
    assert lines_of(opened(reader, address)[1]) == []
    assert reader.get(own).status_code == reader.get("/persons/report/saved/999999").status_code == 404
    listed = reader.get("/reports/").text
    assert "جنسیت‌ها" in listed
    assert "پنهان" not in listed
    assert reader.post(f"{address}/delete", {}).status_code == 403
    denied = reader.post(f"/persons/report/saved/new?{BY_GENDER}", {"name": "من", "audience": "all"})
    assert denied.status_code == 403
    stranger = sign_in("mina", {("party", "view"): "all"})
    assert stranger.get(address).status_code == 403
    assert stranger.get("/reports/").status_code == 403
    assert "/reports/" not in stranger.get("/").text


def test_a_report_on_what_its_reader_may_not_see_shows_nothing_in_its_place(
    sign_in: SignIn, sara: Browser, run: Callable[..., Any], id_of: Callable[[str], str]
) -> None:
    by_group = saved(sara, "گروه", audience="all")
    by_filter = saved(sara, "صافی", "figure=count:&f.gender.is=male", audience="all")
    reader = sign_in("omid", {("party", "view"): "all", ("party", "report"): "all"})
    assert lines_of(opened(reader, by_group)[1])
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'gender', 'hidden' FROM kernel.user_pattern WHERE user_id = :user",
        user=int(id_of("omid")),
    )
    for address in (by_group, by_filter):
        page = reader.get(address)
        assert page.status_code == 200
        assert "این گزارش را نمی‌توان نشان داد" in page.text
        assert lines_of(page.text) == []
        assert f'action="{address}/delete"' not in page.text
    run("""UPDATE kernel.saved_view SET report = '{"group": ["clinic.weight"]}', filters = '[]'""")
    assert "این گزارش در استراحت است" in sara.get(by_group).text


@pytest.mark.parametrize(
    "query", ["group=secret", "figure=sum:gender", "f.secret.is=x", "chart=pie", "group=gender:month"]
)
def test_a_report_that_cannot_be_run_is_not_kept(sara: Browser, query: str) -> None:
    assert sara.post(f"/persons/report/saved/new?{query}", {"name": "بد"}).status_code in {200, 422}
    assert report_tabs(sara.get("/persons/report").text) == []


def test_a_deleted_report_leaves_the_records(sara: Browser) -> None:
    address = saved(sara, "جنسیت‌ها")
    assert sara.post(f"{address}/delete", {}).status_code == 303
    assert sara.get(address).status_code == 404
    assert lines_of(sara.get(f"/persons/report?{BY_GENDER}").text)[-1][1] == "۳"
