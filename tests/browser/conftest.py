"""A real browser over the components page; every console error, page error and CSP violation fails the test."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser.components_page.app import create_app

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_REFUSALS = re.compile(r"Failed to load resource: the server responded with a status of 4(?:01|03|04|22)")


@dataclass
class Complaints:
    """What the browser complained about; `expected` patterns are let through."""

    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def left(self) -> list[str]:
        return [text for text in self.seen if not any(re.search(pattern, text) for pattern in self.expected)]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # The shell without windows takes half the time of the whole browser, which serves where there is no shell.
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """What the first pages of all tests share, so that scripts and fonts are fetched once; tests leave it empty."""
    context = chromium.new_context(reduced_motion="reduce", service_workers="block")
    yield context
    context.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    found = Complaints()
    yield found
    assert found.left() == []


@pytest.fixture
def open_page(
    chromium: Browser, profile: BrowserContext, address: str, complaints: Complaints
) -> Iterator[Callable[..., Page]]:
    """Open a page of the components site: `open_page("/list", width=390, theme="dark")`; each is somebody else's."""
    opened: list[Page] = []

    def opener(path: str, width: int = 1440, height: int = 860, theme: str = "light") -> Page:
        context = (
            chromium.new_context(reduced_motion="reduce", service_workers="block") if opened else profile
        )
        page = context.new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_default_timeout(30_000)  # the first page of a busy machine is slow
        page.on("pageerror", lambda error: complaints.seen.append(f"page error: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.seen.append(f"console: {message.text}")
                if message.type in {"error", "warning"} and not _REFUSALS.search(message.text)
                else None
            ),
        )
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            "e => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )
        page.goto(address + path, wait_until="load")
        # Modules run before `load`; htmx starts in a task after it. Waited for through a locator: a predicate that
        # is given as text is evaluated in the page itself, where the policy refuses it at every try but the first.
        if page.locator("[hx-get]").count():
            page.locator("[data-htmx-powered]").first.wait_for(state="attached")
        return page

    yield opener
    for page in opened[1:]:
        page.context.close()
    for page in opened[:1]:
        _empty(page, address)


def _empty(page: Page, address: str) -> None:
    """Take away what a test left in the shared profile."""
    profile = page.context
    profile.set_offline(False)
    stored = {"origin": address, "storageTypes": "cookies,local_storage"}
    profile.new_cdp_session(page).send("Storage.clearDataForOrigin", stored)
    for each in profile.pages:
        each.close()
    profile.clear_cookies()
