"""A browser for tests of pages: it signs in as the page does, keeps its cookies, and sends the token of its forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Any

from flask import session
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Connection, insert, update
from werkzeug.http import parse_cookie
from werkzeug.test import Client, TestResponse

from kernel.access import signin
from kernel.access.errors import AccessProblem
from kernel.access.models import UserAccount, UserPassword
from kernel.access.passwords import hashed
from kernel.access.second_step import SecondStepNeeded
from kernel.resources.errors import EpochChanged
from kernel.web import auth
from kernel.web.current import runtime

if TYPE_CHECKING:
    from kernel.web.wsgi import PeyvandWSGI

TOKEN = re.compile(r'X-CSRFToken": "([^"]+)"')
MARKS = re.compile(r'csrf_token" value="[^"]+|X-CSRFToken": "[^"]+|name="_once" value="[^"]+')
"""What differs between any two answers: tokens, and the words of forms."""
HEADER = re.compile(r"[ \t\x21-\x7e\x80-\xff]*")
"""What the value of a header may hold (RFC 9110, section 5.5)."""
PASSWORD = "درست-کار-می‌کند-7"  # noqa: S105 - of invented users


def sound(answer: TestResponse) -> TestResponse:
    """Give the answer back. Fails for a header that a server of HTTP refuses, where this client would take it."""
    for name, value in answer.headers:
        assert HEADER.fullmatch(value), f"{name} of {answer.request.path} cannot be sent: {value!r}"
    return answer


class Browser:
    """One browser on one site."""

    def __init__(self, wsgi: PeyvandWSGI, host: str) -> None:
        self.wsgi = wsgi
        self.client = Client(wsgi)
        self.host = host
        self._token: tuple[str, object] | None = None
        """The token of the page shown last, and the secret of the session that it belongs to."""

    def get(self, path: str, *, htmx: bool = False, **options: Any) -> TestResponse:
        """Ask for a page; with `htmx`, for a piece of one."""
        answer = sound(self.client.get(path, headers=self._headers(htmx), **options))
        if answer.mimetype == "text/html" and (found := TOKEN.search(answer.text)):
            self._token = found[1], self._secret()
        return answer

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        htmx: bool = False,
        token: str | None = None,
        **options: Any,
    ) -> TestResponse:
        """Send a form with the session's token, as the page shown last carries it."""
        if token is None:
            kept = self._token
            token = kept[0] if kept and kept[1] == self._secret() else self.token()
        sent = {"csrf_token": token, **(data or {})}
        return sound(self.client.post(path, data=sent, headers=self._headers(htmx), **options))

    def token(self) -> str:
        """The token that a page of this browser's session carries."""
        page = self.get("/search")
        if page.status_code != 200:
            page = self.get("/sign-in")
        found = TOKEN.search(page.text)
        assert found, page.text
        return found[1]

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Sign in as the page does it, without showing it where that can be: a third of all requests of tests were that.

        The page itself answers where the user is refused, and where the site changed meanwhile.
        """
        try:
            self._enter(username, password)
        except (AccessProblem, EpochChanged):
            answer = self.post("/sign-in", {"username": username, "password": password})
            assert answer.status_code == 303, answer.text

    def _enter(self, username: str, password: str) -> None:
        site = self.wsgi.store.by_host(self.host)
        assert site is not None, self.host
        app = self.wsgi.application(site)
        with app.test_request_context("/sign-in", base_url=f"http://{self.host}"):
            try:
                auth.begin(signin.sign_in(runtime(), username, password, address=""))
            except SecondStepNeeded as half:
                auth.begin_second_step(half.token)
            token, answer = generate_csrf(), app.response_class()
            app.session_interface.save_session(app, session, answer)
        cookie = parse_cookie(answer.headers["Set-Cookie"])["peyvand"]
        self.client.set_cookie("peyvand", cookie, domain=self.host)
        self._token = token, self._secret()

    def _secret(self) -> object:
        """What the tokens of this browser's session are made of; None where it has none. Signing in or out changes it."""
        cookie = self.client.get_cookie("peyvand", domain=self.host)
        held = cookie and URLSafeTimedSerializer("").loads_unsafe(cookie.value)[1]
        return held.get("csrf_token") if isinstance(held, dict) else None

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


@cache
def hashed_password() -> str:
    """The stored form of `PASSWORD`, made once: hashing is slow on purpose."""
    return hashed(PASSWORD)


def let_in(owner: Connection, user_id: int | None, *, locale: str = "fa") -> None:
    """Give a user the password that `Browser.sign_in` enters, and a language for the pages."""
    owner.execute(insert(UserPassword).values(user_id=user_id, password_hash=hashed_password()))
    owner.execute(update(UserAccount).where(UserAccount.id == user_id).values(locale=locale))
