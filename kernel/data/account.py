"""The unprivileged account that the embedded server runs under when this process is root.

PostgreSQL refuses to run as root, so the server's programs are started as another account, which must be
able to *pass through* the folders above the programs and the data. Where a folder is closed to it, that one
account alone is let through by an access control entry; nobody else gains anything.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import struct
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from kernel.data.errors import ServerError
from kernel.i18n import _

NAME = "peyvand"
LAST_RESORT = "nobody"

_ACL = "system.posix_acl_access"
_VERSION = struct.Struct("<I")
_ENTRY = struct.Struct("<HHI")
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 1, 2, 4, 8, 16, 32
_NO_ID = 0xFFFFFFFF
_PASS = 1


class Account(NamedTuple):
    """Under whose name the server's programs run; both numbers None means our own."""

    uid: int | None
    gid: int | None

    def popen(self) -> dict[str, Any]:
        """Arguments that make `subprocess` run a program under this account."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        options: dict[str, Any] = {"cwd": "/", "env": {**environment, "LC_ALL": "C", "TZ": "UTC"}}
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def own(self, path: Path) -> None:
        """Give `path` to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


OURSELVES = Account(None, None)


def server_account(data: Path) -> Account:
    """Choose the account: our own, or as root the one that owns `data` already, or the dedicated one."""
    if os.geteuid() != 0:
        return OURSELVES
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    return _dedicated()


def _dedicated() -> Account:
    for attempt in (NAME, None, NAME, LAST_RESORT):
        if attempt is None:
            _create()
            continue
        try:
            entry = pwd.getpwnam(attempt)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServerError(
        _("The database server does not run as root. Create a system account named “%(name)s”.", name=NAME),
        "no-account",
    )


def _create() -> None:
    program = shutil.which("useradd")
    if program is None:
        return
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    subprocess.run(  # noqa: S603 - fixed arguments
        [program, *options, "--shell", "/usr/sbin/nologin", NAME],
        capture_output=True,
        check=False,
        timeout=60,
    )


def let_through(account: Account, path: Path) -> None:
    """Make every folder above `path` passable for the account. Raises `ServerError` where it cannot."""
    if account.uid is None:
        return
    for folder in reversed(path.resolve().parents):
        if _passable(folder, account):
            continue
        try:
            _add_entry(folder, account.uid)
        except (OSError, AttributeError) as error:
            raise ServerError(
                _(
                    "The database server's account cannot reach “%(path)s” because “%(folder)s” is closed to "
                    "it. Open that folder for passing through, or set PEYVAND_HOME to a folder elsewhere.",
                    path=str(path),
                    folder=str(folder),
                ),
                "unreachable",
            ) from error


def _passable(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    entries = _entries(folder)
    mask = next((perm for tag, perm, _id in entries if tag == _MASK), 7)
    for tag, perm, number in entries:
        if tag == _USER and number == account.uid:
            return bool(perm & mask & _PASS)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _entries(folder: Path) -> list[tuple[int, int, int]]:
    try:
        raw = os.getxattr(folder, _ACL)
    except (OSError, AttributeError):
        return []
    return list(_ENTRY.iter_unpack(raw[_VERSION.size :]))


def _add_entry(folder: Path, uid: int) -> None:
    mode = folder.stat().st_mode
    entries = _entries(folder) or [
        (_USER_OBJ, mode >> 6 & 7, _NO_ID),
        (_GROUP_OBJ, mode >> 3 & 7, _NO_ID),
        (_OTHER, mode & 7, _NO_ID),
    ]
    mask = next((perm for tag, perm, _id in entries if tag == _MASK), None)
    if mask is None:
        mask = next(perm for tag, perm, _id in entries if tag == _GROUP_OBJ)
    kept = [e for e in entries if e[0] != _MASK and not (e[0] == _USER and e[2] == uid)]
    kept += [(_USER, _PASS, uid), (_MASK, mask | _PASS, _NO_ID)]
    kept.sort(key=lambda entry: (entry[0], entry[2]))
    os.setxattr(folder, _ACL, _VERSION.pack(2) + b"".join(_ENTRY.pack(*entry) for entry in kept))
