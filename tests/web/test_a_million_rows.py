"""Reports and exports over 1,000,000 real rows: told, or narrowed in words; never more memory than a few rows need."""

from __future__ import annotations

import re
import resource
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.fa.digits import to_ascii_digits
from kernel.testing.browser import Browser, let_in
from kernel.testing.users import add_user
from kernel.testing.worker_sites import WorkerSites
from kernel.web.wsgi import PeyvandWSGI

pytestmark = pytest.mark.long

MANY = 1_000_000
MEGABYTES = 120
"""What a process may grow by while it answers one of these."""
INDEXES = (
    "SELECT indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'kernel' AND tablename = 'party' AND indexname LIKE '%trigram'"
)
ROWS = """
INSERT INTO kernel.party
    (kind, first_name, last_name, display_name, sort_key, search_key, search_private, owner_id, birth_date, created_at)
SELECT 'person', 'سارا', 'شمارهٔ ' || n, 'سارا شمارهٔ ' || n, lpad(n::text, 8, '0'), 'سارا ' || n, '', :owner,
       date '1950-01-01' + mod(n, 25000), timestamptz '2020-03-20 12:00+00' + n * interval '3 minutes'
FROM generate_series(1, :many) n
"""


@pytest.fixture(scope="module")
def crowd(worker_sites: WorkerSites, engines: Engines) -> Iterator[Site]:
    """A site with a million persons."""
    site = worker_sites.fresh()
    with engines.owner(site).begin() as owner:
        head = add_user(owner, "head", administrator=True)
        let_in(owner, head.user_id)
        _fill(owner, head.user_id)
    _analyse(engines.owner(site))
    yield site
    worker_sites.drop(site)


def _fill(owner: Connection, user_id: int) -> None:
    """Put the rows in; the indexes of search are built afterwards, as a restore does."""
    kept = owner.execute(text(INDEXES)).all()
    for name, _definition in kept:
        owner.execute(text(f'DROP INDEX kernel."{name}"'))
    owner.execute(text(ROWS), {"owner": user_id, "many": MANY})
    for _name, definition in kept:
        owner.execute(text(definition))


def _analyse(owner: Engine) -> None:
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE kernel.party"))


@pytest.fixture
def head(crowd: Site, wsgi: PeyvandWSGI) -> Browser:
    wsgi.store.forget()
    browser = Browser(wsgi, crowd.hosts[0])
    browser.sign_in("head")
    browser.get("/persons/report?group=kind&figure=count:")  # what a process needs once
    return browser


@pytest.fixture
def grown() -> Callable[[], float]:
    """Give by how many MB the process has grown at its largest, since the test began."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return lambda: (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def numbers(page: str) -> list[int]:
    return [
        int(each.replace(",", ""))
        for each in re.findall(r"\d[\d,]*", to_ascii_digits(page).replace("٬", ","))
    ]


def test_a_report_over_all_of_them_tells_the_whole(head: Browser, grown: Callable[[], float]) -> None:
    page = head.get("/persons/report?group=created_at:month&figure=count:")
    assert page.status_code == 200
    assert MANY in numbers(page.text)
    assert grown() < MEGABYTES


@pytest.mark.parametrize(
    ("groups", "advice"),
    [
        ("group=birth_date:day", "گروه‌های بلندتر"),
        ("group=created_at:day&group=birth_date:month", "آن را محدود کنید"),
    ],
)
def test_one_with_too_many_groups_says_what_to_narrow(
    head: Browser, grown: Callable[[], float], groups: str, advice: str
) -> None:
    page = head.get(f"/persons/report?{groups}&figure=count:")
    assert page.status_code == 422
    assert advice in page.text
    assert grown() < MEGABYTES


def test_its_file_holds_the_groups(head: Browser, grown: Callable[[], float]) -> None:
    file = head.get("/persons/report/file?group=created_at:day&figure=count:&format=csv")
    assert file.status_code == 200
    assert len(file.text.splitlines()) > 2_000
    assert grown() < MEGABYTES
