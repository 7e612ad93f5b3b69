"""What other plugins use of the club: points once for an occasion of theirs, and who is a member."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.testing.users import add_user
from plugins.club import api
from plugins.club.tests.conftest import MILLION, Club


@pytest.fixture
def award(club: Club):
    """Award points as another plugin does, in a transaction of its own."""

    def given_to(
        points: int, origin: str, *, party: int | None = None, reason: str = "ثبت‌نام در دوره"
    ) -> bool:
        with club.runtime.system_work("tests", "tests") as context:
            party_id = club.persons[0] if party is None else party
            return api.award(context, party_id=party_id, points=points, reason=reason, origin=origin)

    return given_to


def test_points_for_an_occasion_are_given_once_and_tell_why(club: Club, award) -> None:
    assert award(40, "education.enrolment-12")
    assert not award(40, "education.enrolment-12")
    assert not award(40, "education.enrolment-12", party=club.persons[1])
    assert award(5, "education.enrolment-13")
    assert club.entries() == [("bonus", 40), ("bonus", 5)]
    with club.runtime.reading(club.administrator) as context:
        found = api.member_of(context, club.persons[0])
        stranger = api.member_of(context, 10**9)
    assert found is not None
    assert stranger is None
    assert (found.id, found.points, found.pending, found.rank, found.state) == (
        club.members[0],
        45,
        0,
        "برنزی",
        "active",
    )
    club.check()


def test_points_expire_like_others_and_pay_a_debt_first(club: Club, award) -> None:
    bought = club.buy(10 * MILLION)
    club.pass_days(8)
    club.run("club.spend", member=club.members[0], points=100)
    club.run("club.return_purchase", purchase=bought, amount=10 * MILLION)
    assert club.member().debt == 100
    assert award(130, "insurance.policy-3")
    assert (club.member().debt, club.member().balance) == (0, 30)
    club.check()
    club.pass_days(400)
    club.run("club.settle")
    assert club.member().balance == 0
    club.check()


def test_what_is_taken_back_is_taken_as_far_as_there_is_any(club: Club, award) -> None:
    award(30, "carpet.order-1")
    assert award(-50, "carpet.order-1 back")
    assert not award(-50, "carpet.order-1 back")
    award(30, "carpet.order-2")
    assert not award(-50, "carpet.order-1 back")
    assert (club.member().balance, club.member().debt) == (30, 0)
    assert award(-10, "carpet.order-2 back")
    assert club.entries() == [("bonus", 30), ("take_back", -30), ("bonus", 30), ("take_back", -10)]
    club.check()


def test_nobody_but_active_members_gets_points(club: Club, award) -> None:
    assert not award(5, "a", party=10**9)
    club.run("club.set_state", member=club.members[0], state="suspended")
    assert not award(5, "a")
    club.run("club.set_state", member=club.members[0], state="active")
    assert award(5, "a")
    for points, origin in ((0, "b"), (5, " ")):
        with pytest.raises(ValueError, match="award"):
            award(points, origin)


def test_a_user_without_rights_of_the_club_sees_no_membership(club: Club, engines) -> None:
    with engines.owner(club.runtime.site).begin() as owner:
        clerk = add_user(owner, "clerk", {("party", "view"): "all"})
    with club.runtime.reading(clerk) as context:
        assert api.member_of(context, club.persons[0]) is None


def test_an_award_that_many_ask_for_at_once_is_given_once(club: Club, award) -> None:
    gate = Barrier(6)

    def one(_place: int) -> bool:
        gate.wait()
        return award(7, "education.enrolment-1")

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(one, range(6))) == [False] * 5 + [True]
    assert club.member().balance == 7
    club.check()


@given(st.lists(st.tuples(st.integers(-60, 60).filter(bool), st.integers(0, 4)), max_size=12))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_row_of_awards_leaves_what_an_oracle_counts(club: Club, award, asked) -> None:
    there, seen, turn = club.member().balance, set[str](), len(club.entries())
    for points, which in asked:
        origin = f"carpet.order-{turn}-{which}"
        assert award(points, origin) is (origin not in seen)
        if origin not in seen:
            there = max(0, there + points)
        seen.add(origin)
    assert club.member().balance == there
    club.check()
