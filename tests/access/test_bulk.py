"""Many rows at once stand before the same walls as one row, and keep what they hold."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from kernel.access.actor import SYSTEM
from kernel.access.bulk import insert_rows
from kernel.access.errors import RefusedStatement
from kernel.access.policies import PolicySet, rows
from kernel.access.session import open_session
from kernel.extension.discovery import discover
from kernel.parties.models import Address, Party, PartyRole
from kernel.resources.build import build_runtime
from kernel.resources.models import History

OWN = {("party", action): "own" for action in ("view", "create", "edit")}


@pytest.fixture
def policies(site, engines):
    return build_runtime(site, engines, discovery=discover()).policies


@pytest.fixture
def opened(site, engines, policies):
    sessions = []

    def open_for(actor, policy_set=None):
        session = open_session(engines.app(site), site, actor, policies if policy_set is None else policy_set)
        sessions.append(session)
        return session

    yield open_for
    for session in sessions:
        session.rollback()
        session.close()


def person(name, **values):
    return {
        "kind": "person",
        "last_name": name,
        "display_name": name,
        "search_key": "",
        "sort_key": "",
        **values,
    }


def test_ids_come_in_the_order_of_the_rows(opened):
    session = opened(SYSTEM("test"))
    names = [f"name {number}" for number in range(700)]
    ids = insert_rows(session, Party, [person(name) for name in names])
    found = dict(session.execute(select(Party.id, Party.last_name)).all())
    assert [found[number] for number in ids] == names


def test_values_of_every_kind_come_back_as_they_were_given(opened):
    session = opened(SYSTEM("test"))
    at = datetime(2026, 3, 21, 5, 30, tzinfo=UTC)
    text = 'علی «"\\ %(x)s \t\n👍'
    values = {"note": text, "birth_date": date(1990, 1, 31), "created_at": at, "mobile": None}
    (number,) = insert_rows(session, Party, [person("یک", **values)])
    party = session.execute(select(Party).where(Party.id == number)).scalar_one()
    assert {name: getattr(party, name) for name in values} == values
    assert party.version == 1
    place = {"party_id": number, "latitude": "35.7219", "longitude": "51.3347", "is_main": True}
    insert_rows(session, Address, [place])
    assert str(session.execute(select(Address.latitude)).scalar_one()) == "35.7219000"
    change = {"a": [None, {"b": [1, "x", True]}]}
    names = ("actor_name", "command", "action", "subject", "root")
    entry = {
        "at": at,
        "actor_id": 0,
        "subject_id": 1,
        "root_id": 1,
        "changes": change,
        **dict.fromkeys(names, ""),
    }
    assert insert_rows(session, History, [entry], numbered=False) == []
    assert session.execute(select(History.changes)).scalars().all() == [change]


def test_a_moment_without_a_zone_is_refused(opened):
    with pytest.raises(ValueError, match="time zone"):
        insert_rows(opened(SYSTEM("test")), Party, [person("یک", created_at=datetime(2026, 3, 21))])  # noqa: DTZ001


def test_no_rows_are_no_statement(opened):
    assert insert_rows(opened(SYSTEM("test")), Party, []) == []


def test_the_database_refuses_rows_that_are_not_the_actors_to_make(opened, make_user):
    actor, other = make_user("sara", OWN), make_user("reza", OWN)
    mine, his = person("یک", owner_id=actor.user_id), person("دو", owner_id=other.user_id)
    assert len(insert_rows(opened(actor), Party, [mine, mine])) == 2
    with pytest.raises(ProgrammingError, match="row-level security"):
        insert_rows(opened(actor), Party, [mine, his])


def test_the_session_refuses_them_where_the_database_does_not(opened, make_user, policies):
    grants = {**OWN, ("party", "create"): "all", ("party", "view"): "all"}
    actor = make_user("sara", grants)
    narrower = PolicySet(
        rows(Party, "party", own=("created_by",)) if policy.model is Party else policy for policy in policies
    )
    narrowed = type(actor)("user", actor.user_id, grants={right: frozenset(("own",)) for right in OWN})
    with pytest.raises(RefusedStatement, match="may not be made"):
        insert_rows(opened(narrowed, narrower), Party, [person("یک")])


def test_what_hangs_on_a_hidden_record_is_refused(opened, make_user):
    actor = make_user("sara", OWN)
    system = opened(SYSTEM("test"))
    (number,) = insert_rows(system, Party, [person("یک")])
    system.commit()
    with pytest.raises(ProgrammingError, match="row-level security"):
        insert_rows(
            opened(actor), PartyRole, [{"party_id": number, "role": "lead", "since": date(2026, 3, 21)}]
        )


def test_a_model_without_a_policy_is_refused(opened, make_user):
    with pytest.raises(RefusedStatement, match="no policy"):
        insert_rows(opened(make_user("sara", OWN), PolicySet(())), Party, [person("یک")])
