"""What goes wrong around the pages: bad values and files, two at once, plugins that cannot be, a database away."""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import xlsxwriter
from click.testing import CliRunner
from sqlalchemy import insert, text

from kernel.access.models import UserPassword
from kernel.cli.main import main
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import Discovery
from kernel.fa.digits import to_persian_digits
from kernel.resources.importing import run_import
from kernel.resources.runtime import Runtime
from kernel.testing.browser import hashed_password
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import Clinic
from tests.extension.making import Maker
from tests.faults.conftest import DESK
from tests.web.conftest import PASSWORD, Browser, SignIn

MEGABYTE = 1 << 20
HALF = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("thing", sa.Column("id", sa.BigInteger, primary_key=True), schema="half")
    raise RuntimeError("half-way")
"""


# --- values and files


def test_bad_values_are_told_in_persian_beside_their_fields(desk: Browser) -> None:
    wrong = {"birth_date": "1404/12/30", "national_code": "1234567890", "mobile": "0912"}
    answer = desk.post("/persons/new", {"first_name": "سارا", "last_name": "کریمی", **wrong})
    assert answer.status_code == 422
    for name, value in wrong.items():
        told = re.search(rf'<p class="error" id="{name}-error">([^<]+)</p>', answer.text)
        assert told, name
        assert re.search("[آ-ی]{2}", told[1])
        # Dates are shown in the digits of the page, also such as are none.
        shown = to_persian_digits(value) if name == "birth_date" else value
        assert f'value="{shown}"' in answer.text
    assert "سارا" not in desk.get("/persons").text


def test_a_column_that_nobody_knows_is_left_out_and_cannot_be_forced(desk: Browser) -> None:
    content = "نام خانوادگی,رنگ چشم\nکریمی,آبی\n".encode()
    sent = {"file": (io.BytesIO(content), "list.csv")}
    run = desk.post("/persons/import", sent).headers["Location"].removesuffix("/columns")
    assert re.search(r'name="column-1"><option value="">', desk.get(f"{run}/columns").text)
    forced = desk.post(f"{run}/columns", {"column-0": "last_name", "column-1": "eye_colour"})
    assert forced.status_code == 422
    assert 'class="notice bad"' in forced.text
    assert desk.post(f"{run}/begin", follow_redirects=True).status_code == 200
    assert "هنوز چیزی این‌جا نیست" in desk.get("/persons").text


class Huge(io.RawIOBase):
    """An upload of 200 megabytes that counts what was read of it."""

    def __init__(self) -> None:
        self.taken = 0
        self.place = 0

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + (200 * MEGABYTE if whence == io.SEEK_END else 0)
        return self.place

    def tell(self) -> int:
        return self.place

    def read(self, size: int = -1) -> bytes:
        self.taken += MEGABYTE
        return b"x" * MEGABYTE


@pytest.mark.parametrize("below", ["/persons/import", "/persons/1/files"])
def test_an_upload_of_200_megabytes_is_refused_before_it_is_read(desk: Browser, below: str) -> None:
    content = Huge()
    answer = desk.client.post(
        below,
        input_stream=content,
        content_type="multipart/form-data; boundary=x",
        headers={"Host": desk.host},
    )
    assert answer.status_code == 413
    assert "بیش از اندازه بزرگ است" in answer.text
    assert content.taken <= 2 * MEGABYTE


def stored(site: Site) -> set[Path]:
    """The files that a site keeps."""
    return {path for path in site.files.rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.mark.parametrize("below", ["files", "import"])
def test_a_full_disk_is_told_and_nothing_is_kept(
    desk: Browser, site: Site, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    person = desk.made("/persons/new", last_name="کریمی")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = stored(site)
    with monkeypatch.context() as patch:
        patch.setattr("kernel.data.files.os.fsync", full)
        address = f"{person}/files" if below == "files" else "/persons/import"
        sent = {"file": (io.BytesIO("نام خانوادگی\nرحیمی\n".encode()), "a.csv")}
        answer = desk.post(address, sent, follow_redirects=True)
    assert "جایی برای ذخیرهٔ پرونده نمانده" in answer.text
    assert stored(site) == before
    desk.post(f"{person}/files", {"file": (io.BytesIO(b"x"), "a.txt")})
    assert "a.txt" in desk.get(f"{person}?tab=files").text


@pytest.mark.long
def test_a_workbook_of_100000_rows(desk: Browser, runtime: Runtime, site: Site, engines: Engines) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True, "in_memory": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["نام", "نام خانوادگی", "موبایل"])
        for row in range(1, 100_001):
            sheet.write_row(row, 0, ["سارا", f"کریمی {row}", f"0912{row:07}"])
    content.seek(0)
    sent = {"file": (content, "many.xlsx")}
    run = desk.post("/persons/import", sent).headers["Location"].removesuffix("/columns")
    desk.post(f"{run}/columns", {"column-0": "first_name", "column-1": "last_name", "column-2": "mobile"})
    desk.post(f"{run}/begin")
    run_import(runtime, int(run.rpartition("/")[2]))
    with engines.owner(site).connect() as owner:
        found = owner.execute(
            text("SELECT count(*) FROM kernel.party WHERE first_name = 'سارا'")
        ).scalar_one()
    assert found == 100_000
    assert len(desk.ids("/persons?q=0099999")) == 1


# --- two at once


def test_of_many_who_book_one_time_at_once_one_gets_it(sign_in: SignIn, clinic: Clinic) -> None:
    desks = [sign_in(f"desk{number}", DESK) for number in range(4)]
    sent = {"doctor": str(clinic.doctors[0]), "service": str(clinic.services[0])}
    patients = [
        clinic.run("record.create", resource="person", values={"last_name": f"ب{n}"}) for n in range(4)
    ]
    tokens = [desk.token() for desk in desks]
    days = (f"1412/03/{number:02}" for number in range(5, 12))
    day = next(day for day in days if is_there(desks[0], day, clinic))
    start = Barrier(len(desks))

    def book(number: int) -> tuple[int, str]:
        start.wait()
        given = {**sent, "patient": str(patients[number]), "date": day, "time": "10:00"}
        answer = desks[number].post("/medical/book", given, token=tokens[number])
        return answer.status_code, answer.text

    with ThreadPoolExecutor(len(desks)) as pool:
        answers = list(pool.map(book, range(len(desks))))
    assert sorted(status for status, _page in answers) == [303, 422, 422, 422]
    for status, page in answers:
        if status == 422:
            assert re.search(r'<p class="error" id="time-error">[^<]*پزشک در این ساعت', page)
    assert len(desks[0].ids("/medical/appointments")) == 1


def is_there(desk: Browser, day: str, clinic: Clinic) -> bool:
    """Whether the first doctor is there on a day."""
    asked = f"/medical/day?date={day}&doctor={clinic.doctors[0]}&service={clinic.services[0]}"
    return 'class="free' in desk.get(asked).text


def test_two_who_edit_one_appointment_do_not_overwrite_each_other(desk: Browser, clinic: Clinic) -> None:
    visit = f"/medical/visits/{clinic.book('2026-11-21 9:20')}"
    version = re.search(r'name="version" value="(\d+)"', desk.get(f"{visit}/cancel").text)
    assert version
    desk.post(f"{visit}/state", {"state": "confirmed", "version": version[1]})
    late = desk.post(f"{visit}/cancel", {"cancelled_by": "patient", "reason": "سفر", "version": version[1]})
    assert late.status_code == 409
    assert "سفر" in late.text
    assert "تأییدشده" in desk.get(visit).text


# --- plugins that cannot be


@pytest.fixture
def boss(own_site: Site, engines: Engines, wsgi: PeyvandWSGI) -> Browser:
    """An administrator on a site of the test's own."""
    with engines.owner(own_site).begin() as owner:
        actor = add_user(owner, "boss", administrator=True)
        owner.execute(insert(UserPassword).values(user_id=actor.user_id, password_hash=hashed_password()))
    wsgi.store.forget()
    browser = Browser(wsgi, own_site.hosts[0])
    assert browser.post("/sign-in", {"username": "boss", "password": PASSWORD}).status_code == 303
    return browser


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Callable[[Discovery], None]:
    """Let the web find these plugins."""

    def offer(found: Discovery) -> None:
        for module in ("kernel.resources.build", "kernel.web.wsgi"):
            monkeypatch.setattr(f"{module}.discover", lambda: found)

    return offer


