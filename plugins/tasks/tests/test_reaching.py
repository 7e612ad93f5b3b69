"""How far tasks reach: a head sees those of the team, a message gives its party's expert a task, programs make them."""

from __future__ import annotations

from sqlalchemy import update

from kernel.access.actor import load_actor
from kernel.access.models import Unit, UserAccount
from kernel.api import Event
from plugins.tasks.messages import raise_for_message
from plugins.tasks.models import Task
from plugins.tasks.tests.conftest import OWN, PARTIES


def test_a_head_sees_the_tasks_of_the_team_followed_ones_too_and_no_others(house, engines):
    head = house.user("head", {("tasks.task", "view"): "team", ("tasks.task", "edit"): "team"})
    sara, other = house.user("sara"), house.user("other")
    of_sara, of_other = house.make("sara"), house.make("other")
    followed = house.make("other")
    house.run("other", "tasks.add_follower", task=followed, user=sara.user_id)
    with engines.owner(house.runtime.site).begin() as owner:
        values = {"name": "فروش", "search_key": "فروش", "head_id": head.user_id}
        unit = owner.execute(Unit.__table__.insert().values(values).returning(Unit.id)).scalar_one()
        owner.execute(update(UserAccount).where(UserAccount.id == sara.user_id).values(unit_id=unit))
        house.actors["head"] = load_actor(owner, head.user_id)
    assert [house.sees("head", number) for number in (of_sara, of_other, followed)] == [True, False, True]
    house.edit("head", of_sara, percent="20")
    assert house.task(of_sara).percent == 20
    assert other.user_id == house.task(of_other).assignee_id


def test_somebody_without_a_right_on_tasks_sees_none_though_he_was_made_a_follower(house):
    house.user("guest", {("party", "view"): "all"})
    number = house.make("sara")
    house.run("sara", "tasks.add_follower", task=number, user=house.user("guest").user_id)
    assert not house.sees("guest", number)


def test_a_received_message_gives_the_expert_of_its_party_one_task_where_the_site_wants_it(house, clock):
    sara = house.user("sara", {**OWN, **PARTIES}).user_id
    party = house.run(
        "sara", "record.create", resource="person", values={"last_name": "کریمی", "owner": sara}
    )

    def receive(**data):
        event = Event(id=1, name="message_received", at=clock(), subject_id=7, data={"party": party, **data})
        with house.runtime.system_work("tests", "tests") as context:
            raise_for_message(context, event)

    receive()
    assert house.rows(Task) == []
    house.set(for_messages="1")
    receive(automatic=True)
    assert house.rows(Task) == []
    receive()
    receive()
    (task,) = house.rows(Task)
    assert (task.assignee_id, task.party_id, task.about_resource, task.about_id) == (
        sara,
        party,
        "inbound",
        7,
    )


def test_a_task_about_a_record_is_given_from_its_page_and_stands_there(browse, house):
    maker = browse("maker", {**OWN, **PARTIES})
    person = maker.made("/persons/new", last_name="بهرامی")
    number = person.rpartition("/")[2]
    form = f"/tasks/new?resource=person&record_id={number}"
    assert form.replace("&", "&amp;") in maker.get(person).text
    assert "بهرامی" in maker.get(form).text
    empty = maker.post(form, {"title": ""})
    assert empty.status_code == 422
    assert maker.made(form, title="فرستادن قرارداد") == person
    assert "فرستادن قرارداد" in maker.get(person).text
    (task,) = house.rows(Task)
    assert str(task.party_id) == number
    stranger = browse("stranger", OWN)
    assert stranger.get(form).status_code == 404
