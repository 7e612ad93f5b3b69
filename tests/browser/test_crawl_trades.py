"""The first pages of each trade's people in the full demonstration, walked as those of the clinic are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from kernel.administration.demo import make_demo
from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.crawling import Crawl
from tests.browser.front_desk import served

pytestmark = [pytest.mark.browser, pytest.mark.long]
PEOPLE = (
    *("reception", "doctor", "agent", "agency", "teacher", "enrolment", "education"),
    *("zamanat", "kashan", "seller", "club", "projects", "sales"),
)
MOST = 60
"""Pages of one user: more than his menu has, so that records and forms of his trade are among them."""


@dataclass
class House:
    """The demonstration with every plugin: its address, and the password of each user."""

    address: str
    passwords: Mapping[str, str]


@pytest.fixture(scope="module")
def house(worker_sites: WorkerSites, engines: Engines) -> Iterator[House]:
    with served(worker_sites, engines, edition="full") as made:
        sign_ins = make_demo(made.runtime, 80, lambda _what, _done, _total: None)
        yield House(made.address, {each.username: each.password for each in sign_ins})


@pytest.fixture(scope="module")
def address(house: House) -> str:
    return house.address


@pytest.mark.parametrize("username", PEOPLE)
def test_pages_of_a_trade(open_page: Callable[..., Page], house: House, username: str) -> None:
    page = open_page("/sign-in")
    page.locator("#username").fill(username)
    page.locator("#password").fill(house.passwords[username])
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    walk = Crawl(page, house.address, most=MOST)
    walk.run()
    assert walk.faults == []
    assert len(walk.visited) > 20
