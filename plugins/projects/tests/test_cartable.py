"""With the plugin `tasks` beside: copies follow in the same transaction, and stay when it is paused or removed."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from kernel.access.actor import SYSTEM
from kernel.extension.discovery import discover
from kernel.lifecycle.install import install
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.resources.build import build_runtime
from kernel.resources.errors import Refused
from kernel.testing.authors import install_plugin
from plugins.projects.models import Project, State, Task
from plugins.projects.resources import TASK
from plugins.projects.suggestions import PATTERNS
from plugins.projects.tests.conftest import Office

PURPOSE = "projects beside tasks"
BY = SYSTEM("tests")
Lookup = TASK.by_name["assignee"]


def both(engines, site):
    for name in ("tasks", "projects"):
        install_plugin(engines, name, site)


@pytest.fixture
def plugin_site(worker_sites, engines):
    yield worker_sites.kept(PURPOSE, partial(both, engines))
    worker_sites.clean(PURPOSE)


@pytest.fixture
def workshop(plugin_site, engines):
    return Workshop(plugin_site, engines, discover())


def again(office: Office, engines) -> Office:
    return Office(build_runtime(office.runtime.site, engines, isolate=False), office.head)


def copies(office: Office, project: int) -> list[Task]:
    wanted = select(Task).where(Task.project_id == project, Task.binned_at.is_(None)).order_by(Task.id)
    return office.look(lambda context: list(context.session.execute(wanted).scalars()))


def progress(office: Office, project: int) -> int:
    return office.row(Project, project).progress


def in_cartable(office: Office, project: int, value: int, **more) -> int:
    """A task of the cartable about the project, as its own form makes it: by its interface for others."""
    from plugins.tasks.api import create_task

    with office.runtime.writing(office.head, "tests") as context:
        return create_task(
            context,
            title="کار",
            assignee_id=office.head.user_id,
            resource="projects.project",
            record_id=project,
            value=value,
            **more,
        )


def test_tasks_of_the_cartable_make_the_progress_at_once(office: Office) -> None:
    project = office.make("project", title="پل")
    heavy, light = in_cartable(office, project, 3), in_cartable(office, project, 1)
    office.run("tasks.set_percent", task=heavy, percent=50)
    assert [(task.cartable_id, task.value, task.percent) for task in copies(office, project)] == [
        (heavy, 3, 50),
        (light, 1, 0),
    ]
    assert progress(office, project) == 37
    office.run("tasks.cancel", task=light)
    assert progress(office, project) == 50
    office.run("record.delete", resource="tasks.task", record_id=heavy)
    assert progress(office, project) == 0
    office.run("record.restore", resource="tasks.task", record_id=heavy)
    office.run("tasks.set_percent", task=heavy, percent=100)
    assert progress(office, project) == 100
    office.run("tasks.reopen", task=light)
    assert progress(office, project) == 75


def test_a_new_task_of_a_project_goes_into_the_cartable_once(office: Office) -> None:
    project = office.make("project", title="پل")
    own = office.task(project, 4, assignee=office.head.user_id, due_on="1405/12/01")
    (copy,) = copies(office, project)
    assert (copy.id, copy.cartable_id is not None, copy.value) == (own, True, 4)
    assert office.run("projects.set_percent", task=own, percent=25) == 25
    nobody = office.task(project, 4)
    assert office.row(Task, nobody).cartable_id is None
    office.run("projects.set_percent", task=nobody, percent=75)
    assert progress(office, project) == 50


def test_own_tasks_stay_own_until_they_are_handed_over(office: Office, workshop, engines, browse) -> None:
    pause(workshop, "tasks", BY)
    alone = again(office, engines)
    project = alone.make("project", title="پل")
    task = alone.task(project, 2, 40, assignee=office.head.user_id)
    with pytest.raises(Refused):
        alone.run("projects.hand_to_cartable", project=project)
    resume(workshop, "tasks", BY)
    back = again(office, engines)
    assert back.row(Task, task).cartable_id is None
    boss = browse("boss", administrator=True)
    assert "۱ وظیفهٔ باز تنها در پروژه" in boss.get(f"/projects/{project}/plan").text
    assert boss.post(f"/projects/{project}/hand_to_cartable").status_code == 303
    kept = back.row(Task, task)
    assert kept.cartable_id is not None
    assert (kept.percent, progress(back, project), len(copies(back, project))) == (40, 40, 1)
    assert back.run("projects.hand_to_cartable", project=project) == 0


def test_copies_rest_while_it_is_paused_and_can_be_taken_over(
    office: Office, workshop, engines, browse
) -> None:
    project = office.make("project", title="پل")
    number = in_cartable(office, project, 5)
    office.run("tasks.set_percent", task=number, percent=30)
    (copy,) = copies(office, project)
    pause(workshop, "tasks", BY)
    alone = again(office, engines)
    boss = browse("boss", administrator=True)
    page = boss.get(f"/projects/{project}/plan").text
    assert "بدون کارتابل" in page
    assert boss.post(f"/projects/percent/{copy.id}", {"percent": "60"}).status_code == 422
    assert progress(alone, project) == 30
    assert boss.post(f"/projects/{project}/take_over").status_code == 303
    assert boss.post(f"/projects/percent/{copy.id}", {"percent": "60"}).status_code == 303
    assert progress(alone, project) == 60
    resume(workshop, "tasks", BY)
    back = again(office, engines)
    back.run("tasks.set_percent", task=number, percent=90)  # no longer counts: the project has its own
    assert (progress(back, project), len(copies(back, project))) == (60, 1)
    assert back.run("projects.hand_to_cartable", project=project) == 1
    assert (progress(back, project), len(copies(back, project))) == (
        90,
        1,
    )  # the cartable's word counts again


def test_removed_and_brought_back_or_begun_anew(office: Office, workshop, engines) -> None:
    project = office.make("project", title="پل")
    number = in_cartable(office, project, 5)
    office.run("tasks.set_percent", task=number, percent=30)
    gone = uninstall(workshop, "tasks", BY)
    assert progress(again(office, engines), project) == 30
    restore(workshop, gone.archive.name, BY)
    back = again(office, engines)
    back.run("tasks.set_percent", task=number, percent=45)
    assert progress(back, project) == 45
    uninstall(workshop, "tasks", BY)
    install(workshop, "tasks", BY)
    fresh = again(office, engines)
    other = fresh.make("project", title="سد")
    in_cartable(fresh, other, 1, key="projects.other")
    in_cartable(fresh, other, 1, key="projects.other")
    assert [(task.cartable_id, task.percent) for task in copies(fresh, project)] == [(number, 45)]
    assert (progress(fresh, project), len(copies(fresh, other))) == (45, 1)


def test_an_expert_says_how_far_his_task_of_the_cartable_is(office: Office, browse) -> None:
    grants = next(pattern.grants for pattern in PATTERNS if pattern.name == "expert")
    sara = browse("sara", grants)
    found = office.look(lambda context: Lookup.find("sara", context))
    project = office.make("project", title="پل")
    mine = office.task(project, 1, assignee=found[0])
    other = office.task(project, 1, assignee=office.head.user_id)
    page = sara.get(f"/projects/{project}/plan").text
    assert f"/projects/percent/{mine}" in page
    assert f"/projects/percent/{other}" not in page
    assert sara.post(f"/projects/percent/{mine}", {"percent": "50"}).status_code == 303
    assert sara.post(f"/projects/percent/{other}", {"percent": "50"}).status_code in (403, 404)
    assert progress(office, project) == 25


def test_the_employer_hears_of_percent_and_phases_and_of_nothing_else(office: Office, engines) -> None:
    from plugins.tasks.models import ProgressIssue, ProgressReport
    from plugins.tasks.progress.sending import send_all

    values = {"last_name": "کریمی", "mobile": "09121234567"}
    employer = office.run("record.create", resource="person", values=values)
    project = office.make("project", title="ویلا", employer=employer, budget="900000000")
    office.make("phase", title="سقف", project=project, planned_until="1405/12/29")
    in_cartable(office, project, value=3)
    asked = {"resource": "projects.project", "record_id": project}
    report = office.run("tasks.report_progress", **asked, repeat="months", repeat_day="31")

    def told():
        with office.runtime.system_work("tests", "tests") as context:
            row = context.session.get(ProgressReport, report)
            row.next_on = context.today
            context.session.flush()
            send_all(context)
        wanted = select(ProgressIssue.outcome, ProgressIssue.text).order_by(ProgressIssue.id)
        return office.look(lambda context: context.session.execute(wanted).all())

    (first,) = told()
    assert (first.outcome, first.text) == ("sent", "انجام‌شده: ۰٪\nسقف: برنامه تا ۱۴۰۵/۱۲/۲۹")
    row = office.row(ProgressReport, report)
    assert (row.title, row.party_id, row.about_id) == ("ویلا", employer, project)
    pause(Workshop(office.runtime.site, engines, discover()), "projects", BY)
    running = office.runtime
    office.runtime = build_runtime(running.site, engines, isolate=False)
    assert len(told()) == 1, "while projects rest, their reports wait"
    resume(Workshop(running.site, engines, discover()), "projects", BY)
    office.runtime = build_runtime(running.site, engines, isolate=False)
    assert office.row(ProgressReport, report).state == "running"
    state = office.look(
        lambda context: context.session.execute(
            select(State.id).where(State.stage == "cancelled")
        ).scalar_one()
    )
    office.edit("project", project, state=state)
    assert len(told()) == 1, "of what is given up nothing is told"
    assert office.row(ProgressReport, report).ended_why == "gone"
