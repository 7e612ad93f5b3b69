"""The main job with sales in a real browser: an invoice by keyboard, its price and totals reckoned while one types."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from plugins.sales.tests.conftest import SELLER
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines, "sales") as made:
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def test_an_invoice_is_entered_by_keyboard_and_reckons_itself(
    desk: FrontDesk, open_page: Callable[..., Page]
) -> None:
    party = desk.create("person", last_name="راد")
    goods = {"kind": "goods", "tax_class": "standard"}
    shade = desk.create("sales.item", title="The shade", code="shade", sale_price="500", **goods)
    offered = {"suggestions": [{"offered": str(shade), "kind": "side"}]}
    lamp = desk.create("sales.item", title="The lamp", code="lamp", sale_price="1000", parts=offered, **goods)
    page = open_page("/", width=1440, height=844)
    page.locator("#username").fill(desk.user("sara", SELLER))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url("**/")
    page.goto(f"{desk.address}/sales/documents/new?kind=invoice&party={party}")
    page.focus("#lines-0-what")
    page.keyboard.type("lamp")
    expect(page.locator("#lines-0-what-options [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    page.fill("#lines-0-quantity", "3")
    expect(page.locator("#reckoned")).to_contain_text("سه هزار و سیصد ریال")
    expect(page.locator("#lines-0-sum")).to_contain_text("قیمت فهرست کالا")
    page.locator(".sales-offered button").click()
    expect(page.locator("[name='lines-2-beside']")).to_have_value(str(lamp))
    expect(page.locator("#reckoned")).to_contain_text("سه هزار و هشتصد و پنجاه ریال")
    page.fill("#lines-0-discount_value", "10")
    expect(page.locator("#reckoned")).to_contain_text("درصد است یا ریال")
    page.select_option("[name='lines-0-discount_kind']", "percent")
    expect(page.locator("#reckoned")).to_contain_text("۳٬۵۲۰")
    page.click("button[name=then]")
    expect(page.locator("main")).to_contain_text("/۱")
    with desk.engines.owner(desk.site).connect() as owner:
        assert owner.execute(text("SELECT payable, state FROM sales.document")).one() == (3520, "issued")
