"""The main job in a real browser: an invoice by keyboard, its price and totals reckoned while one types."""

from __future__ import annotations

import shutil
import threading

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import text
from werkzeug.serving import make_server

from kernel.testing.browser import PASSWORD, let_in
from kernel.testing.users import add_user
from kernel.web.wsgi import PeyvandWSGI
from plugins.sales.tests.conftest import SELLER

pytestmark = pytest.mark.browser
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * 127.0.0.1"]
"""Every name is this machine."""


@pytest.fixture
def page(shop, config, engines):
    site = shop.runtime.site
    with engines.owner(site).begin() as owner:
        let_in(owner, add_user(owner, "sara", SELLER).user_id, locale="fa")
    wsgi = PeyvandWSGI(config, engines=engines)
    server = make_server("127.0.0.1", 0, wsgi, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(base_url=f"http://{site.hosts[0]}:{server.server_port}")
        page.set_default_timeout(30_000)
        expect.set_options(timeout=20_000)
        page.goto("/sign-in")
        page.fill("[name=username]", "sara")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/")
        yield page
        browser.close()
    server.shutdown()
    thread.join()


def test_an_invoice_is_entered_by_keyboard_and_reckons_itself(shop, page):
    page.goto(f"/sales/documents/new?kind=invoice&party={shop.parties[0]}")
    page.focus("#lines-0-what")
    page.keyboard.type("lamp")
    expect(page.locator("#lines-0-what-options [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    page.fill("#lines-0-quantity", "3")
    expect(page.locator("#reckoned")).to_contain_text("سه هزار و سیصد ریال")
    expect(page.locator("#lines-0-sum")).to_contain_text("قیمت فهرست کالا")
    page.fill("#lines-0-discount_value", "10")
    expect(page.locator("#reckoned")).to_contain_text("درصد است یا ریال")
    page.select_option("[name='lines-0-discount_kind']", "percent")
    expect(page.locator("#reckoned")).to_contain_text("۲٬۹۷۰")
    page.click("button[name=then]")
    expect(page.locator("main")).to_contain_text("۱۴۰۵/۱")
    with shop.runtime.engines.owner(shop.runtime.site).connect() as owner:
        assert owner.execute(text("SELECT payable, state FROM sales.document")).one() == (2970, "issued")
