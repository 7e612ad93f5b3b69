"""The patients' files: who sees documents and illnesses, who is taught, and what a paid visit leaves in sales."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.administration.assembly import assemble
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.errors import Forbidden, NotFound, Refused
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.plugin import PATTERNS
from plugins.medical.resources import DOCUMENT, PATIENT
from plugins.medical.resources.patients import illness_actions
from plugins.medical.tests.conftest import MORNING, Clinic, furnished
from plugins.medical.tests.test_board import Enter, enter

__all__ = ["enter"]
GRANTS = {each.name: each.grants for each in PATTERNS}


def document(clinic: Clinic, patient: int = 0, **more: object) -> int:
    values = {"patient": clinic.persons[patient], "title": "آزمایش خون", "body": "قند ۱۱۸", **more}
    return clinic.run("record.create", resource=DOCUMENT.name, values=values)


def test_the_desk_sees_neither_documents_nor_illness(clinic: Clinic, enter: Enter) -> None:
    number = document(clinic)
    reception, doctor = enter("desk", GRANTS["receptionist"]), enter("doc", GRANTS["doctor"])
    assert reception.get(f"/medical/documents/{number}").status_code in (403, 404)
    assert "آزمایش خون" not in reception.get(f"/persons/{clinic.persons[0]}").text
    assert "قند" in doctor.get(f"/medical/documents/{number}").text
    assert "آزمایش خون" in doctor.get(f"/persons/{clinic.persons[0]}").text
    assert PATIENT.permission == "medical.patient"


def test_patients_of_an_illness_are_taught_with_consent(clinic: Clinic, engines: Engines) -> None:
    owner = engines.owner(clinic.runtime.site)
    wide = clinic.run("record.create", resource="medical.illness", values={"title": "Wide"})
    narrow = clinic.run(
        "record.create", resource="medical.illness", values={"title": "Narrow", "parent": wide}
    )
    clinic.run(
        "record.edit",
        resource="medical.illness",
        record_id=wide,
        values={},
        parts={"lessons": [{"title": "L", "body": "Walk every day."}]},
    )
    for place in (0, 1):
        clinic.run(
            "record.edit",
            resource="person",
            record_id=clinic.persons[place],
            values={"mobile": f"0912111000{place}"},
            facets={"medical": {"illness": narrow}} if place else None,
        )
    document(clinic, 0, illness=narrow)
    clinic.run(
        "record.edit",
        resource="person",
        record_id=clinic.persons[0],
        values={},
        parts={"consents": [{"covers_health": "1", "how": "form"}]},
    )
    with owner.begin() as connection:
        lesson = connection.execute(text("SELECT id FROM medical.lesson")).scalar_one()
        desk = add_user(connection, "desk", GRANTS["receptionist"])
        doctor = add_user(connection, "doc", GRANTS["doctor"])
    with pytest.raises(Forbidden):
        clinic.run("medical.teach", desk, illness=wide, lesson=lesson)
    told = {"sent": 1, "unwilling": 1, "left_out": 0}
    assert clinic.run("medical.teach", doctor, illness=wide, lesson=lesson) == told
    assert clinic.run("medical.teach", doctor, illness=narrow, lesson=lesson)["sent"] == 0
    with clinic.runtime.reading(doctor) as context:
        ways = [each.url for each in illness_actions(context, wide)]
    assert ways[0] == f"/persons?f.medical.illness.any={wide}&f.medical.illness.any={narrow}"


def test_a_visit_is_invoiced_once_and_the_invoice_goes_with_it(
    worker_sites: WorkerSites, engines: Engines, config: Config
) -> None:
    assemble()

    def prepare(site: object) -> Clinic:
        workshop = Workshop(site, engines, discover())  # type: ignore[arg-type]
        for name in ("sales", "medical"):
            install(workshop, name, SYSTEM("tests"))
        return furnished(site, engines)  # type: ignore[arg-type]

    site = worker_sites.kept("clinic with sales", prepare)
    clinic: Clinic = worker_sites.prepared("clinic with sales")
    clinic.runtime = build_runtime(site, engines, isolate=False)
    clinic.runtime.clock = lambda: MORNING
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
    worker_sites.clean("clinic with sales")
