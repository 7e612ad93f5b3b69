from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text
from werkzeug.test import Client

from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.web.wsgi import PeyvandWSGI
from tests.web.conftest import ALL, Browser, SignIn


def test_an_unknown_host_gets_a_neutral_page(nobody: Browser, wsgi: PeyvandWSGI) -> None:
    answer = Client(wsgi).get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 421
    assert "در این نشانی سامانه‌ای نیست" in answer.text
    assert nobody.host not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["", "a b", "[::1", "demo.example@evil.example", "\u0661.example"])
def test_a_malformed_host_is_an_unknown_one(wsgi: PeyvandWSGI, host: str) -> None:
    assert Client(wsgi).get("/", environ_overrides={"HTTP_HOST": host}).status_code == 421


def test_health_needs_no_host_and_no_session(nobody: Browser, wsgi: PeyvandWSGI) -> None:
    assert Client(wsgi).get("/health", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    answer = nobody.get("/health")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_static_files_are_served_under_every_host(wsgi: PeyvandWSGI) -> None:
    answer = Client(wsgi).get(wsgi.assets.url("app.css"), headers={"Host": "elsewhere.example"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_another_epoch_is_served_by_another_application(
    sign_in: SignIn, site: Site, engines: Engines, wsgi: PeyvandWSGI
) -> None:
    browser = sign_in("sara", ALL)
    assert browser.get("/persons").status_code == 200
    token = browser.token()
    before = wsgi._apps[site.name][1]
    with engines.owner(site).begin() as owner:
        owner.execute(text("UPDATE kernel.site_state SET epoch = epoch + 1"))
    made = browser.post("/persons/new", {"first_name": "سارا", "last_name": "کریمی"}, token=token)
    assert made.status_code == 303
    assert wsgi._apps[site.name][1] is not before
    assert browser.get("/persons").text.count('data-id="') == 1


def test_few_sites_are_held_at_once(
    site: Site, config: Config, engines: Engines, worker_sites: object, make_site: Callable[[], Site]
) -> None:
    small = PeyvandWSGI(config, engines=engines, limit=1)
    other = make_site()
    for host in (site.hosts[0], other.hosts[0], site.hosts[0]):
        assert Client(small).get("/sign-in", headers={"Host": host}).status_code == 200
    assert list(small._apps) == [site.name]


def test_a_database_that_does_not_answer_is_said_in_persian(
    site: Site, engines: Engines, sign_in: SignIn, wsgi: PeyvandWSGI, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("sara", ALL)
    assert browser.get("/").status_code == 200
    away = Outage(engines)
    monkeypatch.setattr(wsgi.runtimes.known(wsgi.store.load(site.name)), "engines", away)
    answer = browser.get("/persons")
    assert answer.status_code == 503
    assert "پایگاه داده" in answer.text
    assert answer.headers["Retry-After"]
    program = {"Host": site.hosts[0], "Authorization": "Bearer peyvand_x"}
    told = browser.client.get("/api/v1/person", headers=program)
    assert (told.status_code, told.mimetype) == (503, "application/problem+json")
    assert told.json is not None
    assert told.json["status"] == 503
    assert told.headers["Retry-After"]
    away.over = True
    assert browser.get("/persons").status_code == 200


class Outage:
    """Engines whose database does not answer until `over`."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.over = False

    def app(self, site: Site) -> object:
        if self.over:
            return self.engines.app(site)
        url = site.app_url.replace("/" + site.name, "/nowhere-at-all")
        return Engines(Config(home=None)).app(replace(site, app_url=_dead(url)))  # type: ignore[arg-type]


def _dead(url: str) -> str:
    from sqlalchemy.engine import make_url

    dead = make_url(url).set(host="127.0.0.1", port=9, query={})
    return dead.render_as_string(hide_password=False)


def test_forwarded_headers_are_believed_only_where_configured(
    site: Site, config: Config, engines: Engines
) -> None:
    forwarded = {"Host": "elsewhere.example", "X-Forwarded-Host": site.hosts[0], "X-Forwarded-Proto": "https"}
    assert Client(PeyvandWSGI(config, engines=engines)).get("/sign-in", headers=forwarded).status_code == 421
    trusting = PeyvandWSGI(replace(config, trust_proxy=1), engines=engines)
    answer = Client(trusting).get("/sign-in", headers=forwarded)
    assert answer.status_code == 200
    assert "Secure" in answer.headers["Set-Cookie"]


def test_an_unused_connection_is_given_back(owner: Connection, sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    for _time in range(8):  # more than the pool holds
        assert browser.get("/persons").status_code == 200
        assert browser.post("/persons/new", {"first_name": ""}).status_code == 422


def test_deep_health_asks_for_workers(nobody: Browser, site: Site, engines: Engines) -> None:
    assert nobody.get("/health").status_code == 200
    answer = nobody.get("/health?deep")
    assert (answer.status_code, answer.data) == (503, b"workers\n")
    with engines.owner(site).begin() as owner:
        owner.execute(text("INSERT INTO kernel.worker (name, seen_at) VALUES ('w', now())"))
    assert nobody.get("/health?deep").status_code == 200
