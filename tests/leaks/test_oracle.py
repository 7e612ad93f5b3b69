"""Random grants and random rows: both walls, each alone, against a plain reading of the rules in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, NullPool, create_engine, func, insert, select, text
from sqlalchemy.orm import Session

from kernel.access.identity import Identity
from kernel.access.models import AccessGrant, Pattern, UserPattern
from kernel.access.policies import PolicySet
from kernel.access.session import UserSession, allowed
from kernel.data.embedded import EmbeddedServer
from kernel.data.names import app_role, owner_role
from kernel.data.site import Site
from tests.leaks.family import Desk, Drawer, Firm, Health, Memo, Visit
from tests.leaks.scene import Scene

RESOURCES = ("firm", "health", "visit", "memo")
ACTIONS = ("view", "edit", "purge")
ACTORS = st.sampled_from((None, "me", "other"))
Held = Mapping[tuple[str, str], frozenset[str]]


@dataclass(frozen=True)
class World:
    """Rows by id: firms (owner, assignee, binned), desks (firm, binned), visits (owner, firm), memos (owner)."""

    firms: tuple[tuple[str | None, str | None, bool], ...]
    desks: tuple[tuple[int, bool], ...]
    visits: tuple[tuple[str, int | None], ...]
    memos: tuple[str, ...]
    grants: Held
    lift_bin: bool


@st.composite
def worlds(draw: st.DrawFn) -> World:
    firms = draw(st.lists(st.tuples(ACTORS, ACTORS, st.booleans()), min_size=1, max_size=5))
    numbers = st.integers(0, len(firms) - 1)
    somebody = st.sampled_from(("me", "other"))
    scopes = st.frozensets(st.sampled_from(("own", "all", "unknown")))
    rights = st.tuples(st.sampled_from(RESOURCES), st.sampled_from(ACTIONS))
    return World(
        tuple(firms),
        tuple(draw(st.lists(st.tuples(numbers, st.booleans()), max_size=5))),
        tuple(draw(st.lists(st.tuples(somebody, st.none() | numbers), max_size=5))),
        tuple(draw(st.lists(somebody, max_size=3))),
        draw(st.dictionaries(rights, scopes, max_size=10)),
        draw(st.booleans()),
    )


class Oracle:
    """What the rules say, row by row."""

    def __init__(self, world: World) -> None:
        self.world = world

    def granted(self, resource: str, action: str, *owners: str | None) -> bool:
        scopes = self.world.grants.get((resource, action), frozenset())
        return "all" in scopes or ("own" in scopes and "me" in owners)

    def firm(self, number: int, action: str, resource: str = "firm") -> bool:
        owner, assignee, _binned = self.world.firms[number]
        return self.granted(resource, action, owner, assignee)

    def sees_firm(self, number: int) -> bool:
        return self.firm(number, "view") and (self.world.lift_bin or not self.world.firms[number][2])

    def may_firm(self, number: int, action: str) -> bool:
        return self.sees_firm(number) and self.firm(number, action)

    def sees_desk(self, number: int) -> bool:
        firm, binned = self.world.desks[number]
        return self.sees_firm(firm) and (self.world.lift_bin or not binned)

    def may_desk(self, number: int, action: str) -> bool:
        needed = "view" if action == "view" else "edit"
        return self.sees_desk(number) and self.firm(self.world.desks[number][0], needed)

    def may_health(self, number: int, action: str) -> bool:
        needed = "view" if action == "view" else "edit"
        facet = self.firm(number, "view", "health") and self.firm(number, action, "health")
        return self.sees_firm(number) and facet and self.firm(number, needed)

    def may_visit(self, number: int, action: str) -> bool:
        owner, firm = self.world.visits[number]
        mine = self.granted("visit", "view", owner) and self.granted("visit", action, owner)
        return mine and (firm is None or self.sees_firm(firm))

    def may_memo(self, number: int, action: str) -> bool:
        owner = self.world.memos[number]
        return self.granted("memo", "view", owner) and self.granted("memo", action, owner)

    def answers(self, action: str) -> dict[type, set[int]]:
        world = self.world
        desks = {number for number in range(len(world.desks)) if self.may_desk(number, action)}
        return {
            Firm: {number for number in range(len(world.firms)) if self.may_firm(number, action)},
            Desk: desks,
            Drawer: desks,
            Health: {number for number in range(len(world.firms)) if self.may_health(number, action)},
            Visit: {number for number in range(len(world.visits)) if self.may_visit(number, action)},
            Memo: {number for number in range(len(world.memos)) if self.may_memo(number, action)},
        }


BASE = 1000
"""Rows of a world have ids from here on, so that they keep apart from the scene's."""
KEYS = {
    Firm: Firm.id,
    Desk: Desk.id,
    Drawer: Drawer.id,
    Health: Health.firm_id,
    Visit: Visit.id,
    Memo: Memo.id,
}


