"""Somebody at a browser over the network, who signs in and sends forms."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from bench.site import PASSWORD

TOKEN = re.compile(r'X-CSRFToken": "([^"]+)"')


class NotDone(OSError):
    """The server gave an answer that does not say that the form was taken."""


class Visitor:
    """Signed in to one site. Whatever keeps a step from being done is an `OSError`."""

    def __init__(self, port: int, host: str, username: str) -> None:
        self._port, self._host = port, host
        self._cookies: dict[str, str] = {}
        self._token = ""
        self._token = self._find("/sign-in")
        self.post("/sign-in", {"username": username, "password": PASSWORD})
        self._token = self._find("/search")

    def post(self, path: str, values: Mapping[str, str], before: str = "") -> str:
        """Send a form; gives where the answer leads. `before` are words of an answer by which it had been done before."""
        body = urlencode({"csrf_token": self._token, **values})
        status, where, text = self._ask("POST", path, body)
        if status != 303 and not (before and before in text):
            raise NotDone(f"{path}: {status} {text[:200]}")
        return where

    def _find(self, path: str) -> str:
        _status, _where, text = self._ask("GET", path)
        found = TOKEN.search(text)
        if found is None:
            raise NotDone(path)
        return found[1]

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {
            "Host": self._host,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            for told in answer.headers.get_all("Set-Cookie") or []:
                for name, morsel in SimpleCookie(told).items():
                    self._cookies[name] = morsel.value
            return answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace")
        except http.client.HTTPException as error:
            raise NotDone(path) from error
        finally:
            connection.close()
