"""What two do at once, over connections of their own: points are spent once, and nothing is entered twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from kernel.resources.errors import CommandError
from plugins.club.tests.conftest import MILLION, Club

MANY = 6


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Do work in threads that begin together; gives answers, or what was refused."""
    gate = Barrier(MANY)

    def one(place: int) -> Any:
        gate.wait()
        try:
            return work(place)
        except CommandError as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_points_are_spent_once_however_many_try(club: Club) -> None:
    club.give(100)
    found = at_once(lambda _place: club.run("club.spend", member=club.members[0], points=70))
    assert sum(isinstance(each, int) for each in found) == 1
    assert club.member().balance == 30
    club.check()


def test_a_party_joins_once(club: Club) -> None:
    person = club.run("record.create", resource="person", values={"last_name": "تنها"})
    found = at_once(lambda _place: club.run("club.join", party=person))
    assert sum(isinstance(each, int) for each in found) == 1


def test_purchases_of_two_who_introduced_each_other_do_not_lock_one_another(club: Club) -> None:
    found = at_once(lambda place: club.buy(MILLION, member=place % 2))
    assert all(isinstance(each, int) for each in found)
    assert club.member(0).pending + club.member(1).pending == MANY * 10
    club.check()


def test_a_return_and_the_spending_of_its_points_leave_no_point_twice(club: Club) -> None:
    bought = club.buy(10 * MILLION)
    club.pass_days(8)

    def work(place: int) -> Any:
        if place % 2:
            return club.run("club.spend", member=club.members[0], points=60)
        return club.run("club.return_purchase", purchase=bought, amount=3 * MILLION)

    at_once(work)
    club.check()
    held = club.member()
    spent = -sum(points for kind, points in club.entries() if kind == "spend")
    assert held.balance - held.debt == 10 - spent
