"""A carpet maker to test in: models, dealers with users, a batch with known codes; made once, put back after each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from kernel.access.actor import SYSTEM, Actor
from kernel.administration.assembly import assemble
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.jobs import run as jobs
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.messages.gateways import Received
from kernel.messages.inbound.storing import take
from kernel.messages.models import SenderLine
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from plugins.carpet import codes
from plugins.carpet.menus import PATTERNS
from plugins.carpet.models import Attempt, Batch, Dispute, Guarantee, Scratch, Serial
from plugins.carpet.serials import serial_of

PURPOSE = "carpet"
MORNING = datetime.fromisoformat("2026-11-21T08:00:00+03:30")
TODAY = date(2026, 11, 21)
LINE = "30001234"
MANY = 30
MARKS = {f"{place:08d}": codes.mark_of(f"{place:08d}") for place in range(1, MANY + 1)}
"""The code of the card at a place is the place itself, in eight digits."""


@dataclass
class House:
    """The running site, its users, and ids of what stands in it."""

    runtime: Runtime
    administrator: Actor
    dealer_user: Actor
    other_user: Actor
    models: list[int] = field(default_factory=list)
    dealers: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    persons: list[int] = field(default_factory=list)
    line: int = 0

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.administrator, command, locale="fa", **arguments)

    def make(self, resource: str, parts: Any = None, **values: Any) -> int:
        made: int = self.run("record.create", resource=resource, values=values, parts=parts or {})
        return made

    def serial(self, place: int) -> str:
        return serial_of(1001, place)

    def code(self, place: int) -> str:
        return f"{place:08d}"

    def tell(self, sender: str, words: str, reference: str = "") -> int | None:
        """Let an SMS come in; gives its id, None for one that is known."""
        with self.runtime.system_work("an SMS", "test.sms") as context:
            line = context.session.get(SenderLine, self.line)
            found = take(
                context, line, [Received(sender=sender, text=words, to=LINE, reference=reference)], "callback"
            )
            return found[0] if found else None

    def tell_all(self, messages: list[tuple[str, str, str]]) -> None:
        """Let messages come in together, each with sender, words and reference."""
        received = [
            Received(sender=sender, text=words, to=LINE, reference=reference)
            for sender, words, reference in messages
        ]
        with self.runtime.system_work("many SMS", "test.sms") as context:
            take(context, context.session.get(SenderLine, self.line), received, "callback")

    def work(self) -> None:
        """Do what is due in the background, in this process."""
        for _round in range(200):
            due: list[Any] = []
            jobs.sweep(self.runtime, lambda task, _queue, arguments: due.append((task, *arguments)))  # noqa: B023
            due = [each for each in due if each[0] in ("work", "deliver")]
            if not due:
                return
            for task, *arguments in due:
                (jobs.work if task == "work" else jobs.deliver)(self.runtime, *arguments)

    def say(self, sender: str, words: str) -> str:
        """Let an SMS come in and be answered; gives the answer, empty where there is none."""
        number = self.tell(sender, words)
        self.work()
        found = self.rows(
            f"SELECT m.body FROM kernel.inbound i JOIN kernel.message m ON m.id = i.answer_id WHERE i.id = {number}"
        )
        return found[0][0] if found else ""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.runtime.engines.owner(self.runtime.site).begin() as owner:
            return [tuple(row) for row in owner.execute(text(query))]

    def all(self, model: Any, *conditions: Any) -> list[Any]:
        with self.runtime.system_work("looking", "test.look") as context:
            found = (
                context.session.execute(select(model).where(*conditions).order_by(model.id)).scalars().all()
            )
            for row in found:
                context.session.expunge(row)
            return list(found)

    def guarantees(self) -> list[Guarantee]:
        return self.all(Guarantee)

    def disputes(self) -> list[Dispute]:
        return self.all(Dispute)

    def attempts(self) -> int:
        return len(self.all(Attempt))

    def pass_days(self, days: int) -> None:
        self.pass_time(days=days)

    def pass_time(self, **step: int) -> None:
        now = self.runtime.clock() + timedelta(**step)
        self.runtime.clock = lambda: now

    def change_batch(self, **values: Any) -> None:
        with self.runtime.system_work("a batch", "test.batch") as context:
            batch = context.session.get(Batch, self.batches[0])
            for name, value in values.items():
                setattr(batch, name, value)

    def set(self, **values: Any) -> None:
        """Change settings; the runtime is built anew with them, on the same clock."""
        clock = self.runtime.clock
        self.run("settings.save", group="carpet", values={name: str(value) for name, value in values.items()})
        self.runtime = build_runtime(self.runtime.site, self.runtime.engines, isolate=False)
        self.runtime.clock = clock


@pytest.fixture
def house(worker_sites: WorkerSites, engines: Engines) -> Iterator[House]:
    """The carpet maker, on a clock that stands on the morning of 30 Aban 1405."""
    assemble()

    def prepare(site: Site) -> House:
        install(Workshop(site, engines, discover()), "carpet", SYSTEM("tests"))
        return furnished(site, engines)

    site = worker_sites.kept(PURPOSE, prepare)
    made: House = worker_sites.prepared(PURPOSE)
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: MORNING
    yield replace(made, runtime=runtime)
    worker_sites.clean(PURPOSE)


@pytest.fixture(scope="session")
def carpet_wsgi(config: Any, engines: Engines) -> PeyvandWSGI:
    return PeyvandWSGI(config, engines=engines)


@pytest.fixture
def boss(house: House, carpet_wsgi: PeyvandWSGI, engines: Engines) -> Browser:
    """The administrator's browser. It runs on the real clock."""
    return enter(house, carpet_wsgi, engines, house.administrator, "head")


