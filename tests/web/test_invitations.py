"""Inviting users and forgotten passwords, through the pages; mail goes to a real server on loopback."""

from __future__ import annotations

import io
import json
import re
import zipfile
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import openpyxl
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, insert, select, update

from kernel.access.models import PasswordLink, UserAccount, UserPassword
from kernel.extension.models import Setting, SiteState
from kernel.jobs import run, store
from kernel.resources.build import build_runtime
from kernel.testing.browser import MARKS
from tests.web.conftest import PASSWORD, Browser

USERS = "/administration/users"
MINA = {
    "username": "mina",
    "display_name": "مینا راد",
    "locale": "fa",
    "active": "1",
    "email": "Mina@Example.org",
}
NEW = "باران-نم‌نم-۴۲"


class Mailbox:
    """Keeps what is sent to it, or refuses it."""

    def __init__(self):
        self.letters = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        if self.answer.startswith("250"):
            self.letters.append(message_from_bytes(envelope.original_content, policy=default))
        return self.answer


class FreePort(Controller):
    """A server at a port that the system chooses."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def boss(sign_in):
    return sign_in("boss", administrator=True)


@pytest.fixture
def visitor(wsgi, site):
    return Browser(wsgi, site.hosts[0])


@pytest.fixture
def mailbox(site, engines):
    box = Mailbox()
    controller = FreePort(box, hostname="127.0.0.1", port=0)
    controller.start()
    port = controller.port
    values = {
        "mail.host": "127.0.0.1", "mail.port": port, "mail.security": "none", "mail.sender": "office@example.org",
    }  # fmt: skip
    with engines.owner(site).begin() as owner:
        for key, value in values.items():
            owner.execute(insert(Setting).values(key=key, value=value))
        owner.execute(UPDATE_EPOCH)
    yield box
    controller.stop()


UPDATE_EPOCH = update(SiteState).values(epoch=SiteState.epoch + 1)


@pytest.fixture
def work(site, engines):
    """Do what is due in the background."""

    def do():
        runtime = build_runtime(site, engines, isolate=False)
        with runtime.system_work("test", "test") as context:
            due = store.due_work(context.session, context.now)
        return [run.work(runtime, number) for number, _queue in due]

    return do


def link_in(text):
    return urlsplit(re.search(r"http://[^\"\s]+/set-password/[\w-]+", text)[0]).path


def follow(browser, path):
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/set-password")
    return browser.get("/set-password")


def choose(browser, password=NEW, again=None):
    return browser.post(
        "/set-password", {"password": password, "again": password if again is None else again}
    )


def invite(boss, **changes):
    answer = boss.post(f"{USERS}/new", {**MINA, "password": "", **changes})
    assert answer.status_code == 200, answer.text
    return link_in(answer.text)


def test_an_invited_user_chooses_the_password_and_signs_in(boss, visitor):
    link = invite(boss)
    assert "دعوت‌شده" in boss.get(USERS).text
    page = follow(visitor, link)
    assert "مینا راد" in page.text
    done = choose(visitor)
    assert done.status_code == 303
    assert done.headers["Location"] == "/sign-in?username=mina"
    assert 'value="mina"' in visitor.get(done.headers["Location"]).text
    assert visitor.post("/sign-in", {"username": "mina", "password": NEW}).status_code == 303
    assert "دعوت‌شده" not in boss.get(USERS).text


def test_the_token_stands_nowhere(boss, site, engines):
    token = invite(boss).rpartition("/")[2]
    with engines.owner(site).connect() as owner:
        dumped = (
            owner.exec_driver_sql(
                "SELECT coalesce(string_agg(to_jsonb(l)::text, ''), '') FROM kernel.password_link l"
            ).scalar_one()
            + owner.exec_driver_sql(
                "SELECT coalesce(string_agg(to_jsonb(a)::text, ''), '') FROM kernel.audit_entry a"
            ).scalar_one()
        )
    assert token not in dumped
    assert "password_link.invitation" in dumped


def test_a_link_is_good_once_and_a_newer_one_takes_its_place(boss, visitor, wsgi, site):
    first = invite(boss)
    number = re.search(rf'href="{USERS}/(\d+)" title="مینا راد"', boss.get(USERS).text)[1]
    second = link_in(boss.post(f"{USERS}/{number}/link").text)
    assert follow(visitor, first).status_code == 404
    assert follow(visitor, second).status_code == 200
    assert choose(visitor).status_code == 303
    other = Browser(wsgi, site.hosts[0])
    ended = follow(other, second)
    assert ended.status_code == 404
    assert ended.text.replace(other.host, "") == follow(other, f"{second}x").text.replace(other.host, "")
    assert choose(other, "چیز-دیگری-۱۲۳").status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [("123", "123", "password"), (NEW, "other", "again"), ("mina-1234", "mina-1234", "password")],
)
def test_a_password_that_cannot_be_leaves_the_link_good(boss, visitor, password, again, field):
    follow(visitor, invite(boss))
    refused = choose(visitor, password, again)
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert choose(visitor).status_code == 303


def test_a_link_ends_with_its_time_and_with_its_user(boss, visitor, site, engines):
    link = invite(boss)
    with engines.owner(site).begin() as owner:
        owner.execute(update(UserAccount).where(UserAccount.username == "mina").values(active=False))
    assert follow(visitor, link).status_code == 404
    with engines.owner(site).begin() as owner:
        owner.execute(update(UserAccount).values(active=True))
        owner.execute(update(PasswordLink).values(expires_at=func.now()))
    assert follow(visitor, link).status_code == 404


def test_a_password_set_otherwise_makes_links_worthless(boss, visitor):
    link = invite(boss)
    number = re.search(rf'href="{USERS}/(\d+)" title="مینا راد"', boss.get(USERS).text)[1]
    assert boss.post(f"{USERS}/{number}/password", {"password": NEW}).status_code == 303
    assert follow(visitor, link).status_code == 404


def test_no_two_users_share_an_address(boss):
    invite(boss)
    again = boss.post(
        f"{USERS}/new", {**MINA, "username": "mina2", "email": "MINA@example.org", "password": ""}
    )
    assert again.status_code == 422
    assert 'id="email-error"' in again.text
    other = {**MINA, "username": "other", "email": "", "password": NEW}
    assert boss.post(f"{USERS}/new", other).status_code == 303
    number = re.search(rf'href="{USERS}/(\d+)" title="مینا راد"', boss.get(USERS).text)[1]
    same = boss.post(f"{USERS}/{int(number) + 2}", {**other, "email": "mina@example.org"})
    assert same.status_code in (404, 422)


def test_links_are_made_by_administrators_alone(boss, sign_in):
    invite(boss)
    clerk = sign_in("clerk", {("user", "view"): "all", ("user", "edit"): "all"})
    for action in ("link", "mail-link"):
        assert clerk.post(f"{USERS}/1/{action}").status_code == 403


def test_an_invitation_is_mailed(boss, visitor, mailbox, work):
    answer = boss.post(f"{USERS}/new", {**MINA, "password": ""})
    assert answer.status_code == 303
    assert work() == ["done"]
    (letter,) = mailbox.letters
    assert letter["To"] == "mina@example.org"
    assert letter["From"].addresses[0].addr_spec == "office@example.org"
    assert "mina" in letter.get_content()
    assert follow(visitor, link_in(letter.get_content())).status_code == 200
    assert choose(visitor).status_code == 303
    assert "با ایمیل فرستاده شد" in boss.get(answer.headers["Location"]).text


def test_a_refused_letter_shows_and_its_reason_too(boss, mailbox, work):
    mailbox.answer = "550 no such user here"
    answer = boss.post(f"{USERS}/new", {**MINA, "password": ""})
    work()
    page = boss.get(answer.headers["Location"]).text
    assert "550" in page
    assert "no such user" not in page


def test_work_that_died_while_sending_is_unknown_and_sends_nothing_again(boss, mailbox, work, site, engines):
    answer = boss.post(f"{USERS}/new", {**MINA, "password": ""})
    with engines.owner(site).begin() as owner:
        key = owner.exec_driver_sql("SELECT arguments->>'key' FROM kernel.work").scalar_one()
        link = {"user_id": select(UserAccount.id).where(UserAccount.username == "mina").scalar_subquery()}
        owner.execute(
            insert(PasswordLink).values(
                **link, purpose="invitation", token_hash=b"x" * 32, request_key=key, created_at=func.now(),
                expires_at=func.now(), delivery="sending",
            )
        )  # fmt: skip
    assert work() == ["done"]
    assert mailbox.letters == []
    assert "سرور ایمیل پاسخ نداد" in boss.get(answer.headers["Location"]).text


def ask(browser, name):
    answer = browser.post("/forgotten-password", {"name": name})
    assert answer.status_code == 200
    return MARKS.sub("", answer.text)


def test_a_forgotten_password_is_answered_alike_whoever_asks(boss, visitor, mailbox, work):
    boss.post(f"{USERS}/new", {**MINA, "password": PASSWORD})
    assert ask(visitor, "mina") == ask(visitor, "nobody-of-this-name") == ask(visitor, "MINA@example.org")
    work()
    assert [letter["To"] for letter in mailbox.letters] == ["mina@example.org"] * 2
    assert follow(visitor, link_in(mailbox.letters[0].get_content())).status_code == 404
    assert follow(visitor, link_in(mailbox.letters[1].get_content())).status_code == 200
    assert choose(visitor).status_code == 303
    assert visitor.post("/sign-in", {"username": "mina", "password": PASSWORD}).status_code == 422
    assert visitor.post("/sign-in", {"username": "mina", "password": NEW}).status_code == 303


def test_without_a_mail_server_administrators_see_who_asked(boss, visitor, work):
    boss.post(f"{USERS}/new", {**MINA, "password": PASSWORD})
    ask(visitor, "mina")
    work()
    assert "گذرواژه تازه می‌خواهد" in boss.get(USERS).text
    number = re.search(rf'href="{USERS}/(\d+)" title="مینا راد"', boss.get(USERS).text)[1]
    link = link_in(boss.post(f"{USERS}/{number}/link").text)
    assert "گذرواژه تازه می‌خواهد" not in boss.get(USERS).text
    follow(visitor, link)
    assert choose(visitor).status_code == 303


def test_asking_again_and_again_is_slowed_down_and_hinders_nobody_from_signing_in(boss, visitor, wsgi, site):
    boss.post(f"{USERS}/new", {**MINA, "password": PASSWORD})
    answers = [visitor.post("/forgotten-password", {"name": "mina"}) for _time in range(7)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 422
    assert 'id="name-error"' in answers[-1].text
    assert visitor.post("/sign-in", {"username": "mina", "password": PASSWORD}).status_code == 303


def test_an_empty_name_is_refused(visitor):
    assert visitor.post("/forgotten-password", {"name": " "}).status_code == 422


def test_a_visitor_without_a_link_is_told(visitor):
    assert visitor.get("/set-password").status_code == 404


def test_ones_own_data_come_as_one_file(sign_in, site, engines):
    sara = sign_in("sara", {("party", action): "own" for action in ("view", "create", "edit", "export")})
    omid = sign_in("omid", {("party", action): "all" for action in ("view", "create", "edit")})
    mine = sara.made("/persons/new", first_name="لاله", last_name="بهاری")
    omid.made("/persons/new", first_name="دیگری", last_name="پنهان")
    sara.post(f"{mine}/notes", {"body": "یادداشت من"})
    answer = sara.post("/account/data")
    assert answer.mimetype == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    whole = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith("json"))
    assert json.loads(archive.read("account.json"))[0]["username"] == "sara"
    assert json.loads(archive.read("notes.json"))[0]["body"] == "یادداشت من"
    assert json.loads(archive.read("changes.json"))[0]["root"] == "kernel.party"
    assert "omid" not in whole
    sheet = openpyxl.load_workbook(io.BytesIO(archive.read("person.xlsx"))).active
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert "لاله بهاری" in cells
    assert "دیگری پنهان" not in cells
    assert "password" not in whole.lower().replace("password_link", "")
    without = zipfile.ZipFile(io.BytesIO(omid.post("/account/data").data))
    assert "person.xlsx" not in without.namelist()
    with engines.owner(site).connect() as owner:
        assert (
            owner.exec_driver_sql(
                "SELECT count(*) FROM kernel.audit_entry WHERE what = 'account.export'"
            ).scalar_one()
            == 2
        )
        assert owner.execute(select(func.count()).select_from(UserPassword)).scalar_one() == 2
