"""Random policies, random grants, random rows: each wall alone, and both, against an oracle that counts by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, NullPool, create_engine, func, select, text
from sqlalchemy.orm import Session

from kernel.access.actor import Actor, load_actor
from kernel.access.identity import Identity
from kernel.access.judging import Judge, rows_of
from kernel.access.scope_functions import make_scope_functions
from kernel.access.session import UserSession, allowed
from kernel.access.walls import apply_policies
from kernel.data.embedded import EmbeddedServer
from kernel.data.engines import Engines
from kernel.data.names import app_role, owner_role
from kernel.data.site import Site
from kernel.testing.corpus import SHAPES, Subject, examine
from kernel.testing.oracle import Oracle
from tests.leaks.wild import ACTIONS, MODELS, SCHEMA, Base, Wild, build, wild

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
Answers = dict[str, dict[str, set[int]]]
"""Ids by action and table."""
SHAPES_OF_AN_EXAMPLE = 2
RELAXED = {
    "deadline": None,
    "suppress_health_check": [
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
}


@pytest.fixture(scope="session")
def wild_site(leak_site: Site, engines: Engines) -> Site:
    with engines.owner(leak_site).begin() as owner:
        owner.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        Base.metadata.create_all(owner, tables=[model.__table__ for model in MODELS])
    return leak_site


@pytest.fixture
def anybody(server: EmbeddedServer, wild_site: Site) -> Iterator[Engine]:
    """Connects as somebody who may become the owner and the application by turns, in one transaction."""
    engine = create_engine(server.admin_url(wild_site.name), poolclass=NullPool)
    yield engine
    engine.dispose()


class Trial:
    """One example in one transaction, which is rolled back."""

    def __init__(self, connection: Connection, site: Site, world: Wild) -> None:
        self.connection, self.site, self.world = connection, site, world
        self.become_owner()
        build(connection, world)
        world.policies.check_complete(MODELS)
        make_scope_functions(connection, world.policies, app_role(site.name))
        apply_policies(connection, SCHEMA, world.policies, app_role(site.name))
        self.actor: Actor = load_actor(connection, world.ids["users"][0])
        self.row_of = rows_of(connection)
        self.identity = Identity(site.signing_key, self.actor, lift_bin=world.lift_bin)

    def become_owner(self) -> None:
        self.connection.exec_driver_sql(f'SET LOCAL ROLE "{owner_role(self.site.name)}"')

    def become_application(self) -> None:
        self.connection.exec_driver_sql(f'SET LOCAL ROLE "{app_role(self.site.name)}"')

    def user_session(self) -> UserSession:
        return UserSession(self.connection, self.identity, self.world.policies)  # type: ignore[arg-type]

    def by_hand(self) -> Answers:
        world = self.world
        oracle = Oracle(world.holding(), world.policies, self.row_of, self.actor, lift_bin=world.lift_bin)
        return self._row_by_row(oracle)

    def by_reading(self) -> Answers:
        judge = Judge(self.actor, self.world.policies, self.row_of, lift_bin=self.world.lift_bin)
        return self._row_by_row(judge)

    def _row_by_row(self, judge: Oracle | Judge) -> Answers:
        found: Answers = {action: {} for action in ACTIONS}
        for model in MODELS:
            policy = self.world.policies.for_table(model.__table__)
            for action in ACTIONS:
                found[action][model.__tablename__] = {
                    number
                    for number in range(1, len(self.world.lines[model]) + 1)
                    if judge.may(policy, self.row_of(policy.table, number) or {}, action)
                }
        return found

    def by_session(self) -> Answers:
        session = self.user_session()
        return {
            action: {
                model.__tablename__: set(
                    session.scalars(select(model.id).where(allowed(session, model, action)))
                )
                for model in MODELS
            }
            for action in ACTIONS
        }

    def by_database(self) -> Answers:
        """What the application reads, and what its plain UPDATE and DELETE reach; in the bin nothing is changed."""
        found: Answers = {action: {} for action in ("view", "edit", "purge")}
        for model in MODELS:
            name = model.__table__.fullname
            statements = {
                "view": f"SELECT id FROM {name}",
                "edit": f"UPDATE {name} SET name = 'x' WHERE binned_at IS NULL RETURNING id",
                "purge": f"DELETE FROM {name} RETURNING id",
            }
            for action, statement in statements.items():
                savepoint = self.connection.begin_nested()
                found[action][model.__tablename__] = set(self.connection.scalars(text(statement)))
                savepoint.rollback()
        return found

    def kept(self, model: type) -> set[int]:
        return {place for place, line in enumerate(self.world.lines[model], 1) if not line.binned}


def _check_answers(trial: Trial) -> Answers:
    wanted = trial.by_hand()
    assert trial.by_reading() == wanted, "the rules, read row by row"
    assert trial.by_session() == wanted, "wall 1"
    trial.identity.announce(trial.connection)
    trial.become_application()
    found = trial.by_database()
    kept = {model.__tablename__: wanted["edit"][model.__tablename__] & trial.kept(model) for model in MODELS}
    assert found == {"view": wanted["view"], "edit": kept, "purge": wanted["purge"]}, "wall 2"
    assert trial.by_session() == wanted, "both walls"
    return wanted


def _subjects(trial: Trial, wanted: Answers) -> Iterator[Subject]:
    for model in MODELS:
        seen = frozenset(wanted["view"][model.__tablename__])
        hidden = frozenset(range(1, len(trial.world.lines[model]) + 1)) - seen
        if hidden:
            yield Subject(model, seen, hidden, "name")


def _check_shapes(trial: Trial, wanted: Answers, chosen: list[int]) -> None:
    for subject in _subjects(trial, wanted):
        fitting = [shape for shape in SHAPES if shape.fits(subject)]
        for shape in {
            fitting[number % len(fitting)].name: fitting[number % len(fitting)] for number in chosen
        }.values():
            for which in ("session", "database", "both"):
                (trial.become_owner if which == "session" else trial.become_application)()
                wall1 = which != "database"
                session = trial.user_session() if wall1 else Session(trial.connection, expire_on_commit=False)
                trial.identity.announce(trial.connection)
                wrong = examine(shape, subject, session, trial.site.signing_key, wall1=wall1)
                session.expunge_all()
                assert not wrong, f"{subject.name}, {shape.name}, {which}: {wrong}"


def _try(world: Wild, engine: Engine, site: Site, chosen: list[int]) -> None:
    with engine.connect() as connection:
        trial = Trial(connection, site, world)
        wanted = _check_answers(trial)
        _check_shapes(trial, wanted, chosen)
        connection.rollback()


numbers = st.lists(st.integers(0, len(SHAPES) - 1), min_size=1, max_size=SHAPES_OF_AN_EXAMPLE)


@settings(max_examples=15, **RELAXED)
@given(world=wild(), chosen=numbers)
def test_random_policies(world: Wild, chosen: list[int], anybody: Engine, wild_site: Site) -> None:
    _try(world, anybody, wild_site, chosen)


@pytest.mark.long
@settings(max_examples=600, **RELAXED)
@given(world=wild(), chosen=numbers)
def test_many_random_policies(world: Wild, chosen: list[int], anybody: Engine, wild_site: Site) -> None:
    _try(world, anybody, wild_site, chosen)


@pytest.mark.long
@settings(max_examples=5, **RELAXED)
@given(world=wild())
def test_all_shapes_under_random_policies(world: Wild, anybody: Engine, wild_site: Site) -> None:
    _try(world, anybody, wild_site, list(range(len(SHAPES))))


def test_nothing_of_an_example_stays(anybody: Engine, wild_site: Site) -> None:
    with anybody.connect() as connection:
        for model in MODELS:
            assert connection.scalar(select(func.count()).select_from(model.__table__)) == 0
