"""An invoice opens its project, once, with a task for each service; a cancelled one is followed by the rule of the site.

What `sales` says of invoices is given by the tests, as its interface promises it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import select

from kernel.testing.authors import install_plugin
from plugins.projects.models import Project, ServiceExpert, Task
from plugins.projects.suggestions import PATTERNS
from plugins.projects.tests.conftest import Office
from plugins.sales import api
from plugins.sales.api import IssuedInvoice, ItemFacts, SoldLine

PURPOSE = "projects beside sales"


def both(engines, site):
    for name in ("sales", "projects"):
        install_plugin(engines, name, site)


@pytest.fixture
def plugin_site(worker_sites, engines):
    yield worker_sites.kept(PURPOSE, partial(both, engines))
    worker_sites.clean(PURPOSE)


class Shop:
    """What sales would tell: one invoice, and the services of the catalogue."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office = office
        self.cancelled, self.kind = False, "sale"
        self.wishes = {"projects.open_for_invoices": "services", "projects.on_cancelled": "close"}
        self.party = office.run("record.create", resource="person", values={"last_name": "کارون"})
        self.lines = (
            self.line(11, 1, "نصب", "1"),
            self.line(12, 2, "آموزش", "2.5"),
            self.line(13, 3, "کابل", "100", "goods"),
        )
        monkeypatch.setattr(api, "invoice", lambda source, number: self.facts(number))
        monkeypatch.setattr(api, "items", lambda source, ids=None: self.items())

    def line(self, number: int, item: int, title: str, quantity: str, kind: str = "service") -> SoldLine:
        return SoldLine(number, item, (), title, Decimal(quantity), 1000, 0, kind, None)

    def facts(self, number: int) -> IssuedInvoice:
        day = date(2026, 11, 21)
        lines, amounts = self.lines, (3000, 0, 3300)
        return IssuedInvoice(
            number, f"1405/{number}", self.kind, self.party, None, day, lines, *amounts, None, self.cancelled
        )

    def items(self) -> list[ItemFacts]:
        named = ((1, "نصب", None), (2, "آموزش", self.office.head.user_id))
        return [
            ItemFacts(item, str(item), title, "service", (), None, who, True) for item, title, who in named
        ]

    def open(self, number: int = 7) -> int | None:
        return self.office.run("projects.open_for_invoice", invoice=number)

    def cancel(self, number: int = 7) -> int | None:
        return self.office.run("projects.follow_cancelled_invoice", invoice=number)


@pytest.fixture
def shop(office: Office, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(office, monkeypatch)
    found = office.runtime.setting
    monkeypatch.setattr(office.runtime, "setting", lambda key: made.wishes.get(key) or found(key))
    return made


def tasks(office: Office, project: int) -> list[Task]:
    wanted = select(Task).where(Task.project_id == project).order_by(Task.id)
    return office.look(lambda context: list(context.session.execute(wanted).scalars()))


def test_the_suggested_manager_keeps_the_table_of_experts(office: Office, make_actor) -> None:
    suggested = PATTERNS[0].grants.items()
    manager = make_actor(
        "manager", {key: scope for key, scope in suggested if key[0].startswith("projects.")}
    )
    for value in ("4", "5"):
        office.run("projects.set_service_expert", manager, item=1, expert=manager.user_id, value=value)
    row = office.look(lambda context: context.session.execute(select(ServiceExpert)).scalar_one())
    assert (row.item_id, row.expert_id, row.value) == (1, manager.user_id, 5)


def test_it_opens_one_project_with_a_task_for_each_service(office: Office, shop: Shop, make_actor) -> None:
    sara = make_actor("sara", {})
    office.run("projects.set_service_expert", item=1, expert=sara.user_id, value="4", days="10")
    number = shop.open()
    assert number is not None
    project = office.row(Project, number)
    assert (project.employer_id, project.invoice_number, project.contract_amount) == (
        shop.party,
        "1405/7",
        3300,
    )
    assert project.title == "کارون، فاکتور 1405/7"
    assert project.expert_id == sara.user_id
    made = tasks(office, number)
    assert [(task.title, task.assignee_id, task.value) for task in made] == [
        ("نصب", sara.user_id, 4),
        ("آموزش × ۲.۵", office.head.user_id, 1),
    ]
    assert made[0].due_on == date(2026, 12, 1)
    office.run("projects.set_percent", task=made[0].id, percent=50)
    assert office.row(Project, number).progress == 40
    assert shop.open() == number  # told twice
    assert len(tasks(office, number)) == 2


def test_what_opens_none(office: Office, shop: Shop) -> None:
    shop.kind = "purchase"
    assert shop.open() is None
    shop.kind, shop.cancelled = "sale", True
    assert shop.open() is None
    shop.cancelled = False
    shop.lines = shop.lines[2:]
    assert shop.open() is None
    shop.wishes["projects.open_for_invoices"] = "all"
    assert tasks(office, shop.open() or 0) == []
    shop.wishes["projects.open_for_invoices"] = "never"
    assert shop.open(8) is None
    assert shop.cancel(8) is None


def test_a_cancelled_invoice_stops_what_nobody_has_begun(office: Office, shop: Shop) -> None:
    number = shop.open() or 0
    assert shop.cancel() == number
    project = office.row(Project, number)
    assert (project.stage, project.invoice_cancelled_on is not None) == ("cancelled", True)
    assert {task.state for task in tasks(office, number)} == {"cancelled"}
    office.edit("task", tasks(office, number)[0].id, state="open")
    assert shop.cancel() == number  # told twice: what somebody opened again stays
    assert tasks(office, number)[0].state == "open"


def test_what_has_begun_stays_for_people_to_decide(office: Office, shop: Shop) -> None:
    number = shop.open() or 0
    first, second = tasks(office, number)
    office.run("projects.set_percent", task=first.id, percent=30)
    by_hand = office.task(number, 1)
    shop.cancel()
    assert office.row(Project, number).stage == "not_begun"
    assert [office.row(Task, one).state for one in (first.id, second.id, by_hand)] == [
        "open",
        "cancelled",
        "open",
    ]


def test_the_site_may_wish_only_to_be_told(office: Office, shop: Shop) -> None:
    shop.wishes["projects.on_cancelled"] = "tell"
    number = shop.open() or 0
    shop.cancel()
    assert office.row(Project, number).invoice_cancelled_on is not None
    assert {task.state for task in tasks(office, number)} == {"open"}


def test_the_table_of_services_and_experts(office: Office, shop: Shop, browse) -> None:
    boss = browse("boss", administrator=True)
    page = boss.get("/projects/services").text
    assert "نصب" in page
    assert boss.post("/projects/services/1", {"expert": "", "value": "۵", "days": "3"}).status_code == 303
    assert 'value="۵"' in boss.get("/projects/services").text
    wrong = boss.post("/projects/services/1", {"value": "-1"})
    assert wrong.status_code == 422
    assert boss.post("/projects/services/99", {"value": "1"}).status_code == 404
    nobody = browse("sara", {("projects.project", "view"): "all"})
    assert nobody.get("/projects/services").status_code == 403
