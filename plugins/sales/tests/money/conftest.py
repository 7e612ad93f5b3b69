"""A shop to test money in: the plugin installed, parties, an item, and invoices at will."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from kernel.access.actor import SYSTEM, Actor
from kernel.administration.assembly import assemble
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from plugins.sales.models import Document, DocumentLine
from plugins.sales.money import issuing
from plugins.sales.money.models import OpenItem

MORNING = datetime.fromisoformat("2026-11-21T08:00:00+03:30")
TODAY = date(2026, 11, 21)
SHOP = "shop with money"
_numbers = count(1)


@dataclass
class Shop:
    """The running site, its administrator, and ids of what stands in it."""

    runtime: Runtime
    administrator: Actor
    parties: list[int]
    items: list[int]
    groups: list[int] = field(default_factory=list)

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.administrator, command, **arguments)

    def set(self, **values: Any) -> None:
        """Change settings of sales, and see them from now on."""
        self.run("settings.save", group="sales", values=values)
        clock = self.runtime.clock
        self.runtime = build_runtime(self.runtime.site, self.runtime.engines, isolate=False)
        self.runtime.clock = clock

    def document(
        self,
        payable: int,
        *,
        party: int = 0,
        kind: str = "invoice",
        direction: str = "sale",
        day: date = TODAY,
        due: date | None = None,
        original: int | None = None,
        marketer: int | None = None,
        owner: int | None = None,
        lines: list[tuple[int, int, int]] | None = None,
        actor: Actor | None = None,
    ) -> int:
        """Issue a document of a payable amount; lines are (place of the item, quantity, net). Gives its id."""
        number = next(_numbers)
        rows = lines if lines is not None else [(0, 1, payable)]
        originals: list[int] = self.lines(original) if original is not None else []
        with self.runtime.writing(actor or self.administrator, "test") as context:
            with context.system("a document of a test") as system:
                document = Document(
                    kind=kind,
                    direction=direction,
                    state="issued",
                    fiscal_year=1405,
                    serial=number,
                    number=f"1405/{number}",
                    party_id=self.parties[party],
                    day=day,
                    due=due,
                    original_id=original,
                    marketer_id=marketer,
                    owner_id=owner,
                    gross=payable,
                    net=payable,
                    payable=payable,
                )
                system.session.add(document)
                system.session.flush()
                for place, (item, quantity, net) in enumerate(rows):
                    system.session.add(
                        DocumentLine(
                            document_id=document.id,
                            position=place,
                            item_id=self.items[item],
                            title=f"item {item}",
                            quantity=Decimal(quantity),
                            unit_price=net // quantity if quantity else 0,
                            gross=net,
                            net=net,
                            original_line_id=originals[place] if originals else None,
                        )
                    )
                system.session.flush()
                made = document.id
            issuing.issued(context, made)
        return made

    def cancel(self, document: int) -> None:
        """Cancel an issued document."""
        with self.runtime.writing(self.administrator, "test") as context:
            with context.system("a document of a test") as system:
                found = system.session.get(Document, document)
                assert found is not None
                found.state = "cancelled"
                system.session.flush()
            issuing.cancelled(context, document)

    def lines(self, document: int) -> list[int]:
        from sqlalchemy import select

        with self.runtime.reading(self.administrator) as context:
            statement = (
                select(DocumentLine.id)
                .where(DocumentLine.document_id == document)
                .order_by(DocumentLine.position)
            )
            return list(context.session.execute(statement).scalars())

    def receive(self, amount: int, *, party: int = 0, actor: Actor | None = None, **more: Any) -> int:
        """Record a receipt, in cash unless said otherwise."""
        entered = {"method": "cash", **more}
        return self.run("sales.receive", actor, party=self.parties[party], amount=amount, **entered)

    def pay(self, amount: int, *, party: int = 0, **more: Any) -> int:
        """Record a payment."""
        return self.run("sales.pay", party=self.parties[party], amount=amount, **{"method": "cash", **more})

    def cheque(self, amount: int, *, party: int = 0, due: str = "1405/09/30", **more: Any) -> int:
        """Receive a cheque and give its id."""
        from plugins.sales.money.models import Payment

        number = next(_numbers)
        made = self.receive(amount, party=party, method="cheque", number=f"{number}", due=due, **more)
        with self.runtime.reading(self.administrator) as context:
            payment = context.session.get(Payment, made)
            assert payment is not None
            assert payment.cheque_id is not None
            return payment.cheque_id

    def stored(self, model: Any, number: int) -> Any:
        """A row as it is."""
        with self.runtime.reading(self.administrator) as context:
            record = context.session.get(model, number)
            assert record is not None
            context.session.expunge(record)
            return record

    def all(self, statement: Any) -> list[Any]:
        """Rows as they are."""
        with self.runtime.reading(self.administrator) as context:
            rows = list(context.session.execute(statement).scalars())
            for row in rows:
                if hasattr(row, "__table__"):
                    context.session.expunge(row)
            return rows

    def item(self, *, document: int | None = None, payment: int | None = None) -> OpenItem:
        """The open item of a document or payment."""
        from sqlalchemy import select

        wanted = OpenItem.document_id == document if document is not None else OpenItem.payment_id == payment
        return self.all(select(OpenItem).where(wanted))[0]

    def settlement(self, document: int) -> str | None:
        """How far a document is settled."""
        return self.stored(Document, document).settlement


@pytest.fixture
def shop_site(worker_sites: WorkerSites, engines: Engines) -> Iterator[Site]:
    """A site with sales and some records, made once for all of these tests."""
    assemble()

    def prepare(site: Site) -> Shop:
        install(Workshop(site, engines, discover()), "sales", SYSTEM("tests"))
        return furnished(site, engines)

    yield worker_sites.kept(SHOP, prepare)
    worker_sites.clean(SHOP)


@pytest.fixture
def shop(shop_site: Site, worker_sites: WorkerSites, engines: Engines) -> Shop:
    made: Shop = worker_sites.prepared(SHOP)
    fresh = replace(made, runtime=build_runtime(shop_site, engines, isolate=False))
    fresh.runtime.clock = lambda: MORNING
    return fresh


def furnished(site: Site, engines: Engines) -> Shop:
    """Make the records."""
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: MORNING
    with engines.owner(site).begin() as owner:
        administrator = add_user(owner, "head", administrator=True)
    made = Shop(runtime, administrator, [], [])
    for name in ("Rad", "Kia", "Far", "Agent"):
        made.parties.append(made.run("record.create", resource="person", values={"last_name": name}))
    made.groups.append(made.run("record.create", resource="sales.item_group", values={"title": "All"}))
    made.groups.append(
        made.run(
            "record.create", resource="sales.item_group", values={"title": "Rugs", "parent": made.groups[0]}
        )
    )
    for code, group in (("A1", made.groups[1]), ("B1", None)):
        values = {
            "code": code,
            "title": f"Item {code}",
            "kind": "goods",
            "group": group,
            "tax_class": "standard",
        }
        made.items.append(made.run("record.create", resource="sales.item", values=values))
    return made


def actor_of(shop: Shop, engines: Engines, name: str, grants: dict[tuple[str, str], Any]) -> Actor:
    """A user with these grants."""
    with engines.owner(shop.runtime.site).begin() as owner:
        return add_user(owner, name, grants)
