"""The folder of sites: for each one with its description (`site.toml`) and secrets (`secrets.toml`, 0600)."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from kernel.data.config import Config
from kernel.data.errors import SiteError
from kernel.data.names import app_role, check_site_name, owner_role
from kernel.data.server import server_of
from kernel.data.site import SATURDAY_TO_WEDNESDAY, Secrets, Site, normalise_host
from kernel.i18n import _

DESCRIPTION = "site.toml"
SECRETS = "secrets.toml"

log = structlog.get_logger(__name__)


class _Loaded(NamedTuple):
    """A site as read, and when its files had been written."""

    stamp: tuple[int, int]
    site: Site


class SiteStore:
    """Reads and writes the descriptions of the sites of one installation.

    A change made by another process is noticed by `by_host` after `look_again` seconds.
    """

    def __init__(self, config: Config, *, look_again: float = 1.0) -> None:
        self.config = config
        self.folder = config.home / "sites"
        self._server = server_of(config)
        self._look_again = look_again
        self._lock = threading.Lock()
        self._hosts: dict[str, str] = {}
        self._loaded: dict[str, _Loaded] = {}
        self._looked = float("-inf")

    def names(self) -> list[str]:
        """The names of all sites, sorted."""
        return sorted(path.parent.name for path in self.folder.glob(f"[a-z]*/{DESCRIPTION}"))

    def load(self, name: str) -> Site:
        """Read one site. Raises `SiteError` when there is none of that name or its files are damaged."""
        path = self.folder / check_site_name(name)
        try:
            described = tomllib.loads((path / DESCRIPTION).read_text("utf-8"))
        except FileNotFoundError as error:
            raise SiteError(_("There is no site named “%(name)s”.", name=name), "no-such-site") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _damaged(path / DESCRIPTION, error) from error
        return self._compose(name, described, self.secrets(name))

    def secrets(self, name: str) -> Secrets:
        """Read a site's secrets. Raises `SiteError` when they are missing or damaged."""
        path = self.folder / check_site_name(name) / SECRETS
        try:
            values = tomllib.loads(path.read_text("utf-8"))
            keys = tuple(str(key) for key in values.pop("data_keys", ()))
            return Secrets(**{**values, "signing_key": bytes.fromhex(values["signing_key"])}, data_keys=keys)
        except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise _damaged(path, error) from error

    def by_host(self, host: str) -> Site | None:
        """The site that is reached under the host name `host` (as a browser sends it), or None."""
        wanted = normalise_host(host)
        with self._lock:
            if time.monotonic() - self._looked >= self._look_again:
                self._read_hosts()
                self._looked = time.monotonic()
            name = self._hosts.get(wanted)
            return self._loaded[name].site if name is not None else None

    def save(self, site: Site) -> None:
        """Write the description of an existing site. Raises `SiteError` when another has one of its hosts."""
        self.check_hosts(site.name, site.hosts)
        folder = self.folder / check_site_name(site.name)
        if not (folder / SECRETS).exists():
            raise SiteError(_("There is no site named “%(name)s”.", name=site.name), "no-such-site")
        write_description(folder, site)
        self.forget()

    def keep_keys(self, name: str, data_keys: tuple[str, ...]) -> Site:
        """Write the keys that encrypt a site's secrets, and give the site with them."""
        secrets = replace(self.secrets(name), data_keys=data_keys)
        write_secrets(self.folder / check_site_name(name), secrets)
        self.forget()
        return self.load(name)

    def remove(self, name: str) -> None:
        """Remove the description, the secrets and whatever else lies in the site's folder."""
        shutil.rmtree(self.folder / check_site_name(name), ignore_errors=True)
        self.forget()

    def check_hosts(self, name: str, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Return `hosts` normalised; `SiteError` for a malformed one or one that another site has."""
        chosen: list[str] = []
        for host in hosts:
            bare = normalise_host(host)
            if not bare or any(c in bare for c in "/ \t@"):
                raise SiteError(_("“%(host)s” is not a host name.", host=host), "bad-host")
            if bare not in chosen:
                chosen.append(bare)
        for other in self.names():
            taken = set(chosen) & self._hosts_of(other)
            if taken and other != name:
                raise SiteError(
                    _(
                        "The host name %(host)s belongs to the site “%(other)s”.",
                        host=min(taken),
                        other=other,
                    ),
                    "host-taken",
                )
        return tuple(chosen)

    def _hosts_of(self, name: str) -> set[str]:
        try:
            return set(self.load(name).hosts)
        except SiteError:
            return set()

    def forget(self) -> None:
        """Look at the files again at the next question."""
        with self._lock:
            self._looked = float("-inf")

    def compose(self, name: str, secrets: Secrets, **described: Any) -> Site:
        """Make the value of a site from its description, as it would be read back."""
        return self._compose(name, described, secrets)

    def _read_hosts(self) -> None:
        known: dict[str, _Loaded] = {}
        for name in self.names():
            try:
                known[name] = self._read_if_changed(name)
            except (SiteError, OSError) as error:
                # A damaged site must not take the others down; `load` and the doctor say what is wrong with it.
                log.warning("site cannot be read", site=name, error=str(error))
        self._loaded = known
        self._hosts = {host: name for name, read in known.items() for host in read.site.hosts}

    def _read_if_changed(self, name: str) -> _Loaded:
        folder = self.folder / name
        stamp = ((folder / DESCRIPTION).stat().st_mtime_ns, (folder / SECRETS).stat().st_mtime_ns)
        before = self._loaded.get(name)
        return before if before and before.stamp == stamp else _Loaded(stamp, self.load(name))

    def _compose(self, name: str, described: Mapping[str, Any], secrets: Secrets) -> Site:
        path = self.folder / name / DESCRIPTION
        try:
            return Site(
                name=name,
                title=str(described["title"]),
                hosts=tuple(described.get("hosts", ())),
                owner_url=self._server.url(owner_role(name), secrets.owner_password, name),
                app_url=self._server.url(app_role(name), secrets.app_password, name),
                files=self.files(name),
                secret_key=secrets.secret_key,
                signing_key=secrets.signing_key,
                data_keys=secrets.data_keys,
                edition=described.get("edition") or None,
                locale=str(described.get("locale", "fa")),
                time_zone=ZoneInfo(described.get("time_zone", "Asia/Tehran")),
                fiscal_start=_month(described.get("fiscal_start", 1)),
                working_week=tuple(described.get("working_week", SATURDAY_TO_WEDNESDAY)),
                leakproof=bool(described.get("leakproof", False)),
            )
        except (KeyError, ValueError, TypeError, ZoneInfoNotFoundError) as error:
            raise _damaged(path, error) from error

    def files(self, name: str) -> Path:
        """The folder of the site's uploaded files: its own, or one in the folder that the nodes share."""
        return self.config.files / name if self.config.files else self.folder / name / "files"


def write_description(folder: Path, site: Site) -> None:
    """Write `site.toml` into `folder`, whole or not at all."""
    values = {
        "title": site.title,
        "hosts": list(site.hosts),
        "edition": site.edition or "",
        "locale": site.locale,
        "time_zone": site.time_zone.key,
        "fiscal_start": site.fiscal_start,
        "working_week": list(site.working_week),
        "leakproof": site.leakproof,
    }
    _write(folder / DESCRIPTION, values, 0o644)


def write_secrets(folder: Path, secrets: Secrets) -> None:
    """Write `secrets.toml` into `folder`, readable by nobody else."""
    values = {
        "owner_password": secrets.owner_password,
        "app_password": secrets.app_password,
        "secret_key": secrets.secret_key,
        "signing_key": secrets.signing_key.hex(),
        "data_keys": list(secrets.data_keys),
    }
    _write(folder / SECRETS, values, 0o600)


def _write(path: Path, values: Mapping[str, Any], mode: int) -> None:
    text = "".join(f"{name} = {_toml(value)}\n" for name, value in values.items())
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(
        os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8"
    ) as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def _toml(value: str | int | bool | list[Any]) -> str:
    """TOML writes strings, numbers, booleans and flat lists as JSON does, but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _month(value: Any) -> int:
    if not isinstance(value, int) or not 1 <= value <= 12:
        raise ValueError(f"month {value}")
    return value


def _damaged(path: Path, error: Exception) -> SiteError:
    return SiteError(_("The file “%(path)s” is damaged: %(why)s", path=str(path), why=str(error)), "damaged")
