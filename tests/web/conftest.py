"""A browser for tests of pages: it signs in through the page, keeps its cookies, and sends the token of its forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import insert, update
from werkzeug.test import Client, TestResponse

from kernel.access.models import UserAccount, UserPassword
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.plugin import MakeUser
from kernel.testing.users import Wanted
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI

TOKEN = re.compile(r'X-CSRFToken": "([^"]+)"')
ALL = {
    ("party", action): "all"
    for action in ("view", "create", "edit", "delete", "purge", "restore", "export", "import", "assign")
}


class Browser:
    """One browser on one site."""

    def __init__(self, wsgi: PeyvandWSGI, host: str) -> None:
        self.client = Client(wsgi)
        self.host = host

    def get(self, path: str, *, htmx: bool = False, **options: Any) -> TestResponse:
        return self.client.get(path, headers=self._headers(htmx), **options)

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        htmx: bool = False,
        token: str | None = None,
        **options: Any,
    ) -> TestResponse:
        sent = {"csrf_token": self.token() if token is None else token, **(data or {})}
        return self.client.post(path, data=sent, headers=self._headers(htmx), **options)

    def token(self) -> str:
        """The token that a page of this browser's session carries."""
        page = self.get("/search")
        if page.status_code != 200:
            page = self.get("/sign-in")
        found = TOKEN.search(page.text)
        assert found, page.text
        return found[1]

    def _headers(self, htmx: bool) -> dict[str, str]:
        asking = {"HX-Request": "true", "HX-Request-Type": "partial"} if htmx else {}
        return {"Host": self.host, **asking}

    def made(self, address: str, **values: Any) -> str:
        """Post a form that must be saved, and give the address of what was made."""
        answer = self.post(address, values)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def version(self, address: str) -> str:
        """The number that the form at an address was opened with."""
        return self._only(r'name="_version" value="(\d+)"', self.get(address).text)

    def row_ids(self, address: str, part: str) -> list[str]:
        """The ids of the stored rows of a part in the form at an address."""
        return re.findall(rf'name="{part}-\d+-id" value="(\d+)"', self.get(address).text)

    def ids(self, address: str) -> list[str]:
        """The ids of the rows of the list at an address."""
        return re.findall(r'<tr [^>]*data-id="(\d+)"', self.get(address).text)

    def link(self, text: str, mark: str, *, attribute: str = "href") -> str:
        """The address in the first tag of a page that holds `mark` besides an address."""
        for tag in re.findall(r"<[^>]+>", text):
            found = re.search(rf'{attribute}="([^"]+)"', tag)
            if found and mark in tag:
                return unescape(found[1])
        raise AssertionError(f"no link with {mark}")

    def _only(self, pattern: str, text: str) -> str:
        found = re.search(pattern, text)
        assert found, text
        return found[1]


@pytest.fixture(scope="session")
def wsgi(config: Config, engines: Engines) -> PeyvandWSGI:
    return PeyvandWSGI(config, engines=engines)


@pytest.fixture
def nobody(site: Site, wsgi: PeyvandWSGI) -> Browser:
    return Browser(wsgi, site.hosts[0])


@pytest.fixture
def runtime(site: Site, engines: Engines) -> Runtime:
    return build_runtime(site, engines, isolate=False)


@pytest.fixture
def make_site(worker_sites: WorkerSites) -> Iterator[Callable[[], Site]]:
    """Make further sites, dropped after the test."""
    made: list[Site] = []

    def make() -> Site:
        made.append(worker_sites.fresh())
        return made[-1]

    yield make
    for site in made:
        worker_sites.drop(site)


SignIn = Callable[..., Browser]
PASSWORD = "درست-کار-می‌کند-7"
HASHED = PasswordHasher().hash(PASSWORD)
"""Hashed once: hashing is slow on purpose."""


@pytest.fixture
def sign_in(site: Site, wsgi: PeyvandWSGI, engines: Engines, make_user: MakeUser) -> SignIn:
    """Make a user with these grants, and give a browser in which he has signed in through the page."""

    def enter(username: str, grants: Wanted | None = None, *, locale: str = "fa", **options: Any) -> Browser:
        actor = make_user(username, grants, **options)
        with engines.owner(site).begin() as owner:
            owner.execute(insert(UserPassword).values(user_id=actor.user_id, password_hash=HASHED))
            owner.execute(update(UserAccount).where(UserAccount.id == actor.user_id).values(locale=locale))
        browser = Browser(wsgi, site.hosts[0])
        answer = browser.post("/sign-in", {"username": username, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    return enter
