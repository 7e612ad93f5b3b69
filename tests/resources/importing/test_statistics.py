"""An import tells the planner how far the tables have grown; nobody else can make the database do so."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.resources.importing.conftest import workbook

REFRESH = text("SELECT kernel.refresh_statistics(ARRAY['bazaar.client', 'kernel.import_row'])")
KNOWN = text("SELECT reltuples FROM pg_class WHERE oid = 'bazaar.client'::regclass")


def known_rows(engines, site):
    with engines.owner(site).connect() as owner:
        return owner.execute(KNOWN).scalar_one()


@pytest.fixture(autouse=True)
def empty_tables(engines, bazaar_site):
    """Give back the space that earlier tests' rows took, and let the planner know."""
    with engines.owner(bazaar_site).begin() as owner:
        owner.execute(text("TRUNCATE bazaar.client, bazaar.health, bazaar.purchase"))
        owner.execute(text("ANALYZE bazaar.client"))


def test_tables_that_an_import_fills_are_known_to_the_planner(importer, engines, bazaar_site):
    assert known_rows(engines, bazaar_site) == 0
    importer.bring(workbook(("نام",), *((f"شخص {n}",) for n in range(300))))
    assert known_rows(engines, bazaar_site) == 300


def test_only_the_system_may_ask_for_it(runtime, engines, bazaar_site, add):
    add(*({"name": f"n{n}"} for n in range(300)))
    with engines.app(bazaar_site).begin() as nobody:
        assert nobody.execute(REFRESH).scalar_one() == 0
    with runtime.system_work("statistics", "test") as context:
        assert context.session.execute(REFRESH).scalar_one() >= 1
        assert context.session.execute(REFRESH).scalar_one() == 0
