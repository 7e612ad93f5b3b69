"""Wrong tries at open pages: counted over all processes, within a window, of an IPv6 house as one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest

from kernel.access import tries
from kernel.access.serving import system_session
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.clock import Clock


@dataclass
class Served:
    site: Site
    engines: Engines
    clock: Clock


@pytest.fixture
def served(site: Site, engines: Engines, clock: Clock) -> Served:
    return Served(site, engines, clock)


def count(served: Served, whence: str = "192.0.2.7", page: str = "check") -> int:
    with system_session(served, "test") as session:
        return tries.count_of(session, page, whence, served.clock())


def test_tries_of_several_connections_at_once_are_all_counted(served: Served) -> None:
    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(lambda _n: tries.enter(served, "check", "192.0.2.7"), range(20)))
    assert sorted(found) == list(range(1, 21))
    assert count(served) == 20
    assert (count(served, "192.0.2.8"), count(served, page="answer")) == (0, 0)


def test_a_window_ends_and_so_does_one_of_the_future(served: Served) -> None:
    assert [tries.enter(served, "check", "192.0.2.7") for _n in range(2)] == [1, 2]
    served.clock.advance(seconds=59)
    assert count(served) == 2
    served.clock.advance(seconds=1)
    assert count(served) == 0
    assert tries.enter(served, "check", "192.0.2.7") == 1
    served.clock.advance(days=-1)
    assert count(served) == 0
    assert tries.enter(served, "check", "192.0.2.7") == 1


def test_counts_of_long_ago_are_forgotten(served: Served) -> None:
    tries.enter(served, "check", "192.0.2.7")
    with system_session(served, "test") as session:
        tries.forget(session, served.clock() + tries.KEPT)
        assert tries.count_of(session, "check", "192.0.2.7", served.clock()) == 1
        tries.forget(session, served.clock() + tries.KEPT + timedelta(seconds=1))
        assert tries.count_of(session, "check", "192.0.2.7", served.clock()) == 0


@pytest.mark.parametrize(
    ("address", "house"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_who_an_address_belongs_to(address: str, house: str) -> None:
    assert tries.house_of(address) == house
