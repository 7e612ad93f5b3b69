"""A plugin is uninstalled and brought back while segments filter by it and fields hang on its records."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from kernel.access.actor import SYSTEM
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.testing.browser import PASSWORD, let_in
from kernel.testing.users import add_user
from kernel.web.wsgi import PeyvandWSGI
from tests.web.conftest import Browser

pytestmark = pytest.mark.usefixtures("installed_outside")
FIELDS = "/administration/user-fields"


@pytest.fixture(scope="module")
def wsgi(config: Config, engines: Engines, installed_outside: None) -> PeyvandWSGI:
    return PeyvandWSGI(config, engines=engines)


@pytest.fixture
def boss(own_site: Site, wsgi: PeyvandWSGI, engines: Engines) -> Iterator[Browser]:
    install(Workshop(own_site, engines, discover()), "hotel", SYSTEM("tests"))
    with engines.owner(own_site).begin() as owner:
        let_in(owner, add_user(owner, "boss", administrator=True).user_id)
    wsgi.store.forget()
    browser = Browser(wsgi, own_site.hosts[0])
    browser.sign_in("boss", PASSWORD)
    yield browser
    wsgi.store.forget()


def person(browser: Browser, name: str, **values: str) -> int:
    return int(browser.made("/persons/new", last_name=name, **values).rsplit("/", 1)[1])


def saved(browser: Browser, name: str, query: str) -> int:
    answer = browser.post(f"/segments/new/person?{query}", {"name": name})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def define(browser: Browser, kind: str, title: str, **values: str) -> str:
    sent = {"kind": kind, "title": title, "resources": ["", "hotel.room"], "in_list": "y", "filterable": "y"}
    answer = browser.post(f"{FIELDS}/new", {**sent, **values})
    assert answer.status_code == 303, answer.text
    row = next(part for part in browser.get(FIELDS).text.split("<tr") if f">{title}<" in part)
    return str(re.findall(r">(u_[a-z0-9_]+)<", row)[0])


def counts(browser: Browser) -> dict[str, str]:
    """What the list of segments says of each."""
    found = {}
    for row in re.findall(r'<tr id="row-.*?</tr>', browser.get("/segments/").text, re.DOTALL):
        name = re.findall(r"<bdi>([^<]*)</bdi>", row)[0]
        found[name] = re.findall(r'class="c-number[^"]*">.*?>([^<]+)</span>', row, re.DOTALL)[0].strip()
    return found


def uninstalled(browser: Browser) -> str:
    """Uninstall the hotel through its pages, and give the name of the archive."""
    assert browser.get("/administration/plugins/hotel/uninstall").status_code == 200
    answer = browser.post("/administration/plugins/hotel/uninstall", {"confirmed": "hotel"})
    assert answer.status_code == 303, answer.text
    return re.findall(
        r"/administration/archives/([\w.-]+)", browser.get("/administration/plugins/hotel").text
    )[0]


@pytest.fixture
def told(boss: Browser) -> dict[str, int]:
    """Guests with what the hotel knows of them, rooms with fields of the administrator, and segments by all of it."""
    guest = person(
        boss, "آرام", **{"hotel.likes": "دریا", "hotel.points": "30", "roles-0-role": "hotel.guest"}
    )
    person(boss, "بیگانه")
    note, host = define(boss, "text", "یخچال"), define(boss, "link", "میزبان", to="person")
    values = {note: "دو در", host: str(guest)}
    room = int(boss.made("/hotel/rooms/new", number="12", night_price="5", **values).rsplit("/", 1)[1])
    facet = saved(boss, "دریادوستان", "f.hotel.likes.filled=1")
    role = saved(boss, "مهمانان", "f.role.is=hotel.guest")
    outer = saved(boss, "هر دو", f"f.segment.is={facet}&f.segment.is={role}")
    return {"guest": guest, "room": room, "facet": facet, "role": role, "outer": outer}


def test_nothing_breaks_meanwhile_and_all_is_back_afterwards(boss: Browser, told: dict[str, int]) -> None:
    guest, room = told["guest"], told["room"]
    everybody = counts(boss)
    assert everybody == {"دریادوستان": "۱", "مهمانان": "۱", "هر دو": "۱"}
    before = {path: boss.get(path).text for path in (f"/persons/{guest}/edit", f"/hotel/rooms/{room}/edit")}
    archive = uninstalled(boss)

    for path in (
        *("/", "/persons", "/persons?cols=last_name,hotel.likes", "/persons/new", "/persons/import", FIELDS),
        *(
            "/persons?sort=hotel.likes",
            "/persons/export?format=csv",
            "/search?q=آرام",
        ),
        *(f"/persons/{guest}", f"/persons/{guest}/edit", f"/persons/{guest}?tab=history", "/segments/"),
        *("/administration/doctor", "/administration/patterns"),
    ):
        assert boss.get(path, follow_redirects=True).status_code == 200, path
    refused = boss.get("/persons?f.hotel.likes.filled=1")
    assert refused.status_code == 422
    assert not re.search(rf"/persons/{guest}\b", refused.text)
    assert boss.get(f"/hotel/rooms/{room}").status_code == 404
    assert person(boss, "تازه")

    # What filters by the plugin's own fields lies in its archive.
    assert counts(boss) == {"مهمانان": "غیرفعال", "هر دو": "غیرفعال"}
    assert boss.get(f"/segments/{told['facet']}").status_code == 404
    for name in ("role", "outer"):
        rests(boss, told[name])

    answer = boss.post("/administration/plugins/hotel/restore", {"archive": archive})
    assert answer.status_code == 303, answer.text
    assert counts(boss) == everybody
    for path, page in before.items():
        assert values_in(boss.get(path).text) == values_in(page), path
    assert boss.ids("/persons?f.hotel.likes.filled=1") == [str(guest)]
    shown = boss.get(f"/hotel/rooms/{room}").text
    for text in ("یخچال", "دو در", "میزبان", "آرام"):
        assert text in shown
    assert boss.get("/administration/doctor").status_code == 200


def rests(boss: Browser, segment: int) -> None:
    """See that a segment says clearly that it rests, and never passes for a list without it."""
    page = html.unescape(boss.get(f"/segments/{segment}").text)
    assert "این بخش‌بندی فعلاً غیرفعال است" in page
    assert "افزونهٔ «هتل»" in page
    listed = boss.get(f"/persons?f.segment.is={segment}")
    assert listed.status_code == 303
    assert listed.headers["Location"].endswith(f"/segments/{segment}")
    assert boss.get(f"/persons/export?format=csv&f.segment.is={segment}").status_code == 422


def test_all_of_them_rest_while_the_plugin_is_paused(boss: Browser, told: dict[str, int]) -> None:
    everybody = counts(boss)
    assert boss.post("/administration/plugins/hotel/pause").status_code == 303
    assert set(counts(boss).values()) == {"غیرفعال"}
    for name in ("facet", "role", "outer"):
        rests(boss, told[name])
    assert boss.post("/administration/plugins/hotel/resume").status_code == 303
    assert counts(boss) == everybody


def values_in(page: str) -> list[tuple[str, str]]:
    """What the controls of a form hold, by name; versions and tokens aside."""
    main = page.split('id="record-form"')[1]
    found = re.findall(r'name="([^"]+)"[^>]*?value="([^"]*)"', main)
    return sorted(pair for pair in found if not pair[0].startswith(("_", "csrf")))
