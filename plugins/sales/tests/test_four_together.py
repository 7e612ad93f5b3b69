"""Four trades on one site with live data: each is paused, resumed, removed and brought back, and the others go on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jdatetime
import pytest

from kernel.access.actor import SYSTEM
from kernel.administration.assembly import assemble
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.resources.build import build_runtime
from kernel.resources.reports import run
from kernel.resources.reports.standard import standard_reports
from kernel.testing.worker_sites import WorkerSites
from plugins.club.views import outstanding
from plugins.sales.tests.conftest import NOW, Shop, furnished

PURPOSE = "four trades"
TRADES = ("sales", "club", "projects", "tasks")
BY = SYSTEM("tests")


class House:
    """The shop with whatever runs at the moment."""

    def __init__(self, shop: Shop, workshop: Workshop) -> None:
        self.shop, self.workshop = shop, workshop
        self.again()

    def again(self) -> None:
        """Run with the plugins as they are switched now."""
        runtime = build_runtime(self.workshop.site, self.workshop.engines, isolate=False)
        runtime.clock = lambda: NOW
        self.shop = replace(self.shop, runtime=runtime)

    @property
    def runs(self) -> frozenset[str]:
        return frozenset(self.shop.runtime.plugins)

    def told(self, invoice: int) -> None:
        """Tell of an invoice those who run, as a worker does."""
        for plugin in ("club", "projects"):
            if plugin in self.runs:
                with self.shop.runtime.system_work("test", "test") as context:
                    self.shop.runtime.hooks.deliver(plugin, "invoice_issued", ctx=context, invoice_id=invoice)

    def count(self, table: str) -> int:
        return int(self.shop.rows(f"SELECT count(*) FROM {table}")[0][0])

    def work(self) -> None:
        """A day in the house: what runs does its main job, and what does not is not missed."""
        shop, runs = self.shop, self.runs
        party = shop.parties[0]
        if "club" in runs and not shop.rows("SELECT 1 FROM club.member"):
            shop.new("club.rate", title="همه", points=1, per_amount=100, begins="2020-01-01")
            shop.run("club.join", party=party)
        if "tasks" in runs:
            shop.new("tasks.task", title="تماس", party=party)
        if "projects" in runs:
            project = shop.new("projects.project", title="نصب", employer=party)
            shop.new("projects.task", title="کابل‌کشی", project=project, value=2, percent=50)
        if "sales" in runs:
            quote = shop.issued([shop.line("lamp", 3), shop.line("fitting")], kind="quote")
            invoice = shop.run("sales.issue", document=shop.run("sales.convert", document=quote))
            shop.run("sales.receive", party=party, amount=2_000, method="cash")
            self.told(invoice)
        shop.run("record.edit", resource="person", record_id=party, values={"first_name": "Sara"})


@pytest.fixture
def house(worker_sites: WorkerSites, engines: Any) -> Iterator[House]:
    assemble()

    def prepare(site: Any) -> Shop:
        for name in TRADES:
            install(Workshop(site, engines, discover()), name, BY)
        return furnished(site, engines)

    site = worker_sites.kept(PURPOSE, prepare)
    yield House(worker_sites.prepared(PURPOSE), Workshop(site, engines, discover()))
    worker_sites.clean(PURPOSE)


ROWS = {
    "sales": (
        "sales.document",
        "sales.document_line",
        "sales.open_item",
        "sales.payment",
        "sales.allocation",
    ),
    "club": ("club.member", "club.purchase", "club.entry", "club.lot", "club.move"),
    "projects": ("projects.project", "projects.task"),
    "tasks": ("tasks.task",),
}
"""Tables of which rows are counted."""


@pytest.mark.parametrize(
    "plugin",
    ["sales", "club", *(pytest.param(name, marks=pytest.mark.long) for name in ("projects", "tasks"))],
)
def test_each_rests_goes_and_comes_back_and_the_others_go_on(house: House, plugin: str) -> None:
    house.work()
    assert house.runs == set(TRADES)
    pause(house.workshop, plugin, BY)
    house.again()
    assert house.runs == set(TRADES) - {plugin}
    held = {table: house.count(table) for table in ROWS[plugin]}
    assert all(held.values()), held
    house.work()
    assert {table: house.count(table) for table in held} == held, "what rests is not touched"
    resume(house.workshop, plugin, BY)
    house.again()
    house.work()
    held = {table: house.count(table) for table in ROWS[plugin]}
    gone = uninstall(house.workshop, plugin, BY)
    house.again()
    house.work()
    restore(house.workshop, gone.archive.name, BY)
    house.again()
    assert {table: house.count(table) for table in held} == held
    house.work()
    check(house)


def test_an_order_goes_its_way_by_the_workflow_that_ships(house: House) -> None:
    shop = house.shop
    order = shop.issued([shop.line("lamp")], kind="order")
    shop.run("tasks.take_over")
    ((workflow,),) = shop.rows("SELECT id FROM tasks.workflow WHERE title = 'تحویل سفارش به مشتری'")
    shop.run("tasks.start_workflow", workflow=workflow, resource="sales.order", record_id=order)
    ((title, about),) = shop.rows("SELECT title, about_id FROM tasks.task")
    assert (title, about) == ("آماده‌سازی سفارش", order)


def figures(shop: Shop, name: str) -> list[tuple[Any, ...]]:
    """Run a standard report over all days; gives the keys and figures of its lines, innermost groups only."""
    with shop.runtime.reading(shop.administrator) as context:
        (found,) = (each.report for each in standard_reports(context) if each.name == name)
        resource = shop.runtime.resource(found.resource)
        result = run(context, resource, replace(found.definition(resource), dated="", period=""))
        depth = len(found.groups)
        return sorted((*line.key, *line.figures) for line in result.lines if line.depth == depth)


def test_what_is_late_and_owed_stands_in_the_reports(house: House) -> None:
    """Against sums by hand, days after everything was entered, once the jobs of the night have run."""
    shop, dice, today = house.shop, random.Random(5), NOW.date()
    me, project = (
        shop.administrator.user_id,
        shop.new("projects.project", title="نصب", employer=shop.parties[0]),
    )
    tasks, steps = [], []
    for place in range(14):
        due = today + timedelta(days=dice.randrange(-15, 15))
        done = dice.choice([0, 0, 40, 100])
        tasks.append((due, done))
        shop.new("tasks.task", title=f"کار {place}", due=due.isoformat(), percent=done)
        made = shop.new(
            "projects.task", title=f"گام {place}", project=project, due_on=due.isoformat(), assignee=me
        )
        state = dice.choice(["open", "open", "done", "cancelled"])
        if state == "done":
            shop.run("projects.set_percent", task=made, percent=100)
        elif state == "cancelled":
            ((copy,),) = shop.rows("SELECT cartable_id FROM projects.task WHERE id = :id", id=made)
            shop.run("tasks.cancel", task=copy, reason="x")
        steps.append((due, state))
    shop.new("club.rate", title="همه", points=1, per_amount=1_000, begins="2020-01-01")
    member = shop.run("club.join", party=shop.parties[0])
    for day in range(0, 100, 9):
        later = NOW + timedelta(days=day)
        shop.runtime.clock = lambda at=later: at
        shop.run(
            "club.enter_purchase",
            member=member,
            day=later.date().isoformat(),
            amount=dice.randint(1, 9) * 10_000,
        )
        shop.run("club.settle")
    now = later.date()
    shop.run("projects.count_delays")
    late = [due for due, done in tasks if done < 100 and due < now]
    late += [due for due, state in steps if state == "open" and due < now]
    overdue = figures(shop, "tasks.overdue")
    assert {row[0] for row in overdue} == {me}
    assert (sum(row[2] for row in overdue), min(row[3] for row in overdue)) == (len(late), min(late))
    ends = [(now if state == "open" else today) - due for due, state in steps if state != "cancelled"]
    days = [each.days for each in ends if each.days > 0]
    assert figures(shop, "projects.delays") == [(me, None, len(days), sum(days), max(days))]
    lots = shop.rows("SELECT expires_on, state, remaining FROM club.lot WHERE remaining > 0")
    owed: dict[tuple[int, int], list[int]] = {}
    for expires, state, points in lots:
        jalali = jdatetime.date.fromgregorian(date=expires)
        cell = owed.setdefault((jalali.year, jalali.month), [0, 0])
        cell[state == "pending"] += points
    with shop.runtime.reading(shop.administrator) as context:
        told = [
            (jdatetime.date.fromgregorian(date=month.first), month.open, month.pending)
            for month in outstanding.months(context)
            if month.first is not None
        ]
    assert [((day.year, day.month), [held, waits]) for day, held, waits in told] == sorted(owed.items())
    held = shop.rows("SELECT balance, pending FROM club.member WHERE id = :id", id=member)[0]
    assert held.balance + held.pending == sum(points for _day, _state, points in lots)
    assert held.balance
    assert held.pending


def check(house: House) -> None:
    """What holds whatever came and went: money and points add up, numbers have no gap."""
    rows = house.shop.rows
    serials = [row[0] for row in rows("SELECT serial FROM sales.document WHERE kind = 'invoice' ORDER BY 1")]
    assert serials == list(range(1, len(serials) + 1))
    assert not rows(
        "SELECT i.id FROM sales.open_item i LEFT JOIN sales.allocation a"
        " ON i.id IN (a.debit_id, a.credit_id) AND a.undone_on IS NULL"
        " GROUP BY i.id, i.settled HAVING i.settled <> coalesce(sum(a.amount), 0)"
    )
    assert not rows(
        "SELECT m.id FROM club.member m WHERE m.balance + m.pending - m.debt"
        " <> (SELECT coalesce(sum(e.points), 0) FROM club.entry e WHERE e.member_id = m.id)"
    )
    assert not rows("SELECT invoice_id FROM club.purchase GROUP BY 1 HAVING count(*) > 1")
