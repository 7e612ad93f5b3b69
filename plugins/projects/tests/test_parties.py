"""What becomes of projects when employers are merged or erased, and users leave."""

from __future__ import annotations

from sqlalchemy import func, select

from plugins.projects.models import Contact, Project, Task
from plugins.projects.tests.conftest import Office


def person(office: Office, name: str) -> int:
    return office.run("record.create", resource="person", values={"last_name": name})


def test_projects_go_with_the_party_that_stays(office: Office) -> None:
    kept, dropped = person(office, "کارون"), person(office, "کارونی")
    project = office.make("project", title="پل", employer=dropped)
    office.run("party.merge", kept=kept, dropped=dropped)
    assert office.row(Project, project).employer_id == kept


def test_an_erased_employer_leaves_the_project_without_its_telephones(office: Office) -> None:
    secret = "021 555 1234"
    erased = person(office, "کارون")
    parts = {"contacts": [{"value": secret}]}
    project = office.make("project", title="پل", employer=erased, parts=parts)
    other = office.make("project", title="سد", parts=parts)
    office.run("party.erase", party_id=erased, confirmed=erased)
    assert office.row(Project, project).employer_id == erased

    def left(number: int) -> int:
        counted = select(func.count()).where(Contact.project_id == number)
        return office.look(lambda context: context.session.execute(counted).scalar_one())

    assert (left(project), left(other)) == (0, 1)


def test_open_tasks_are_handed_over_with_the_project(office: Office, make_actor) -> None:
    sara, omid = make_actor("sara", {}), make_actor("omid", {})
    project = office.make("project", title="پل", expert=sara.user_id)
    task = office.task(project, 1, assignee=sara.user_id)
    done = office.task(project, 1, 100, assignee=sara.user_id)
    office.run("record.assign", resource="projects.project", record_id=project, owner=omid.user_id)
    assert [office.row(Task, one).assignee_id for one in (task, done)] == [omid.user_id, sara.user_id]
