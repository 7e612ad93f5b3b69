"""The pages of a plugin: who gets in, what they cost, and whether they open with little, much and other data."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from kernel.resources.views.declaration import View
from kernel.testing.addresses import by_turns, of_every_resource
from kernel.testing.browser import Browser
from kernel.testing.conformance.examined import Declarations
from kernel.testing.rows import Batch
from kernel.web.open_pages import is_open

KERNEL_PAGES = ("/", "/persons", "/persons/new", "/search?q=" + quote("سپیدار"))
"""Pages of the kernel to which every plugin may contribute."""
STRANGE = ("0", "999999999999999999")
QUERIES = ("", "?q=%00", "?q=" + quote("ی" * 300), "?sort=nothing&page=-1&date=x", "?cols=nothing&after=%FF")


@dataclass(frozen=True)
class Address:
    """One address of the plugin with one method: whether it names a row, whether by a page of the kernel, and whether it
    answers without a sign-in.
    """

    method: str
    path: str
    named: bool
    record: bool
    open: bool = False

    def ask(self, browser: Browser, token: str = "") -> TestResponse:
        """Ask for it; where something is sent, with the token of the browser's session."""
        return browser.get(self.path) if self.method == "GET" else browser.post(self.path, {}, token=token)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Pages:
    """All addresses of a plugin in a site's application.

    With `turns`, of the kernel's own pages of each resource every so many-th, others of the next: their code is the same.
    """

    name: str
    app: Flask
    declared: Declarations
    turns: int = 1

    def rules(self) -> list[Rule]:
        """The rules of the URL map that are the plugin's: of its blueprints, and of its resources."""
        starts = [*(resource.path for resource in self.declared.resources), self.name]
        own = [
            rule
            for rule in self.app.url_map.iter_rules()
            if any(_below(rule.rule, start) for start in starts)
        ]
        return by_turns(own, self.turns)

    def addresses(
        self,
        batch: Batch | None,
        numbers: Sequence[str] = (),
        *,
        without: Collection[str] = (),
        besides: Batch | None = None,
    ) -> Iterator[Address]:
        """Every rule with every method; ids come from the rows of a batch, or are `numbers`.

        The resources of the tables in `without` are left out. Where a rule does not say of which table its id is, those
        that rows of `besides` have in whatever table are left out as well: they may be the reader's own there.
        """
        left = [resource.path for resource in self.declared.resources if resource.table in without]
        for rule in self.rules():
            if any(_below(rule.rule, path) for path in left):
                continue
            without_sign_in = is_open(self.app.view_functions.get(rule.endpoint))
            for path, record in self._filled(rule, batch, numbers, besides):
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield Address(method, path, path != rule.rule, record, without_sign_in)

    def _filled(
        self, rule: Rule, batch: Batch | None, numbers: Sequence[str], besides: Batch | None = None
    ) -> Iterator[tuple[str, bool]]:
        resource = next((one for one in self.declared.resources if _below(rule.rule, one.path)), None)
        if not rule.arguments - {"resource"}:
            yield rule.rule, False
            return
        record = resource is not None and "record_id" in rule.arguments
        ids: Iterable[Any] = numbers
        if batch is not None:
            # The kernel's own pages of a resource name rows of the kernel where they name none of the resource's.
            tables = [resource.table] if resource and (record or of_every_resource(rule)) else list(batch.ids)
            own = set() if record or besides is None else {one for ids in besides.ids.values() for one in ids}
            ids = sorted({number for table in tables for number in batch.ids.get(table, ())[:1]} - own)
        field = resource.fields[0].name if resource else "x"
        for number in ids:
            path = re.sub(r"<int:record_id>|<int:\w+>", str(number), rule.rule)
            yield re.sub(r"<[^>]+>", field, path), record

    def plain(self) -> list[str]:
        """The pages without an id: lists in every form that is declared, new forms, and the plugin's own."""
        wanted = {f"/{one.path}" for one in self.declared.resources}
        wanted |= {f"/{one.path}/new" for one in self.declared.resources if one.editable}
        wanted |= {
            f"/{one.path}?look={look}"
            for one in self.declared.resources
            for view in one.views
            for look in looks_of(view)
        }
        own = {rule.rule for rule in self.rules() if not rule.arguments and "GET" in (rule.methods or ())}
        return sorted(wanted | own)

    def forms(self, batch: Batch) -> list[str]:
        """The forms of records of a batch."""
        return [f"{path}/edit" for path in self.records(batch) if "?" not in path and self._editable(path)]

    def _editable(self, path: str) -> bool:
        return any(_below(path, one.path) and one.editable for one in self.declared.resources)

    def records(self, batch: Batch, count: int = 1) -> list[str]:
        """The pages of records of a batch, with the tabs that are declared."""
        return [
            f"/{one.path}/{number}{tab}"
            for one in self.declared.resources
            for number in batch.kinds.get(one.name, batch.ids.get(one.table, ()))[:count]
            for tab in ("", *(f"?tab={tab.key}" for tab in one.tabs if tab.on_page))
        ]


