"""Every page and dialog that can be reached by links, looked at in a real browser: faults, policy, accessibility, width.

The gate walks the first pages of a receptionist, and some of one who reads English, from left to right; the long round all
pages, those of an administrator, and all of them in English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from kernel.access.models import UserAccount
from kernel.data.engines import Engines
from kernel.testing.worker_sites import WorkerSites
from tests.browser.crawling import RAW, RAW_IN_ENGLISH, Crawl
from tests.browser.front_desk import PASSWORD, FrontDesk, served

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def desk(worker_sites: WorkerSites, engines: Engines) -> Iterator[FrontDesk]:
    with served(worker_sites, engines) as made:
        made.create("organisation", name="فرش راد", phone="02122001122", website="https://example.com")
        service = made.create("medical.service", title="ویزیت", minutes="15")
        day = made.workday().isoformat()
        doctor = made.doctor("دکتر نیک")
        # The newest person is the one that is visited: a patient, from whom ways lead to all that patients have.
        person = made.create(
            "person",
            {"addresses": [{"province": 8, "street": "خیابان یکم"}]},
            first_name="مینا",
            last_name="راد",
            mobile="09121234567",
            email="mina@example.com",
        )
        made.run(
            "medical.book", doctor=doctor, patient=person, service=service, starts_at=f"{day} 9:00", note=""
        )
        yield made


@pytest.fixture(scope="module")
def address(desk: FrontDesk) -> str:
    return desk.address


def crawl(open_page: OpenPage, desk: FrontDesk, username: str, most: int, *, english: bool = False) -> Crawl:
    if english:
        with desk.engines.owner(desk.site).begin() as owner:
            reader = UserAccount.username == username
            owner.execute(update(UserAccount).where(reader).values(locale="en"))
    page = open_page("/sign-in")
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    walk = Crawl(page, desk.address, most=most, raw=RAW_IN_ENGLISH if english else RAW)
    walk.run()
    return walk


def test_the_first_pages_of_a_receptionist(open_page: OpenPage, desk: FrontDesk) -> None:
    walk = crawl(open_page, desk, desk.receptionist(), 10)
    assert walk.faults == []
    assert len(walk.visited) == 10


def test_some_pages_from_left_to_right(open_page: OpenPage, desk: FrontDesk) -> None:
    walk = crawl(open_page, desk, desk.receptionist(), 3, english=True)
    assert walk.page.locator("html").get_attribute("dir") == "ltr"
    assert walk.faults == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("administrator", "english"),
    [(False, False), (True, False), (True, True)],
    ids=["clerk", "head", "english"],
)
def test_all_pages_and_dialogs(
    open_page: OpenPage, desk: FrontDesk, administrator: bool, english: bool
) -> None:
    username = desk.user("all", administrator=True) if administrator else desk.receptionist()
    walk = crawl(open_page, desk, username, 10_000, english=english)
    assert walk.faults == []
    assert len(walk.visited) > 60
    assert len(walk.dialogs) > 9, walk.dialogs
