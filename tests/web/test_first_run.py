"""The first set-up in the browser: an installation without sites, on the database server of the test run."""

from __future__ import annotations

import os
import re
import stat

import pytest
from werkzeug.test import Client

from kernel.administration import first_run
from kernel.administration.demo import samples
from kernel.administration.first_run import CODE, setup_code
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.server import connect_server
from kernel.jobs import run, store
from kernel.lifecycle import database
from kernel.web.wsgi import PeyvandWSGI

NAME = f"first_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
HOST = "crm.example.org"
PASSWORD = "ارکیده-سپید-۹۱"
FILLED = {
    "organisation": "دفتر نمونه",
    "host": HOST,
    "name": NAME,
    "edition": "clinic",
    "locale": "fa",
    "time_zone": "Asia/Tehran",
    "fiscal_start": "1",
    "administrator": "مینا راد",
    "username": "mina",
    "email": "mina@example.org",
    "password": PASSWORD,
    "again": PASSWORD,
}


class Visitor:
    def __init__(self, wsgi):
        self.client = Client(wsgi)

    def get(self, path="/setup", host=HOST):
        return self.client.get(path, headers={"Host": host})

    def post(self, path, values, host=HOST):
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get().text)
        token = found[1] if found else ""
        return self.client.post(path, data={"csrf_token": token, **values}, headers={"Host": host})


@pytest.fixture
def new(server, tmp_path):
    """An installation without sites; what is made in it is dropped again."""
    config = Config(home=tmp_path, database_url=server.admin_url())
    engines = Engines(config)
    yield config, engines
    engines.dispose()
    with database.administering(connect_server(config).admin_url()) as admin:
        database.drop_database(admin, NAME)


@pytest.fixture
def wsgi(new):
    return PeyvandWSGI(new[0], engines=new[1])


@pytest.fixture
def visitor(wsgi):
    return Visitor(wsgi)


def entered(visitor, config):
    """Show the code, so that the form is open."""
    answer = visitor.get(f"/setup?code={setup_code(config)}")
    assert answer.status_code == 303
    assert "code=" not in answer.headers["Location"]
    return visitor


def test_every_address_leads_to_the_set_up_which_asks_for_the_code(visitor, new):
    assert visitor.get("/persons").headers["Location"] == "/setup"
    page = visitor.get()
    assert page.status_code == 200
    assert 'name="code"' in page.text
    assert 'name="password"' not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert stat.S_IMODE((new[0].home / CODE).stat().st_mode) == 0o600


def test_nobody_gets_on_without_the_code(visitor, new):
    assert visitor.post("/setup", {"code": "wrong"}).status_code == 422
    assert visitor.post("/setup", FILLED).status_code == 200
    assert 'name="code"' in visitor.get().text
    assert not (new[0].home / "sites" / NAME).exists()
    assert entered(visitor, new[0]).get().text.count('name="password"') == 1


def test_a_forged_form_is_refused(visitor, new):
    entered(visitor, new[0])
    assert visitor.client.post("/setup", data=FILLED, headers={"Host": HOST}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation": " "}, "organisation"),
        ({"administrator": ""}, "administrator"),
        ({"host": "a b/c"}, "host"),
        ({"name": "نمونه"}, "name"),
        ({"name": "postgres"}, "name"),
        ({"edition": "no-such"}, "edition"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"fiscal_start": "13"}, "fiscal_start"),
        ({"username": "a b"}, "username"),
        ({"email": "nonsense"}, "email"),
        ({"password": "123", "again": "123"}, "password"),
        ({"again": "other"}, "again"),
        ({"organisation": "ا" * 300}, "organisation"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_made(visitor, new, changes, field):
    entered(visitor, new[0])
    page = visitor.post("/setup", {**FILLED, **changes})
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert PASSWORD not in page.text
    assert not (new[0].home / "sites" / NAME).exists()


def sign_in(visitor):
    page = visitor.get("/sign-in").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    values = {"csrf_token": token, "username": "mina", "password": PASSWORD}
    return visitor.client.post("/sign-in", data=values, headers={"Host": HOST})


def test_a_site_with_its_administrator_is_made(visitor, new):
    code = setup_code(new[0])
    entered(visitor, new[0])
    done = visitor.post("/setup", FILLED)
    assert done.status_code == 200
    assert f"//{HOST}/sign-in?username=mina" in done.text
    assert not (new[0].home / CODE).exists()
    assert sign_in(visitor).status_code == 303
    assert "دفتر نمونه" in visitor.get("/").text
    assert visitor.get("/persons").text.count('data-id="') == 0
    assert visitor.get("/medical/doctors").status_code == 200
    assert visitor.get(f"/setup?code={code}").status_code == 404
    assert visitor.get("/setup", host="other.example").status_code == 421


@pytest.mark.long
def test_sample_data_are_filled_in_once_and_their_users_cannot_sign_in(visitor, new, wsgi, monkeypatch):
    monkeypatch.setattr(samples, "SAMPLES", 50)
    entered(visitor, new[0])
    assert visitor.post("/setup", {**FILLED, "edition": "", "samples": "y"}).status_code == 200
    assert sign_in(visitor).status_code == 303
    runtime = wsgi.runtimes.of(wsgi.store.load(NAME))
    with runtime.system_work("test", "test") as context:
        ((number, queue),) = store.due_work(context.session, context.now)
    assert queue == "long"
    assert run.work(runtime, number) == "done"
    parties = visitor.get("/persons").text.count('data-id="')
    assert parties >= 40
    users = visitor.get("/administration/users").text
    assert users.count("بدون اجازه ورود") == users.count('data-id="') - 1
    samples._fill_in(runtime, None, administrator=1)
    assert visitor.get("/persons").text.count('data-id="') == parties


def test_what_fails_while_the_site_is_made_leaves_nothing(visitor, new, monkeypatch):
    def fail(*_arguments):
        raise RuntimeError("a bad day")

    monkeypatch.setattr(first_run, "ask_for_samples", fail)
    entered(visitor, new[0])
    kernel_alone = {**FILLED, "edition": ""}
    assert visitor.post("/setup", {**kernel_alone, "samples": "y"}).status_code == 500
    assert not (new[0].home / "sites" / NAME).exists()
    assert visitor.post("/setup", kernel_alone).status_code == 200
    assert (new[0].home / "sites" / NAME).exists()


def test_english_is_there_too(visitor, new):
    entered(visitor, new[0])
    page = visitor.get("/setup?lang=en")
    assert 'dir="ltr"' in page.text
    assert "Name of the organisation" in page.text
