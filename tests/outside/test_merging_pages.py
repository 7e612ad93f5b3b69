"""The page of a merge: a facet under each rule and user-defined fields in conflict, chosen, looked at, merged, undone."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import pytest

from kernel.access.actor import SYSTEM
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.testing.looking import data_hashes
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from tests.web.conftest import ALL, Browser, SignIn, run, sign_in

__all__ = ["run", "sign_in"]

GUESTS = {("hotel.guest", action): "all" for action in ("view", "create", "edit")}
MERGING = {**ALL, **GUESTS, ("party", "merge"): "all"}
OTHER = (
    "kernel.history",
    "kernel.party_merge",
    "kernel.event",
    "kernel.event_delivery",
    "kernel.login_session",
)
"""Tables that tell of the merge, and of who is signed in."""

pytestmark = pytest.mark.usefixtures("installed_outside")


@pytest.fixture(scope="module")
def wsgi(config: Config, engines: Engines, installed_outside: None) -> PeyvandWSGI:
    return PeyvandWSGI(config, engines=engines)


@pytest.fixture
def site(worker_sites: WorkerSites, engines: Engines, wsgi: PeyvandWSGI) -> Iterator[Site]:
    made = worker_sites.kept(
        "merging", lambda site: install(Workshop(site, engines, discover()), "hotel", SYSTEM("tests"))
    )
    wsgi.store.forget()
    yield made
    worker_sites.clean("merging")


@pytest.fixture
def own_field(sign_in: SignIn) -> Callable[..., str]:
    """Define a field of persons through the page, and give its name on forms."""
    boss = sign_in("boss", administrator=True)

    def define(kind: str, title: str) -> str:
        sent = {"kind": kind, "title": title, "resources": ["", "person"], "in_list": "y", "filterable": "y"}
        assert boss.post("/administration/user-fields/new", sent).status_code == 303
        row = next(
            part for part in boss.get("/administration/user-fields").text.split("<tr") if f">{title}<" in part
        )
        return str(re.findall(r">(u_[a-z0-9_]+)<", row)[0])

    return define


def person(browser: Browser, **values: str) -> int:
    return int(browser.made("/persons/new", _anyway="1", last_name="رضایی", **values).rsplit("/", 1)[1])


def picks(page: str) -> dict[str, str]:
    """The rows of the comparison: which value stays as things are, `?` where it is to be chosen and nothing is."""
    found = {}
    for row in page.split('<div class="pick-row"')[1:]:
        name = re.findall(r'<span class="pick-name">([^<]+)<', row)[0]
        if 'type="radio"' in row:
            found[name] = (re.findall(r'value="(\w+)" checked', row) or ["?"])[0]
        else:
            found[name] = "both" if row.count('class="sr"') == 2 else "one"
    return found


def test_every_rule_and_own_fields_are_chosen_looked_at_merged_and_undone(
    sign_in: SignIn, own_field: Callable[..., str], site: Site, engines: Engines
) -> None:
    plate, floors = own_field("text", "پلاک"), own_field("whole", "طبقات")
    sara = sign_in("sara", MERGING)
    kept = person(
        sara,
        **{"hotel.points": "30", "hotel.floor": "دوم", "hotel.pillow": "پر", "hotel.likes": "دریا"},
        **{plate: "۱۲ ب", floors: "3"},
    )
    dropped = person(
        sara,
        **{"hotel.points": "12", "hotel.floor": "پنجم", "hotel.pillow": "الیاف", "hotel.likes": "کوه"},
        **{plate: "۷۷ د", floors: "4"},
    )
    before = data_hashes(engines.owner(site), without=OTHER)
    address = f"/persons/{kept}/merge?with={dropped}"
    page = html.unescape(sara.get(address).text)
    shown = picks(page)
    assert (shown["بالش"], shown["امتیاز"], shown["طبقه"], shown["پسندها"]) == (
        "?",
        "both",
        "kept",
        "dropped",
    )
    assert (shown["پلاک"], shown["طبقات"]) == ("dropped", "?")
    versions = {
        name: re.findall(rf'name="{name}" value="(\d+)"', page)[0]
        for name in ("kept_version", "dropped_version")
    }
    given = {"with": str(dropped), **versions, f"choice.{plate}": "kept"}

    unanswered = sara.post(address, given)
    assert unanswered.status_code == 422
    assert "مقدارهای مشخص‌شده را برگزینید" in html.unescape(unanswered.text) or "بالش" in unanswered.text
    assert f'name="choice.{plate}" value="kept" checked' in unanswered.text

    given |= {"choice.hotel.pillow": "dropped", f"choice.{floors}": "dropped"}
    assert sara.post(address, given).status_code == 200
    assert data_hashes(engines.owner(site), without=OTHER) == before
    done = sara.post(address, {**given, "do": "merge"})
    assert done.status_code == 303, done.text

    form = sara.get(f"/persons/{kept}/edit").text
    held = {
        name: html.unescape(re.findall(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', form)[0])
        for name in ("hotel.points", "hotel.floor", "hotel.pillow", "hotel.likes", plate, floors)
    }
    assert list(held.values()) == ["۴۲", "دوم", "الیاف", "کوه", "۱۲ ب", "۴"]

    undo = re.findall(rf'action="(/persons/{kept}/merge/\d+/undo)"', sara.get(f"/persons/{kept}").text)[0]
    assert sara.post(undo).status_code == 303
    assert data_hashes(engines.owner(site), without=OTHER) == before


def test_whoever_may_not_see_the_facet_is_not_asked_and_told_nothing(
    sign_in: SignIn, run: Callable[..., list[tuple[str, ...]]]
) -> None:
    sara = sign_in("sara", MERGING)
    kept = person(sara, **{"hotel.points": "30", "hotel.pillow": "پر", "hotel.likes": "دریا"})
    dropped = person(sara, **{"hotel.points": "12", "hotel.pillow": "الیاف", "hotel.likes": "کوه"})
    omid = sign_in("omid", {**ALL, ("party", "merge"): "all"})
    address = f"/persons/{kept}/merge?with={dropped}"
    page = omid.get(address).text
    preview = omid.post(address, {"with": str(dropped)})
    for text in (page, preview.text):
        assert not [word for word in ("الیاف", "دریا", "کوه") if word in text]
    forced = {"with": str(dropped), "do": "merge", "choice.hotel.pillow": "dropped"}
    refused = omid.post(address, forced)
    assert refused.status_code == 422
    assert omid.post(address, {"with": str(dropped), "do": "merge"}).status_code == 303
    assert run("SELECT points, pillow, likes FROM hotel.guest") == [(42, "پر", "کوه")]
