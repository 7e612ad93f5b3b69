"""The desk as each user arranges it: chosen blocks in their order and width, kept for patterns, each block by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from kernel.web.views import desk_parts
from tests.web.conftest import ALL, Browser, SignIn
from tests.web.test_saved_reports import SHARING, saved

MEN = "f.gender.is=male&sort=-name"


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    browser = sign_in("sara", SHARING)
    for name, gender in (("احمدی", "female"), ("بهرامی", "male"), ("تقوی", "male")):
        browser.made("/persons/new", last_name=name, gender=gender)
    return browser


def view_of(browser: Browser, **values: str) -> str:
    made = browser.post(f"/persons/views/new?{MEN}", {"name": "آقایان", **values}).headers["Location"]
    return str(made).rpartition("/")[2]


def report_of(browser: Browser, query: str = "group=gender&figure=count::share", **values: str) -> str:
    return saved(browser, "جنسیت‌ها", query, **values).rpartition("/")[2]


def arranged(browser: Browser, *blocks: str, do: str = "keep", **values: str) -> None:
    answer = browser.post("/desk/arrange", {"block": list(blocks), "do": do, **values})
    assert answer.status_code == 303, answer.text


def titles(browser: Browser) -> list[str]:
    page = browser.get("/").text
    return re.findall(
        r"<section class=\"card span-\d+\".*?<h2>(?:<a[^>]*>)?(?:<bdi>)?([^<]*)", page, re.DOTALL
    )


def inside(browser: Browser, kind: str, number: str, look: str = "table", **more: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in {"as": look, **more}.items())
    answer = browser.get(f"/desk/block/{kind}/{number}?{asked}", htmx=True)
    assert answer.status_code == 200
    return answer.text


def test_blocks_are_chosen_put_in_order_widened_and_put_back(sara: Browser) -> None:
    before = titles(sara)
    assert before == ["تازه‌ترین مخاطبان", "کارهای اخیر شما"]
    view, report = view_of(sara), report_of(sara)
    dialog = sara.get("/desk/arrange", htmx=True).text
    offered = re.findall(r'name="block" value="([^"]+)"( checked)?', dialog)
    assert [key for key, ticked in offered if ticked] == ["kernel.figures", "kernel.newest", "kernel.recent"]
    assert {f"view:{view}", f"report:{report}"} <= {key for key, ticked in offered if not ticked}
    arranged(sara, f"report:{report}", "kernel.recent", f"view:{view}", **{f"width.report:{report}": "2"})
    assert titles(sara) == ["جنسیت‌ها", "کارهای اخیر شما", "آقایان"]
    page = sara.get("/").text
    assert 'class="card span-8" aria-label="جنسیت‌ها"' in page
    assert f'hx-get="/desk/block/report/{report}?as=table"' in page
    assert "card figure" not in page
    arranged(sara, do="reset")
    assert titles(sara) == before
    arranged(sara)
    assert titles(sara) == []


def test_a_view_and_a_report_show_what_their_reader_may_see(sara: Browser, sign_in: SignIn) -> None:
    view, report = view_of(sara, audience="all"), report_of(sara, audience="all")
    own = view_of(sara, name="پنهان")
    assert re.findall(r"<b><a[^>]*><bdi>([^<]*)", inside(sara, "view", view)) == ["تقوی", "بهرامی"]
    assert "۶۶٫۷" in inside(sara, "report", report)
    assert "<svg" in inside(sara, "report", report, "chart")
    assert 'dir="ltr">۳<' in inside(sara, "report", report, "figure")
    assert sara.get(f"/desk/block/report/{report}?as=poem").status_code in {200, 404}
    reader = sign_in("omid", ALL | {("party", "view"): "own", ("party", "report"): "own"})
    assert "بهرامی" not in inside(reader, "view", view)
    assert "۶۶٫۷" not in inside(reader, "report", report)
    for hidden in (own, "999999"):
        assert reader.get(f"/desk/block/view/{hidden}").status_code == 404
    assert reader.get(f"/desk/block/report/{view}").status_code == 404
    arranged(reader, f"view:{own}", f"view:{view}", "no.such")
    assert titles(reader) == ["آقایان"]


def test_a_report_is_kept_a_minute_for_the_same_rights_and_says_of_when_it_is(
    sara: Browser, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Any], id_of: Callable[[str], str]
) -> None:
    report = report_of(sara)
    assert "به ساعت" in inside(sara, "report", report)
    sara.made("/persons/new", last_name="ثابت", gender="male")
    assert "۷۵٪" not in inside(sara, "report", report)
    assert "۷۵٪" in inside(sara, "report", report, fresh="1")
    sara.made("/persons/new", last_name="جلالی", gender="male")
    monkeypatch.setattr(desk_parts, "LIFE", desk_parts.LIFE * 0)
    assert "۸۰٪" in inside(sara, "report", report)
    monkeypatch.undo()
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'gender', 'hidden' FROM kernel.user_pattern WHERE user_id = :user",
        user=int(id_of("sara")),
    )
    refused = inside(sara, "report", report)
    assert "۸۰٪" not in refused
    assert 'role="status"' in refused


def test_a_block_that_fails_says_so_in_its_own_place(sara: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    view, report = view_of(sara), report_of(sara)

    def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(desk_parts, "run", broken)
    assert "این بخش ساخته نشد" in inside(sara, "report", report, "figure")
    assert "تقوی" in inside(sara, "view", view)


def test_administrators_arrange_the_desk_of_a_pattern(
    sara: Browser, sign_in: SignIn, run: Callable[..., Any], id_of: Callable[[str], str]
) -> None:
    ((pattern,),) = run("SELECT pattern_id FROM kernel.user_pattern WHERE user_id = :u", u=int(id_of("sara")))
    boss = sign_in("boss", administrator=True)
    assert 'name="pattern"' in boss.get("/desk/arrange", htmx=True).text
    assert 'name="pattern"' not in sara.get("/desk/arrange", htmx=True).text
    arranged(boss, "kernel.recent", do="pattern", pattern=str(pattern))
    assert titles(sara) == ["کارهای اخیر شما"]
    assert len(titles(boss)) > 0
    arranged(sara, "kernel.newest")
    assert titles(sara) == ["تازه‌ترین مخاطبان"]
    arranged(sara, do="reset")
    assert titles(sara) == ["کارهای اخیر شما"]
    arranged(boss, do="no_pattern", pattern=str(pattern))
    assert titles(sara) == ["تازه‌ترین مخاطبان", "کارهای اخیر شما"]
    sara.post("/desk/arrange", {"block": ["kernel.recent"], "do": "pattern", "pattern": str(pattern)})
    assert run("SELECT count(*) FROM kernel.desk_default") == [(0,)]


@pytest.mark.parametrize(
    ("block", "values"),
    [
        ("<script>", {}),
        ("kernel.newest", {"width.kernel.newest": "9"}),
        ("kernel.newest", {"as.kernel.newest": "poem"}),
    ],
)
def test_what_is_no_block_is_not_kept(
    sara: Browser, run: Callable[..., Any], block: str, values: dict[str, str]
) -> None:
    sara.post("/desk/arrange", {"block": [block], "do": "keep", **values})
    assert run("SELECT count(*) FROM kernel.desk_layout") == [(0,)]
