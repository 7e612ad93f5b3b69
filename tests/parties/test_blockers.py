"""What stands in the way of a deletion, in all plugins: the database itself is the oracle. And who is told what of it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, event, given, settings
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.resources.errors import Refused
from kernel.resources.records.blockers import blockers
from kernel.testing.users import add_user
from tests.parties.merge.test_graphs import draw, graphs, world

__all__ = ["world"]


def could_go(world, table, numbers):
    """Ask the database which of the rows it would delete, each by itself."""
    going = set()
    with world.owner.connect() as connection, connection.begin() as transaction:
        for number in numbers:
            one = connection.begin_nested()
            try:
                connection.execute(text(f"DELETE FROM {table} WHERE id = :id"), {"id": number})
                connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
                going.add(number)
            except IntegrityError:
                pass
            finally:
                one.rollback()
        transaction.rollback()
    return going


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=graphs)
def test_blockers_of_every_record_of_every_kind_are_what_the_database_says(world, graph):
    world.clear()
    draw(world, graph)
    world.write("UPDATE medical.appointment SET binned_at = now() WHERE id % 2 = 0")
    blocked = 0
    for resource in world.runtime.resources.values():
        if resource.overview:
            continue
        numbers = [row.id for row in world.read(f"SELECT id FROM {resource.table} ORDER BY id LIMIT 40")]
        with world.runtime.reading(world.actor, lift_bin=True) as context:
            found = {number: blockers(context, resource, number) for number in numbers}
        going = could_go(world, resource.table, numbers)
        for number in numbers:
            assert bool(found[number]) == (number not in going), (resource.name, found[number])
            blocked += bool(found[number])
    event(f"blocked: {blocked > 0}")


def test_who_may_not_see_what_hangs_on_a_record_learns_that_there_are_others_and_no_more(world):
    with world.owner.begin() as connection:
        desk = add_user(
            connection,
            "desk",
            {("party", action): "all" for action in ("view", "delete", "purge")},
        )
        clinic = add_user(
            connection,
            "clinic",
            {("party", action): "all" for action in ("view", "delete")}
            | {("medical.appointment", action): "all" for action in ("view", "delete")},
        )
    person = world.run("record.create", resource="person", values={"last_name": "رضایی"})
    other = world.run("record.create", resource="person", values={"last_name": "پزشک"})
    doctor = world.write(
        "INSERT INTO medical.doctor (party_id, name, search_key, sort_key) VALUES (:p, 'x', 'x', 'x') RETURNING id",
        p=other,
    )
    service = world.write(
        "INSERT INTO medical.service (title, minutes, search_key, sort_key) VALUES ('x', 9, 'x', 'x') RETURNING id"
    )
    for hour in range(2):
        world.write(
            "INSERT INTO medical.appointment (doctor_id, patient_id, service_id, starts_at, ends_at, binned_at)"
            " VALUES (:d, :p, :s, CAST('2026-11-21T08:00Z' AS timestamptz) + :h * interval '1 hour',"
            " CAST('2026-11-21T08:10Z' AS timestamptz) + :h * interval '1 hour', :b)",
            d=doctor,
            p=person,
            s=service,
            h=hour,
            b="2026-11-20T00:00Z" if hour else None,
        )
    world.write("INSERT INTO ghost.tag (party_id, word) VALUES (:p, 'x')", p=person)

    def refusal(actor):
        with pytest.raises(Refused) as refused:
            world.runtime.execute(actor, "record.delete", resource="person", record_id=person)
        return world.runtime.translate(refused.value.message), refused.value.links

    words, links = refusal(world.actor)
    assert "۲ × نوبت‌ها (که ۱ مورد آن در بازیافت است)" in words
    assert "۱ × ghost.tag" in words
    assert {url for _title, url in links} == {
        f"/medical/appointments?f.patient.is={person}",
        "/medical/appointments/bin",
    }
    words, links = refusal(clinic)
    assert "۲ × نوبت‌ها" in words
    assert "موارد دیگری که به شما نشان داده نمی‌شود" in words
    assert "ghost" not in words
    words, links = refusal(desk)
    assert words.endswith("موارد دیگری که به شما نشان داده نمی‌شود")
    assert not {"نوبت", "۱", "۲", "۳", "ghost"} & set(words.replace("‌", " ").split())
    assert links == ()
    world.write("UPDATE kernel.party SET binned_at = now() WHERE id = :p", p=person)
    with pytest.raises(Refused) as refused:
        world.runtime.execute(desk, "record.purge", resource="person", record_id=person)
    assert world.runtime.translate(refused.value.message) == words