def test_a_circle_of_plugins_is_shown_as_a_path_and_cannot_be_installed(
    boss: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offered: Callable[[Discovery], None]
) -> None:
    maker = Maker(tmp_path, monkeypatch)
    for name, needed in (("ax", "bx"), ("bx", "cx"), ("cx", "ax")):
        maker.make(name, manifest=f"kernel='>=0', requires=({needed!r},)")
    offered(maker.discover())
    boss.post("/administration/plugins/medical/install")
    page = boss.get("/administration/plugins").text
    assert re.search(r"ax\W+bx\W+cx\W+ax", page.replace("&gt;", ">"))
    assert boss.post("/administration/plugins/ax/install").status_code in {303, 404, 422}
    assert boss.get("/persons").status_code == 200


def test_a_migration_that_raises_half_way_leaves_nothing_and_is_told(
    boss: Browser,
    own_site: Site,
    engines: Engines,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    offered: Callable[[Discovery], None],
) -> None:
    maker = Maker(tmp_path, monkeypatch)
    maker.make("half", manifest="kernel='>=0'")
    (package,) = tmp_path.glob("made_*")
    versions = package / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_half.py").write_text(HALF)
    offered(maker.discover())
    boss.post("/administration/plugins/medical/install")
    answer = boss.post("/administration/plugins/half/install", follow_redirects=True)
    assert answer.status_code < 500
    assert "notice bad" in answer.text
    with engines.owner(own_site).connect() as owner:
        assert owner.execute(text("SELECT to_regnamespace('half')")).scalar_one() is None
        assert owner.execute(text("SELECT count(*) FROM kernel.plugin WHERE name = 'half'")).scalar_one() == 0
    assert boss.get("/persons").status_code == 200


