"""The progress is right with every change of a task, whatever changes it, and its course is kept."""

from __future__ import annotations

from sqlalchemy import select

from plugins.projects.models import ProgressPoint, Project, Task
from plugins.projects.tests.conftest import Office


def progress(office: Office, project: int) -> int:
    return office.row(Project, project).progress


def test_it_follows_every_change_of_a_task(office: Office) -> None:
    project = office.make("project", title="Bridge")
    assert progress(office, project) == 0
    heavy, light = office.task(project, 3), office.task(project, 1)
    office.run("projects.set_percent", task=heavy, percent=50)
    assert progress(office, project) == 37
    office.edit("task", light, percent=100)
    assert office.row(Task, light).state == "done"
    assert progress(office, project) == 62
    office.edit("task", light, value=9)
    assert progress(office, project) == 87
    office.edit("task", light, state="open")
    assert (office.row(Task, light).percent, progress(office, project)) == (0, 12)
    office.edit("task", light, state="cancelled")
    assert progress(office, project) == 50
    office.edit("task", heavy, state="done")
    assert progress(office, project) == 100
    office.edit("task", light, state="open", percent=99)
    assert progress(office, project) == 99


def test_it_follows_the_bin(office: Office) -> None:
    project = office.make("project", title="Bridge")
    done, open_ = office.task(project, 1, 100), office.task(project, 1)
    assert progress(office, project) == 50
    office.run("record.delete", resource="projects.task", record_id=open_)
    assert progress(office, project) == 100
    office.run("record.restore", resource="projects.task", record_id=open_)
    assert progress(office, project) == 50
    office.run("record.delete", resource="projects.task", record_id=done)
    office.run("record.purge", resource="projects.task", record_id=done)
    assert progress(office, project) == 0


def test_what_is_entered_by_hand_holds_without_tasks_alone(office: Office) -> None:
    project = office.make("project", title="Bridge", manual_progress="40")
    assert progress(office, project) == 40
    task = office.task(project, 5)
    assert progress(office, project) == 0
    office.edit("project", project, manual_progress=70)
    assert progress(office, project) == 0
    office.edit("task", task, state="cancelled")
    assert progress(office, project) == 70


def test_each_day_of_a_change_has_a_point(office: Office, clock) -> None:
    clock.set(office.runtime.clock())
    project = office.make("project", title="Bridge")
    task = office.task(project, 2)
    office.run("projects.set_percent", task=task, percent=10)
    office.run("projects.set_percent", task=task, percent=30)
    clock.advance(days=2)
    office.edit("task", task, description="nothing that counts")
    clock.advance(days=2)
    office.run("projects.set_percent", task=task, percent=60)

    def course(context):
        wanted = select(ProgressPoint.progress).where(ProgressPoint.project_id == project)
        return list(context.session.execute(wanted.order_by(ProgressPoint.day)).scalars())

    assert office.look(course) == [30, 60]
