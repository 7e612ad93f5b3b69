"""Recording what happened: times, subjects, follow-up numbers, and what people were at that time."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from kernel.interactions.models import Interaction, InteractionLink, InteractionParty
from kernel.interactions.snapshots import standings
from kernel.resources.errors import Forbidden, Invalid, NotFound


@pytest.fixture
def person(desk):
    return desk.person(last_name="کریمی", mobile="09121234567")


def found(desk, number):
    return desk.one(select(Interaction).where(Interaction.id == number))


def problems(call):
    with pytest.raises(Invalid) as caught:
        call()
    return {problem.field: str(problem.message) for problem in caught.value.problems}


def standing(desk, number):
    with desk.runtime.reading(desk.actor) as context:
        row = context.session.execute(select(Interaction).where(Interaction.id == number)).scalar_one()
        return standings(context, [row])[number]


def test_what_was_left_out_is_completed(desk, person, clock):
    number = desk.record(person, channel="call_out", text="درباره قرارداد\nو چیزهای دیگر")
    row = found(desk, number)
    assert row.started_at == clock()
    assert row.subject == "درباره قرارداد"
    assert row.direction == "out"
    assert row.done_by_id == row.owner_id == row.created_by == desk.actor.user_id
    assert row.follow_up_number.endswith(f"-{number}")


def test_a_channel_that_leads_nowhere_has_no_direction_and_one_that_may_keeps_what_was_said(desk, person):
    assert found(desk, desk.record(person, direction="in")).direction is None
    assert found(desk, desk.record(person, channel="sms", direction="in")).direction == "in"


def test_it_may_be_put_back_to_the_real_day_and_keeps_when_it_was_entered(desk, person, clock):
    real = clock() - timedelta(days=9)
    number = desk.record(person, started_at=real, ended_at=real + timedelta(minutes=12))
    row = found(desk, number)
    assert (row.started_at, row.duration) == (real, 12 * 60)
    assert row.created_at == clock()
    desk.edit("interaction", number, started_at=real - timedelta(days=1))
    assert found(desk, number).created_at == clock()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"started_at": timedelta(hours=1)}, "started_at"),
        ({"started_at": -timedelta(days=365 * 80)}, "started_at"),
        ({"started_at": -timedelta(hours=2), "ended_at": -timedelta(hours=3)}, "ended_at"),
        ({"started_at": -timedelta(days=90), "ended_at": -timedelta(days=1)}, "ended_at"),
        ({"started_at": -timedelta(hours=2), "ended_at": timedelta(hours=3)}, "ended_at"),
    ],
)
def test_times_that_cannot_be_are_refused_beside_their_field(desk, person, clock, values, field):
    given = {name: clock() + offset for name, offset in values.items()}
    assert set(problems(lambda: desk.record(person, **given))) == {field}
    assert desk.all(select(Interaction)) == []


def test_an_unknown_channel_and_a_missing_party_are_named(desk):
    refused = problems(lambda: desk.record_with({"channel": "pigeon"}))
    assert set(refused) == {"channel", "party"}


def test_what_follows_takes_the_number_and_closes_the_follow_up(desk, person, clock):
    first = desk.record(person, channel="follow_up", text="تماس دوباره", follow_up_on=clock().date())
    assert found(desk, first).followed_up_at is None
    second = desk.record_with({"channel": "call_out", "party": person}, follows=first)
    assert found(desk, second).follow_up_number == found(desk, first).follow_up_number
    assert found(desk, first).followed_up_at == clock()


def test_a_follow_up_needs_its_day_and_one_that_can_be(desk, person, clock):
    assert set(problems(lambda: desk.record(person, channel="follow_up"))) == {"follow_up_on"}
    yesterday = clock().date() - timedelta(days=1)
    assert set(problems(lambda: desk.record(person, follow_up_on=yesterday))) == {"follow_up_on"}


class TestStandings:
    @pytest.fixture
    def firm(self, desk):
        return desk.organisation(name="نیکان")

    @pytest.fixture
    def post(self, desk, person, firm):
        return desk.run("post.add", person=person, organisation=firm, unit="فروش", since=date(2024, 1, 1))

    def test_they_are_those_of_the_day_and_stay_after_a_change_of_firm(self, desk, person, firm, post):
        number = desk.record(person, started_at=datetime(2025, 5, 5, 8).astimezone())
        other = desk.organisation(name="پارس")
        desk.run("post.move", post_id=post, organisation=other, since=date(2026, 1, 1))
        later = desk.record(person, started_at=datetime(2026, 2, 2, 8).astimezone())
        assert standing(desk, number).words == "فروش، نیکان"
        assert standing(desk, later).organisation == "پارس"

    def test_a_correction_in_place_leaves_what_was_noted(self, desk, person, post):
        number = desk.record(person, started_at=datetime(2025, 5, 5, 8).astimezone())
        desk.run("post.edit", post_id=post, unit="خرید", since=date(2024, 1, 1))
        assert standing(desk, number).unit == "فروش"

    def test_another_day_is_asked_anew(self, desk, person, post):
        number = desk.record(person, started_at=datetime(2025, 5, 5, 8).astimezone())
        desk.edit("interaction", number, started_at=datetime(2023, 5, 5, 8).astimezone())
        assert standing(desk, number).words == ""

    def test_the_firm_that_took_part_counts_before_others(self, desk, person, firm, post):
        second = desk.organisation(name="البرز")
        desk.run("post.add", person=person, organisation=second, since=date(2025, 1, 1))
        number = desk.record(person, firm, started_at=datetime(2025, 5, 5, 8).astimezone())
        assert standing(desk, number).organisation_id == firm

    def test_a_hidden_firm_is_not_named(self, desk, make_desk, person, firm, post):
        number = desk.record(person, started_at=datetime(2025, 5, 5, 8).astimezone())
        reza = make_desk("reza", {("party", "view"): "own", ("interaction", "view"): "all"})
        desk.run("record.assign", resource="person", record_id=person, owner=reza.actor.user_id)
        assert standing(reza, number).organisation == ""
        assert standing(reza, number).organisation_id is None


VIEW_OWN_PARTIES = {("party", "view"): "own", ("interaction", "view"): "all"}


class TestWhoSees:
    def give(self, desk, party, to):
        kind = "person"
        desk.run("record.assign", resource=kind, record_id=party, owner=to.actor.user_id)

    def test_whoever_sees_one_of_the_parties(self, desk, make_desk, person):
        guest, hidden = desk.person(last_name="مهمان"), desk.person(last_name="پنهان")
        number = desk.record(person, guest)
        reza = make_desk("reza", VIEW_OWN_PARTIES)
        assert reza.all(select(Interaction)) == []
        self.give(desk, guest, reza)
        assert [row.id for row in reza.all(select(Interaction))] == [number]
        assert [row.party_id for row in reza.all(select(InteractionParty))] == [guest]
        desk.record(hidden)
        assert [row.id for row in reza.all(select(Interaction))] == [number]

    def test_the_grant_on_interactions_counts_besides(self, desk, make_desk, person):
        reza = make_desk("reza", {("party", "view"): "all", ("interaction", "view"): "own"})
        number = desk.record(person, desk.person(last_name="مهمان"))
        assert reza.all(select(Interaction)) == []
        assert reza.all(select(InteractionParty)) == []
        desk.run("record.assign", resource="interaction", record_id=number, owner=reza.actor.user_id)
        assert [row.id for row in reza.all(select(Interaction))] == [number]
        assert len(reza.all(select(InteractionParty))) == 1

    def test_whoever_sees_nobody_of_it_can_record_nothing_with_him(self, desk, make_desk, person):
        rights = {("interaction", action): "own" for action in ("view", "create")}
        reza = make_desk("reza", rights | {("party", "view"): "own"})
        assert set(problems(lambda: reza.record(person))) == {"party"}
        self.give(desk, person, reza)
        assert reza.record(person)

    def test_place_grants_reach_interactions_through_the_party(self, desk, make_desk, person, runtime):
        number = desk.record(person)
        assert found(desk, number).province_id is None
        with runtime.system_work("test", "test") as context:
            from kernel.parties.models import Party
            from kernel.parties.places.models import Province

            province = context.session.execute(select(Province.id).limit(1)).scalar_one()
            context.session.get_one(Party, person).province_id = province
        assert found(desk, number).province_id == province


class TestAbout:
    def test_an_interaction_is_tied_to_a_record_that_the_actor_sees(self, desk, person):
        household = desk.create(
            "household", {"members": [{"person": person, "part": "head"}]}, name="خانواده کریمی"
        )
        number = desk.record_with({"channel": "visit", "party": person}, about=("household", household))
        desk.run("interaction.link", interaction_id=number, resource="household", record_id=household)
        (row,) = desk.all(select(InteractionLink))
        assert (row.resource, row.record_id) == ("household", household)
        desk.run("interaction.unlink", interaction_id=number, link_id=row.id)
        assert desk.all(select(InteractionLink)) == []

    def test_not_to_a_party_nor_to_what_is_hidden(self, desk, make_desk, person):
        number = desk.record(person)
        assert problems(
            lambda: desk.run("interaction.link", interaction_id=number, resource="person", record_id=person)
        )
        with pytest.raises(NotFound):
            desk.run("interaction.link", interaction_id=number, resource="household", record_id=999)


def test_only_who_may_create_records(make_desk, desk, person):
    reza = make_desk("reza", {("party", "view"): "all", ("interaction", "view"): "all"})
    with pytest.raises(Forbidden):
        reza.record(person)
