"""Balances from a file: parties known by number or name, both words for the sides, errors by row, once, and undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kernel.data.engines import Engines
from kernel.resources.errors import Forbidden
from kernel.resources.importing import kept_rows, refused_rows, running, runs, undoing
from kernel.testing.users import add_user
from plugins.sales.money.models import OpenItem
from plugins.sales.tests.money.conftest import Shop
from plugins.sales.tests.money.test_pages import ACCOUNTANT, SELLER, Enter, enter  # noqa: F401 - the fixture

CODE = "0013542419"
HEADINGS = "کد ملی,ماهیت,مانده,تاریخ,سررسید,شرح"
GOOD = (
    f"{CODE},بدهکار,۱٬۵۰۰,1404/12/29,1405/02/01,دفتر ۱۲",
    "09123456789,بستانکار,700,1405/01/01,,",
    "Far,Owed to us,30,,,",
)
BAD = (
    "1,بدهکار,100,,,",
    "نیست,بدهکار,100,,,",
    f"{CODE},هیچ,100,,,",
    f"{CODE},بدهکار,-5,,,",
    f"{CODE},بدهکار,1.5,,,",
    f"{CODE},بدهکار,100,1406/01/01,,",
    f"{CODE},بدهکار,100,1405/01/01,1404/01/01,",
    f"{CODE},بدهکار,,,,",
)


@pytest.fixture
def known(shop: Shop) -> Shop:
    for party, values in ((0, {"national_code": CODE}), (1, {"mobile": "09123456789"})):
        shop.run("record.edit", resource="person", record_id=shop.parties[party], values=values)
    return shop


def bring(shop: Shop, path: Path, *rows: str, actor: Any = None) -> runs.Run:
    path.write_text("\n".join([HEADINGS, *rows]), "utf-8")
    with path.open("rb") as stream:
        number = runs.start(shop.runtime, actor or shop.administrator, "sales.account", "m.csv", stream)
    shop.run("import.map", actor, run_id=number, mapping=look(shop, number).mapping)
    shop.run("import.begin", actor, run_id=number)
    running.run_import(shop.runtime, number)
    return look(shop, number)


def look(shop: Shop, number: int) -> runs.Run:
    with shop.runtime.reading(shop.administrator) as context:
        return runs.progress(context, number)


def items(shop: Shop) -> list[tuple[Any, ...]]:
    rows = shop.all(select(OpenItem).where(OpenItem.kind == "opening").order_by(OpenItem.id))
    return [(shop.parties.index(row.party_id), row.side, row.amount, row.day.isoformat()) for row in rows]


def test_rows_become_balances_bad_ones_are_told_and_the_same_file_brings_nothing_twice(
    known: Shop, tmp_path: Path
) -> None:
    done = bring(known, tmp_path / "a.csv", *GOOD, *BAD)
    assert (done.created, done.refused, done.skipped) == (3, len(BAD), 0)
    expected = [
        (0, "debit", 1_500, "2026-03-20"),
        (1, "credit", 700, "2026-03-21"),
        (2, "debit", 30, "2026-11-21"),
    ]
    assert items(known) == expected
    with known.runtime.reading(known.administrator) as context:
        told = refused_rows(context, done.id, 100)
    assert [row.number for row in told] == list(range(5, 13))
    again = bring(known, tmp_path / "b.csv", *GOOD)
    assert (again.created, again.skipped) == (0, 3)
    assert items(known) == expected


def test_undone_it_goes_but_for_what_is_settled_meanwhile(known: Shop, tmp_path: Path) -> None:
    done = bring(known, tmp_path / "a.csv", *GOOD)
    known.receive(500)
    known.run("import.undo", run_id=done.id)
    undoing.undo_import(known.runtime, done.id)
    assert items(known) == [(0, "debit", 1_500, "2026-03-20")]
    with known.runtime.reading(known.administrator) as context:
        assert len(kept_rows(context, done.id)) == 1


def test_the_accountant_finds_the_way_on_the_list_and_sellers_do_not(
    known: Shop,
    enter: Enter,  # noqa: F811 - the fixture
    engines: Engines,
    tmp_path: Path,
) -> None:
    clerk = enter("clerk", ACCOUNTANT)
    assert "/sales/open-items/import" in clerk.get("/sales/open-items").text
    page = clerk.get("/sales/open-items/import")
    assert page.status_code == 200
    path = tmp_path / "c.csv"
    path.write_text("\n".join([HEADINGS, *GOOD]), "utf-8")
    with path.open("rb") as stream:
        sent = clerk.post("/sales/open-items/import", {"file": (stream, "c.csv")})
    assert sent.status_code == 303
    run = int(sent.headers["Location"].split("/")[4])
    columns = {f"column-{place}": name for place, name in look(known, run).mapping.items()}
    assert clerk.post(sent.headers["Location"], columns).status_code == 303
    assert "۱٬۵۰۰" in clerk.get(f"/sales/open-items/import/{run}").text, "what would happen, before it does"
    seller = enter("sara", SELLER)
    assert "/sales/open-items/import" not in seller.get("/sales/open-items").text
    assert seller.get("/sales/open-items/import").status_code == 403
    with engines.owner(known.runtime.site).begin() as owner:
        other = add_user(owner, "other", {**SELLER, ("import", "create"): "all"})
    with pytest.raises(Forbidden):
        bring(known, tmp_path / "a.csv", *GOOD, actor=other)
