"""The first set-up of an installation: an organisation, its administrator, an edition; all of it, or nothing.

Whoever does it in the browser proves by a code from the server's console that the installation is his.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from filelock import FileLock

from kernel.access.errors import AccessProblem
from kernel.access.passwords import hashed
from kernel.access.users import USERNAME, create_user, folded
from kernel.administration.demo.samples import ask_for_samples
from kernel.administration.editions import check_plugins, edition_names, load_edition
from kernel.administration.setup import create_furnished_site
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import DataError, SiteError
from kernel.data.names import check_site_name
from kernel.data.site import Site
from kernel.data.site_store import SiteStore
from kernel.extension.discovery import discover
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.resources.errors import Invalid, Problem
from kernel.resources.runtime import Runtime

CODE = "setup-code"
"""Name of the file, in the home folder, that holds the code."""
LOCALES = ("fa", "en")
LONGEST = 200


@dataclass(frozen=True)
class FirstSite:
    """What is entered at the first set-up."""

    organisation: str
    name: str
    """Of the database: small Latin letters."""
    host: str
    edition: str
    """Empty for the kernel alone."""
    administrator: str
    username: str
    password: str = field(repr=False)
    email: str = ""
    locale: str = "fa"
    time_zone: str = "Asia/Tehran"
    fiscal_start: int = 1
    samples: bool = False


def is_new(store: SiteStore) -> bool:
    """Say whether the installation has no site yet."""
    return not store.names()


def setup_code(config: Config) -> str:
    """Give the code of an installation without sites, made where there is none; only its account can read it."""
    path = config.home / CODE
    config.home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    code = secrets.token_urlsafe(24)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(code)
    return code


def is_code(config: Config, given: str) -> bool:
    """Say whether this is the code of the installation, in a time that tells nothing of how much of it is right."""
    return hmac.compare_digest(given.strip().encode(), setup_code(config).encode())


def editions(config: Config, locale: str) -> list[tuple[str, str]]:
    """Give names and titles of the editions that can be installed here, by title."""
    found = discover()
    usable = []
    for name in edition_names(config):
        try:
            edition = load_edition(config, name)
            check_plugins(edition, found)
        except DataError:
            continue
        usable.append((name, edition.title.get(locale) or edition.title.get("en") or name))
    return sorted(usable, key=lambda pair: pair[1])


def suggested_name(host: str) -> str:
    """Give a name for the site out of its host name: `crm.example.org` is `crm_example`."""
    words = re.findall(r"[a-z][a-z0-9]*", host.lower())
    return "_".join(words[:2])[:40] if words and words != ["localhost"] else "office"


def set_up(config: Config, engines: Engines, wanted: FirstSite) -> Site:
    """Make the first site with its administrator; the code is worth nothing afterwards.

    Raises `Invalid` naming each field, also where somebody else was faster.
    """
    problems = list(_problems(config, wanted))
    if problems:
        raise Invalid(problems)
    with FileLock(config.home / ".setup.lock"), _named_by_field():
        if not is_new(SiteStore(config)):
            raise Invalid([Problem(None, _("This installation has been set up already."))])
        site = create_furnished_site(
            config,
            engines,
            wanted.name,
            title=clean(wanted.organisation),
            hosts=(wanted.host,),
            edition=wanted.edition or None,
            locale=wanted.locale,
            time_zone=wanted.time_zone,
            fiscal_start=wanted.fiscal_start,
            finish=lambda runtime: _finish(runtime, wanted),
        )
    (config.home / CODE).unlink(missing_ok=True)
    return site


def _finish(runtime: Runtime, wanted: FirstSite) -> None:
    with runtime.system_work("first set-up", "site.first") as context:
        number = create_user(
            context.session,
            wanted.username,
            wanted.password,
            display_name=clean(wanted.administrator),
            is_administrator=True,
            locale=wanted.locale,
            email=wanted.email.strip().casefold() or None,
        )
        if wanted.samples:
            ask_for_samples(context, number)


def _problems(config: Config, wanted: FirstSite) -> Iterator[Problem]:
    texts: tuple[tuple[str, str, LazyText], ...] = (
        ("organisation", wanted.organisation, _("Enter the name of the organisation.")),
        ("administrator", wanted.administrator, _("Enter your name.")),
        ("host", wanted.host, _("Enter the host name under which the site is reached.")),
    )
    for name, value, message in texts:
        if not clean(value):
            yield Problem(name, message)
        elif len(value) > LONGEST:
            yield Problem(name, _("At most %(limit)d characters.", limit=LONGEST))
    yield from _technical_problems(config, wanted)
    if not USERNAME.fullmatch(folded(wanted.username)):
        yield Problem("username", _("A user name has 2 to 60 characters and no blanks."))
    try:
        names = (wanted.administrator, wanted.organisation)
        hashed(wanted.password, folded(wanted.username), names=names)
    except AccessProblem as error:
        yield Problem("password", error.text)
    if wanted.email.strip():
        try:
            validate_email(wanted.email.strip(), check_deliverability=False)
        except EmailNotValidError:
            yield Problem("email", _("This is not a valid e-mail address, such as name@example.com."))


def _technical_problems(config: Config, wanted: FirstSite) -> Iterator[Problem]:
    try:
        check_site_name(wanted.name)
    except SiteError as error:
        yield Problem("name", error.text)
    if wanted.edition and wanted.edition not in dict(editions(config, wanted.locale)):
        yield Problem("edition", _("This edition cannot be installed here."))
    if wanted.locale not in LOCALES:
        yield Problem("locale", _("Choose one of the languages."))
    if wanted.time_zone not in available_timezones():
        yield Problem("time_zone", _("This is not a time zone. An example is Asia/Tehran."))
    if not 1 <= wanted.fiscal_start <= 12:
        yield Problem("fiscal_start", _("The fiscal year begins in a month from 1 to 12."))


@contextmanager
def _named_by_field() -> Iterator[None]:
    """Put what the making of a site refuses beside the field it speaks of."""
    fields = {
        "bad-host": "host",
        "host-taken": "host",
        "bad-name": "name",
        "site-exists": "name",
        "name-taken": "name",
    }
    try:
        yield
    except DataError as error:
        raise Invalid([Problem(fields.get(error.code), error.text)]) from error
