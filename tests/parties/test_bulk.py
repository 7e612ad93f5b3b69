"""Many parties at once are written as one by one, in a constant number of statements."""

import pytest
from sqlalchemy import event, select

from kernel.parties.bulk import create_parties
from kernel.parties.models import Address, Party, PartyRole
from kernel.parties.places.models import City
from kernel.resources.errors import Forbidden, Invalid
from kernel.resources.models import History

COMPUTED = ("display_name", "search_key", "search_private", "sort_key", "owner_id", "mobile", "phone_tail")


def bulk(office, *sets, kind="person", actor=None):
    with office.runtime.writing(actor or office.actor, "test") as context:
        return create_parties(kind, context, sets)


def test_a_party_of_a_batch_equals_one_entered_alone(office):
    alone = office.person(first_name="علی", last_name="رضایی", mobile="09121234567", phone="02188776655")
    (batched,) = bulk(
        office,
        {"first_name": "علی", "last_name": "رضایی", "mobile": "+989121234567", "phone": "+982188776655"},
    )
    first, second = (office.one(select(Party).where(Party.id == number)) for number in (alone, batched))
    assert [getattr(first, name) for name in COMPUTED] == [getattr(second, name) for name in COMPUTED]
    assert office.all(select(PartyRole.role).where(PartyRole.party_id == batched)) == ["lead"]


def test_ids_come_in_the_order_of_the_sets(office):
    names = [f"نام{number}" for number in range(30)]
    ids = bulk(office, *({"last_name": name} for name in names))
    found = {party.id: party.last_name for party in office.all(select(Party))}
    assert [found[number] for number in ids] == names


def test_places_are_named_in_words(office):
    values = {"name": "کاوه", "address_province": "استان اصفهان", "address_city": "كاشان", "street": "بازار"}
    (number,) = bulk(
        office, {**values, "postal_code": "8713933333", "first_role": "supplier"}, kind="organisation"
    )
    address = office.one(select(Address).where(Address.party_id == number))
    kashan = office.one(select(City).where(City.name == "کاشان"))
    assert (address.city_id, address.province_id, address.street) == (kashan.id, kashan.province_id, "بازار")
    assert (address.postal_code, address.is_main) == ("8713933333", True)
    assert address.country_id is not None
    assert office.one(select(Party.city_id).where(Party.id == number)) == kashan.id
    assert office.all(select(PartyRole.role).where(PartyRole.party_id == number)) == ["supplier"]


@pytest.mark.parametrize(
    ("places", "field"),
    [
        ({"address_province": "ناکجا"}, "address_province"),
        ({"address_city": "ناکجا"}, "address_city"),
        ({"address_province": "فارس", "address_city": "کاشان"}, "address_city"),
        ({"address_city": "صالح‌آباد"}, "address_city"),
    ],
)
def test_a_place_that_is_not_found_names_its_row(office, places, field):
    with pytest.raises(Invalid) as caught:
        bulk(office, {"last_name": "یک"}, {"last_name": "دو", **places})
    assert [(problem.field, problem.row) for problem in caught.value.problems] == [(field, 1)]
    assert office.all(select(Party)) == []


def test_every_bad_set_is_named_and_nothing_is_written(office):
    with pytest.raises(Invalid) as caught:
        bulk(office, {"last_name": "یک"}, {"mobile": "+989121234567"}, {"first_name": None})
    assert [(problem.field, problem.row) for problem in caught.value.problems] == [
        ("last_name", 1),
        ("last_name", 2),
    ]
    assert office.all(select(Party)) == []


def test_history_is_written_with_them(office, owner):
    (number,) = bulk(office, {"last_name": "یک"})
    statement = select(History.action, History.changes["last_name"]).where(
        History.subject == "kernel.party", History.subject_id == number
    )
    assert owner.execute(statement).all() == [("create", [None, "یک"])]


def test_a_batch_costs_a_constant_number_of_statements(office, runtime):
    def count(sets):
        statements = []
        engine = runtime.engines.app(runtime.site)

        def note(_connection, _cursor, statement, *_rest):
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            bulk(office, *sets)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    place = {"address_city": "کاشان"}
    # The first change of a process also reads which programs are told of it.
    bulk(office, {"last_name": "پیش‌تر"})
    assert count([{"last_name": "یک", **place}] * 2) == count([{"last_name": "دو", **place}] * 200)


def test_creating_for_somebody_else_needs_the_right_to_assign(office, own_office, runtime, make_user):
    values = {"last_name": "احمدی", "owner": office.actor.user_id}
    with pytest.raises(Forbidden):
        bulk(own_office, values)
    giver = make_user(
        "giver", {("party", "create"): "own", ("party", "view"): "own", ("party", "assign"): "own"}
    )
    (number,) = bulk(office, values, actor=giver)
    assert office.one(select(Party.owner_id).where(Party.id == number)) == office.actor.user_id
    with runtime.reading(giver) as context:
        assert context.session.execute(select(Party.id)).all() == []
