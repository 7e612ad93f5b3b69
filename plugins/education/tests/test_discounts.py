"""Discounts after the enrolment: off the last instalments first, the sum exact, the teacher's share of what is left."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.resources.errors import Forbidden, Invalid, Refused
from plugins.education.billing import accounts_of
from plugins.education.models import Charge, Enrolment, Offering
from plugins.education.shares import standings_of
from plugins.education.tests.conftest import GRANTS, Academy


def give(academy: Academy, number: int, amount: object, **more: object) -> int:
    return academy.run("education.give_discount", enrolment=number, amount=amount, reason="Brother", **more)


def open_charges(academy: Academy, number: int) -> list[int]:
    rows = academy.rows(Charge, Charge.enrolment_id == number, Charge.state == "open")
    return [each.amount for each in sorted(rows, key=lambda each: each.due)]


def test_the_last_instalments_become_less_and_the_teacher_has_a_share_of_the_rest(academy: Academy) -> None:
    offering = academy.offering(5, fee=10_000, instalments=3, share_kind="percent", share_percent="50")
    number = academy.enrol(offering)
    academy.make("receipt", enrolment=number, amount=3_000)
    assert give(academy, number, "۴٬۰۰۰") == 4_000
    assert open_charges(academy, number) == [3_334, 2_666]
    held = academy.row(Enrolment, number)
    assert (held.fee, held.discount, held.discount_reason) == (10_000, 4_000, "Brother")
    account = academy.look(lambda context: accounts_of(context, [number])[number])
    assert (account.charged, account.paid, account.balance) == (6_000, 3_000, 3_000)
    academy.make("receipt", enrolment=number, amount=3_000)
    standing = academy.look(lambda context: standings_of(context, [context.session.get(Offering, offering)]))[
        0
    ]
    assert (standing.charged, standing.share) == (6_000, 3_000)
    for amount in (1, 6_001, 0, -1, ""):
        with pytest.raises(Invalid) as caught:
            give(academy, number, amount)
        assert [each.field for each in caught.value.problems] == ["amount"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_given_what_is_charged_is_the_fee_less_the_discount(academy: Academy, data) -> None:
    fee, count = data.draw(st.integers(1, 10**9)), data.draw(st.integers(1, 6))
    number = academy.enrol(academy.offering(1, fee=fee), instalments=count)
    less = 0
    for _time in range(2):
        if less < fee:
            less += (part := data.draw(st.integers(1, fee - less)))
            give(academy, number, part)
        assert sum(open_charges(academy, number)) == fee - less


def test_whoever_waits_is_charged_less_once_in_and_rights_are_asked(
    academy: Academy, make_actor, browse
) -> None:
    offering = academy.offering(1, fee=9_000)
    first, waiting = academy.enrol(offering), academy.enrol(offering)
    give(academy, waiting, 2_000)
    assert open_charges(academy, waiting) == []
    desk = make_actor("desk", GRANTS["desk"])
    with pytest.raises(Forbidden):
        give(academy, first, 1_000, actor=desk)
    academy.run("education.withdraw", enrolment=first, reason="x")
    assert open_charges(academy, waiting) == [7_000]
    with pytest.raises(Refused):
        give(academy, first, 1_000)
    head = browse("manager", GRANTS["head"])
    link = f"/education/enrolled/{waiting}/discount"
    assert link in head.get(f"/education/enrolled/{waiting}").text
    assert head.post(link, {"amount": "۷۰۰۰۱", "reason": "x"}).status_code == 422
    assert head.post(link, {"amount": "۷٬۰۰۰", "reason": "x"}).status_code == 303
    assert open_charges(academy, waiting) == []
    assert link not in head.get(f"/education/enrolled/{waiting}").text
