"""Letting the server's account pass through closed folders, and nobody else."""

from __future__ import annotations

import os
import pwd
import stat

import pytest

from kernel.data import account
from kernel.data.account import OURSELVES, Account, let_through, server_account
from kernel.data.errors import ServerError

STRANGER = Account(54321, 54321)


@pytest.fixture
def closed(tmp_path):
    """A folder below a closed one; what is above the closed one is open to all, as /root is in /."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


def test_one_account_is_let_through_and_sees_nothing(closed):
    let_through(STRANGER, closed / "data")
    assert account._passable(closed, STRANGER)
    assert not account._passable(closed, Account(54322, 54322))
    entries = account._entries(closed)
    assert (account._USER, 1, 54321) in entries
    assert (account._OTHER, 0, account._NO_ID) in entries
    assert stat.S_IMODE(closed.stat().st_mode) & 0o007 == 0


def test_a_second_account_does_not_push_out_the_first(closed):
    let_through(STRANGER, closed / "data")
    let_through(Account(54322, 54322), closed / "data")
    assert account._passable(closed, STRANGER)
    assert account._passable(closed, Account(54322, 54322))


def test_open_folders_are_left_as_they_are(tmp_path):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    let_through(STRANGER, folder / "data")
    assert account._entries(folder) == []


def test_where_it_cannot_be_the_administrator_is_told(closed, monkeypatch):
    def refuses(*_arguments):
        raise OSError("not supported")

    monkeypatch.setattr(os, "setxattr", refuses)
    with pytest.raises(ServerError) as refusal:
        let_through(STRANGER, closed / "data")
    assert refusal.value.code == "unreachable"
    assert str(closed) in str(refusal.value) or "closed to it" in str(refusal.value)


def test_we_need_no_other_account_unless_we_are_root(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert server_account(tmp_path) is OURSELVES
    assert "user" not in OURSELVES.popen()
    let_through(OURSELVES, tmp_path)


def test_root_takes_a_dedicated_account_or_the_least_of_all(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account, "NAME", "no-such-account")
    monkeypatch.setattr(account, "_create", lambda: None)
    nobody = pwd.getpwnam("nobody")
    chosen = server_account(tmp_path / "new")
    assert chosen == (nobody.pw_uid, nobody.pw_gid)
    assert chosen.popen()["user"] == nobody.pw_uid
    assert chosen.popen()["extra_groups"] == []


def test_settings_of_our_own_clients_do_not_reach_the_server(monkeypatch):
    monkeypatch.setenv("PGDATA", "/elsewhere")
    monkeypatch.setenv("PGPORT", "1")
    assert not [name for name in OURSELVES.popen()["env"] if name.startswith("PG")]
