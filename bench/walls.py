"""What the two walls cost: list, count and search in every scope, each wall on and off, against the plain predicate.

All four ways run the same SELECT through SQLAlchemy inside an open transaction, so that nothing but the walls differs:
*plain* is the owner with the predicate written out, *session* is wall 1 alone, *database* is wall 2 alone, *both* is
what runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, func, insert, literal, select, true
from sqlalchemy.orm import Session

from bench.measure import WIDTH, Timing, beside, ms
from bench.site import COMMON, Bench, bench_site
from kernel.access.actor import ALL, Actor, load_actor
from kernel.access.identity import Identity
from kernel.access.models import PatternPlace, Unit, UserAccount, UserPattern
from kernel.access.session import open_session
from kernel.parties.models import Party
from kernel.testing.users import add_user

PROVINCE = 8
TEAM = 10
"""Users of the team, with their head."""
GOAL, MOST = 1.3, 2.0
"""Times the plain predicate that both walls may cost, and may cost at the very most."""
WAYS = ("plain", "session", "database", "both")
Scoped = tuple[str, Actor, ColumnElement[bool]]
"""Name of a scope, the user who holds it, and the predicate that it comes to."""
Make = Callable[..., Select[Any]]


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench:
        scopes = _scopes(bench)
        columns = "".join(f" {way:>10} {'ratio':>7}" for way in WAYS[1:])
        yield f"{f'Walls at {parties:,} parties':<{WIDTH}} {'plain':>10}{columns}"
        for name, actor, predicate in scopes:
            for title, make in _statements():
                yield _line(f"{name}: {title}", _timed(bench, actor, make, predicate))


def _scopes(bench: Bench) -> list[Scoped]:
    """Users of each scope. One party in 31 stands in the province, one in 100 is of the team, one in 2,000 his own."""
    view = ("party", "view")
    with bench.engines.owner(bench.site).begin() as owner:
        everything = add_user(owner, "everything", {view: "all"})
        local = add_user(owner, "local", {view: "location"})
        unit = owner.scalar(insert(Unit).values(name="bench", search_key="bench").returning(Unit.id))
        team = [add_user(owner, f"mate{number}", {view: "team"}).user_id or 0 for number in range(TEAM)]
        table = UserAccount.__table__
        owner.execute(table.update().where(table.c.id.in_(team)).values(unit_id=unit))
        owner.execute(Unit.__table__.update().where(Unit.id == unit).values(head_id=team[0]))
        pattern = owner.scalar(select(UserPattern.pattern_id).where(UserPattern.user_id == local.user_id))
        owner.execute(insert(PatternPlace).values(pattern_id=pattern, kind="province", place_id=PROVINCE))
        local, head = load_actor(owner, local.user_id or 0), load_actor(owner, team[0])
    with bench.owner_connection() as connection:
        connection.execute("UPDATE kernel.party SET province_id = %s WHERE id %% 31 = 3", (PROVINCE,))
        connection.execute(
            "UPDATE kernel.party SET owner_id = (%s::bigint[])[1 + id / 100 %% %s] WHERE id %% 100 = 5",
            (team, TEAM),
        )
        connection.execute("VACUUM ANALYZE kernel.party")
    return [
        ("all", everything, true()),
        ("location", local, Party.province_id == PROVINCE),
        ("team", head, Party.owner_id == any_(literal(sorted(head.team), ARRAY(BigInteger)))),
        ("own", bench.own, Party.owner_id == bench.own.user_id),
    ]


def _statements() -> Iterator[tuple[str, Make]]:
    """Titles, and what makes the statement with further conditions."""
    kept = (Party.kind == "person", Party.binned_at.is_(None))
    found = Party.search_key.like(f"%{COMMON}%")

    def page(*more: ColumnElement[bool]) -> Select[Any]:
        shown = select(Party.id, Party.display_name).where(*kept, *more)
        return shown.order_by(Party.sort_key, Party.id).limit(51)

    def capped(*more: ColumnElement[bool]) -> Select[Any]:
        counted = select(Party.id).where(*kept, *more).limit(10_001).subquery()
        return select(func.count()).select_from(counted)

    def counted(*more: ColumnElement[bool]) -> Select[Any]:
        return select(func.count()).select_from(Party).where(*kept, *more)

    def hits(*more: ColumnElement[bool]) -> Select[Any]:
        return select(Party.id).where(*kept, found, *more).limit(1_000)

    yield "first page of the list", page
    yield "count up to 10,001", capped
    yield "count of all", counted
    yield f"search «{COMMON}», 1,000 hits", hits


def _timed(bench: Bench, actor: Actor, make: Make, predicate: ColumnElement[bool]) -> dict[str, Timing]:
    site, engines = bench.site, bench.engines
    with ExitStack() as stack:
        plain = stack.enter_context(Session(engines.owner(site)))
        alone = stack.enter_context(
            open_session(engines.owner(site), site, actor, bench.runtime.policies, read_only=True)
        )
        walled = stack.enter_context(Session(engines.app(site)))
        Identity(site.signing_key, actor).announce(walled.connection())
        both = stack.enter_context(
            open_session(engines.app(site), site, actor, bench.runtime.policies, read_only=True)
        )
        statement = make()
        narrowed = statement if actor.scopes("party", "view") == {ALL} else make(predicate)
        ways: dict[str, Callable[[], Any]] = {
            "plain": lambda: plain.execute(narrowed).all(),
            "session": lambda: alone.execute(statement).all(),
            "database": lambda: walled.execute(statement).all(),
            "both": lambda: both.execute(statement).all(),
        }
        answers = {way: len(list(action())) for way, action in ways.items()}
        assert len(set(answers.values())) == 1, answers
        return beside(ways)


def _line(title: str, found: dict[str, Timing]) -> str:
    line = f"{title:<{WIDTH}} {ms(found['plain'].median):>10}"
    for way in WAYS[1:]:
        line += f" {ms(found[way].median):>10} {found[way].median / found['plain'].median:>5.1f} x"
    ratio = found["both"].median / found["plain"].median
    judged = "met" if ratio <= GOAL else "missed" if ratio <= MOST else "MISSED"
    return f"{line}  {GOAL:g} x {judged}"
