"""A club to test in: ranks, a rate, members; made once for all of these tests, put back after each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kernel.access.actor import SYSTEM, Actor
from kernel.administration.assembly import assemble
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
from plugins.club.models import Entry, Lot, Member

PURPOSE = "club"
MORNING = datetime.fromisoformat("2026-11-21T08:00:00+03:30")
TODAY = date(2026, 11, 21)
MILLION = 1_000_000


@dataclass
class Club:
    """The running site, its administrator, and ids of what stands in it."""

    runtime: Runtime
    administrator: Actor
    persons: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)

    def run(self, command: str, actor: Actor | None = None, **arguments: Any) -> Any:
        return self.runtime.execute(actor or self.administrator, command, **arguments)

    def make(self, resource: str, **values: Any) -> int:
        made: int = self.run("record.create", resource=f"club.{resource}", values=values)
        return made

    def buy(self, amount: int, *, member: int = 0, day: date = TODAY, **more: Any) -> int:
        made: int = self.run(
            "club.enter_purchase", member=self.members[member], day=day.isoformat(), amount=amount, **more
        )
        return made

    def give(self, points: int, *, member: int = 0) -> int:
        made: int = self.run("club.correct", member=self.members[member], points=points, reason=self.reason())
        return made

    def reason(self) -> int:
        from kernel.resources.models import BaseValue

        with self.runtime.reading(self.administrator) as context:
            wanted = select(BaseValue.id).where(BaseValue.list == "club.reason", BaseValue.code == "gift")
            return context.session.execute(wanted).scalar_one()

    def pass_days(self, days: int) -> None:
        now = self.runtime.clock()
        self.runtime.clock = lambda: now + timedelta(days=days)

    def set(self, **values: Any) -> None:
        """Change settings; the runtime is built anew with them, on the same clock."""
        clock = self.runtime.clock
        self.run("settings.save", group="club", values={name: str(value) for name, value in values.items()})
        self.runtime = build_runtime(self.runtime.site, self.runtime.engines, isolate=False)
        self.runtime.clock = clock

    def member(self, place: int = 0) -> Member:
        with self.runtime.reading(self.administrator) as context:
            member = context.session.get_one(Member, self.members[place])
            context.session.expunge(member)
            return member

    def entries(self, place: int = 0) -> list[tuple[str, int]]:
        with self.runtime.reading(self.administrator) as context:
            wanted = select(Entry.kind, Entry.points).where(Entry.member_id == self.members[place])
            return [(row.kind, row.points) for row in context.session.execute(wanted.order_by(Entry.id))]

    def check(self) -> None:
        """What holds of every account at any time."""
        with self.runtime.reading(self.administrator) as context:
            for member in context.session.execute(select(Member)).scalars():
                lots = select(Lot.state, func.sum(Lot.remaining)).where(Lot.member_id == member.id)
                sums = {row[0]: int(row[1]) for row in context.session.execute(lots.group_by(Lot.state))}
                assert member.balance == sums.get("open", 0)
                assert member.pending == sums.get("pending", 0)
                assert not sums.get("expired", 0)
                assert not (member.debt and member.balance)
                total = select(func.coalesce(func.sum(Entry.points), 0)).where(Entry.member_id == member.id)
                assert int(context.session.execute(total).scalar_one()) == (
                    member.balance + member.pending - member.debt
                )


@pytest.fixture
def club(worker_sites: WorkerSites, engines: Engines) -> Iterator[Club]:
    """The club, on a clock that stands on the morning of 30 Aban 1405."""
    assemble()

    def prepare(site: Site) -> Club:
        install(Workshop(site, engines, discover()), "club", SYSTEM("tests"))
        return furnished(site, engines)

    site = worker_sites.kept(PURPOSE, prepare)
    made: Club = worker_sites.prepared(PURPOSE)
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: MORNING
    yield replace(made, runtime=runtime)
    worker_sites.clean(PURPOSE)


@pytest.fixture(scope="session")
def club_wsgi(config: Any, engines: Engines) -> PeyvandWSGI:
    return PeyvandWSGI(config, engines=engines)


@pytest.fixture
def boss(club: Club, club_wsgi: PeyvandWSGI, engines: Engines) -> Browser:
    """The administrator's browser. It runs on the real clock."""
    return enter(club, club_wsgi, engines, club.administrator, "head")


def enter(club: Club, wsgi: PeyvandWSGI, engines: Engines, actor: Actor, username: str) -> Browser:
    """Let a user in, with a browser of his own."""
    wsgi.store.forget()
    browser = Browser(wsgi, club.runtime.site.hosts[0])
    with engines.owner(club.runtime.site).begin() as owner:
        let_in(owner, actor.user_id, locale="fa")
    browser.sign_in(username)
    return browser


def furnished(site: Site, engines: Engines) -> Club:
    """Make ranks, a rate of a point for each 100,000 Rials, a dearer group, and three members."""
    runtime = build_runtime(site, engines, isolate=False)
    runtime.clock = lambda: MORNING - timedelta(days=400)
    with engines.owner(site).begin() as owner:
        administrator = add_user(owner, "head", administrator=True)
    club = Club(runtime, administrator)
    for title, threshold, discount in (
        ("برنزی", 0, 0),
        ("نقره‌ای", 50 * MILLION, 5),
        ("طلایی", 200 * MILLION, 10),
    ):
        club.ranks.append(
            club.make("rank", title=title, threshold=threshold, discount=discount, multiplier=100)
        )
    club.groups.append(club.make("product_group", title="لوازم جانبی"))
    club.make("rate", title="همه", points=1, per_amount=100_000, begins="2020-01-01")
    club.make("rate", title="جانبی", points=3, per_amount=100_000, begins="2020-01-01", group=club.groups[0])
    for first, last in (("Sara", "Rad"), ("Omid", "Kia"), ("Mina", "Far")):
        person = club.run("record.create", resource="person", values={"first_name": first, "last_name": last})
        club.persons.append(person)
        club.members.append(club.run("club.join", party=person))
    return club
