"""In whose charge interactions are: handed over, of who leaves, through a deputy, by place; and brought by a file."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from kernel.access.actor import SYSTEM, load_actor
from kernel.access.deputies import personal
from kernel.interactions.models import Interaction, InteractionParty
from kernel.parties.models import Party
from kernel.parties.places.models import Province
from kernel.resources.errors import CommandError
from kernel.resources.importing import progress, run_import, start

OWN = {
    ("party", "view"): "all",
    **{("interaction", each): "own" for each in ("view", "create", "edit", "assign")},
}


@pytest.fixture
def person(desk):
    return desk.person(first_name="مینا", last_name="راد", mobile="09121111111")


def seen(desk):
    return [row.id for row in desk.all(select(Interaction))], len(desk.all(select(InteractionParty)))


def again(desk):
    """Give the same user as the next request finds him."""
    with desk.runtime.reading(SYSTEM("test")) as context:
        actor = load_actor(
            context.session,
            desk.actor.user_id,
            today=context.today,
            records=personal(desk.runtime.policies),
        )
    return type(desk)(desk.runtime, actor)


def test_what_is_handed_over_is_seen_by_who_got_it_with_all_who_took_part(desk, make_desk, person):
    other = desk.person(first_name="سارا", last_name="راد", mobile="09122222222")
    reza, omid = make_desk("reza", OWN), make_desk("omid", OWN)
    number = reza.record(person, other)
    assert (seen(reza), seen(omid)) == (([number], 1), ([], 0))
    reza.run("record.assign", resource="interaction", record_id=number, owner=omid.actor.user_id)
    assert seen(omid) == ([number], 1)
    # Who did it goes on seeing it: it is his work that it tells of.
    assert seen(reza) == ([number], 1)
    with pytest.raises(CommandError):
        reza.run("record.assign", resource="interaction", record_id=number, owner=999999)


def test_who_leaves_hands_his_interactions_over(desk, make_desk, make_user, person, runtime):
    reza, omid = make_desk("reza", OWN), make_desk("omid", OWN)
    boss = type(desk)(runtime, make_user("boss", administrator=True))
    numbers = [reza.record(person) for _time in range(3)]
    given = boss.run(
        "user.hand_over", user_id=reza.actor.user_id, receivers=[omid.actor.user_id], deactivate=True
    )
    assert given == 3
    assert sorted(seen(omid)[0]) == numbers
    rows = boss.all(select(Interaction))
    assert {row.done_by_id for row in rows} == {reza.actor.user_id}


def test_a_deputy_sees_and_edits_what_the_absent_user_would(desk, make_desk, person, runtime, clock):
    reza, omid = make_desk("reza", OWN), make_desk("omid", OWN)
    number = reza.record(person)
    day = clock().date()
    values = {"since": day.isoformat(), "until": (day + timedelta(days=2)).isoformat()}
    reza.run("deputy.name", user_id=reza.actor.user_id, deputy_id=omid.actor.user_id, values=values)
    deputy = again(omid)
    assert seen(deputy)[0] == [number]
    deputy.edit("interaction", number, text="از جانشین")
    assert desk.all(select(Interaction))[0].text == "از جانشین"


def test_a_place_reaches_interactions_in_it_and_no_others(desk, make_desk, runtime):
    with runtime.system_work("test", "test") as context:
        first, second = context.session.execute(select(Province.id).limit(2)).scalars()
    here, there = (
        desk.person(first_name="مینا", last_name=name, mobile=mobile)
        for name, mobile in (("اینجا", "09121111111"), ("آنجا", "09122222222"))
    )
    with runtime.system_work("test", "test") as context:
        for party, province in ((here, first), (there, second)):
            context.session.get_one(Party, party).province_id = province
    numbers = [desk.record(party) for party in (here, there)]
    local = make_desk("local", {("party", "view"): "all", ("interaction", "view"): "location"})
    with runtime.system_work("test", "test") as context:
        place = text(
            "INSERT INTO kernel.pattern_place (pattern_id, kind, place_id)"
            " SELECT pattern_id, 'province', :place FROM kernel.user_pattern WHERE user_id = :user"
        )
        context.session.execute(place.bindparams(place=first, user=local.actor.user_id))
    assert seen(again(local))[0] == numbers[:1]


def test_interactions_come_from_a_file_and_wrong_rows_are_refused_with_the_reason(desk, person, runtime):
    rows = "کانال,با,متن\nملاقات,مینا راد,از فایل\nناشناخته,مینا راد,دو\nملاقات,کسی که نیست,سه\n"
    run_id = start(runtime, desk.actor, "interaction", "list.csv", io.BytesIO(rows.encode()))
    with runtime.reading(desk.actor) as context:
        guessed = {str(place): key for place, key in progress(context, run_id).mapping.items()}
    desk.run("import.map", run_id=run_id, mapping=guessed)
    desk.run("import.begin", run_id=run_id)
    run_import(runtime, run_id)
    with runtime.reading(desk.actor) as context:
        run = progress(context, run_id)
    assert (run.created, run.refused) == (1, 2)
    [row] = desk.all(select(Interaction))
    assert (row.party_id, row.channel, row.text) == (person, "visit", "از فایل")
