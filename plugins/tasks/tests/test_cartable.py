"""The cartable through its pages: what lies with me, what I sent, what I follow, and whose others I may look at."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from kernel.testing.users import keep_fields
from plugins.tasks.tests.conftest import ALL, OWN, number_of

LIST = "/tasks/tasks"


@pytest.fixture
def people(browse, engines, plugin_site):
    """Browsers of three users, with their numbers."""
    found = {name: browse(name, OWN) for name in ("sara", "omid", "mina")}
    with engines.owner(plugin_site).begin() as owner:
        rows = owner.execute(text("SELECT username, id FROM kernel.user_account"))
        numbers = {row.username: row.id for row in rows}
    return found, numbers


def test_a_task_goes_from_hand_to_hand_and_who_gave_it_goes_on_seeing_it(people):
    (sara, omid, mina), numbers = people[0].values(), people[1]
    number = number_of(sara.made(f"{LIST}/new", title="تماس با مشتری", assignee=numbers["omid"]))
    page = f"{LIST}/{number}"
    assert omid.ids(f"{LIST}?f.box.is=inbox") == [str(number)]
    assert sara.ids(f"{LIST}?f.box.is=inbox") == []
    assert sara.ids(f"{LIST}?f.box.is=sent") == [str(number)]
    assert mina.get(page).status_code == 404
    assert mina.ids(LIST) == []
    assert omid.post(f"/tasks/{number}/refer", {"to": numbers["omid"]}).status_code == 422, "he has it"
    sent = omid.post(f"/tasks/{number}/refer", {"to": numbers["mina"], "comment": "لطفاً تو زنگ بزن"})
    assert sent.status_code == 303
    assert mina.ids(f"{LIST}?f.box.is=inbox") == [str(number)]
    assert omid.ids(f"{LIST}?f.box.is=inbox") == []
    assert omid.ids(f"{LIST}?f.box.is=sent") == [str(number)]
    seen = omid.get(page).text
    assert "لطفاً تو زنگ بزن" in seen
    assert omid.post(f"{page}/field/percent?cell=1", {"value": "50"}, htmx=True).status_code == 403
    assert mina.post(f"/tasks/{number}/finish", {"result": "صحبت شد"}).status_code == 303
    for sender in (sara, omid):
        listed = sender.get(f"{LIST}?f.box.is=sent").text
        assert "انجام‌شده" in listed, "whoever sent it sees that it is finished"
    assert mina.ids(f"{LIST}?f.box.is=inbox") == []


def test_a_result_that_a_pattern_keeps_stands_in_no_form_and_stays(people, engines, plugin_site):
    (sara, *_others), numbers = people[0].values(), people[1]
    number = number_of(sara.made(f"{LIST}/new", title="بازدید"))
    with engines.owner(plugin_site).begin() as owner:
        owner.execute(text("UPDATE tasks.task SET result = 'نتیجهٔ پنهان' WHERE id = :id"), {"id": number})
        keep_fields(
            owner, numbers["sara"], {("tasks.task", name): "hidden" for name in ("result", "category")}
        )
    form = sara.get(f"/tasks/{number}/finish").text
    assert "پنهان" not in form
    assert 'name="result"' not in form
    assert 'name="category"' not in sara.get("/tasks/new").text
    assert sara.post(f"/tasks/{number}/finish", {"result": "دیگر"}).status_code == 303
    with engines.owner(plugin_site).begin() as owner:
        done = owner.execute(
            text("SELECT state, result FROM tasks.task WHERE id = :id"), {"id": number}
        ).one()
    assert tuple(done) == ("done", "نتیجهٔ پنهان")


def test_editing_the_assignee_refers_and_the_chain_tells_it(people):
    (sara, omid, mina), numbers = people[0].values(), people[1]
    number = number_of(sara.made(f"{LIST}/new", title="ارسال فاکتور"))
    form = sara.get(f"{LIST}/{number}/edit").text
    assert "ارسال فاکتور" in form
    version = re.search(r'name="_version" value="(\d+)"', form)[1]
    saved = sara.post(
        f"{LIST}/{number}/edit",
        {
            "title": "ارسال فاکتور",
            "assignee": numbers["omid"],
            "priority": "high",
            "state": "new",
            "percent": "0",
            "value": "1",
            "_version": version,
        },
    )
    assert saved.status_code == 303, saved.text
    assert omid.ids(f"{LIST}?f.box.is=inbox") == [str(number)]
    assert mina.get(f"{LIST}/{number}").status_code == 404
    chain = re.search(r"ارجاع‌ها(.*?)</details>", omid.get(f"{LIST}/{number}").text, re.DOTALL)[1]
    assert chain.index("sara") < chain.index("omid")


def test_percent_is_set_in_the_cell_and_hundred_closes(people):
    sara = people[0]["sara"]
    number = number_of(sara.made(f"{LIST}/new", title="تهیهٔ گزارش"))
    cell = f"{LIST}/{number}/field/percent?cell=1"
    assert sara.post(cell, {"value": "۴۰"}, htmx=True).status_code == 200
    assert "در حال انجام" in sara.get(f"{LIST}/{number}").text
    refused = sara.post(cell, {"value": "101"}, htmx=True)
    assert refused.status_code == 422
    assert sara.post(cell, {"value": "100"}, htmx=True).status_code == 200
    assert sara.ids(f"{LIST}?f.box.is=inbox") == []
    assert sara.post(f"/tasks/{number}/reopen").status_code == 303
    assert sara.ids(f"{LIST}?f.box.is=inbox") == [str(number)]
    assert "۴۰" in sara.get(f"{LIST}/{number}").text, "it is where it was before it was done"


def test_followers_see_and_hear_but_do_not_change(people):
    (sara, omid, mina), numbers = people[0].values(), people[1]
    number = number_of(sara.made(f"{LIST}/new", title="بستن قرارداد"))
    page = f"{LIST}/{number}"
    assert omid.post(f"/tasks/{number}/follow").status_code == 404, "nobody follows what he does not see"
    assert sara.post(f"/tasks/{number}/followers/add", {"user": numbers["omid"]}).status_code == 303
    assert omid.ids(f"{LIST}?f.box.is=follows") == [str(number)]
    assert omid.get(f"{page}/edit").status_code == 403
    assert omid.post(f"/tasks/{number}/lines/add", {"title": "نفوذ"}).status_code == 403
    assert mina.get(page).status_code == 404
    sara.post(f"/tasks/{number}/finish", {})
    assert "بستن قرارداد" in omid.get("/notices").text
    assert "بستن قرارداد" not in mina.get("/notices").text
    assert omid.post(f"/tasks/{number}/unfollow").status_code == 303
    assert omid.get(page).status_code == 404


def test_a_supervisor_looks_at_the_cartable_of_another_by_category(people, browse):
    (sara, omid, _mina), numbers = people[0].values(), people[1]
    boss = browse("boss", {**ALL, ("base_data", "create"): "all"})
    of_sara = number_of(sara.made(f"{LIST}/new", title="کار سارا"))
    of_omid = number_of(omid.made(f"{LIST}/new", title="کار امید"))
    page = boss.get(f"{LIST}?f.open.is=1").text
    assert "کارتابلِ" in page
    assert f'<option value="{numbers["sara"]}"' in page
    assert boss.ids(f"{LIST}?f.open.is=1&f.assignee.is={numbers['sara']}") == [str(of_sara)]
    assert set(boss.ids(LIST)) == {str(of_sara), str(of_omid)}
    assert "کارتابلِ" not in sara.get(f"{LIST}?f.open.is=1").text
    assert sara.ids(f"{LIST}?f.assignee.is={numbers['omid']}") == []


def test_the_desk_counts_and_board_and_calendar_open(people):
    sara = people[0]["sara"]
    sara.made(f"{LIST}/new", title="تماس فوری", due="1405/07/01", priority="urgent")
    home = sara.get("/").text
    assert "تماس فوری" in home
    assert "معوق" in home
    assert "تماس فوری" in sara.get(f"{LIST}?look=board").text
    assert sara.get(f"{LIST}?look=calendar").status_code == 200
    assert sara.ids(f"{LIST}?f.box.is=late") != []
