"""Posts over time against a calendar that is counted day by day; promotion, change of firm, parallel jobs."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from kernel.fa.calendar import parse_date
from kernel.parties.models import Employment
from kernel.parties.posts import posts_at, posts_of, staff_at, staff_of
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound
from tests.parties.conftest import Office

FIRST = date(2020, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(9)]
day_or_none = st.one_of(st.none(), st.sampled_from(DAYS[1:-1]))


def held(office, person, day):
    with office.runtime.reading(office.actor) as context:
        return posts_at(context, [person], day).get(person, [])


def all_posts(office, person):
    with office.runtime.reading(office.actor) as context:
        return posts_of(context, [person]).get(person, [])


@pytest.fixture
def firms(office):
    return [office.organisation(name=name) for name in ("نیکان", "پارس", "البرز")]


@pytest.fixture
def person(office):
    return office.person(last_name="کریمی")


@pytest.fixture
def positions(office):
    return [
        office.run("base_data.add", source="position", title=title)
        for title in ("کارشناس فروش", "سرپرست فروش", "رئیس فروش")
    ]


class Calendar:
    """What is held on each day, entered day by day."""

    def __init__(self):
        self.days = {day: [] for day in DAYS}

    def hold(self, what, since, until):
        for day, present in self.days.items():
            if (since is None or day >= since) and (until is None or day <= until):
                present.append(what)

    def double(self):
        return any(len(set(present)) < len(present) for present in self.days.values())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 1), day_or_none, day_or_none), min_size=1, max_size=5
    )
)
def test_random_posts_against_the_calendar(office, firms, positions, person, entries):
    with office.runtime.system_work("test", "test") as context:
        context.session.execute(delete(Employment))
    calendar = Calendar()
    for firm, position, since, until in entries:
        backwards = since is not None and until is not None and until < since
        trial = Calendar()
        trial.days = {day: list(present) for day, present in calendar.days.items()}
        if not backwards:
            trial.hold((firms[firm], positions[position]), since, until)
        arguments = {
            "person": person,
            "organisation": firms[firm],
            "position": positions[position],
            "since": since,
            "until": until,
        }
        if backwards or trial.double():
            with pytest.raises(Invalid):
                office.run("post.add", **arguments)
        else:
            office.run("post.add", **arguments)
            calendar = trial
    with office.runtime.reading(office.actor) as context:
        everything = posts_of(context, [person]).get(person, [])
        for day, present in calendar.days.items():
            found = posts_at(context, [person], day).get(person, [])
            assert sorted((post.organisation_id, post.position_id) for post in found) == sorted(present)
            assert {post.id for post in found} == {post.id for post in everything if post.holds_on(day)}
            staff = staff_at(context, firms, day)
            assert sum(len(posts) for posts in staff.values()) == len(present)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chain=st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.integers(0, 2)), min_size=1, max_size=4),
    start=st.one_of(st.none(), st.just(FIRST)),
    end=st.one_of(st.none(), st.just(DAYS[-2])),
)
def test_a_chain_of_promotions_and_changes_leaves_no_day_empty_and_none_double(
    office, firms, positions, person, chain, start, end
):
    with office.runtime.system_work("test", "test") as context:
        context.session.execute(delete(Employment))
    at, firm, position = DAYS[0], 0, 0
    post = office.run(
        "post.add", person=person, organisation=firms[0], position=positions[0], since=start, until=end
    )
    expected = {
        day: (0, 0) for day in DAYS if (start is None or day >= start) and (end is None or day <= end)
    }
    for step, moves, target in chain:
        at += timedelta(days=step)
        if at not in DAYS or (end is not None and at > end):
            break
        arguments = {"post_id": post, "since": at, "position": positions[target]}
        stays = target == firm if moves else target == position
        if stays:
            with pytest.raises(Invalid):
                office.run(
                    "post.move" if moves else "post.promote",
                    **arguments,
                    **({"organisation": firms[target]} if moves else {}),
                )
            continue
        if moves:
            post = office.run("post.move", **arguments, organisation=firms[target])
            firm, end = target, None
        else:
            post = office.run("post.promote", **arguments)
        position = target
        for day in DAYS:
            if day >= at and (end is None or day <= end):
                expected[day] = (firm, position)
    for day in DAYS:
        found = [(post.organisation_id, post.position_id) for post in held(office, person, day)]
        wanted = expected.get(day)
        assert found == ([] if wanted is None else [(firms[wanted[0]], positions[wanted[1]])])


def test_parallel_jobs(office, firms, positions, person):
    for firm in firms[:2]:
        office.run("post.add", person=person, organisation=firm, position=positions[0])
    office.run("post.add", person=person, organisation=firms[0], position=positions[1])
    assert len(held(office, person, FIRST)) == 3


def test_the_same_post_in_two_units_but_not_twice(office, firms, positions, person):
    post = {"person": person, "organisation": firms[0], "position": positions[0]}
    office.run("post.add", **post, unit="تهران")
    office.run("post.add", **post, unit="شیراز")
    with pytest.raises(Invalid):
        office.run("post.add", **post, unit="شیراز", since="1400/01/01")


def test_promotion_keeps_what_was_at_both_sides(office, firms, positions, person):
    rows = [
        {"organisation": firms[0], "position": str(positions[0]), "is_contact": "1", "since": "1395/01/01"}
    ]
    office.edit("person", person, parts={"employments": rows})
    (post,) = all_posts(office, person)
    office.run("post.promote", post_id=post.id, since="1400/07/01", position=positions[2], unit="فروش")
    new, old = all_posts(office, person)
    assert (new.position, new.unit, new.is_contact, new.until) == ("رئیس فروش", "فروش", True, None)
    assert (old.position, old.until) == ("کارشناس فروش", parse_date("1400/06/31"))
    with office.runtime.reading(office.actor) as context:
        assert staff_of(context, [firms[0]]) == {firms[0]: [new, old]}
    assert [item.position for item in held(office, person, parse_date("1400/06/31"))] == ["کارشناس فروش"]
    assert [item.position for item in held(office, person, parse_date("1400/07/01"))] == ["رئیس فروش"]


def test_a_change_of_firm_stays_with_the_former_one(office, firms, positions, person):
    post = office.run("post.add", person=person, organisation=firms[0], position=positions[0])
    office.run("post.move", post_id=post, since="1402/01/15", organisation=firms[1], position=positions[1])
    with office.runtime.reading(office.actor) as context:
        before = staff_at(context, firms, parse_date("1402/01/14"))
        after = staff_at(context, firms, parse_date("1402/01/15"))
    assert (list(before), list(after)) == ([firms[0]], [firms[1]])


@pytest.mark.parametrize(
    ("command", "arguments", "field"),
    [
        ("post.promote", {"since": "1395/01/01", "position": "رئیس فروش"}, "since"),
        ("post.promote", {"position": "رئیس فروش"}, "since"),
        ("post.promote", {"since": "1396/01/01", "position": "کارشناس فروش"}, "position"),
        ("post.promote", {"since": "1399/01/01", "position": "رئیس فروش"}, "since"),
        ("post.move", {"since": "1396/01/01"}, "organisation"),
        ("post.move", {"since": "1396/01/01", "organisation": "نیکان"}, "organisation"),
        ("post.end", {"until": "1394/12/29"}, "until"),
        ("post.edit", {"since": "1396/01/01", "until": "1395/12/29"}, "until"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(office, firms, positions, person, command, arguments, field):
    post = office.run(
        "post.add",
        person=person,
        organisation=firms[0],
        position=positions[0],
        since="1395/01/01",
        until="1397/12/29",
    )
    with pytest.raises(Invalid) as caught:
        office.run(command, post_id=post, **arguments)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert len(all_posts(office, person)) == 1


def test_ended_today_it_is_still_held_today(office, firms, person):
    post = office.run("post.add", person=person, organisation=firms[0])
    office.run("post.end", post_id=post)
    with office.runtime.reading(office.actor) as context:
        assert posts_at(context, [person], context.today)
        assert not posts_at(context, [person], context.today + timedelta(days=1))


def test_correcting_and_removing(office, firms, positions, person):
    post = office.run("post.add", person=person, organisation=firms[0], position=positions[0])
    office.run("post.edit", post_id=post, version=1, position=positions[1], unit="انبار")
    (now,) = all_posts(office, person)
    assert (now.position, now.unit) == ("سرپرست فروش", "انبار")
    with pytest.raises(EditConflict):
        office.run("post.edit", post_id=post, version=1)
    office.run("post.remove", post_id=post)
    assert all_posts(office, person) == []


def test_many_persons_are_one_query(office, firms, person, statements_of):
    others = [office.person(last_name=f"نفر {number}") for number in range(5)]
    for number in (person, *others):
        office.run("post.add", person=number, organisation=firms[0])
    with office.runtime.reading(office.actor) as context, statements_of() as seen:
        assert len(posts_at(context, [person, *others], FIRST)) == 6
    assert len(seen) == 1


@pytest.fixture
def statements_of(engines, site):
    from contextlib import contextmanager

    from sqlalchemy import event

    @contextmanager
    def watching():
        seen = []

        def note(_connection, _cursor, statement, *_others):
            seen.append(statement)

        engine = engines.app(site)
        event.listen(engine, "before_cursor_execute", note)
        yield seen
        event.remove(engine, "before_cursor_execute", note)

    return watching


def test_a_post_is_seen_by_who_sees_both_and_written_by_who_edits_one(
    office, runtime, make_user, firms, person
):
    grants = {("party", action): "own" for action in ("view", "create", "edit")}
    reza = Office(runtime, make_user("reza", grants))
    mine = reza.person(last_name="رضایی")
    hidden = office.run("post.add", person=mine, organisation=firms[0])
    assert all_posts(reza, mine) == []
    assert reza.all(select(Employment.id)) == []
    for command in ("post.end", "post.remove", "post.edit"):
        with pytest.raises(NotFound):
            reza.run(command, post_id=hidden)
    own_firm = reza.organisation(name="شرکت رضا")
    foreign = office.run("post.add", person=person, organisation=own_firm)
    with reza.runtime.reading(reza.actor) as context:
        assert staff_of(context, [own_firm]) == {}
    viewer = Office(runtime, make_user("mina", {**grants, ("party", "view"): "all"}))
    with pytest.raises(Forbidden):
        viewer.run("post.end", post_id=foreign)
    firm_of_viewer = viewer.organisation(name="شرکت مینا")
    post = viewer.run("post.add", person=person, organisation=firm_of_viewer)
    viewer.run("post.end", post_id=post)
