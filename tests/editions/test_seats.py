"""Users at once: a seat is a user, an administrator is never refused, and nobody slips in at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import text

from kernel.access import signin
from kernel.access.errors import AccessProblem
from kernel.access.passwords import hashed
from kernel.access.seats import GIVES_WAY
from kernel.testing.users import add_user

PASSWORD = "چهار-اسب-تند"
HASH = hashed(PASSWORD)
ADDRESSES = count(1)


@pytest.fixture
def limited(desk):
    desk.change("""UPDATE kernel.site_edition SET applied = '{"limits": {"users_at_once": 2}}'""")
    return desk


@pytest.fixture
def people(limited, engines, site):
    with engines.owner(site).begin() as owner:
        for name in ("ali", "mina", "reza", "boss"):
            actor = add_user(owner, name, {}, administrator=name == "boss")
            row = {"id": actor.user_id, "hash": HASH}
            owner.execute(
                text("INSERT INTO kernel.user_password (user_id, password_hash) VALUES (:id, :hash)"), row
            )
    return limited


def enter(desk, name):
    return signin.sign_in(desk.runtime, name, PASSWORD, address=f"192.0.2.{next(ADDRESSES) % 250}")


def refusal(desk, name):
    with pytest.raises(AccessProblem) as caught:
        enter(desk, name)
    return caught.value


def alive(desk, token):
    return signin.user_for_token(desk.engines.app(desk.site), desk.site, token, desk.clock()) is not None


def test_the_third_of_two_is_refused_and_told_who_helps(people):
    enter(people, "ali")
    enter(people, "mina")
    problem = refusal(people, "reza")
    assert problem.code == "full"
    assert "boss" in str(problem.text)
    assert "2 users" in str(problem.text)
    audit = "SELECT count(*) FROM kernel.audit_entry WHERE what = 'sign_in_full'"
    assert people.rows(audit) == [(1,)]


def test_being_refused_for_want_of_a_seat_is_no_wrong_guess(people):
    enter(people, "ali")
    enter(people, "mina")
    assert {refusal(people, "reza").code for _try in range(4)} == {"full"}


def test_one_user_in_many_browsers_takes_one_seat(people):
    for _browser in range(3):
        enter(people, "ali")
    enter(people, "mina")
    enter(people, "mina")


def test_an_administrator_always_gets_in_and_takes_a_seat(people):
    enter(people, "ali")
    enter(people, "mina")
    enter(people, "boss")
    assert refusal(people, "reza").code == "full"


def test_a_seat_is_free_after_signing_out_and_when_a_session_is_over(people):
    signin.sign_out(people.runtime, enter(people, "ali"))
    enter(people, "mina")
    enter(people, "reza")
    people.clock.advance(hours=13)
    enter(people, "ali")


def test_whoever_was_away_for_long_gives_way_and_not_before(people):
    idle = enter(people, "ali")
    people.clock.advance(minutes=10)
    busy = enter(people, "mina")
    people.clock.now += GIVES_WAY - timedelta(minutes=11)
    assert refusal(people, "reza").code == "full"
    people.clock.advance(minutes=2)
    enter(people, "reza")
    assert not alive(people, idle)
    assert alive(people, busy)


def test_users_who_come_at_the_same_moment_do_not_slip_in(people):
    enter(people, "ali")

    def one(name):
        try:
            return bool(enter(people, name))
        except AccessProblem as problem:
            return problem.code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(one, ("mina", "reza")))
    assert sorted(map(str, answers)) == ["True", "full"]


def test_without_a_limit_everybody_gets_in(people):
    people.change("UPDATE kernel.site_edition SET applied = '{}'")
    for name in ("ali", "mina", "reza", "boss"):
        enter(people, name)


def test_a_larger_edition_or_users_bought_besides_open_more_seats(people):
    enter(people, "ali")
    enter(people, "mina")
    people.change("""UPDATE kernel.site_edition SET additions = '{"users": 1}'""")
    enter(people, "reza")