def looks_of(view: View) -> list[str]:
    """Give the names under which a view is asked for: of a calendar and a timeline each reach."""
    return [view.key, *(f"{view.key}.{reach}" for reach in view.reaches[1:])]


def _below(rule: str, path: str) -> bool:
    return rule == f"/{path}" or rule.startswith(f"/{path}/")


def closed(
    who: str, browser: Browser, addresses: Iterable[Address], words: Sequence[str], *, nothing: bool = False
) -> Iterator[str]:
    """Look for answers to somebody who may see none of the rows in which `words` stand; or may do `nothing` at all."""
    token = browser.token()
    for address in addresses:
        answer = address.ask(browser, token)
        if answer.status_code >= 500:
            yield f"{address} as {who}: breaks down ({answer.status_code})"
        elif answer.status_code < 300 and any(word.encode() in answer.data for word in words):
            yield f"{address} as {who}: shows what is not his"
        elif answer.status_code < 300 and address.record:
            yield f"{address} as {who}: answers {answer.status_code} for a record that is not his"
        elif address.method != "GET" and answer.status_code < 400 and (address.named or nothing):
            yield f"{address} as {who}: is accepted ({answer.status_code})"


def nobody(browser: Browser, addresses: Iterable[Address], words: Sequence[str] = ()) -> Iterator[str]:
    """Look for answers to who has not signed in: all must lead to the sign-in page, or refuse.

    Open pages answer, but show none of the rows in which `words` stand, and take nothing that is empty.
    """
    token = browser.token()
    for address in addresses:
        answer = address.ask(browser, token)
        if answer.status_code >= 500:
            yield f"{address} as nobody: breaks down ({answer.status_code})"
        elif address.open:
            if any(word.encode() in answer.data for word in words):
                yield f"{address} as nobody: shows what is not to be seen without a secret"
            elif address.method != "GET" and answer.status_code < 400:
                yield f"{address} as nobody: takes an empty form ({answer.status_code})"
        elif answer.status_code < 400 and not _to_sign_in(answer):
            yield f"{address} as nobody: answers {answer.status_code}"


def _to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code in (302, 303) and "/sign-in" in answer.headers.get("Location", "")


def unbroken(browser: Browser, pages: Pages) -> Iterator[str]:
    """Ask every page for strange numbers, and the lists for strange questions: with `turns`, each list for some of them."""
    for address in pages.addresses(None, STRANGE):
        if address.method == "GET" and address.ask(browser).status_code >= 500:
            yield f"{address} as administrator: breaks down"
    for place, path in enumerate(pages.plain()):
        for query in QUERIES[place % pages.turns :: pages.turns] or QUERIES[:1]:
            asked = path + (query.replace("?", "&") if "?" in path else query)
            if browser.get(asked).status_code >= 500:
                yield f"GET {asked} as administrator: breaks down"


def opening(browser: Browser, paths: Iterable[str], *, direction: str = "rtl") -> Iterator[str]:
    """Look whether pages open, in the direction of their language."""
    for path in paths:
        answer = browser.get(path, follow_redirects=True)
        if answer.status_code != 200:
            yield f"GET {path}: answers {answer.status_code}"
        elif b"<html" in answer.data and f'dir="{direction}"'.encode() not in answer.data:
            yield f"GET {path}: is not written {direction}"


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Keep the statements that an engine runs meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def costs(engine: Engine, browser: Browser, paths: Iterable[str]) -> dict[str, list[str]]:
    """The statements of each page at its second visit: the first fills caches."""
    found = {}
    for path in paths:
        browser.get(path)
        found[path] = cost(engine, browser, path)
    return found


def cost(engine: Engine, browser: Browser, path: str) -> list[str]:
    """The statements of one visit to a page."""
    with counting(engine) as statements:
        browser.get(path)
    return statements


def costs_after(engine: Engine, browser: Browser, few: dict[str, list[str]]) -> dict[str, list[str]]:
    """The statements of the pages again, with more rows: a second visit only where the first took more than before."""
    found = {}
    for path, before in few.items():
        found[path] = cost(engine, browser, path)
        if len(found[path]) > len(before):
            found[path] = cost(engine, browser, path)
    return found


def budget(few: dict[str, list[str]], many: dict[str, list[str]], how: str) -> Iterator[str]:
    """Compare what pages cost with few rows and with many."""
    for path, statements in many.items():
        before = len(few[path])
        if len(statements) > before:
            often = max(set(statements), key=statements.count)
            yield (
                f"GET {path}: {before} statements with few rows, {len(statements)} with {how}; most often: "
                f"{' '.join(often.split())[:160]}"
            )
