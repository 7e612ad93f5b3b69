"""Workflows: defined on a page, started from a record, the next step as soon as the one before is done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from kernel.access.models import Unit, UserAccount
from kernel.resources.errors import Invalid, Refused
from plugins.tasks.api import start_workflow
from plugins.tasks.models import OPEN, Task, Workflow, WorkflowRun
from plugins.tasks.runs import _starting
from plugins.tasks.tests.conftest import OWN, PARTIES, number_of

KEEPER = {
    **OWN,
    **PARTIES,
    **{("tasks.workflow", action): "all" for action in ("view", "create", "edit", "delete")},
    **{("tasks.run", action): "own" for action in ("view", "create", "edit")},
}


def step(place, title, who="starter", **more):
    return {"place": str(place), "title": title, "who": who, "priority": "normal", **more}


def defined(house, *steps, **values):
    return house.run(
        "sara",
        "record.create",
        resource="tasks.workflow",
        values={"title": "تحویل سفارش", "active": "1", **values},
        parts={"steps": list(steps)},
    )


def running(house, run):
    return [
        (task.title, task.assignee_id) for task in house.rows(Task, Task.run_id == run, Task.state.in_(OPEN))
    ]


@pytest.fixture
def keeper(house):
    house.user("sara", KEEPER)
    return house


def head_of_sara(house, engines, name):
    """Make a user the head of the unit in which Sara works."""
    head = house.user(name).user_id
    with engines.owner(house.runtime.site).begin() as owner:
        values = {"name": "فروش", "search_key": "فروش", "head_id": head}
        unit = owner.execute(Unit.__table__.insert().values(values).returning(Unit.id)).scalar_one()
        sara = update(UserAccount).where(UserAccount.id == house.user("sara").user_id)
        owner.execute(sara.values(unit_id=unit))
    return head, unit


def test_each_step_follows_when_the_one_before_is_done(keeper, engines):
    house = keeper
    sara, omid = house.user("sara").user_id, house.user("omid").user_id
    head, unit = head_of_sara(house, engines, "head")
    workflow = defined(
        house,
        step(1, "آماده‌سازی"),
        step(2, "کنترل", "user", user=omid, days="2"),
        step(3, "تأیید رئیس", "starter_head"),
        step(4, "بایگانی", "unit_head", unit=str(unit), needs_result="1"),
    )
    run = house.run("sara", "tasks.start_workflow", workflow=workflow)
    seen = []
    for who in ("sara", "omid", "head", "head"):
        (now,) = running(house, run)
        seen.append(now)
        (task,) = house.rows(Task, Task.run_id == run, Task.state.in_(OPEN))
        house.run(who, "tasks.finish", task=task.id, result="شد")
    assert seen == [("آماده‌سازی", sara), ("کنترل", omid), ("تأیید رئیس", head), ("بایگانی", head)]
    (ended,) = house.rows(WorkflowRun)
    assert (ended.state, ended.ended_at is not None) == ("done", True)
    first = house.rows(Task, Task.run_id == run)[0]
    house.run("sara", "tasks.reopen", task=first.id)
    house.run("sara", "tasks.finish", task=first.id, result="دوباره")
    assert running(house, run) == [], "a step that is done again makes nothing twice"


def test_a_step_whose_condition_does_not_hold_of_the_record_is_passed_over(keeper):
    house = keeper
    woman, man = (
        house.run("sara", "record.create", resource="person", values={"last_name": name, "gender": gender})
        for name, gender in (("کریمی", "female"), ("رحیمی", "male"))
    )
    only = {"condition_field": "gender", "condition_operator": "is", "condition_value": "female"}
    workflow = defined(house, step(1, "ویژهٔ بانوان", **only), step(2, "برای همه"), about="person")
    runs = [
        house.run("sara", "tasks.start_workflow", workflow=workflow, resource="person", record_id=number)
        for number in (woman, man)
    ]
    assert [running(house, run)[0][0] for run in runs] == ["ویژهٔ بانوان", "برای همه"]
    assert house.rows(Task, Task.run_id == runs[0])[0].party_id == woman
    with pytest.raises(Refused):
        house.run("sara", "tasks.start_workflow", workflow=workflow)
    with pytest.raises(Invalid):
        defined(
            house,
            step(1, "x", condition_field="nothing", condition_operator="is", condition_value="1"),
            about="person",
        )
    with pytest.raises(Invalid):
        defined(house, step(1, "x", side="all"), step(1, "y", side="any"))


def finish(house, run, title):
    (task,) = house.rows(Task, Task.run_id == run, Task.title == title)
    house.run("boss", "tasks.finish", task=task.id, result="شد")


def titles(house, run, *states):
    return {task.title for task in house.rows(Task, Task.run_id == run) if task.state in (states or OPEN)}


def test_steps_of_one_number_are_done_side_by_side(keeper):
    house = keeper
    house.user("boss", administrator=True)
    rows = [("الف", 1, "all"), ("ب", 1, "all"), ("پ", 2, "any"), ("ت", 2, "any"), ("ث", 3, "all")]
    workflow = defined(house, *(step(place, title, side=side) for title, place, side in rows))
    run = house.run("sara", "tasks.start_workflow", workflow=workflow)
    assert titles(house, run) == {"الف", "ب"}
    finish(house, run, "ب")
    assert titles(house, run) == {"الف"}
    finish(house, run, "الف")
    assert titles(house, run) == {"پ", "ت"}
    finish(house, run, "ت")
    assert (titles(house, run), titles(house, run, "cancelled")) == ({"ث"}, {"پ"})
    finish(house, run, "ث")
    assert [row.state for row in house.rows(WorkflowRun)] == ["done"]


def test_giving_up_one_of_several_stops_the_run_unless_another_is_enough(keeper):
    house = keeper
    house.user("boss", administrator=True)
    runs = []
    for side in ("all", "any"):
        workflow = defined(
            house, step(1, "الف", side=side), step(1, "ب", side=side), step(2, "پ"), title=side
        )
        run = house.run("sara", "tasks.start_workflow", workflow=workflow)
        (task,) = house.rows(Task, Task.run_id == run, Task.title == "الف")
        house.run("boss", "tasks.cancel", task=task.id)
        runs.append(run)
    assert [titles(house, run) for run in runs] == [set(), {"ب"}]
    finish(house, runs[1], "ب")
    assert titles(house, runs[1]) == {"پ"}
    assert [row.state for row in house.rows(WorkflowRun)] == ["stopped", "running"]


def test_two_who_do_parallel_steps_at_once_go_on_once(keeper):
    house = keeper
    house.user("boss", administrator=True)
    for side in ("all", "any"):
        workflow = defined(
            house, step(1, "الف", side=side), step(1, "ب", side=side), step(2, "پ"), title=side
        )
        run = house.run("sara", "tasks.start_workflow", workflow=workflow)

        def done(title, run=run):
            try:
                finish(house, run, title)
            except Refused:
                return

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(done, ("الف", "ب")))
        assert titles(house, run) == {"پ"}


def test_steps_of_users_who_have_left_are_passed_over(keeper, engines):
    house = keeper
    omid = house.user("omid").user_id
    head, _unit = head_of_sara(house, engines, "head")
    workflow = defined(
        house, step(1, "عمید", "user", user=omid), step(2, "رئیس", "starter_head"), step(3, "خودم")
    )
    with engines.owner(house.runtime.site).begin() as owner:
        owner.execute(update(UserAccount).where(UserAccount.id.in_([omid, head])).values(active=False))
    run = house.run("sara", "tasks.start_workflow", workflow=workflow)
    sara = house.user("sara").user_id
    assert running(house, run) == [("رئیس", sara)], "without a head the starter does it himself"


def test_a_plugin_starts_a_workflow_once_for_each_occasion_and_never_in_a_circle(keeper):
    house = keeper
    workflow = defined(house, step(1, "یک", "user", user=house.user("sara").user_id))
    with house.runtime.system_work("tests", "tests") as context:
        first = start_workflow(context, workflow, key="hotel.stay-1")
        assert start_workflow(context, workflow, key="hotel.stay-1") == first
    with (
        _starting(workflow, None, None),
        house.runtime.system_work("tests", "tests") as context,
        pytest.raises(Refused),
    ):
        start_workflow(context, workflow)
    assert len(house.rows(WorkflowRun)) == 1


def test_stopping_a_run_cancels_what_is_open_and_cancelling_a_step_stops_it(keeper):
    house = keeper
    workflow = defined(house, step(1, "یک"), step(2, "دو"))
    stopped = house.run("sara", "tasks.start_workflow", workflow=workflow)
    house.run("sara", "tasks.stop_run", run=stopped)
    assert [task.state for task in house.rows(Task, Task.run_id == stopped)] == ["cancelled"]
    run = house.run("sara", "tasks.start_workflow", workflow=workflow)
    (task,) = house.rows(Task, Task.run_id == run)
    house.run("sara", "tasks.cancel", task=task.id)
    assert [row.state for row in house.rows(WorkflowRun)] == ["stopped", "stopped"]
    house.run("sara", "record.edit", resource="tasks.workflow", record_id=workflow, values={"active": ""})
    with pytest.raises(Refused):
        house.run("sara", "tasks.start_workflow", workflow=workflow)


def test_a_user_defines_a_workflow_on_its_page_and_starts_it_from_a_person(browse, house):
    maker = browse("maker", KEEPER)
    person = maker.made("/persons/new", last_name="بهرامی")
    number = number_of(person)
    form = maker.get("/tasks/workflows/new").text
    assert "افزودن گام" in form
    workflow = number_of(
        maker.made(
            "/tasks/workflows/new",
            **{"title": "خوش‌آمد", "about": "person", "active": "y", "steps-rows": "1", "steps-0-place": "1"},
            **{"steps-0-title": "تماس خوش‌آمد", "steps-0-who": "starter", "steps-0-priority": "normal"},
        )
    )
    panel = maker.get(person).text
    start = f"/tasks/start?resource=person&record_id={number}"
    assert start.replace("&", "&amp;") in panel
    assert "خوش‌آمد" in maker.get(start).text
    assert maker.post(start, {"workflow": workflow}).status_code == 303
    assert "تماس خوش‌آمد" in maker.get(person).text
    (run,) = house.rows(WorkflowRun)
    assert "تماس خوش‌آمد" in maker.get(f"/tasks/runs/{run.id}").text
    assert maker.post(f"/tasks/runs/{run.id}/stop").status_code == 303
    stranger = browse("stranger", {**OWN, ("tasks.run", "create"): "all"})
    assert stranger.get(start).status_code == 404, "a person that is not his to see"


def test_workflows_that_ship_are_taken_over_once_by_a_button(browse, house):
    maker = browse("maker", KEEPER)
    assert 'action="/tasks/workflows/take-over"' in maker.get("/tasks/workflows").text
    for _again in range(2):
        assert maker.post("/tasks/workflows/take-over").status_code == 303
    (shipped,) = house.rows(Workflow)
    assert shipped.key == "tasks.complaint"
    page = maker.get("/tasks/workflows").text
    assert "take-over" not in page
    assert 'href="/tasks/start"' in page
    assert maker.post("/tasks/start", {"workflow": shipped.id}).headers["Location"].startswith("/tasks/runs/")