# --- the database


@pytest.fixture
def away(durable_sites: WorkerSites) -> Iterator[tuple[Browser, WorkerSites]]:
    """A browser on a site whose server may be stopped."""
    site = durable_sites.fresh()
    engines = Engines(durable_sites.config)
    with engines.owner(site).begin() as owner:
        actor = add_user(owner, "boss", administrator=True)
        owner.execute(insert(UserPassword).values(user_id=actor.user_id, password_hash=hashed_password()))
    browser = Browser(PeyvandWSGI(durable_sites.config, engines=engines), site.hosts[0])
    assert browser.post("/sign-in", {"username": "boss", "password": PASSWORD}).status_code == 303
    yield browser, durable_sites
    durable_sites._server.start()
    engines.dispose()
    durable_sites.drop(site)


def test_a_database_that_is_stopped_is_told_and_its_return_needs_no_restart(
    away: tuple[Browser, WorkerSites],
) -> None:
    browser, sites = away
    token = browser.token()
    sites._server.stop(requested=True)
    for path in ("/", "/persons", "/search?q=x", "/sign-in", "/nothing"):
        answer = browser.get(path)
        assert answer.status_code == 503, path
        assert "پایگاه داده" in answer.text
        assert answer.headers["Retry-After"]
    answer = browser.post("/persons/new", {"last_name": "کریمی"}, token=token)
    assert answer.status_code == 503
    assert browser.get("/persons", htmx=True).status_code == 503
    assert browser.get("/health").status_code == 503
    sites._server.start()
    assert browser.get("/health").status_code == 200
    assert browser.get("/persons").status_code == 200
    assert browser.made("/persons/new", last_name="کریمی")


@pytest.mark.parametrize("command", [["serve"], ["site", "create", "acme"]])
def test_a_data_folder_of_another_version_stops_every_command_and_stays_as_it_is(
    tmp_path: Path, command: list[str]
) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    result = CliRunner().invoke(
        main, command, env={**os.environ, "PEYVAND_HOME": str(tmp_path), "COLUMNS": "200"}
    )
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code != 0
    assert "14" in result.output
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before
