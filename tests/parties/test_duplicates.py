"""The warning of duplicates: what it finds, in how many queries, and what it tells whom."""

from datetime import date

import pytest
from sqlalchemy import event, select

from kernel.access.models import AuditEntry
from kernel.parties.duplicates import REASONS, TOLD_IN_AN_HOUR, find_duplicates
from kernel.parties.matching import matches
from kernel.resources.errors import Forbidden

ALI = {
    "first_name": "علی",
    "last_name": "رضایی",
    "mobile": "09121234567",
    "national_code": "0084575948",
    "birth_date": "1370/01/01",
}
BORN = date(1991, 3, 21)


@pytest.fixture
def ali(office):
    rows = [{"kind": "phone", "value": "02188776655"}, {"kind": "mobile", "value": "09351112233"}]
    return office.person(
        {"contacts": rows}, **ALI, phone="03155443322", fax="02133445566", card_number="C-17"
    )


def found(runtime, kind="person", **values):
    with runtime.system_work("test", "test") as context:
        return [(match.party_id, match.reason) for match in matches(context.session, kind, [values])]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"mobile": "+989121234567"}, "mobile"),
        ({"phone": "+983155443322"}, "number"),
        ({"fax": "+982133445566"}, "number"),
        ({"numbers": ["+982188776655"]}, "number"),
        ({"mobile": "+989351112233"}, "number"),
        ({"phone": "+989121234567"}, "number"),
        ({"national_code": "0084575948"}, "national_code"),
        ({"card_number": "C-17"}, "card_number"),
        ({"first_name": "علي", "last_name": "رضائی", "birth_date": BORN}, "name_and_birth"),
        ({"last_name": "علی رضایی", "birth_date": BORN}, "name_and_birth"),
    ],
)
def test_what_is_the_same(runtime, ali, values, reason):
    assert found(runtime, **values) == [(ali, reason)]


@pytest.mark.parametrize(
    "values",
    [
        {"mobile": "+989121234568"},
        {"phone": "+982155443322"},
        {"first_name": "علی", "last_name": "رضایی"},
        {"first_name": "علی", "last_name": "رضایی", "birth_date": date(1991, 3, 22)},
        {"first_name": "علی", "last_name": "رضاییان", "birth_date": BORN},
        {"last_name": "رضایی", "birth_date": BORN},
        {},
    ],
)
def test_what_is_not_the_same(runtime, ali, values):
    assert found(runtime, **values) == []


def test_a_party_is_no_duplicate_of_itself_nor_of_the_other_kind(runtime, ali):
    assert found(runtime, mobile="+989121234567", id=ali) == []
    assert found(runtime, kind="organisation", mobile="+989121234567") == []


def test_an_organisation_is_found_by_its_name_and_identifier(office, runtime):
    firm = office.organisation(name="فرش رضا زاده", short_name="رضا", legal_id="10380284790")
    assert found(runtime, kind="organisation", name="فرش رضازاده") == [(firm, "name")]
    assert found(runtime, kind="organisation", legal_id="10380284790") == [(firm, "legal_id")]
    assert found(runtime, kind="organisation", name="فرش") == []


def test_a_party_in_the_bin_is_not_told(office, runtime, ali):
    office.run("record.delete", resource="person", record_id=ali)
    assert found(runtime, national_code="0084575948") == []


