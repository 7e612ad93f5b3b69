"""What an enabled plugin adds to pages, and what a failing one costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.models import PluginRow
from kernel.web.wsgi import PeyvandWSGI
from tests.extension.making import Maker
from tests.web.conftest import ALL, SignIn

BEAUTY = """
from flask import Blueprint
from markupsafe import Markup

from kernel.extension.contributions import Action, Badge, DashboardBlock, MenuItem, Panel
from kernel.web.current import current, needs
from kernel.web.pages import render

pages = Blueprint("beauty", __name__)


@pages.get("/day")
@needs("beauty", "view")
def day():
    return "نوبت‌های امروز"


@hookimpl
def blueprints():
    return [pages]


@hookimpl
def menu():
    return [
        MenuItem(label="زیبایی", target="beauty.day", permission=("beauty", "view")),
        MenuItem(label="گم‌شده", target="beauty.nothing"),
    ]


@hookimpl
def slot(name, subject):
    return Markup("<em>{} {}</em>").format(name, subject)


@hookimpl
def party_panels(party_id):
    return [Panel(title="پوست", body="<b>خشک</b>", order=10)]


@hookimpl
def party_badges(party_ids):
    return {number: [Badge(text="ویژه", tone="alarm")] for number in party_ids}


@hookimpl
def party_actions(party_id):
    return [
        Action(label="نوبت تازه", url="/beauty/day", permission=("beauty", "view")),
        Action(label="پنهان", url="/beauty/day", permission=("beauty", "purge")),
    ]


@hookimpl
def dashboard_blocks():
    return [DashboardBlock(title="امروز", body="سه نوبت")]
"""

BROKEN = """
@hookimpl
def slot(name):
    raise RuntimeError("0912 is a secret")


@hookimpl
def party_panels(party_id):
    return 1 / 0


@hookimpl
def dashboard_blocks():
    raise RuntimeError("broken")


@hookimpl
def party_badges(party_ids):
    raise RuntimeError("broken")
"""

GRANTS = {**ALL, ("beauty", "view"): "all"}


@pytest.fixture
def plugins(
    site: Site, engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wsgi: PeyvandWSGI
) -> Iterator[None]:
    maker = Maker(tmp_path, monkeypatch)
    maker.make("beauty", BEAUTY, manifest="kernel='>=0'")
    maker.make("broken", BROKEN, manifest="kernel='>=0'")
    found = maker.discover()
    monkeypatch.setattr("kernel.resources.build.discover", lambda: found)
    with engines.owner(site).begin() as owner:
        for name in ("beauty", "broken"):
            owner.execute(insert(PluginRow).values(name=name, title=name, version="1.0", state="enabled"))
        owner.execute(text("UPDATE kernel.site_state SET epoch = epoch + 1000"))
    yield
    wsgi.runtimes._known.pop(site.name, None)


@pytest.mark.usefixtures("plugins")
def test_a_plugins_pages_and_menu_follow_its_rights(sign_in: SignIn) -> None:
    sara = sign_in("sara", GRANTS)
    assert 'href="/beauty/day"' in sara.get("/").text
    assert "گم‌شده" not in sara.get("/").text
    assert "نوبت‌های امروز" in sara.get("/beauty/day").text
    omid = sign_in("omid", ALL)
    assert 'href="/beauty/day"' not in omid.get("/").text
    assert omid.get("/beauty/day").status_code == 403


@pytest.mark.usefixtures("plugins")
def test_a_plugin_adds_to_the_pages_of_parties(sign_in: SignIn) -> None:
    sara = sign_in("sara", GRANTS)
    person = sara.made("/persons/new", first_name="سارا", last_name="کریمی")
    number = person.rpartition("/")[2]
    page = sara.get(person).text
    assert f"<em>record.facts (&#39;person&#39;, {number})</em>" in page
    assert "&lt;b&gt;خشک&lt;/b&gt;" in page
    assert "Beauty" in page
    assert "نوبت تازه" in page
    assert "پنهان" not in page
    assert '<span class="badge red">ویژه' in page
    assert "ویژه" in sara.get("/persons").text
    assert "سه نوبت" in sara.get("/").text


@pytest.mark.usefixtures("plugins")
def test_a_failing_plugin_costs_its_own_part_of_the_page(sign_in: SignIn) -> None:
    page = sign_in("sara", GRANTS).get("/")
    assert page.status_code == 200
    assert "سه نوبت" in page.text
    assert "0912 is a secret" not in page.text
    assert "در این صفحه خطا داد" not in page.text


@pytest.mark.usefixtures("plugins")
def test_staff_are_told_which_plugin_failed(sign_in: SignIn) -> None:
    assert "افزونه «Broken» در این صفحه خطا داد" in sign_in("admin", administrator=True).get("/").text


@pytest.mark.usefixtures("plugins")
def test_a_plugin_that_keeps_failing_does_not_cost_any_page(sign_in: SignIn) -> None:
    sara = sign_in("sara", GRANTS)
    person = sara.made("/persons/new", first_name="سارا", last_name="کریمی")
    for path in ("/", "/persons", person) * 4:
        assert sara.get(path).status_code == 200


@pytest.mark.usefixtures("plugins")
def test_nobody_gets_a_plugins_page_without_signing_in(nobody, sign_in: SignIn) -> None:  # type: ignore[no-untyped-def]
    assert nobody.get("/beauty/day").status_code == 302
    assert "<em>sign_in.foot" in nobody.get("/sign-in").text
