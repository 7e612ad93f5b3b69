"""Plugins that are distributions of their own, on the pages: one that works, and one that fails wherever it can."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import Client, TestResponse

from kernel.access.actor import SYSTEM
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.testing.plugin import MakeUser
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from tests.web.conftest import ALL, PASSWORD, Browser, SignIn, sign_in

__all__ = ["sign_in"]

OUTSIDE = ("hotel", "breaker")
HOTEL = {
    (f"hotel.{kind}", action): "all"
    for kind in ("room", "stay", "guest")
    for action in ("view", "create", "edit", "export", "delete")
}
PAGES = (
    "/",
    "/persons",
    "/persons?q=کریمی",
    "/persons/new",
    "/persons/bin",
    "/persons/import",
    "/persons/export?format=csv",
    "/persons/suggest?q=کر",
    "/organisations",
    "/search?q=کریمی",
    "/palette?q=کریمی",
    "/account",
    "/hotel/rooms",
    "/administration/plugins",
    "/administration/plugins/breaker",
    "/administration/doctor",
    "/administration/settings",
    "/administration/patterns",
    "/administration/users",
    "/administration/jobs",
)


pytestmark = pytest.mark.usefixtures("installed_outside")


@pytest.fixture(scope="module")
def wsgi(config: Config, engines: Engines, installed_outside: None) -> PeyvandWSGI:
    return PeyvandWSGI(config, engines=engines)


@pytest.fixture
def site(worker_sites: WorkerSites, engines: Engines, wsgi: PeyvandWSGI) -> Iterator[Site]:
    def furnished(site: Site) -> None:
        for name in OUTSIDE:
            install(Workshop(site, engines, discover()), name, SYSTEM("tests"))

    made = worker_sites.kept("outside", furnished)
    wsgi.store.forget()
    yield made
    worker_sites.clean("outside")


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", {**ALL, **HOTEL})


@pytest.fixture
def boss(sign_in: SignIn) -> Browser:
    return sign_in("boss", administrator=True)


@pytest.fixture
def break_it(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the breaker fail from now on; what it declared while it was calm counts."""
    return lambda: monkeypatch.setattr("breaker.plugin.CALM", False)


def person(browser: Browser, **values: str) -> str:
    return browser.made("/persons/new", first_name="سارا", last_name="کریمی", **values)


# --- the hotel


FREE = "/hotel/free/spring"