def test_a_batch_costs_as_many_queries_as_one_record(runtime, office, ali):
    statements = []

    def count(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    def ask(sets):
        statements.clear()
        with runtime.writing(office.actor, "test") as context:
            answers = find_duplicates(context, "person", sets)
        return len(statements), answers

    full = {
        "mobile": "+989121234567",
        "national_code": "0084575948",
        "last_name": "علی رضایی",
        "birth_date": BORN,
    }
    engine = runtime.engines.app(runtime.site)
    event.listen(engine, "before_cursor_execute", count)
    try:
        ask([full])
        one, _answers = ask([full])
        many, answers = ask([full, *({"mobile": f"+98935{number:07}"} for number in range(499))])
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert one == many
    assert [len(answer) for answer in answers] == [1] + [0] * 499


def check(office, resource="person", **arguments):
    return office.run("party.check_duplicates", resource=resource, **arguments)


def test_who_may_see_the_party_is_told_which_and_why(office, ali):
    values = {"mobile": "۰۹۱۲۱۲۳۴۵۶۷", "national_code": "84575948", "last_name": "", "birth_date": "nonsense"}
    (duplicate,) = check(office, values=values)
    assert (duplicate.record_id, duplicate.label, duplicate.owner) == (ali, "علی رضایی", "sara")
    assert duplicate.reasons == ("national_code", "mobile")
    assert duplicate.reason is REASONS["national_code"][1]
    assert duplicate.certain
    assert duplicate.score == 100


def test_a_weak_resemblance_is_not_certain(office, ali):
    (duplicate,) = check(
        office, values={}, contacts=[{"kind": "phone", "value": "021 8877 6655"}, {"kind": "fax"}]
    )
    assert (duplicate.reasons, duplicate.certain, duplicate.score) == (("number",), False, 60)


def test_the_likeliest_comes_first(office, ali):
    twin = office.person(first_name="علی", last_name="رضایی", birth_date="1370/01/01")
    values = {"first_name": "علی", "last_name": "رضایی", "birth_date": "1370/01/01", "mobile": "09121234567"}
    assert [duplicate.record_id for duplicate in check(office, values=values)] == [ali, twin]


def test_who_may_not_see_the_party_learns_only_whom_to_ask(own_office, ali):
    (duplicate,) = check(own_office, values={"mobile": "09121234567"})
    assert duplicate.hidden
    assert (duplicate.record_id, duplicate.label, duplicate.reasons, duplicate.owner) == (
        None,
        "",
        (),
        "sara",
    )
    assert "sara" in str(duplicate.reason)
    assert "علی" not in repr(duplicate)


def test_telling_of_a_hidden_party_is_accounted_for(own_office, ali, owner):
    check(own_office, values={"mobile": "09121234567"})
    (entry,) = owner.execute(select(AuditEntry.__table__)).all()
    assert (entry.what, entry.actor_id, entry.record_id) == (
        "party.duplicate_told",
        own_office.actor.user_id,
        ali,
    )
    assert entry.detail == {"party_ids": [ali]}


def test_telling_of_a_visible_party_is_not(office, ali, owner):
    check(office, values={"mobile": "09121234567"})
    assert owner.execute(select(AuditEntry.__table__)).all() == []


def test_hidden_parties_are_told_so_often_in_an_hour_only(own_office, ali, clock):
    answers = [check(own_office, values={"mobile": "09121234567"}) for _time in range(TOLD_IN_AN_HOUR + 1)]
    assert [len(answer) for answer in answers] == [1] * TOLD_IN_AN_HOUR + [0]
    clock.advance(hours=1, seconds=1)
    assert len(check(own_office, values={"mobile": "09121234567"})) == 1


def test_nothing_hidden_is_told_where_it_cannot_be_accounted_for(own_office, ali):
    with own_office.runtime.reading(own_office.actor) as context:
        assert find_duplicates(context, "person", [{"mobile": "+989121234567"}]) == [[]]


def test_a_batch_tells_hidden_parties_to_importers_only(own_office, ali, runtime, make_user):
    sets = [{"mobile": "+989121234567"}, {"mobile": "+989350000000"}]
    with runtime.writing(own_office.actor, "test") as context:
        assert find_duplicates(context, "person", sets) == [[], []]
    importer = make_user("importer", {("party", "view"): "own", ("party", "import"): "all"})
    with runtime.writing(importer, "test") as context:
        assert [len(answer) for answer in find_duplicates(context, "person", sets)] == [1, 0]


def test_looking_for_duplicates_needs_a_right_to_write(runtime, make_user):
    viewer = make_user("viewer", {("party", "view"): "all"})
    with pytest.raises(Forbidden):
        runtime.execute(viewer, "party.check_duplicates", resource="person", values={})
