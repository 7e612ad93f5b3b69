"""What other plugins use: tasks made once by a key, read, moved on and cancelled; and rules that hear of each change."""

from __future__ import annotations

import pytest

from kernel.i18n import LazyText
from kernel.resources.errors import Refused
from plugins.tasks import api
from plugins.tasks.models import Task
from plugins.tasks.tests.conftest import OWN, PARTIES


@pytest.fixture
def at_work(house):
    """Run a function as the system, in a transaction of its own."""

    def work(function):
        with house.runtime.system_work("tests", "tests") as context:
            return function(context)

    return work


def test_a_key_makes_one_task_and_what_it_is_about_is_kept(house, at_work):
    sara = house.user("sara", {**OWN, **PARTIES}).user_id
    person = house.run("sara", "record.create", resource="person", values={"last_name": "کریمی"})
    given = {"title": "نصب", "assignee_id": sara, "value": 3, "key": "shop.line:1"}
    first = at_work(lambda ctx: api.create_task(ctx, **given, resource="person", record_id=person))
    assert at_work(lambda ctx: api.create_task(ctx, **given, resource="person", record_id=person)) == first
    other = at_work(
        lambda ctx: api.create_task(
            ctx, title="بازدید", assignee_id=sara, resource="tasks.workflow", record_id=7
        )
    )
    assert (house.task(first).party_id, house.task(other).about_resource) == (person, "tasks.workflow")
    (facts,) = at_work(lambda ctx: api.tasks_of(ctx, "person", person))
    assert (facts.id, facts.value, facts.state, facts.percent, facts.assignee) == (
        first,
        3,
        "open",
        0,
        "sara",
    )
    at_work(lambda ctx: api.set_percent(ctx, first, 100))
    at_work(lambda ctx: api.cancel_task(ctx, first))
    at_work(lambda ctx: api.cancel_task(ctx, other, "لغو سفارش"))
    assert [each.state for each in at_work(lambda ctx: api.task_facts(ctx, [first, other]))] == [
        "done",
        "cancelled",
    ]
    assert house.sees("sara", first)


def test_zero_is_a_value_and_keeps_being_one(house, at_work):
    number = at_work(lambda ctx: api.create_task(ctx, title="x", assignee_id=None, value=0))
    assert house.task(number).value == 0


def test_rules_of_others_hear_of_each_change_and_their_refusal_undoes_it(house, monkeypatch):
    heard = []
    runtime = type(house.runtime)
    plain = runtime.require

    def require(self, hook, **arguments):
        if hook == "task_saved":
            row = arguments["session"].get(Task, arguments["task_id"], populate_existing=True)
            heard.append((row.percent, row.state, row.binned_at is not None))
            if row.percent == 77:
                raise Refused(LazyText("no"))
        return plain(self, hook, **arguments)

    monkeypatch.setattr(runtime, "require", require)
    number = house.make("sara")
    house.edit("sara", number, percent="50")
    with pytest.raises(Refused):
        house.edit("sara", number, percent="77")
    house.run("sara", "record.delete", resource="tasks.task", record_id=number)
    assert heard == [(0, "new", False), (50, "doing", False), (77, "doing", False), (50, "doing", True)]
    assert house.task(number).percent == 50


def test_a_shipped_workflow_is_started_by_its_key(house, at_work):
    house.user("sara")
    with pytest.raises(Refused):
        at_work(lambda ctx: api.start_workflow(ctx, "tasks.complaint"))
    with house.runtime.writing(house.user("sara"), "tests") as context:
        run = api.start_workflow(context, "tasks.complaint")
    (task,) = house.rows(Task, Task.run_id == run)
    assert (task.assignee_id, task.priority) == (house.user("sara").user_id, "high")
