"""A user leaves, a party is merged, binned or erased, the plugin rests: tasks go along, stay, or say why not."""

from __future__ import annotations

import pytest

from kernel.access.actor import SYSTEM
from kernel.extension.discovery import discover
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.resources.errors import Refused
from plugins.tasks.models import ChecklistItem, Referral, Task
from plugins.tasks.tests.conftest import OWN, PARTIES, number_of


@pytest.fixture
def boss(house):
    return house.user("boss", administrator=True)


def person(house, name):
    return house.run("boss", "record.create", resource="person", values={"last_name": name})


def test_open_tasks_of_a_user_who_leaves_go_to_another_and_the_chain_tells_it(house, boss):
    sara, omid = house.user("sara").user_id, house.user("omid").user_id
    still, over = house.make("sara", title="باز"), house.make("sara", title="بسته")
    house.edit("sara", over, percent="100")
    house.run("boss", "user.hand_over", user_id=sara, receivers=[omid])
    assert house.task(still).assignee_id == omid
    assert house.task(over).assignee_id == sara, "what is done was hers"
    (row,) = house.rows(Referral)
    assert (row.task_id, row.from_id, row.to_id, row.by_id) == (still, sara, omid, boss.user_id)


def test_a_party_that_is_handed_over_takes_its_open_tasks_along(house, boss):
    sara, omid = house.user("sara").user_id, house.user("omid").user_id
    values = {"last_name": "کریمی", "owner": sara}
    party = house.run("boss", "record.create", resource="person", values=values)
    number = house.run(
        "boss",
        "record.create",
        resource="tasks.task",
        values={"title": "x", "party": party, "assignee": sara},
    )
    house.run("boss", "record.assign", resource="person", record_id=party, owner=omid)
    assert house.task(number).assignee_id == omid


def test_merged_parties_have_one_cartable(house, boss):
    kept, dropped = person(house, "کریمی"), person(house, "کریمی‌نژاد")
    number = house.make("boss", party=dropped)
    house.run("boss", "party.merge", kept=kept, dropped=dropped)
    assert house.task(number).party_id == kept


def test_a_party_with_tasks_is_not_purged_and_says_why(house, boss):
    party = person(house, "کریمی")
    number = house.make("boss", party=party)
    with pytest.raises(Refused) as refused:
        house.run("boss", "record.delete", resource="person", record_id=party)
    assert [address for _text, address in refused.value.links] == [f"/tasks/tasks?f.party.is={party}"]
    assert house.task(number).party_id == party


def test_erasing_a_person_keeps_the_account_of_the_work_without_its_words(house, boss):
    party = person(house, "کریمی")
    omid = house.user("omid").user_id
    number = house.run(
        "boss",
        "record.create",
        resource="tasks.task",
        values={"title": "تماس با کریمی", "party": party, "description": "شماره را خودش داد"},
        parts={"checklist": [{"title": "یادآوری به کریمی", "place": "1"}]},
    )
    house.run("boss", "tasks.refer", task=number, to=omid, comment="کریمی عجله دارد")
    house.run("boss", "party.erase", party_id=party, confirmed=party)
    task = house.task(number)
    assert "کریمی" not in f"{task.title}{task.description}{task.search_key}"
    assert house.rows(Referral)[-1].comment is None
    assert [line.title for line in house.rows(ChecklistItem)] == ["—"]


def test_paused_gone_and_restored_the_tasks_are_there_again_and_others_go_on(
    browse, house, engines, plugin_site
):
    sara = browse("sara2", {**OWN, **PARTIES})
    party = sara.made("/persons/new", last_name="کریمی")
    task = sara.made("/tasks/tasks/new", title="تماس", party=number_of(party))
    number = number_of(task)
    workshop, by = Workshop(plugin_site, engines, discover()), SYSTEM("tests")
    pause(workshop, "tasks", by)
    assert sara.get(task).status_code == 404
    assert sara.get("/").status_code == 200
    assert "وظیفهٔ تازه" not in sara.get(party).text
    resume(workshop, "tasks", by)
    assert "تماس" in sara.get(task).text
    archive = uninstall(workshop, "tasks", by).archive.name
    assert sara.get(party).status_code == 200
    restore(workshop, archive, by)
    assert "تماس" in sara.get(task).text
    assert "تماس" in sara.get(party).text
    assert [row.id for row in house.rows(Task)] == [number]
