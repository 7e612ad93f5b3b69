"""A shop to test in: the kernel's parts, sales installed, a few goods, two customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from kernel.access.actor import SYSTEM, Actor
from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI

NOW = datetime.fromisoformat("2026-11-21T10:00:00+03:30")
DAY = "1405/08/30"
PURPOSE = "shop"


@dataclass
class Shop:
    """The running site, its administrator, and ids of what stands in it."""

    runtime: Runtime
    administrator: Actor
    items: dict[str, int] = field(default_factory=dict)
    parties: list[int] = field(default_factory=list)

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.administrator, command, **arguments)

    def new(self, resource: str, parts: Any = None, **values: Any) -> int:
        number: int = self.run("record.create", resource=resource, values=values, parts=parts)
        return number

    def line(self, item: str, quantity: Any = 1, **more: Any) -> dict[str, Any]:
        return {"what": str(self.items[item]), "quantity": str(quantity), **more}

    def draft(
        self,
        lines: Sequence[Mapping[str, Any]],
        kind: str = "invoice",
        direction: str = "sale",
        actor: Actor | None = None,
        party: int | None = None,
        **head: Any,
    ) -> int:
        values = {"party": party or self.parties[0], "day": DAY, "taxed": "1", **head}
        number: int = self.run(
            "sales.create_document", actor, kind=kind, direction=direction, head=values, lines=lines
        )
        return number

    def issued(self, lines: Sequence[Mapping[str, Any]], kind: str = "invoice", **more: Any) -> int:
        number: int = self.run("sales.issue", document=self.draft(lines, kind, **more))
        return number

    def row(self, document: int, table: str = "document") -> Any:
        with self.runtime.reading(self.administrator) as context:
            found = context.runtime.engines.owner(context.site)
        with found.connect() as owner:
            statement = text(f"SELECT * FROM sales.{table} WHERE id = :id")
            return owner.execute(statement, {"id": document}).one()

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.runtime.engines.owner(self.runtime.site).connect() as owner:
            return list(owner.execute(text(sql), values))

    def lines(self, document: int) -> list[Any]:
        return self.rows(
            "SELECT * FROM sales.document_line WHERE document_id = :id ORDER BY position", id=document
        )


@pytest.fixture
def shop_site(worker_sites: WorkerSites, engines: Engines) -> Iterator[Site]:
    """A site with the shop, made once for all tests of the worker, put back after each."""
    assemble()

    def prepare(site: Site) -> Shop:
        install(Workshop(site, engines, discover()), "sales", SYSTEM("tests"))
        return furnished(site, engines)

    yield worker_sites.kept(PURPOSE, prepare)
    worker_sites.clean(PURPOSE)


@pytest.fixture
def shop(shop_site: Site, worker_sites: WorkerSites, engines: Engines) -> Shop:
    made: Shop = worker_sites.prepared(PURPOSE)
    fresh = replace(made, runtime=build_runtime(shop_site, engines, isolate=False))
    fresh.runtime.clock = lambda: NOW
    return fresh


def furnished(site: Site, engines: Engines) -> Shop:
    """Make the records."""
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: NOW
    with engines.owner(site).begin() as owner:
        administrator = add_user(owner, "head", administrator=True)
    made = Shop(runtime, administrator)
    for name in ("Rad", "Kia"):
        made.parties.append(made.new("person", last_name=name))
    for code, kind, price, tax in (
        ("lamp", "goods", "1000", "standard"),
        ("cable", "goods", "333", "standard"),
        ("book", "goods", "2500", "exempt"),
        ("fitting", "service", "5000", "standard"),
    ):
        made.items[code] = made.new(
            "sales.item", title=f"The {code}", code=code, kind=kind, sale_price=price, tax_class=tax
        )
    return made


SELLER = {
    **{("party", action): "all" for action in ("view", "create", "edit")},
    ("sales.item", "view"): "all",
    ("sales.price_list", "view"): "all",
    **{
        ("sales.document", action): "own"
        for action in ("view", "create", "edit", "delete", "issue", "discount", "print", "report")
    },
}
"""What the suggested pattern of sellers gives, with parties."""
HEAD_OF_SALES = {
    **SELLER,
    **{
        ("sales.document", action): "all"
        for action in ("view", "create", "edit", "delete", "issue", "price", "discount", "print", "report")
    },
    **{("sales.document", action): "all" for action in ("edit_converted", "cancel", "take_back", "export")},
    **{("sales.item", action): "all" for action in ("create", "edit")},
}


@pytest.fixture
def enter(shop: Shop, config: Config, engines: Engines) -> Callable[..., Browser]:
    """Make a user with some grants and give a browser in which he has signed in."""
    wsgi = PeyvandWSGI(config, engines=engines)

    def enter(username: str, grants: Mapping[tuple[str, str], str] = SELLER) -> Browser:
        site = shop.runtime.site
        with engines.owner(site).begin() as owner:
            let_in(owner, add_user(owner, username, grants).user_id, locale="fa")
        browser = Browser(wsgi, site.hosts[0])
        browser.sign_in(username)
        return browser

    return enter
