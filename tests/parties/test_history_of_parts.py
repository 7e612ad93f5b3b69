"""The history of rows that are shown on another record's page is written whatever a command does after it saved them."""

from sqlalchemy import select

from kernel.parties.models import ContactPoint
from kernel.resources.history import entries


def test_a_command_may_let_the_session_forget_what_it_saved(office):
    person = office.person(last_name="احمدی")
    with office.runtime.writing(office.actor, "test") as context:
        context.session.add(ContactPoint(party_id=person, kind="phone", value="02188880000"))
        context.session.flush()
        context.session.expire_all()
    with office.runtime.writing(office.actor, "test") as context:
        contact = context.session.scalars(select(ContactPoint).where(ContactPoint.party_id == person)).one()
        contact.value = "02188880001"
        context.session.flush()
        context.session.expire_all()
    with office.runtime.reading(office.actor) as context:
        told = [(entry.action, entry.subject) for entry in entries(context, "kernel.party", person)]
    assert told[:2] == [("edit", "kernel.contact_point"), ("create", "kernel.contact_point")]


def test_work_as_the_system_within_such_work_is_told_once_each_with_its_reason(office):
    person = office.person(last_name="احمدی")
    with office.runtime.writing(office.actor, "test") as context, context.system("outside") as outer:
        with outer.system("inside") as inner:
            inner.session.add(ContactPoint(party_id=person, kind="phone", value="02188880000"))
            inner.session.flush()
        outer.session.add(ContactPoint(party_id=person, kind="phone", value="02188880001"))
    with office.runtime.reading(office.actor) as context:
        told = [
            entry.reason
            for entry in entries(context, "kernel.party", person)
            if entry.subject == "kernel.contact_point"
        ]
    assert told == ["outside", "inside"]
