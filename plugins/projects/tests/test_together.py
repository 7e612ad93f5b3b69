"""Several people at once, each on a connection of his own: the progress loses nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from plugins.projects.models import ProgressPoint, Project, Task
from plugins.projects.progress import progress_of
from plugins.projects.tests.conftest import Office

AT_ONCE = 6


def test_tasks_of_one_project_change_at_the_same_moment(office: Office) -> None:
    project = office.make("project", title="Bridge")
    tasks = [office.task(project, value) for value in range(1, AT_ONCE + 1)]
    begin = Barrier(AT_ONCE)

    def work(place: int) -> None:
        begin.wait(timeout=30)
        for percent in (20, 55, 100, 100 - 7 * place):
            office.run("projects.set_percent", task=tasks[place], percent=percent)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, range(AT_ONCE)))

    def found(context):
        wanted = select(Task).where(Task.project_id == project)
        points = select(ProgressPoint.progress).where(ProgressPoint.project_id == project)
        return (
            progress_of(context.session.execute(wanted).scalars()),
            context.session.get(Project, project).progress,
            list(context.session.execute(points).scalars()),
        )

    expected, kept, points = office.look(found)
    assert kept == expected
    assert points == [expected]


def test_new_tasks_at_the_same_moment_are_all_counted(office: Office) -> None:
    project = office.make("project", title="Bridge")
    begin = Barrier(AT_ONCE)

    def add(place: int) -> None:
        begin.wait(timeout=30)
        office.task(project, 1, 100 if place % 2 else 0)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(add, range(AT_ONCE)))
    assert office.row(Project, project).progress == 50


def test_codes_given_at_the_same_moment_differ(office: Office) -> None:
    begin = Barrier(AT_ONCE)

    def make(place: int) -> int:
        begin.wait(timeout=30)
        return office.make("project", title=f"Bridge {place}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(make, range(AT_ONCE)))
    codes = [office.row(Project, number).code for number in made]
    assert len(set(codes)) == AT_ONCE
