"""Users, patterns and grants; and the administrator whom a site cannot lose."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.access.actor import SYSTEM, load_actor
from kernel.access.errors import AccessProblem
from kernel.access.models import AccessGrant, LoginSession, UserAccount, UserPassword
from kernel.access.policies import PolicySet
from kernel.access.session import open_session
from kernel.access.users import (
    create_user,
    give_patterns,
    save_pattern,
    set_active,
    set_administrator,
    set_grants,
    set_password,
    user_id_of,
)
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.clock import Clock

PASSWORD = "four-fast-horses"


def system(site: Site, engines: Engines) -> Session:
    return open_session(engines.app(site), site, SYSTEM("test"), PolicySet(()))


@pytest.fixture
def session(site: Site, engines: Engines) -> Iterator[Session]:
    with system(site, engines) as opened:
        yield opened


def test_a_user_has_a_folded_name_and_a_hashed_password(session: Session) -> None:
    number = create_user(session, " Ａli ", PASSWORD)
    account = session.get_one(UserAccount, number)
    assert (account.username, account.display_name) == ("ali", "Ａli")
    assert session.get_one(UserPassword, number).password_hash.startswith("$argon2id$")
    assert user_id_of(session, "ALI") == number


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("a", PASSWORD, "malformed-username"),
        ("two words", PASSWORD, "malformed-username"),
        ("x" * 61, PASSWORD, "malformed-username"),
        ("sara", PASSWORD, "taken-username"),
        ("SARA", PASSWORD, "taken-username"),
        ("mina", "short", "short-password"),
        ("mina", "mina-is-here", "password-names-user"),
    ],
)
def test_what_cannot_be_a_user(session: Session, name: str, password: str, code: str) -> None:
    create_user(session, "sara", PASSWORD)
    with pytest.raises(AccessProblem) as caught:
        create_user(session, name, password)
    assert caught.value.code == code
    assert session.scalar(select(func.count()).select_from(UserAccount)) == 1


def test_an_unknown_name_is_a_problem(session: Session) -> None:
    with pytest.raises(AccessProblem, match="no user"):
        user_id_of(session, "nobody")


def test_grants_come_from_all_patterns(session: Session) -> None:
    number = create_user(session, "sara", PASSWORD)
    first = save_pattern(session, "seller", "Seller", {("party", "view"): "own"})
    second = save_pattern(session, "chief", "Chief", {("party", "view"): ["all"], ("party", "edit"): "own"})
    give_patterns(session, number, [first, second])
    actor = load_actor(session, number)
    assert actor.scopes("party", "view") == {"own", "all"}
    assert actor.may("party", "edit")
    assert not actor.may("party", "purge")
    give_patterns(session, number, [first])
    assert load_actor(session, number).grants == {("party", "view"): frozenset({"own"})}


def test_saving_a_pattern_again_replaces_its_grants(session: Session) -> None:
    number = save_pattern(session, "seller", "Seller", {("party", "view"): "own"})
    assert save_pattern(session, "seller", "Salesman", {("party", "edit"): "all"}) == number
    assert [(row.action, row.scope) for row in session.scalars(select(AccessGrant))] == [("edit", "all")]


def test_a_scope_that_nobody_declares_is_no_grant(session: Session) -> None:
    pattern = save_pattern(session, "seller", "Seller", {("party", "view"): "own"})
    with pytest.raises(AccessProblem, match="galaxy"):
        set_grants(session, pattern, {("party", "view"): "galaxy"})
    assert [row.scope for row in session.scalars(select(AccessGrant))] == ["own"]


def test_an_inactive_user_is_no_actor(session: Session) -> None:
    number = create_user(session, "sara", PASSWORD)
    set_active(session, number, False)
    with pytest.raises(LookupError):
        load_actor(session, number)


def test_a_new_password_ends_all_sessions(session: Session, clock: Clock) -> None:
    number = create_user(session, "sara", PASSWORD)
    now = clock()
    session.add(LoginSession(user_id=number, token_hash=b"x", created_at=now, seen_at=now, expires_at=now))
    session.flush()
    set_password(session, number, "four-slow-horses")
    session.expire_all()
    assert session.scalars(select(LoginSession.ended_at)).one() is not None


@pytest.mark.parametrize("change", [set_active, set_administrator])
def test_the_last_administrator_stays(session: Session, change: object) -> None:
    chief = create_user(session, "chief", PASSWORD, is_administrator=True)
    second = create_user(session, "second", PASSWORD, is_administrator=True)
    assert callable(change)
    change(session, second, False)
    with pytest.raises(AccessProblem) as caught:
        change(session, chief, False)
    assert caught.value.code == "last-administrator"
    session.expire_all()
    account = session.get_one(UserAccount, chief)
    assert (account.active, account.is_administrator) == (True, True)


def test_the_last_administrator_is_not_deleted(session: Session) -> None:
    chief = create_user(session, "chief", PASSWORD, is_administrator=True)
    with pytest.raises(IntegrityError, match="one active administrator"), session.begin_nested():
        session.execute(text("DELETE FROM kernel.user_account WHERE id = :id"), {"id": chief})


def test_two_administrators_cannot_remove_each_other_at_once(site: Site, engines: Engines) -> None:
    with system(site, engines) as session:
        pair = [create_user(session, name, PASSWORD, is_administrator=True) for name in ("one", "two")]
        session.commit()
    begun = threading.Barrier(2)
    results: list[str] = []

    def demote(number: int) -> None:
        with system(site, engines) as own:
            begun.wait()
            try:
                set_administrator(own, number, False)
                own.commit()
                results.append("done")
            except AccessProblem as problem:
                results.append(problem.code)

    threads = [threading.Thread(target=demote, args=(number,)) for number in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "last-administrator"]
    with system(site, engines) as session:
        left = session.scalar(select(func.count()).where(UserAccount.is_administrator))
    assert left == 1
