"""A browser without a network: it signs in through the page and keeps its cookies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.test import Client, TestResponse

from bench.site import PASSWORD, Bench
from kernel.extension.discovery import discover
from kernel.resources.runtime import Runtime
from kernel.web.app import build_app
from kernel.web.assets import Assets
from kernel.web.error_pages import ErrorPages

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TOKEN = re.compile(r'X-CSRFToken": "([^"]+)"')


class Browser:
    """Somebody signed in to one application."""

    def __init__(self, application: WSGIApplication, host: str, username: str) -> None:
        self._client = Client(application)
        self._host = host
        self.token = self._token("/sign-in")
        answer = self.post("/sign-in", {"username": username, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        self.token = self._token("/search")

    def get(self, path: str) -> TestResponse:
        """Fetch a page; anything but a whole one is an error."""
        answer = self._client.get(path, headers={"Host": self._host})
        assert answer.status_code == 200, f"{path}: {answer.status}"
        return answer

    def post(self, path: str, values: Mapping[str, Any]) -> TestResponse:
        """Send a form."""
        sent = {"csrf_token": self.token, **values}
        return self._client.post(path, data=sent, headers={"Host": self._host})

    def _token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).text)
        assert found is not None
        return found[1]


def browser(bench: Bench, runtime: Runtime | None = None, username: str = "head") -> Browser:
    """Build the site's application, as the server does, and sign somebody in."""
    folders = {name: found.folder / "static" for name, found in discover().plugins.items()}
    assets = Assets(plugin_static=folders)
    application = build_app(runtime or bench.runtime, assets, ErrorPages(assets))
    return Browser(application, bench.site.hosts[0], username)
