"""Reports that come with the product and its plugins: listed by area, opened, changed, kept; checked at boot."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from kernel.administration.assembly import assemble
from kernel.resources.parts import kernel_parts
from kernel.resources.reports.standard import StandardReport, unsound_reports
from tests.web.conftest import ALL, SignIn
from tests.web.test_reports import lines_of

GOOD = StandardReport(key="good", title="Good", resource="person", groups=("gender",))


def of_kernel() -> list[StandardReport]:
    """The kernel's own."""
    assemble()
    return [each for part in kernel_parts() for each in part.ask("reports", {}) or ()]


def links(page: str) -> dict[str, str]:
    """Standard reports of the page of reports, by title."""
    found = re.findall(r'<a class="link" href="([^"]*standard=[^"]*)">([^<]*)</a>', page)
    return {html.unescape(title): html.unescape(url) for url, title in found}


def test_every_standard_report_of_the_kernel_opens(sign_in: SignIn) -> None:
    boss = sign_in("boss", administrator=True)
    found = links(boss.get("/reports/").text)
    assert len(found) == len(of_kernel()) > 8
    for title, url in found.items():
        answer = boss.get(url)
        assert answer.status_code == 200, (title, answer.text[:300])
        assert f"<bdi>{title}</bdi></h1>" in answer.text


def test_one_is_opened_changed_and_kept_as_ones_own(sign_in: SignIn) -> None:
    sara = sign_in("sara", ALL | {("party", "report"): "all"})
    sara.made("/persons/new", last_name="احمدی", gender="female")
    url = links(sara.get("/reports/").text)["اشخاص به تفکیک استان"]
    assert lines_of(sara.get(url).text)[0][1:] == ["۱", "۱۰۰٪"]
    asked = url.partition("?")[2].replace("group=province", "group=gender")
    saved = sara.post(f"/persons/report/saved/new?{asked}", {"name": "مال من"})
    page = sara.get(sara.get(saved.headers["Location"]).headers["Location"]).text
    assert lines_of(page)[0] == ["زن", "۱", "۱۰۰٪"]
    assert "<bdi>مال من</bdi></h1>" in page


def test_they_are_for_who_may_report_on_the_list_and_see_the_fields(sign_in: SignIn, run, id_of) -> None:
    reader = sign_in("omid", {("party", "view"): "all", ("party", "report"): "own"})
    found = links(reader.get("/reports/").text)
    assert "اشخاص به تفکیک استان" in found
    assert not any("interactions" in url for url in found.values())
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'province', 'hidden' FROM kernel.user_pattern WHERE user_id = :user",
        user=int(id_of("omid")),
    )
    assert "اشخاص به تفکیک استان" not in links(reader.get("/reports/").text)


def test_those_of_the_kernel_are_sound_and_have_names_of_their_own() -> None:
    assert unsound_reports("kernel", of_kernel(), (), ()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"resource": "persons"},
        {"resource": "medical.room"},
        {"groups": ("birth_place_of_nobody",)},
        {"groups": ("gender:month",)},
        {"groups": ("birth_date",)},
        {"across": "medical.blood_group"},
        {"figures": ("sum:gender",)},
        {"figures": ("median:id",)},
        {"filters": {"gender.near": "x"}},
        {"filters": {"nothing.is": "x"}},
        {"dated": "gender", "period": "this_year"},
        {"dated": "birth_date", "period": "some_day"},
        {"dated": "birth_date"},
        {"chart": "pie"},
    ],
)
def test_what_could_never_be_run_breaks_the_plugin(change) -> None:
    assemble()
    assert unsound_reports("medical", [GOOD], (), ()) is None
    assert unsound_reports("medical", [replace(GOOD, **change)], (), ()) is not None


def test_a_key_stands_once_and_a_list_of_another_plugin_is_left_to_it() -> None:
    assemble()
    assert unsound_reports("medical", [GOOD, GOOD], (), ()) is not None
    assert unsound_reports("medical", [replace(GOOD, resource="hotel.stay", groups=("x",))], (), ()) is None