def _build(owner: Connection, world: World, me: int, other: int) -> None:
    who = {None: None, "me": me, "other": other}
    for number, (holder, assignee, binned) in enumerate(world.firms):
        values = {
            "owner_id": who[holder],
            "assignee_id": who[assignee],
            "binned_at": func.now() if binned else None,
        }
        owner.execute(insert(Firm).values(id=BASE + number, name="", **values))
        owner.execute(insert(Health).values(firm_id=BASE + number, name=""))
    for number, (firm, binned) in enumerate(world.desks):
        values = {"firm_id": BASE + firm, "binned_at": func.now() if binned else None}
        owner.execute(insert(Desk).values(id=BASE + number, name="", **values))
        owner.execute(insert(Drawer).values(id=BASE + number, desk_id=BASE + number, name=""))
    for number, (holder, where) in enumerate(world.visits):
        place = None if where is None else BASE + where
        owner.execute(insert(Visit).values(id=BASE + number, owner_id=who[holder], firm_id=place, name=""))
    for number, holder in enumerate(world.memos):
        owner.execute(insert(Memo).values(id=BASE + number, owner_id=who[holder], name=""))
    pattern = owner.scalar(insert(Pattern).values(name="oracle", title="oracle").returning(Pattern.id))
    for (resource, action), scopes in world.grants.items():
        for scope in scopes:
            row = {"pattern_id": pattern, "resource": resource, "action": action, "scope": scope}
            owner.execute(insert(AccessGrant).values(row))
    owner.execute(insert(UserPattern).values(user_id=me, pattern_id=pattern))


def _by_wall2(connection: Connection, action: str) -> dict[type, set[int]]:
    if action == "view":
        return {
            model: {number - BASE for number in connection.scalars(select(key)) if number >= BASE}
            for model, key in KEYS.items()
        }
    found: dict[type, set[int]] = {}
    for model, key in KEYS.items():
        name, column = model.__table__.fullname, key.key
        verb = f"UPDATE {name} SET name = ''" if action == "edit" else f"DELETE FROM {name}"
        more = " AND binned_at IS NULL" if action == "edit" and "binned_at" in model.__table__.c else ""
        savepoint = connection.begin_nested()
        rows = connection.execute(text(f"{verb} WHERE {column} >= {BASE}{more} RETURNING {column}"))
        found[model] = {number - BASE for number in rows.scalars()}
        savepoint.rollback()
    return found


def _by_wall1(session: Session, action: str) -> dict[type, set[int]]:
    return {
        model: {
            number - BASE
            for number in session.scalars(select(key).where(key >= BASE, allowed(session, model, action)))
        }
        for model, key in KEYS.items()
    }


@pytest.fixture
def anybody(server: EmbeddedServer, leak_site: Site) -> Iterator[Engine]:
    """Connects as somebody who may become the owner and the application by turns, in one transaction."""
    engine = create_engine(server.admin_url(leak_site.name), poolclass=NullPool)
    yield engine
    engine.dispose()


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds())
def test_each_wall_says_what_the_rules_say(
    world: World, anybody: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    fresh = replace(scene.mina, grants=world.grants)
    me = fresh.user_id or 0
    with anybody.connect() as connection:
        connection.exec_driver_sql(f'SET LOCAL ROLE "{owner_role(leak_site.name)}"')
        connection.execute(UserPattern.__table__.delete().where(UserPattern.user_id == me))
        _build(connection, world, me, scene.sara.user_id or 0)
        identity = Identity(leak_site.signing_key, fresh, lift_bin=world.lift_bin)
        oracle = Oracle(world)
        session = UserSession(connection, identity, policies)  # type: ignore[arg-type]
        wall1 = {action: _by_wall1(session, action) for action in ACTIONS}
        identity.announce(connection)
        connection.exec_driver_sql(f'SET LOCAL ROLE "{app_role(leak_site.name)}"')
        wall2 = {action: _by_wall2(connection, action) for action in ACTIONS}
        for action in ACTIONS:
            wanted = oracle.answers(action)
            assert wall1[action] == wanted, f"wall 1, {action}"
            assert wall2[action] == (_unbinned(world, wanted) if action == "edit" else wanted), (
                f"wall 2, {action}"
            )


def _unbinned(world: World, answers: dict[type, set[int]]) -> dict[type, set[int]]:
    """The database refuses a change that leaves a row in the bin, so only the others are tried."""
    firms = {number for number, (_owner, _assignee, binned) in enumerate(world.firms) if not binned}
    desks = {number for number, (_firm, binned) in enumerate(world.desks) if not binned}
    return {**answers, Firm: answers[Firm] & firms, Desk: answers[Desk] & desks}
