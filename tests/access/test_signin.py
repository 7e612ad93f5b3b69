"""Signing in: what opens, what stays shut, and what it lets be known."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session

from kernel.access import sessions, signin
from kernel.access.actor import SYSTEM
from kernel.access.attempts import LONGEST_WAIT, PAIR, forget
from kernel.access.errors import AccessProblem
from kernel.access.models import AuditEntry, LoginAttempt, LoginSession, UserAccount, UserPassword
from kernel.access.passwords import hashed
from kernel.access.policies import PolicySet
from kernel.access.session import open_session
from kernel.access.users import create_user, give_patterns, save_pattern, set_active
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.testing.clock import Clock

PASSWORD = "چهار-اسب-تند"
HOME = "192.0.2.1"
ELSEWHERE = "198.51.100.7"


@dataclass
class Served:
    site: Site
    engines: Engines
    clock: Callable[[], datetime]


@pytest.fixture
def served(site: Site, engines: Engines, clock: Clock) -> Served:
    return Served(site, engines, clock)


def system(served: Served) -> Session:
    return open_session(served.engines.app(served.site), served.site, SYSTEM("test"), PolicySet(()))


def scalar(served: Served, statement: object) -> object:
    with system(served) as session:
        return session.scalar(statement)


@pytest.fixture
def sara(served: Served) -> int:
    with system(served) as session:
        number = create_user(session, "Sara", PASSWORD, display_name="سارا")
        pattern = save_pattern(session, "seller", "فروشنده", {("party", "view"): ("own", "team")})
        give_patterns(session, number, [pattern])
        session.commit()
    return number


def attempt(served: Served, password: str = PASSWORD, *, name: str = "sara", address: str = HOME) -> str:
    return signin.sign_in(served, name, password, address=address, agent="test")


def refusal(served: Served, *arguments: str, **options: str) -> AccessProblem:
    with pytest.raises(AccessProblem) as caught:
        attempt(served, *arguments, **options)
    return caught.value


def who(served: Served, token: str) -> signin.SignedIn | None:
    engine = served.engines.app(served.site)
    return signin.user_for_token(engine, served.site, token, served.clock())


def test_a_token_tells_who_and_what_he_may(served: Served, sara: int) -> None:
    found = who(served, attempt(served, name=" SARA "))
    assert found is not None
    assert found.actor.user_id == sara
    assert found.actor.name == "سارا"
    assert found.actor.grants == {("party", "view"): frozenset({"own", "team"})}
    assert (found.locale, found.epoch, found.username) == ("fa", 1, "sara")


def test_a_token_is_read_in_one_statement(served: Served, sara: int) -> None:
    token = attempt(served)
    statements: list[str] = []
    engine = served.engines.app(served.site)
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert who(served, token) is not None
    assert len(statements) == 1


def test_tokens_and_passwords_are_kept_hashed(served: Served, sara: int) -> None:
    token = attempt(served)
    with system(served) as session:
        row = session.scalars(select(LoginSession)).one()
        secret = session.get_one(UserPassword, sara).password_hash
        audit = session.scalars(select(AuditEntry)).all()
    assert token.encode() not in row.token_hash
    assert secret.startswith("$argon2id$")
    assert PASSWORD not in secret
    assert [entry.what for entry in audit] == ["sign_in"]


@pytest.mark.parametrize("name", ["sara", "nobody", "idle", "unset"])
def test_refusals_are_alike(served: Served, sara: int, name: str) -> None:
    with system(served) as session:
        set_active(session, create_user(session, "idle", PASSWORD), False)
        create_user(session, "unset")
        session.commit()
    password = "not this one" if name == "sara" else PASSWORD
    problem = refusal(served, password, name=name)
    assert (problem.code, problem.field) == ("wrong", None)
    assert str(problem.text) == "The user name or the password is wrong."


def test_waiting_grows_for_the_pair_only(served: Served, sara: int, clock: Clock) -> None:
    for _each in range(5):
        assert refusal(served, "guess").code == "wrong"
    assert refusal(served).code == "too-many"
    assert attempt(served, address=ELSEWHERE)
    clock.advance(seconds=6)
    assert refusal(served, "guess").code == "wrong"
    clock.advance(seconds=6)
    assert refusal(served).code == "too-many"
    clock.advance(seconds=6)
    assert attempt(served)


def test_success_clears_the_pair(served: Served, sara: int, clock: Clock) -> None:
    for _each in range(4):
        refusal(served, "guess")
    clock.advance(seconds=1)
    attempt(served)
    clock.advance(seconds=1)
    for _each in range(4):
        assert refusal(served, "guess").code == "wrong"
    assert attempt(served)


def _failures(served: Served, count: int, *, name: str | None = None, address: str | None = None) -> None:
    with system(served) as session:
        session.add_all(
            LoginAttempt(
                at=served.clock(), username=name or f"u{each}", address=address or f"203.0.113.{each}"
            )
            for each in range(count)
        )
        session.commit()


def test_an_address_that_tries_many_accounts_waits(served: Served, sara: int, clock: Clock) -> None:
    _failures(served, 30, address=HOME)
    assert refusal(served).code == "too-many"
    assert attempt(served, address=ELSEWHERE)
    clock.advance(hours=2)
    assert attempt(served)


def test_an_account_under_attack_stays_open_to_its_user(served: Served, sara: int, clock: Clock) -> None:
    attempt(served)
    clock.advance(seconds=1)
    _failures(served, 100, name="sara")
    assert refusal(served, address=ELSEWHERE).code == "too-many"
    assert attempt(served)


def test_two_hundred_wrong_passwords_a_minute_keep_nobody_else_out(
    served: Served, sara: int, clock: Clock
) -> None:
    said = []
    for _each in range(200):
        said.append(refusal(served, "guess").code)
        clock.advance(seconds=0.3)
    assert said.count("wrong") < 12
    assert refusal(served).code == "too-many"
    assert attempt(served, address=ELSEWHERE)


def test_a_clock_moved_back_neither_opens_nor_locks(served: Served, sara: int, clock: Clock) -> None:
    for _each in range(8):
        clock.advance(seconds=1 + 60 * 15)
        assert refusal(served, "guess").code == "wrong"
    assert refusal(served).code == "too-many"
    clock.advance(days=-3)
    assert refusal(served, "guess").code == "wrong"
    assert refusal(served).code == "too-many"
    assert attempt(served, address=ELSEWHERE)
    clock.advance(minutes=16)
    assert attempt(served)


def test_a_common_password_that_is_in_use_still_opens(served: Served, sara: int) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("12345678")
    with system(served) as session:
        session.get_one(UserPassword, sara).password_hash = weak
        session.commit()
    assert attempt(served, "12345678")


def test_a_try_counts_before_its_password_is_looked_at(
    served: Served, sara: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    def look(kept: str | None, password: str) -> bool:
        seen.append(scalar(served, select(func.count()).select_from(LoginAttempt)))
        return False

    monkeypatch.setattr(signin, "matches", look)
    refusal(served)
    assert seen == [1]


def test_an_idle_session_ends(served: Served, sara: int, clock: Clock) -> None:
    token = attempt(served)
    clock.advance(hours=11)
    assert who(served, token)
    clock.advance(hours=11)
    assert who(served, token)
    clock.advance(hours=13)
    assert who(served, token) is None


def test_no_session_outlives_its_limit(served: Served, sara: int, clock: Clock) -> None:
    token = attempt(served)
    for _each in range(15):
        clock.advance(hours=11)
        assert who(served, token)
    clock.advance(hours=11)
    assert who(served, token) is None


def test_being_seen_is_written_once_a_minute(served: Served, sara: int, clock: Clock) -> None:
    token = attempt(served)
    begun = served.clock()
    clock.advance(seconds=30)
    who(served, token)
    assert scalar(served, select(LoginSession.seen_at)) == begun
    clock.advance(seconds=31)
    who(served, token)
    assert scalar(served, select(LoginSession.seen_at)) == served.clock()


def test_signing_out_ends_one_session(served: Served, sara: int) -> None:
    first, second = attempt(served), attempt(served)
    signin.sign_out(served, first)
    signin.sign_out(served, "unknown")
    assert who(served, first) is None
    assert who(served, second)


def test_a_user_who_may_no_longer_sign_in_is_out_at_once(served: Served, sara: int) -> None:
    token = attempt(served)
    with system(served) as session:
        session.execute(update(UserAccount).where(UserAccount.id == sara).values(active=False))
        session.commit()
    assert who(served, token) is None


def test_changing_ones_password_ends_the_other_sessions(served: Served, sara: int) -> None:
    here, there = attempt(served), attempt(served)
    me = who(served, here)
    assert me is not None
    signin.change_password(served, me, PASSWORD, "an-other-one-9", address=HOME)
    assert who(served, here)
    assert who(served, there) is None
    assert refusal(served).code == "wrong"
    assert attempt(served, "an-other-one-9")


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("wrong one", "an-other-one-9", "old_password", "wrong"),
        (PASSWORD, "short", "password", "short-password"),
        (PASSWORD, "x" * 201, "password", "long-password"),
        (PASSWORD, "i-am-Sara-1", "password", "password-names-user"),
        (PASSWORD, "qwerty123456", "password", "common-password"),
    ],
)
def test_a_change_of_password_names_what_is_wrong(
    served: Served, sara: int, old: str, new: str, field: str, code: str
) -> None:
    me = who(served, attempt(served))
    assert me is not None
    with pytest.raises(AccessProblem) as caught:
        signin.change_password(served, me, old, new, address=HOME)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert attempt(served)


def test_guessing_the_old_password_is_limited_too(served: Served, sara: int) -> None:
    me = who(served, attempt(served))
    assert me is not None
    codes = []
    for _each in range(6):
        with pytest.raises(AccessProblem) as caught:
            signin.change_password(served, me, "guess", "an-other-one-9", address=ELSEWHERE)
        codes.append(caught.value.code)
    assert codes == ["wrong"] * 5 + ["too-many"]


def test_ones_own_sessions(served: Served, sara: int) -> None:
    first, _second = attempt(served), attempt(served, address=ELSEWHERE)
    listed = sessions.own_sessions(served, sara)
    assert {row.address for row in listed} == {HOME, ELSEWHERE}
    me = who(served, first)
    assert me is not None
    sessions.end_own_session(served, sara + 1, me.session_id)
    assert who(served, first)
    sessions.end_own_session(served, sara, me.session_id)
    assert who(served, first) is None


def test_passwords_are_hashed_at_the_cost_that_the_library_advises() -> None:
    """In a process without the cheap hashing of tests."""
    code = "from kernel.access.passwords import rehashed; print(rehashed('x'))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert extract_parameters(made.stdout.strip()) == RFC_9106_LOW_MEMORY


def test_weaker_hashes_are_renewed(served: Served, sara: int) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with system(served) as session:
        session.get_one(UserPassword, sara).password_hash = weak
        session.commit()
    attempt(served)
    kept = scalar(served, select(UserPassword.password_hash))
    assert kept != weak
    attempt(served)
    assert scalar(served, select(UserPassword.password_hash)) == kept


def test_old_rows_are_forgotten(served: Served, sara: int, clock: Clock) -> None:
    attempt(served)
    clock.advance(days=80)
    attempt(served)
    clock.advance(days=20)
    with system(served) as session:
        forget(session, served.clock())
        session.commit()
    assert scalar(served, select(func.count()).select_from(LoginAttempt)) == 1
    assert scalar(served, select(func.count()).select_from(LoginSession)) == 1


def test_a_token_of_another_site_is_nothing_here(
    served: Served, sara: int, own_site: Site, engines: Engines
) -> None:
    token = attempt(served)
    assert signin.user_for_token(engines.app(own_site), own_site, token, served.clock()) is None


def test_the_hash_is_salted() -> None:
    assert hashed(PASSWORD) != hashed(PASSWORD)


def test_a_request_of_nobody_reads_no_account(served: Served, sara: int) -> None:
    with served.engines.app(served.site).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM kernel.user_password")) == 0


def test_the_longest_wait_is_bounded() -> None:
    assert PAIR.wait(4) == timedelta(0)
    assert PAIR.wait(10_000) == LONGEST_WAIT
