"""The page of a party: figures, the timeline page by page, the printed sheet."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from kernel.access.models import AuditEntry
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.contributions import Figure
from kernel.resources.models import Note
from kernel.web.views.timeline import Place
from tests.web.conftest import ALL, Browser, SignIn

PRINTING = {
    **ALL,
    **dict.fromkeys((("party", "print"), ("base_data", "view"), ("base_data", "create")), "all"),
}


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", PRINTING)


@pytest.fixture
def person(sara: Browser) -> str:
    return sara.made("/persons/new", first_name="سارا", last_name="کریمی", gender="female")


def older(text: str) -> str | None:
    found = re.search(r'hx-get="([^"]*before=[^"]*)"', text)
    return None if found is None else html.unescape(found[1])


def notes_of(text: str) -> list[str]:
    return re.findall(r'<p class="pre" dir="auto">([^<]*)</p>', text)


def walked(browser: Browser, address: str) -> list[str]:
    """All notes in the order of the pages."""
    text = browser.get(address).text
    found = notes_of(text)
    while (next_one := older(text)) is not None:
        text = browser.get(next_one, htmx=True).text
        assert "<html" not in text
        found += notes_of(text)
    return found


def test_the_timeline_is_walked_to_its_end_without_loss_or_repetition(
    sara: Browser, person: str, engines: Engines, site: Site
) -> None:
    for number in range(130):
        sara.post(f"{person}/notes", {"body": f"n{number}"})
    assert walked(sara, f"{person}?kind=notes") == [f"n{number}" for number in reversed(range(130))]
    # Everything at one moment: the place in the page is all that tells them apart.
    with engines.owner(site).begin() as owner:
        owner.execute(update(Note).values(created_at=datetime(2026, 5, 1, 8, tzinfo=UTC)))
    assert sorted(walked(sara, f"{person}?kind=notes")) == sorted(f"n{number}" for number in range(130))
    assert len(walked(sara, person)) == 130


def test_a_page_keeps_its_place_while_things_happen(sara: Browser, person: str) -> None:
    for number in range(60):
        sara.post(f"{person}/notes", {"body": f"n{number}"})
    second = older(sara.get(f"{person}?kind=notes").text)
    assert second is not None
    before = notes_of(sara.get(second, htmx=True).text)
    sara.post(f"{person}/notes", {"body": "تازه"})
    assert (
        notes_of(sara.get(second, htmx=True).text) == before == [f"n{number}" for number in range(9, -1, -1)]
    )


def test_the_timeline_narrows_to_a_kind(sara: Browser, person: str) -> None:
    sara.post(f"{person}/notes", {"body": "یادداشت من"})
    assert "یادداشت من" not in sara.get(f"{person}?kind=changes").text
    assert "ساخته شد" not in sara.get(f"{person}?kind=notes").text
    everything = sara.get(f"{person}?kind=nonsense").text
    assert "یادداشت من" in everything


def test_strange_places_mean_the_first_page(sara: Browser, person: str) -> None:
    sara.post(f"{person}/notes", {"body": "یادداشت من"})
    for text in ("x", "W10", "é", "e30", "WzEsIDJd", "A" * 7000):
        assert "یادداشت من" in sara.get(f"{person}?before={text}").text


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year < 9999),
    st.dictionaries(st.text(max_size=9), st.frozensets(st.text(max_size=9), max_size=4), max_size=4),
)
def test_places_survive_the_address(at: datetime, shown: dict[str, frozenset[str]]) -> None:
    place = Place(at, shown)
    assert Place.decode(place.encode()) == place


def test_the_sheet_holds_what_the_reader_may_see_and_is_accounted_for(
    sara: Browser, sign_in: SignIn, person: str, engines: Engines, site: Site
) -> None:
    sara.post(f"{person}/field/mobile", {"value": "09121234567"}, htmx=True)
    sara.post(f"{person}/notes", {"body": "پیگیری شود"})
    firm = sara.made("/organisations/new", name="شرکت بهار").rsplit("/", 1)[1]
    sara.post("/base-data/position/add", {"title": "سرپرست ویژه"})
    post = {"organisation": firm, "position": "سرپرست ویژه", "unit": "فروش"}
    sara.post(f"/people/{person.rsplit('/', 1)[1]}/post", post)
    assert f"{person}/print" in sara.get(person).text
    sheet = sara.get(f"{person}/print")
    assert sheet.status_code == 200
    for part in ("سارا کریمی", "۰۹۱۲ ۱۲۳ ۴۵۶۷", "پیگیری شود", "چاپ‌کننده: sara", "۱۴۰"):
        assert part in sheet.text
    (posts,) = re.findall(r"<section><h2>سمت‌ها</h2>.*?</section>", sheet.text, re.DOTALL)
    for part in ("شرکت بهار", "سرپرست ویژه، فروش"):
        assert part in posts
    assert "<script>" not in sheet.text
    reader = sign_in("omid", ALL)
    assert "/print" not in reader.get(person).text
    assert reader.get(f"{person}/print").status_code == 403
    with engines.owner(site).begin() as owner:
        printed = owner.execute(select(AuditEntry.record_id).where(AuditEntry.what == "record.print"))
        assert [row[0] for row in printed] == [int(person.rsplit("/", 1)[1])]


def test_own_printing_reaches_own_parties_only(sara: Browser, sign_in: SignIn, person: str) -> None:
    own = {("party", "view"): "all", **{("party", action): "own" for action in ("create", "edit", "print")}}
    reza = sign_in("reza", own)
    mine = reza.made("/persons/new", last_name="دیدنی")
    assert reza.get(f"{mine}/print").status_code == 200
    assert reza.get(f"{person}/print").status_code == 403
    assert sara.get("/persons/999999/print").status_code == 404
    assert sara.get("/people/1/print").status_code == 404


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("money", "100"),
        ("money", 1.5),
        ("count", True),
        ("day", datetime(2026, 1, 1, tzinfo=UTC)),
        ("instant", date(2026, 1, 1)),
        ("nonsense", 1),
    ],
)
def test_a_figure_is_of_its_kind(kind: str, value: object) -> None:
    with pytest.raises(TypeError):
        Figure(key="one", label="One", value=value, kind=kind)
