"""Walks every page and dialog that a user can reach by links, and looks at each: faults, accessibility, width.

Pages of one kind (the same address but for numbers) are visited once, so that a new page is covered by being linked.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Error, Page

from tests.browser.axe import violations

WIDE, NARROW = {"width": 1440, "height": 860}, {"width": 390, "height": 844}
NOT_WALKED = re.compile(r"^/(sign-out|static/|api/)|\.(csv|xlsx|pdf|zip|json|txt|xml)$")
NUMBER = re.compile(r"\d+")
TELLING = {"tab", "as", "form", "kind", "show", "view", "list", "look"}
"""Arguments of an address whose value makes another page of it."""
LINKS = "[...document.querySelectorAll('a[href^=\"/\"]:not([download])')].map(a => a.getAttribute('href'))"
DIALOGS = (
    "[...document.querySelectorAll('[hx-get][hx-target=\"#dialog\"]')].filter(e => e.checkVisibility())"
    ".filter(e => getComputedStyle(e).pointerEvents !== 'none')"
    ".map(e => e.getAttribute('hx-get'))"
)
RAW = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d\S*|\b(None|undefined|NaN)\b|\[object \w+\]|__index__|%\(\w+\)s"
)
"""What no page shows: moments, nothing and objects in the words of a programming language."""
RAW_IN_ENGLISH = re.compile(RAW.pattern.replace(r"[ T]\d\d:\d\d\S*", r"(T\d\d| \d\d:\d\d:\d\d)\S*", 1))
"""The same where people read moments like 2026-11-29 17:03."""
LEFT_OVER = "document.documentElement.scrollWidth - innerWidth"


@dataclass
class Crawl:
    """One walk of one user. `origin` is the address of the site; faults are told with the page that they were found on."""

    page: Page
    origin: str
    most: int = 10_000
    allowed: Callable[[str], bool] = lambda _path: True
    raw: re.Pattern[str] = RAW
    visited: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _told: list[str] = field(default_factory=list)

    def run(self, start: str = "/") -> None:
        """Walk from a page to all that can be reached from it."""
        self.page.on("pageerror", lambda error: self._told.append(f"error: {error}"))
        self.page.on("console", self._console)
        self.page.on("dialog", lambda dialog: dialog.accept())
        waiting, known = deque([start]), {kind_of(start)}
        while waiting and len(self.visited) < self.most:
            path = waiting.popleft()
            for found in self._visit(path):
                kind = kind_of(found)
                if kind not in known and not NOT_WALKED.search(urlsplit(found).path) and self.allowed(found):
                    known.add(kind)
                    waiting.append(found)

    def _visit(self, path: str) -> list[str]:
        self.page.set_viewport_size(WIDE)
        self.page.emulate_media(color_scheme="light")
        try:
            answer = self.page.goto(self.origin + path, wait_until="load")
        except Error as error:
            if "Download is starting" in str(error):
                return []
            raise
        self.visited.append(path)
        if answer is not None and answer.status >= 400:
            self.faults.append(f"{path}: status {answer.status}")
            self._told.clear()
            return []
        links: list[str] = self.page.evaluate(LINKS)
        self._look(path, "light, wide")
        self._open_dialogs(path)
        self.page.set_viewport_size(NARROW)
        self.page.emulate_media(color_scheme="dark")
        self._look(path, "dark, narrow")
        return links

    def _open_dialogs(self, path: str) -> None:
        for address in self.page.evaluate(DIALOGS):
            kind = kind_of(address)
            if kind in self.dialogs or not self.allowed(address):
                continue
            self.dialogs.append(kind)
            button = self.page.locator(f'[hx-get="{address}"][hx-target="#dialog"]').first
            try:
                with self.page.expect_response(lambda one, wanted=address: one.url.endswith(wanted)) as asked:
                    button.click(timeout=5_000)
            except Error as error:
                self.faults.append(f"{path}: {address} does not open: {str(error).splitlines()[0]}")
                continue
            if asked.value.status >= 400:
                self.faults.append(f"{path}: {address}: status {asked.value.status}")
            else:
                self.page.locator("#dialog[open]").wait_for()
                self._look(f"{path} › {address}", "dialog")
            self.page.keyboard.press("Escape")
            if self.page.locator("#dialog[open]").count():
                self.faults.append(f"{path} › {address}: Escape does not close it")
                self.page.goto(self.origin + path, wait_until="load")

    def _look(self, where: str, how: str) -> None:
        # As high as the page, so that nothing lies beneath the bars that stay in sight.
        width = (self.page.viewport_size or WIDE)["width"]
        height = max(self.page.evaluate("document.documentElement.scrollHeight"), NARROW["height"])
        self.page.set_viewport_size({"width": width, "height": min(height, 12_000)})
        found = [*violations(self.page), *self._told]
        self._told.clear()
        if raw := self.raw.search(self.page.evaluate("document.body.innerText")):
            found.append(f"shows a value as programs write it: {raw[0]}")
        over = self.page.evaluate(LEFT_OVER)
        if over > 0:
            found.append(f"is {over} px wider than the screen")
        self.faults.extend(f"{where} ({how}): {each}" for each in found)

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") in {"error", "warning"}:
            self._told.append(f"console: {getattr(message, 'text', '')}")


def kind_of(address: str) -> str:
    """Give the kind of page that an address leads to: without numbers, with those arguments that make another page of it."""
    parts = urlsplit(address)
    shown = {f"{key}={NUMBER.sub('N', value)}" for key, value in parse_qsl(parts.query) if key in TELLING}
    return f"{NUMBER.sub('N', parts.path)}?{'&'.join(sorted(shown))}"
