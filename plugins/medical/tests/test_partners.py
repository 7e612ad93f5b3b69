"""The clinic beside sales and the customers' club: what a paid visit leaves there, and what a member sees and earns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.errors import NotFound, Refused
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.plugin import PATTERNS
from plugins.medical.selfservice import link_code
from plugins.medical.tests.conftest import MORNING, Clinic, furnished

GRANTS = {each.name: each.grants for each in PATTERNS}
WITH_PARTNERS = "clinic with partners"


@pytest.fixture
def clinic_with_partners(worker_sites: WorkerSites, engines: Engines) -> Iterator[Clinic]:
    """A clinic that also has sales and the club."""
    assemble()

    def prepare(site: Site) -> Clinic:
        workshop = Workshop(site, engines, discover())
        for name in ("sales", "club", "medical"):
            install(workshop, name, SYSTEM("tests"))
        return furnished(site, engines)

    site = worker_sites.kept(WITH_PARTNERS, prepare)
    clinic: Clinic = worker_sites.prepared(WITH_PARTNERS)
    clinic.runtime = build_runtime(site, engines, isolate=False)
    clinic.runtime.clock = lambda: MORNING
    yield clinic
    worker_sites.clean(WITH_PARTNERS)


def test_a_visit_is_invoiced_once_and_the_invoice_goes_with_it(
    clinic_with_partners: Clinic, engines: Engines, config: Config
) -> None:
    clinic, site = clinic_with_partners, clinic_with_partners.runtime.site
    number = clinic.book("1405/08/30 09:00")
    clinic.run("medical.charge", appointment=number, price="1000000", insurer_part="700000")
    with engines.owner(site).begin() as owner:
        desk = add_user(owner, "desk", GRANTS["receptionist"])
        let_in(owner, desk.user_id)
    browser = Browser(PeyvandWSGI(config, engines=engines), site.hosts[0])
    browser.sign_in("desk")
    writing, receiving = f"/medical/visits/{number}/bill", r'href="(/sales/money/receipts/new[^"]+)"'
    assert writing in browser.get(f"/medical/visits/{number}").text
    invoice = clinic.run("medical.bill", desk, appointment=number)
    assert clinic.run("medical.bill", desk, appointment=number) == invoice
    found = "SELECT state, payable, party_id FROM sales.document WHERE id = :id"
    with engines.owner(site).connect() as owner:
        row = owner.execute(text(found), {"id": invoice}).one()
        assert tuple(row) == ("issued", 300_000, clinic.persons[0])
    clinic.run("medical.charge", appointment=number, price="1000000", insurer_part="700000")
    with pytest.raises(Refused, match="invoice"):
        clinic.run("medical.charge", desk, appointment=number, price="2000000")
    cash = {"party": clinic.persons[0], "amount": 300_000, "method": "cash", "invoice": invoice}
    page = browser.get(f"/medical/visits/{number}").text
    (way,) = re.findall(receiving, page)
    assert writing not in page
    assert browser.get(way).status_code == 200
    clinic.run("sales.receive", desk, **cash)
    assert not re.findall(receiving, browser.get(f"/medical/visits/{number}").text)
    clinic.run("medical.cancel", desk, appointment=number, by="patient")
    with engines.owner(site).connect() as owner:
        assert owner.execute(text(found), {"id": invoice}).one().state == "cancelled"
    with pytest.raises(NotFound):
        clinic.run("medical.bill", desk, appointment=number + 1000)


def test_a_member_earns_by_a_visit_once_and_sees_the_points_on_the_page_of_the_link(
    clinic_with_partners: Clinic, engines: Engines, config: Config
) -> None:
    clinic, site = clinic_with_partners, clinic_with_partners.runtime.site
    member, nobody = clinic.persons[:2]
    clinic.run("settings.save", group="medical", values={"visit_points": "1250"})
    clinic.runtime = build_runtime(site, engines, isolate=False)
    clinic.runtime.clock = lambda: MORNING
    clinic.run("club.join", party=member)
    visits = [clinic.book("1405/08/30 09:00"), clinic.book("1405/08/30 10:00", patient=1)]
    for number in visits:
        for state in ("arrived", "done"):
            clinic.run("medical.set_state", appointment=number, state=state)
        clinic.run("medical.step_back", appointment=number)
        clinic.run("medical.set_state", appointment=number, state="done")
    with clinic.runtime.system_work("links", "test.links") as context:
        codes = [link_code(context, each) for each in (member, nobody)]
    browser = Browser(PeyvandWSGI(config, engines=engines), site.hosts[0])
    pages = [browser.get(f"/medical/turn/{code}").text for code in codes]
    assert "۱۲۵۰ امتیاز" in pages[0]
    assert "باشگاه" not in pages[1]
