"""The embedded PostgreSQL server: one per home folder, set up on first start, shared by the processes there.

It listens on a socket only, in a folder that nobody else can enter, and every account in it has a password.
A server that was running already is never stopped, nor one that another process of this home still uses.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

import psutil
from filelock import FileLock
from sqlalchemy import URL

from kernel.data import binaries
from kernel.data.account import OURSELVES, Account, let_through, server_account
from kernel.data.errors import ServerError, WrongServerVersion
from kernel.data.server_settings import ACCESS, settings
from kernel.i18n import _

SUPERUSER = "postgres"
PORT = 5432
"""Only part of the socket's name: no port is opened."""
PATIENCE = 600
"""Seconds to wait for the server: after a hard crash it may have much to recover."""
LINGERING = 30
"""Seconds that the processes of a server that was killed may take to end."""
POLL = 0.1
OUR_SETTINGS = "1-peyvand.conf"
"""Files of the folder are read in the order of their names: `local.conf` comes after it and wins."""
LONGEST_SOCKET = 90
"""Bytes that the socket's folder may take: the system's limit for the whole name is 104 to 108."""


class EmbeddedServer:
    """The server of the home folder `home`. With `fast_and_unsafe` a crash may lose data: for tests only."""

    def __init__(self, home: Path, *, fast_and_unsafe: bool = False) -> None:
        self.home = home.absolute()
        self.root = self.home / "postgres"
        self.data = self.root / "data"
        self.fast_and_unsafe = fast_and_unsafe
        self.started_here = False
        self._in_use: IO[bytes] | None = None

    @property
    def socket_folder(self) -> Path:
        """Where the socket is: in the home folder, or where that path is too long for one, in a short one.

        It is the same by whichever link the home folder is reached.
        """
        real = self.root.resolve()
        folder = real / "run"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET:
            return folder
        mark = hashlib.sha256(os.fsencode(real.parent)).hexdigest()[:16]
        return Path("/tmp") / f"peyvand-{mark}"  # noqa: S108 - checked to be ours before use

    def url(self, user: str, password: str, database: str) -> str:
        """The address of `database` on this server for `user`."""
        query = {"host": str(self.socket_folder), "port": str(PORT)}
        url = URL.create("postgresql+psycopg", user, password, database=database, query=query)
        return url.render_as_string(hide_password=False)

    def admin_url(self, database: str = "postgres") -> str:
        """The superuser's address of `database`. Raises `ServerError` before the first start."""
        try:
            password = (self.root / "password").read_text("ascii").strip()
        except OSError as error:
            raise ServerError(
                _("The database of “%(home)s” cannot be opened by this account, or was never started.",
                  home=str(self.home)),
                "no-password",
            ) from error  # fmt: skip
        return self.url(SUPERUSER, password, database)

    def running(self) -> bool:
        """Whether the server of this home runs and accepts connections, whoever started it."""
        return self._status() == "ready"

    def crashed(self) -> bool:
        """Whether it ended without being stopped: what it writes of itself is there, and no such process."""
        return (self.data / "postmaster.pid").exists() and self._status() is None

    def start(self) -> None:
        """Set the server up if this is the first time, and start it unless it runs. Raises `ServerError`."""
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / "start.lock"):
            self._check_version()
            self._await_other_start()
            if not self.running():
                account = self._prepare_account()
                if not self.data.exists():
                    self._initialise(account)
                self._launch(account)
                self.started_here = True
            if self._in_use is None:
                self._in_use = (self.root / "users.lock").open("ab")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)

    def stop(self, *, requested: bool = False, if_unused: bool = False) -> bool:
        """Stop the server if this object started it and no process uses it; returns whether it stopped.

        Also with `if_unused` when another started it and has gone, and with `requested`, by a person, always.
        """
        with FileLock(self.root / "start.lock"):
            alone = self._leave()
            ours = alone and (self.started_here or if_unused)
            if not (requested or ours) or not self.running():
                return False
            mode = "immediate" if self.fast_and_unsafe else "fast"
            self._pg_ctl(server_account(self.data), "stop", "-m", mode)
            self.started_here = False
            return True

    def _status(self) -> str | None:
        """What the server writes of itself, `starting` or `ready` for instance; None when it does not run."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
            alive = "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
            return lines[7].strip() if alive and len(lines) > 7 else ("starting" if alive else None)
        except (OSError, IndexError, ValueError, psutil.Error):
            return None

    def _leave(self) -> bool:
        if self._in_use is None:
            return True
        try:
            fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            self._in_use.close()
            self._in_use = None

    def _await_other_start(self) -> None:
        """A server whose starter was killed may still be recovering: it is ours as soon as it is ready."""
        until = time.monotonic() + PATIENCE
        while self._status() not in (None, "ready") and time.monotonic() < until:
            time.sleep(POLL)

    def _check_version(self) -> None:
        mark = self.data / "PG_VERSION"
        try:
            found = mark.read_text().strip()
        except FileNotFoundError:
            return
        except PermissionError as error:
            raise ServerError(
                _(
                    "The database in “%(path)s” belongs to another account of this machine.",
                    path=str(self.data),
                ),
                "not-ours",
            ) from error
        needed = binaries.major(binaries.folder())
        if found != str(needed):
            raise WrongServerVersion(
                _(
                    "The database in “%(path)s” was made by PostgreSQL %(found)s; this installation carries "
                    "%(needed)d. Nothing was changed. Start it with the former installation, write its databases out with "
                    "“pg_dumpall”, move that folder away, and load them into the server of this one.",
                    path=str(self.data),
                    found=found,
                    needed=needed,
                )
            )

    def _prepare_account(self) -> Account:
        account = server_account(self.data)
        self.root.chmod(0o700 if account is OURSELVES else 0o711)
        let_through(account, self.data)
        let_through(account, binaries.tool("postgres"))
        self._open_socket_folder(account)
        return account

    def _open_socket_folder(self, account: Account) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if folder.is_symlink() or status.st_uid not in {os.geteuid(), account.uid}:
            raise ServerError(
                _("The folder “%(path)s” belongs to somebody else; remove it.", path=str(folder)), "not-ours"
            )
        folder.chmod(0o700)
        account.own(folder)

    def _initialise(self, account: Account) -> None:
        for leftover in self.root.glob("new-*"):
            shutil.rmtree(leftover)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self.root))
        account.own(new)
        password = self._password_for(new, account)
        options = ["--auth=scram-sha-256", "--locale=C.UTF-8", "--encoding=UTF8", "-U", SUPERUSER]
        if self.fast_and_unsafe:
            options += ["--no-sync", "--no-data-checksums"]
        self._run(account, "initdb", "-D", str(new / "data"), f"--pwfile={password}", *options)
        password.unlink()
        (new / "data" / "pg_hba.conf").write_text(ACCESS)
        with (new / "data" / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude_dir = 'conf.d'\n")
        (new / "data").rename(self.data)
        shutil.rmtree(new)

    def _password_for(self, new: Path, account: Account) -> Path:
        kept = self.root / "password"
        if not kept.exists():
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                stream.write(secrets.token_urlsafe(24))
        readable = new / "password"
        readable.touch(mode=0o600)
        readable.write_text(kept.read_text())
        account.own(readable)
        return readable

    def _launch(self, account: Account) -> None:
        conf = self.data / "conf.d"
        conf.mkdir(exist_ok=True)
        chosen = settings(self.socket_folder, PORT, fast_and_unsafe=self.fast_and_unsafe)
        (conf / OUR_SETTINGS).write_text(chosen)
        account.own(conf)
        account.own(conf / OUR_SETTINGS)
        until = time.monotonic() + LINGERING
        while True:
            try:
                return self._pg_ctl(account, "start", "-l", str(self.data / "startup.log"))
            except ServerError as error:
                # After a crash the former server's processes need a moment to notice and end.
                if "shared memory block" not in str(error) or time.monotonic() > until:
                    raise
            time.sleep(POLL)

    def _pg_ctl(self, account: Account, action: str, *options: str) -> None:
        self._run(account, "pg_ctl", action, "-D", str(self.data), "-w", "-t", str(PATIENCE), "-s", *options)

    def _run(self, account: Account, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            done = subprocess.run(  # noqa: S603 - our own programs and arguments
                [binaries.tool(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                **account.popen(),
            )
            output.seek(0)
            said = output.read().strip()
        if done.returncode != 0:
            raise ServerError(
                _(
                    "The database server in “%(path)s” cannot go on (%(program)s): %(said)s",
                    path=str(self.root),
                    program=program,
                    said=" / ".join((said + "\n" + self._last_words()).strip().splitlines()[-8:]),
                )
            )

    def _last_words(self) -> str:
        try:
            return (self.data / "startup.log").read_text(errors="replace")[-2000:]
        except OSError:
            return ""