def test_its_open_page_serves_who_is_not_signed_in(sara: Browser, wsgi: PeyvandWSGI, site: Site) -> None:
    person(sara)
    stranger = Browser(wsgi, site.hosts[0])
    shown = stranger.get(FREE)
    assert (shown.status_code, shown.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "noindex" in shown.headers["X-Robots-Tag"]
    assert "اتاق‌های خالی" in shown.text
    assert "کریمی" not in shown.text
    assert stranger.post(FREE, {"last_name": "پرسان", "mobile": "0912"}, token="").status_code == 400
    wrong = stranger.post(FREE, {"last_name": "", "mobile": "0912"})
    assert wrong.status_code == 422
    assert wrong.text.count('class="error"') == 2, "both fields say what is wrong"
    assert "سپاس" in stranger.post(FREE, {"last_name": "پرسان", "mobile": "۰۹۱۲۳۴۵۶۷۸۹"}).text
    assert "پرسان" in sara.get("/persons").text
    assert stranger.get("/persons").status_code == 302, "the rest of the house stays shut"


def test_wrong_tries_at_an_open_page_are_counted(sara: Browser, wsgi: PeyvandWSGI, site: Site) -> None:
    stranger = Browser(wsgi, site.hosts[0])
    # From an address of its own: wrong tries are remembered for a minute, beyond this test.
    whence = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.9"}}
    guessed = [stranger.get("/hotel/free/guess", **whence).status_code for _try in range(6)]
    assert guessed == [404] * 5 + [429]
    assert stranger.get(FREE, **whence).status_code == 429, "whoever guessed waits"
    assert stranger.get(FREE).status_code == 200, "others do not"


def test_its_list_form_and_menu(sara: Browser) -> None:
    assert 'href="/hotel/rooms"' in sara.get("/").text
    before = sara.ids("/hotel/rooms")
    room = sara.made("/hotel/rooms/new", number="۱۲", night_price="۲۵٬۰۰۰٬۰۰۰")
    assert "۱۲" in sara.get(room).text
    again = sara.post("/hotel/rooms/new", {"number": "13", "night_price": "گران"})
    assert again.status_code == 422
    assert len(sara.ids("/hotel/rooms")) == len(before) + 1


def test_programs_read_and_write_it_with_a_token(sara: Browser) -> None:
    form = {"name": "till", "days": "3", "old_password": PASSWORD, "actions": []}
    shown = sara.post("/account/tokens", form).text
    (token,) = re.findall(r'id="token" value="([^"]+)"', shown)
    headers = {"Host": sara.host, "Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def ask(method: str, path: str, body: object = None) -> TestResponse:
        client = Client(sara.client.application, use_cookies=False)
        sent = {} if body is None else {"json": body}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **sent)

    room = ask("POST", "/hotel.room", {"values": {"number": "41", "night_price": 25_000_000}}).json["id"]
    guest = ask("POST", "/person", {"values": {"last_name": "کریمی", "hotel.likes": "آرامش"}}).json["id"]
    assert ask("GET", f"/hotel.room/{room}").json["values"]["night_price"] == 25_000_000
    assert ask("GET", f"/person/{guest}").json["values"]["hotel.likes"] == "آرامش"
    assert ask("GET", "/person?f.hotel.likes.contains=آرامش&cols=hotel.likes").json["items"][0]["id"] == guest
    departure = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    body = {"room": room, "guest": guest, "departure": departure}
    stay = ask("POST", "/commands/hotel.check_in", body).json["result"]
    assert ask("GET", f"/hotel.stay/{stay}").json["values"]["guest_id"] == {"id": guest, "title": "کریمی"}
    late = ask("POST", "/commands/hotel.check_in", {**body, "departure": "2020-01-01"})
    assert [each["pointer"] for each in late.json["errors"]] == ["#/departure"]
    document = ask("GET", "/openapi.json").json
    assert "/api/v1/commands/hotel.check_in" in document["paths"]
    assert "/api/v1/hotel.room" in document["paths"]


def test_its_facet_stands_on_the_form_and_page_of_a_person(sara: Browser) -> None:
    address = person(sara, **{"hotel.likes": "اتاق رو به <b>دریا</b>"})
    assert "اتاق رو به &lt;b&gt;دریا&lt;/b&gt;" in sara.get(address).text
    assert 'name="hotel.likes"' in sara.get(f"{address}/edit").text
    sara.post(f"{address}/field/hotel.likes", {"value": "آرامش"}, htmx=True)
    assert "آرامش" in sara.get(address).text
    assert "آرامش" in sara.get("/persons?cols=last_name,hotel.likes").text


def test_its_facet_is_kept_from_who_has_no_right_to_it(sara: Browser, sign_in: SignIn) -> None:
    address = person(sara, **{"hotel.likes": "آرامش"})
    other = sign_in("omid", ALL)
    assert "آرامش" not in other.get(address).text
    assert 'name="hotel.likes"' not in other.get(f"{address}/edit").text
    assert "آرامش" not in other.get("/persons?cols=last_name,hotel.likes").text
    assert other.get(f"{address}/field/hotel.likes").status_code == 404
    other.post(f"{address}/edit", {"last_name": "کریمی", "hotel.likes": "شلوغی"})
    assert "آرامش" in sara.get(address).text


def test_its_command_and_panel_and_what_its_constraint_refuses(
    sara: Browser, site: Site, engines: Engines, make_user: MakeUser
) -> None:
    address = person(sara)
    guest = address.rpartition("/")[2]
    room = sara.ids("/hotel/rooms")[0]
    runtime = build_runtime(site, engines, isolate=False)
    clerk = make_user("clerk", {**ALL, **HOTEL})
    day = runtime.clock().date()
    departure = day.replace(year=day.year + 1, day=1)
    stay = runtime.execute(clerk, "hotel.check_in", room=int(room), guest=int(guest), departure=departure)
    assert stay
    assert "شب" in sara.get(address).text
    refused = sara.post(
        "/hotel/stays/new",
        {
            "room_id": room,
            "guest_id": guest,
            "arrival": str(departure.replace(month=1)),
            "departure": "1499/01/01",
        },
    )
    assert refused.status_code == 422
    assert len(sara.ids("/hotel/stays")) == 1


# --- the breaker


def test_every_page_answers_and_staff_are_told(
    boss: Browser, sara: Browser, break_it: Callable[[], None]
) -> None:
    address = person(sara)
    break_it()
    for path in (*PAGES, address, f"{address}/edit", f"{address}?tab=history", f"{address}?tab=files"):
        assert boss.get(path, follow_redirects=True).status_code == 200, path
    assert "«Breaker» در این صفحه خطا داد" not in sara.get(address).text
    assert "سارا کریمی" in sara.get(address).text


def test_staff_see_which_plugin_failed_and_its_failures_are_listed(
    boss: Browser, sara: Browser, break_it: Callable[[], None]
) -> None:
    address = person(sara)
    break_it()
    assert "«Breaker» در این صفحه خطا داد" in boss.get(address).text
    page = boss.get("/administration/plugins/breaker").text
    assert "Broken: " in page
    assert "party_panels" in page


def test_it_is_taken_out_after_so_many_failures_and_then_nothing_is_refused(
    boss: Browser, sara: Browser, break_it: Callable[[], None]
) -> None:
    address = person(sara)
    break_it()
    refused = sara.post("/persons/new", {"first_name": "بابک", "last_name": "رحیمی"})
    assert refused.status_code == 422
    for _time in range(10):
        assert boss.get(address).status_code == 200
    assert "قرنطینه" in boss.get("/administration/plugins/breaker").text
    assert "خطا داد" not in boss.get(address).text
    assert sara.made("/persons/new", first_name="بابک", last_name="رحیمی")


def test_a_rule_that_fails_refuses_with_the_plugins_name_and_saves_nothing(
    sara: Browser, break_it: Callable[[], None]
) -> None:
    address = person(sara)
    break_it()
    refused = sara.post("/persons/new", {"first_name": "بابک", "last_name": "رحیمی"})
    assert refused.status_code == 422
    assert "breaker" in refused.text.partition("notice bad")[2][:300]
    assert 'value="رحیمی"' in refused.text
    assert "رحیمی" not in sara.get("/persons").text
    refused = sara.post(
        f"{address}/edit", {"last_name": "نادری", "_version": sara.version(f"{address}/edit")}
    )
    assert refused.status_code == 422
    assert "کریمی" in sara.get(address).text


def test_declarations_that_fail_leave_the_plugin_out_and_nobody_else(
    site: Site, engines: Engines, boss: Browser, break_it: Callable[[], None]
) -> None:
    break_it()
    runtime = build_runtime(site, engines)
    assert "breaker" not in runtime.plugins
    assert "hotel" in runtime.plugins
    boss.post("/administration/plugins/hotel/pause")
    boss.post("/administration/plugins/hotel/resume")
    for path in PAGES:
        assert boss.get(path, follow_redirects=True).status_code == 200, path
    assert "Broken: " in boss.get("/administration/plugins/breaker").text
