"""The plugin through its pages: as manager, as expert of few projects, and as somebody who sees nothing of them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from plugins.projects.models import Project, Task
from plugins.projects.suggestions import PATTERNS
from plugins.projects.tests.conftest import ALL, Office

EXPERT = next(pattern.grants for pattern in PATTERNS if pattern.name == "expert")


@pytest.fixture
def desk(browse):
    return browse("manager", ALL)


def number_of(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


def user_of(office: Office, name: str) -> int:
    from kernel.access.models import UserAccount

    def find(context):
        with context.system("test") as system:
            return system.session.execute(
                select(UserAccount.id).where(UserAccount.username == name)
            ).scalar_one()

    return office.look(find)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_project_is_entered_with_members_and_contacts(desk, office: Office) -> None:
    user = user_of(office, "manager")
    address = desk.made(
        "/projects/projects/new",
        title="پل کارون",
        budget="۱۲٬۰۰۰٬۰۰۰",
        contract_amount="10000000",
        begins_on="1405/01/10",
        ends_on="1405/12/10",
        goals="دو باند رفت",
        **{"members-0-user": str(user), "contacts-0-value": "021 8800", "contacts-1-value": "021 8801"},
    )
    page = text_of(desk.get(address).text)
    for words in ("پل کارون", "P0001", "دو باند رفت", "۱۲٬۰۰۰٬۰۰۰", "۱۴۰۵/۰۱/۱۰", "021 8801", "شروع‌نشده"):
        assert words in page, words
    made = office.row(Project, int(number_of(address)))
    assert (made.stage, made.budget, made.progress) == ("not_begun", 12_000_000, 0)


def test_wrong_days_and_a_code_of_another_are_told_beside_their_fields(desk) -> None:
    desk.made("/projects/projects/new", title="پل", code="K1")
    again = desk.post("/projects/projects/new", {"title": "سد", "code": "K1"})
    assert again.status_code == 422
    assert "این کد برای پروژهٔ دیگری است" in again.text
    turned = desk.post(
        "/projects/projects/new", {"title": "سد", "begins_on": "1405/03/02", "ends_on": "1405/03/01"}
    )
    assert turned.status_code == 422
    assert "پایان نباید پیش از شروع باشد" in turned.text


def test_the_plan_shows_the_sum_and_takes_percents(desk, office: Office) -> None:
    project = office.make("project", title="پل")
    heavy, light = office.task(project, 3), office.task(project, 1)
    gone = office.task(project, 50, state="cancelled")
    answer = desk.post(f"/projects/percent/{heavy}", {"percent": "۵۰٪"})
    assert answer.status_code == 303
    page = text_of(desk.get(f"/projects/{project}/plan").text)
    assert "۳۷٫۵٪" in page  # before it is rounded
    assert "پیشرفت: ۳۷٪" in page
    assert "۷۵٪" in page  # the shares
    assert "۲۵٪" in page
    assert "به حساب نمی‌آید" in page
    wrong = desk.post(f"/projects/percent/{light}", {"percent": "101"})
    assert wrong.status_code == 422
    assert f'aria-describedby="task-{light}-error"' in wrong.text
    assert desk.post(f"/projects/percent/{gone}", {"percent": "5"}).status_code == 422
    assert office.row(Project, project).progress == 37


def test_states_are_the_sites_own_and_lead_the_real_days(desk, office: Office) -> None:
    desk.made("/projects/states/new", title="در انتظار کارفرما", stage="under_way", place="15")
    state = desk.ids("/projects/states?q=انتظار")[0]
    project = office.make("project", title="پل")
    office.edit("project", project, state=int(state))
    begun = office.row(Project, project)
    assert (begun.stage, begun.started_on is not None, begun.finished_on) == ("under_way", True, None)
    office.edit("state", int(state), stage="finished")
    assert office.row(Project, project).stage == "finished"
    refused = desk.post(f"/projects/states/{state}/delete")
    assert refused.status_code == 422  # a project stands in it


def test_who_works_on_a_project_sees_it_and_nobody_else(browse, office: Office) -> None:
    sara, omid = browse("sara", EXPERT), browse("omid", EXPERT)
    mine = office.make("project", title="پروژهٔ سارا")
    other = office.make("project", title="پروژهٔ پنهان")
    assert sara.ids("/projects/projects") == []
    office.edit("task", office.task(mine, 2), assignee=user_of(office, "sara"))
    hidden = office.task(other, 2, title="کار پنهان")
    assert sara.ids("/projects/projects") == [str(mine)]
    assert len(sara.ids("/projects/tasks")) == 1
    page = sara.get(f"/projects/{mine}/plan")
    assert page.status_code == 200
    assert 'name="percent"' in page.text
    for browser in (sara, omid):
        assert browser.get(f"/projects/{other}/plan").status_code == 404
        assert browser.get(f"/projects/projects/{other}").status_code == 404
        assert browser.post(f"/projects/percent/{hidden}", {"percent": "5"}).status_code == 404
        assert "پنهان" not in browser.get("/projects/tasks").text + browser.get("/").text
    assert omid.ids("/projects/projects") == []
    office.run(
        "record.edit",
        resource="projects.project",
        record_id=other,
        values={},
        parts={"members": [{"user": user_of(office, "omid")}]},
    )
    assert omid.ids("/projects/projects") == [str(other)]
    assert omid.post(f"/projects/percent/{hidden}", {"percent": "5"}).status_code == 403


def test_shares_are_left_out_where_tasks_are_hidden(browse, office: Office) -> None:
    grants = {
        ("projects.project", "view"): "all",
        ("projects.task", "view"): "own",
        ("projects.task", "edit"): "own",
    }
    sara = browse("sara", grants)
    project = office.make("project", title="پل")
    office.task(project, 3, 100)
    office.edit("task", office.task(project, 1), assignee=user_of(office, "sara"))
    page = text_of(sara.get(f"/projects/{project}/plan").text)
    assert "به شما نشان داده نمی‌شود" in page
    assert "۷۵٪" in page  # the progress is told
    assert "۲۵٪" not in page  # the share of the own task, which would tell of the others, is not


def test_an_employer_with_projects_is_not_deleted_and_shows_them(desk, office: Office) -> None:
    person = desk.made("/persons/new", last_name="کارون")
    desk.made("/projects/projects/new", title="پل", employer=number_of(person))
    page = text_of(desk.get(person).text)
    assert "پروژه‌های باز" in page
    assert "پل" in page
    assert desk.post(f"{person}/delete").status_code == 422


def test_boards_timelines_and_the_report_open(desk, office: Office) -> None:
    project = office.make("project", title="پل", begins_on="1405/01/01", ends_on="1405/06/01")
    phase = office.make("phase", title="فاز یک", project=project, planned_until="1405/02/01")
    office.task(project, 2, 30, phase=phase, starts_on="1405/01/02", due_on="1405/01/20")
    for address in (
        "/projects/projects?look=board",
        "/projects/projects?look=stages",
        "/projects/projects?look=timeline.season&at=2026-03-25",
        f"/projects/tasks?look=timeline&f.project.is={project}&at=2026-03-25",
        f"/projects/phases?look=timeline.season&f.project.is={project}&at=2026-04-10",
    ):
        page = desk.get(address)
        assert page.status_code == 200, address
        assert "پل" in page.text or "Task" in page.text or "فاز یک" in page.text, address
    report = desk.get(f"/printing/documents/projects.employer_report/{project}")
    assert (report.status_code, report.mimetype) == (200, "application/pdf")
    other = office.make("project", title="دیگر")
    wrong = desk.post(
        "/projects/tasks/new", {"title": "x", "project": str(other), "phase": str(phase), "value": "1"}
    )
    assert wrong.status_code == 422
    assert "این فاز از پروژهٔ دیگری است" in wrong.text
    board = desk.get("/projects/tasks?look=board").text
    assert "نمودار زمانی افراد</span></a>" in board
    assert "ارزش:" in board
    offered = desk.get("/palette", query_string={"q": "گزارش وظایف پروژه"}, htmx=True).text
    assert 'data-href="/projects/tasks/report"' in offered


def test_delays_are_counted_each_night_and_stay_when_it_is_done(desk, office: Office, clock) -> None:
    clock.set(office.runtime.clock())
    project = office.make("project", title="پل")
    today = office.look(lambda context: context.today)
    task = office.task(project, 2, due_on=today.isoformat())
    clock.advance(days=3)
    with office.runtime.system_work("test", "projects.count_delays") as context:
        assert context.run("projects.count_delays") == 1
        assert context.run("projects.count_delays") == 0
    late = office.row(Task, task)
    assert (late.delay, late.late) == (3, True)
    office.run("projects.set_percent", task=task, percent=100)
    done = office.row(Task, task)
    assert (done.delay, done.late) == (3, False)


def test_a_user_is_a_member_once_only(desk, office: Office) -> None:
    user = str(user_of(office, "manager"))
    twice = {"members-0-user": user, "members-1-user": user}
    refused = desk.post("/projects/projects/new", {"title": "پل", **twice})
    assert refused.status_code == 422
    assert "تنها یک بار" in refused.text


def test_what_was_spoken_about_a_project_stands_on_its_page(desk, office: Office) -> None:
    employer = number_of(desk.made("/persons/new", last_name="کارون"))
    address = desk.made("/projects/projects/new", title="پل", employer=employer)
    project = number_of(address)
    asked = desk.link(desk.get(address).text, "/interactions/record", attribute="hx-get")
    assert f"party={employer}" in asked
    form = {"party": employer, "channel": "letter", "text": "دربارهٔ پایه‌ها گفت‌وگو شد"}
    assert desk.post(asked, form, htmx=True).status_code in (200, 204, 303)
    assert "پایه‌ها" in desk.get(address).text
    task = office.task(int(project), 1)
    dialog = desk.get(f"/interactions/record?about=projects.task:{task}", htmx=True)
    assert f'name="party" value="{project}"' not in dialog.text
