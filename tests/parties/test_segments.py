"""Segments find what the list would find now, for whoever reads; a broken one says why and finds nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.fa.calendar import format_date
from kernel.parties.models import Party, PartyGroupMember, Segment
from kernel.parties.segments.reading import Unread, count, segment_ids, visible_segments
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound
from tests.parties.conftest import EVERYTHING, Office

SHARING = {**EVERYTHING, ("segment", "share"): "all"}


@pytest.fixture
def head(runtime, make_user):
    """Somebody who may share besides."""
    return Office(runtime, make_user("head", SHARING))


def save(someone, name, *filters, resource="person", **more):
    return someone.run("segment.save", name=name, resource=resource, filters=filters, **more)


def found(someone, segment):
    with someone.runtime.reading(someone.actor) as context:
        statement = select(Party.id).where(Party.id.in_(segment_ids(context, segment))).order_by(Party.id)
        return list(context.session.execute(statement).scalars())


def reason(someone, segment):
    with someone.runtime.reading(someone.actor) as context:
        told = count(context, segment)
        return str(told.reason) if isinstance(told, Unread) else None


def test_a_segment_is_live_and_each_reader_finds_his_own(head, own_office):
    mine = own_office.person(last_name="احمدی", gender="female")
    head.person(last_name="بهرامی", gender="male")
    segment = save(head, "بانوان", ("gender", "is", "female"), shared=True)
    assert found(head, segment) == found(own_office, segment) == [mine]
    other = head.person(last_name="پارسا", gender="female")
    assert found(head, segment) == [mine, other]
    assert found(own_office, segment) == [mine]
    head.edit("person", mine, gender="male")
    assert found(head, segment) == [other]
    head.run("record.delete", resource="person", record_id=other)
    assert found(head, segment) == []


def test_own_segments_are_for_oneself_and_sharing_is_a_right(head, office, own_office):
    segment = save(head, "بانوان", ("gender", "is", "female"))
    for act in (
        lambda: found(office, segment),
        lambda: office.run("segment.delete", segment_id=segment),
        lambda: office.run("segment.change", segment_id=segment, name="x"),
    ):
        with pytest.raises(NotFound):
            act()
    head.run("segment.share", segment_id=segment)
    assert found(office, segment) == []
    for act in (
        lambda: office.run("segment.delete", segment_id=segment),
        lambda: office.run("segment.change", segment_id=segment, name="x"),
        lambda: save(office, "مشترک", ("gender", "is", "male"), shared=True),
        lambda: office.run("segment.share", segment_id=save(office, "دیگر", ("gender", "is", "male"))),
    ):
        with pytest.raises(Forbidden):
            act()
    with own_office.runtime.reading(own_office.actor) as context:
        assert [saved.name for saved in visible_segments(context)] == ["بانوان"]
        assert context.session.execute(select(Segment.id)).first() is None


CONDITIONS = st.sampled_from(
    [
        ("gender", "is", "female"),
        ("gender", "is_not", "female"),
        ("gender", "empty", ""),
        ("role", "is", "lead"),
        ("role", "is_not", "customer"),
        ("last_name", "contains", "م"),
        ("last_name", "starts", "ا"),
        ("birth_date", "years_from", "30"),
        ("birth_date", "years_to", "40"),
        ("birth_date", "anniversary", "this_month"),
        ("birth_date", "filled", ""),
        ("created_at", "during", "today"),
        ("created_at", "last_days", "3"),
    ]
)


def holds(person, condition, today):
    """The oracle: the same condition in plain Python over the values that were entered."""
    field, operator, value = condition
    held = person[field]
    if operator in ("empty", "filled"):
        return (held is None) == (operator == "empty")
    if field == "gender":
        return (held == value) == (operator == "is")
    if field == "role":
        return (held == value) == (operator == "is")
    if field == "last_name":
        return value in held if operator == "contains" else held.startswith(value)
    if field == "created_at":
        return True
    if held is None:
        return False
    text = format_date(held, "short", digits="en")
    now = format_date(today, "short", digits="en")
    age = int(now[:4]) - int(text[:4]) - (now[5:] < text[5:])
    if operator == "years_from":
        return age >= int(value)
    if operator == "years_to":
        return age <= int(value)
    return text[5:7] == now[5:7]


@pytest.fixture
def crowd(head):
    """Thirty persons of all sorts, as they were entered, by id."""
    names = ("احمدی", "اکرمی", "بهرامی", "پارسا", "مرادی")
    today = head.runtime.clock().astimezone(head.runtime.site.time_zone).date()
    made = {}
    for number in range(30):
        person = {
            "last_name": names[number % 5],
            "gender": (None, "female", "male")[number % 3],
            "birth_date": None if number % 7 == 0 else today - timedelta(days=9_000 + number * 411),
            "role": ("lead", "customer")[number % 2],
            "created_at": today,
        }
        values = {key: value for key, value in person.items() if key not in ("role", "created_at")}
        rows = {"roles": [{"role": person["role"]}]}
        made[head.person(rows, first_name=f"شخص {number}", **values)] = person
    return made, today


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(conditions=st.lists(CONDITIONS, min_size=1, max_size=3), negated=st.booleans())
def test_segments_find_what_the_oracle_finds(head, crowd, conditions, negated):
    people, today = crowd
    with head.runtime.reading(head.actor) as context:
        for saved in visible_segments(context, own=True):
            head.run("segment.delete", segment_id=saved.id)
    inner = save(head, "درونی", *conditions)
    outer = save(head, "بیرونی", ("segment", "is_not" if negated else "is", inner))
    expected = [
        number for number, person in people.items() if all(holds(person, one, today) for one in conditions)
    ]
    assert found(head, inner) == sorted(expected)
    others = sorted(set(people) - set(expected)) if negated else sorted(expected)
    assert found(head, outer) == others


def test_segments_name_one_another_but_never_in_a_circle(head):
    first = save(head, "الف", ("gender", "is", "female"))
    second = save(head, "ب", ("segment", "is", first))
    third = save(head, "پ", ("segment", "any", [first, second]))
    with pytest.raises(Invalid):
        head.run("segment.change", segment_id=first, filters=[("segment", "is", third)])
    with pytest.raises(Invalid):
        head.run("segment.change", segment_id=first, filters=[("segment", "is_not", first)])
    assert found(head, third) == []
    with pytest.raises(Invalid):
        save(head, "مشترک", ("segment", "is", first), shared=True)
    head.run("segment.share", segment_id=first)
    save(head, "مشترک", ("segment", "is", first), shared=True)


def test_a_circle_in_the_database_is_refused_when_read(head, owner):
    first = save(head, "الف", ("gender", "is", "female"))
    second = save(head, "ب", ("segment", "is", first))
    owner.execute(
        Segment.__table__.update().where(Segment.id == first).values(filters=[["segment", "is", second]])
    )
    owner.commit()
    assert "refers to itself" in reason(head, first)
    with head.runtime.reading(head.actor) as context, pytest.raises(Invalid):
        segment_ids(context, second)


def test_what_a_segment_names_may_go_and_then_it_is_broken(head, owner):
    group = head.create("person_group", name="ویژه")
    head.person({"groups": [{"group": group}]}, last_name="احمدی")
    by_group = save(head, "ویژه‌ها", ("group", "is", group))
    inner = save(head, "الف", ("gender", "is", "female"))
    outer = save(head, "ب", ("segment", "is_not", inner))
    plugin = save(head, "پ", ("gender", "is", "female"))
    owner.execute(
        Segment.__table__.update().where(Segment.id == plugin).values(filters=[["hotel.stars", "is", "5"]])
    )
    owner.commit()
    head.run("segment.delete", segment_id=inner)
    assert reason(head, outer)
    assert "plugin" in reason(head, plugin)
    # A group whose name reads like the number of the one that is gone must not stand in for it.
    head.run("party.regroup", resource="person", party_ids=head.all(select(Party.id)), leave=[group])
    head.run("group.delete", resource="person_group", group_id=group)
    head.create("person_group", name=str(group))
    assert reason(head, by_group)
    for segment in (outer, plugin, by_group):
        with pytest.raises(Invalid):
            found(head, segment)


def test_merged_groups_are_named_by_the_segments_afterwards(head):
    one, two = (head.create("person_group", name=name) for name in ("یک", "دو"))
    number = head.person({"groups": [{"group": one}]}, last_name="احمدی")
    segments = [save(head, "الف", ("group", "is", one)), save(head, "ب", ("group", "any", [one, two]))]
    head.run("group.merge", resource="person_group", group_id=one, into=two)
    assert [found(head, segment) for segment in segments] == [[number], [number]]


def test_a_filter_that_one_may_not_use_breaks_the_segment_for_him_alone(head, runtime, make_user):
    segment = save(head, "الف", ("last_name", "is", "احمدی"), shared=True)
    blind = Office(runtime, make_user("blind", {("party_group", "view"): "all"}))
    assert reason(blind, segment)
    assert reason(head, segment) is None


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("", [("gender", "is", "female")]),
        ("x" * 101, [("gender", "is", "female")]),
        ("الف", []),
        ("الف", [("nothing", "is", "1")]),
        ("الف", [("gender", "from", "female")]),
        ("الف", [("birth_date", "during", "some_day")]),
        ("الف", [("birth_date", "years_from", "-3")]),
        ("الف", [("birth_date", "last_days", "99999999")]),
        ("الف", [("group", "is", "999999")]),
        ("الف", [("segment", "is", "999999")]),
    ],
)
def test_what_cannot_be_read_is_not_saved(head, name, filters):
    with pytest.raises(Invalid):
        save(head, name, *filters)
    assert head.all(select(Party.id)) == []


def test_names_are_unique_to_their_owner_and_edits_are_not_blind(head, office):
    first = save(head, "الف", ("gender", "is", "female"))
    with pytest.raises(Invalid):
        save(head, " الف ", ("gender", "is", "male"))
    save(office, "الف", ("gender", "is", "male"))
    head.run("segment.change", segment_id=first, name="ب", version=1)
    with pytest.raises(EditConflict):
        head.run("segment.change", segment_id=first, name="پ", version=1)


def test_a_frozen_segment_is_a_group_that_stays(head, own_office, runtime, make_user):
    mine = own_office.person(last_name="احمدی", gender="female")
    theirs = head.person(last_name="بهرامی", gender="female")
    segment = save(head, "بانوان", ("gender", "is", "female"), shared=True)
    grants = {("party", "view"): "all", ("party", "edit"): "own", ("party_group", "create"): "all"}
    keeper = Office(runtime, make_user("keeper", grants))
    assert keeper.run("segment.freeze", segment_id=segment, name="هیچ").left_out == 2
    frozen = head.run("segment.freeze", segment_id=segment, name="بانوان پاییز")
    assert (frozen.members, frozen.left_out) == (2, 0)
    head.edit("person", mine, gender="male")
    members = select(PartyGroupMember.party_id).where(PartyGroupMember.group_id == frozen.group_id)
    assert sorted(head.all(members)) == [mine, theirs]
    with pytest.raises(Forbidden):
        own_office.run("segment.freeze", segment_id=segment, name="x")
    book = save(head, "دفتر", ("kind", "is", "person"), resource="party")
    with pytest.raises(Invalid):
        head.run("segment.freeze", segment_id=book, name="x")
