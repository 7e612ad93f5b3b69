"""Percent and state go together, whatever is done in whatever order; a result is asked for and becomes an interaction."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.interactions.models import Interaction
from kernel.resources.errors import Forbidden, Invalid, Refused
from plugins.tasks.models import OPEN
from plugins.tasks.tests.conftest import OWN, PARTIES

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("percent"), st.sampled_from([0, 1, 40, 99, 100])),
        st.tuples(st.just("state"), st.sampled_from(["new", "doing", "waiting", "done", "cancelled"])),
        st.tuples(st.just("reopen"), st.none()),
        st.tuples(st.just("finish"), st.none()),
        st.tuples(st.just("cancel"), st.none()),
    ),
    min_size=1,
    max_size=8,
)


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_percent_and_state_agree_after_every_step(house, steps):
    number = house.make("sara")
    for what, value in steps:
        before = house.task(number)
        try:
            if what in ("percent", "state"):
                house.edit("sara", number, **{what: value})
            else:
                house.run("sara", f"tasks.{what}", task=number)
        except (Invalid, Refused):
            after = house.task(number)
            assert (after.percent, after.state) == (before.percent, before.state), "nothing half-saved"
            assert (before.state in OPEN) == (what == "reopen"), (what, value, before.state)
            continue
        after = house.task(number)
        assert (after.percent == 100) == (after.state == "done") == (after.done_at is not None)
        assert after.acted_state == after.state
        if before.state == "done" and after.state in OPEN and what == "reopen":
            assert after.percent == before.percent_before


def test_a_cancelled_task_stays_so_until_it_is_opened_again(house):
    number = house.make("sara", percent="30")
    house.run("sara", "tasks.cancel", task=number, reason="دیگر لازم نیست")
    assert (house.task(number).percent, house.task(number).result) == (30, "دیگر لازم نیست")
    with pytest.raises(Invalid):
        house.edit("sara", number, percent="40")
    with pytest.raises(Refused):
        house.run("sara", "tasks.finish", task=number)
    house.run("sara", "tasks.reopen", task=number)
    assert (house.task(number).state, house.task(number).percent) == ("doing", 30)


def test_what_needs_a_result_is_not_closed_without_and_it_becomes_an_interaction(house):
    grants = {**OWN, **PARTIES}
    house.user("sara", grants)
    party = house.run("sara", "record.create", resource="person", values={"last_name": "کریمی"})
    number = house.make("sara", party=party, needs_result="1")
    with pytest.raises(Invalid) as refused:
        house.edit("sara", number, percent="100")
    assert [problem.field for problem in refused.value.problems] == ["result"]
    house.run("sara", "tasks.finish", task=number, result="قرار ملاقات گذاشته شد")
    (written,) = house.rows(Interaction)
    assert (written.party_id, written.text) == (party, "قرار ملاقات گذاشته شد")
    assert written.done_by_id == house.user("sara").user_id
    assert house.task(number).interaction_id == written.id
    house.run("sara", "tasks.reopen", task=number)
    house.run("sara", "tasks.finish", task=number, result="انجام شد")
    assert [row.text for row in house.rows(Interaction)] == ["قرار ملاقات گذاشته شد", "انجام شد"]


def test_a_site_may_ask_every_task_for_a_result(house):
    house.set(result_required="1")
    number = house.make("sara")
    with pytest.raises(Invalid):
        house.edit("sara", number, percent="100")
    house.run("sara", "tasks.finish", task=number, result="شد")
    assert house.task(number).state == "done"


def test_a_task_for_another_needs_the_right_to_assign(house):
    house.user("omid")
    house.user("clerk", {("tasks.task", action): "own" for action in ("view", "create", "edit")})
    with pytest.raises(Forbidden):
        house.make("clerk", assignee=house.user("omid").user_id)
    number = house.make("sara", assignee=house.user("omid").user_id)
    assert house.sees("omid", number)
    assert not house.sees("clerk", number)
    with pytest.raises(Forbidden):
        house.run(
            "clerk",
            "record.edit",
            resource="tasks.task",
            record_id=house.make("clerk"),
            values={"assignee": house.user("omid").user_id},
        )


def test_a_result_is_not_taken_away_again_and_one_that_comes_late_is_written_once(house):
    sara = house.user("sara", {**OWN, **PARTIES})
    assert sara
    party = house.run("sara", "record.create", resource="person", values={"last_name": "کریمی"})
    asked, free = (house.make("sara", party=party, needs_result=needs) for needs in ("1", ""))
    house.run("sara", "tasks.finish", task=asked, result="شد")
    with pytest.raises(Invalid) as error:
        house.edit("sara", asked, result="")
    assert [problem.field for problem in error.value.problems] == ["result"]
    house.edit("sara", free, percent="100")
    assert house.task(free).interaction_id is None
    for words in ("دیر نوشته شد", "دوباره"):
        house.edit("sara", free, result=words)
    assert house.task(free).interaction_id is not None
    assert len(house.rows(Interaction)) == 2
    house.run("sara", "tasks.reopen", task=free)
    assert house.task(free).state == "new"