def enter(house: House, wsgi: PeyvandWSGI, engines: Engines, actor: Actor, username: str) -> Browser:
    """Let a user in, with a browser of his own."""
    wsgi.store.forget()
    browser = Browser(wsgi, house.runtime.site.hosts[0])
    with engines.owner(house.runtime.site).begin() as owner:
        let_in(owner, actor.user_id, locale="fa")
    browser.sign_in(username)
    return browser


def grants_of(name: str) -> dict[tuple[str, str], str]:
    """Give what a suggested pattern grants."""
    return dict(next(pattern.grants for pattern in PATTERNS if pattern.name == name))


def furnished(site: Site, engines: Engines) -> House:
    """Make a model, two dealers with a user each, a batch of cards with known codes, and three persons."""
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: MORNING - timedelta(days=60)
    with engines.owner(site).begin() as owner:
        administrator = add_user(owner, "head", administrator=True)
        users = [add_user(owner, name, grants_of("dealer")) for name in ("dealer1", "dealer2")]
        values = {"name": "line", "gateway": "kernel.log", "channel": "sms", "sender": LINE}
        line = owner.execute(insert(SenderLine).values(values).returning(SenderLine.id)).scalar_one()
    house = House(runtime, administrator, users[0], users[1], line=line)
    for code, title in (("A1", "افشان ۷۰۰ شانه"), ("B1", "خشتی ۱۲۰۰ شانه")):
        house.models.append(house.make("carpet.model", code=code, title=title))
    for place, user in enumerate(users, start=1):
        firm = house.make("organisation", name=f"Shop {place}")
        users_of = {"users": [{"user": user.user_id}]}
        house.dealers.append(
            house.make("carpet.dealer", users_of, code=f"D{place}", title=f"Shop {place}", party=firm)
        )
    house.batches.append(
        house.run(
            "carpet.make_batch", model=house.models[0], produced_on="2026-09-01", count=MANY, term_months=24
        )
    )
    with runtime.system_work("known codes", "test.codes") as context:
        serials = context.session.execute(select(Serial).order_by(Serial.place)).scalars().all()
        rows = [{"serial_id": row.id, "mark": MARKS[f"{row.place:08d}"]} for row in serials]
        context.session.execute(insert(Scratch), rows)
        context.session.get(Batch, house.batches[0]).state = "printed"
    house.run(
        "carpet.give_serials", first=serial_of(1001, 1), last=serial_of(1001, 10), dealer=house.dealers[0]
    )
    house.run(
        "carpet.give_serials", first=serial_of(1001, 11), last=serial_of(1001, 20), dealer=house.dealers[1]
    )
    for first, last, mobile in (
        ("Sara", "Rad", "09121110001"),
        ("Omid", "Kia", "09121110002"),
        ("Mina", "Far", "09121110003"),
    ):
        house.persons.append(house.make("person", first_name=first, last_name=last, mobile=mobile))
    return house
