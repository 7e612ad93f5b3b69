"""Sessions of users and of the system: where one ends, what the other may do meanwhile, what comes back afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import ObjectDeletedError

from kernel.access.actor import NOBODY, SYSTEM
from kernel.access.errors import RefusedStatement
from kernel.access.policies import PolicySet
from kernel.access.policy import Forms
from kernel.access.protection import _Criteria
from kernel.access.session import (
    SystemSession,
    UserSession,
    allowed,
    allowed_ids,
    elevated,
    open_session,
)
from kernel.data.site import Site
from tests.leaks.family import Desk, Drawer, Firm, Health, Label, Ledger, Memo, Pin, Visit
from tests.leaks.scene import Scene

MODELS = (Firm, Desk, Drawer, Health, Visit, Memo, Label, Pin, Ledger)


@pytest.fixture
def session(app: Engine, leak_site: Site, scene: Scene, policies: PolicySet) -> Iterator[UserSession]:
    with open_session(app, leak_site, scene.sara, policies) as opened:
        assert isinstance(opened, UserSession)
        yield opened


def me(session: Session) -> int | None:
    """Whom the database takes for the actor."""
    return Session.connection(session).scalar(text("SELECT kernel.me()"))


def counts(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(model)) for model in MODELS]


def test_nobody_sees_nothing(app: Engine, leak_site: Site, scene: Scene, policies: PolicySet) -> None:
    with open_session(app, leak_site, NOBODY, policies) as nobody:
        assert counts(nobody) == [0] * len(MODELS)
        assert me(nobody) is None
        assert nobody.info["epoch"] == 1


def test_an_administrator_sees_all_but_the_bin_and_the_books(
    app: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    with open_session(app, leak_site, scene.chief, policies) as chief:
        assert counts(chief) == [6, 6, 6, 6, 4, 5, 2, 1, 0]
    with open_session(app, leak_site, scene.chief, policies, lift_bin=True) as chief:
        assert counts(chief) == [7, 8, 8, 7, 5, 5, 2, 1, 0]


@pytest.mark.parametrize("wall", ["first", "second"])
def test_each_wall_alone_lifts_the_bin_for_own_rows_only(
    wall: str, app: Engine, past_wall2: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    engine = past_wall2 if wall == "first" else app
    with open_session(engine, leak_site, scene.sara, policies, lift_bin=True) as lifted:
        statement = select(Firm.__table__.c.id)
        found = (
            lifted.scalars(select(Firm.id))
            if wall == "first"
            else Session.connection(lifted).scalars(statement)
        )
        assert set(found) == {1, 2, 3, 4}


def test_the_system_sees_everything(app: Engine, leak_site: Site, scene: Scene, policies: PolicySet) -> None:
    with open_session(app, leak_site, SYSTEM("test"), policies) as system:
        assert isinstance(system, SystemSession)
        assert counts(system) == [7, 8, 8, 7, 5, 5, 2, 4, 3]
        assert me(system) == 0


def test_a_read_only_session_writes_nothing(
    app: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    with open_session(app, leak_site, scene.sara, policies, read_only=True) as reading:
        firm = reading.get_one(Firm, 1)
        firm.name = "changed"
        with pytest.raises(DBAPIError, match="read-only"):
            reading.flush()


def test_a_session_begins_with_one_statement(
    app: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    statements: list[str] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        statements.append(statement)

    event.listen(app, "before_cursor_execute", note)
    try:
        with open_session(app, leak_site, scene.sara, policies) as opened:
            opened.scalars(select(Firm.id)).all()
    finally:
        event.remove(app, "before_cursor_execute", note)
    assert len(statements) == 2
    assert str(scene.sara.user_id) + "." not in statements[0]


def test_a_statement_takes_no_longer_than_allowed(
    app: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    with open_session(app, leak_site, scene.sara, policies, statement_limit=5) as opened:
        assert Session.connection(opened).scalar(text("SHOW statement_timeout")) == "5s"
    with open_session(app, leak_site, scene.sara, policies) as opened:
        assert Session.connection(opened).scalar(text("SHOW statement_timeout")) == "0"


def test_the_actor_is_gone_with_the_transaction(session: UserSession, app: Engine) -> None:
    session.rollback()
    with app.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM leaktest.firm")) == 0


def test_a_new_transaction_names_the_actor_again(session: UserSession, scene: Scene) -> None:
    session.commit()
    assert set(session.scalars(select(Firm.id))) == {1, 2, 3}
    session.rollback()
    assert me(session) == scene.sara.user_id


def test_elevation_sees_and_writes_what_the_user_may_not(session: UserSession, scene: Scene) -> None:
    session.get_one(Firm, 1).name = "changed first"
    with elevated(session, "test") as system:
        assert me(system) == 0
        assert system.get_one(Firm, 1).name == "changed first"
        system.get_one(Firm, 5).name = "by the system"
        system.add(Ledger(name="noted"))
    assert me(session) == scene.sara.user_id
    assert set(session.scalars(select(Firm.id))) == {1, 2, 3}
    with elevated(session, "look again") as system:
        assert system.get_one(Firm, 5).name == "by the system"
        assert system.scalar(select(func.count()).select_from(Ledger)) == 4


def test_the_users_session_rests_meanwhile(session: UserSession) -> None:
    firm = session.get_one(Firm, 1)
    with elevated(session, "test"):
        with pytest.raises(RefusedStatement, match="lent"):
            session.scalars(select(Firm.id)).all()
        firm.name = "changed"
        with pytest.raises(RefusedStatement, match="lent"):
            session.flush()
        session.expire(firm)
    assert firm.name == "one"


def test_elevation_within_elevation_is_the_same(session: UserSession, scene: Scene) -> None:
    with elevated(session, "outer") as outer:
        with elevated(session, "inner") as inner, elevated(outer, "innermost") as innermost:
            assert inner is innermost is outer
        assert me(outer) == 0
    assert me(session) == scene.sara.user_id


def _write_and_fail(system: Session) -> None:
    system.add(Ledger(name="lost"))
    system.flush()
    system.add(Desk(firm_id=999, name="of no firm"))
    system.flush()


def test_a_failed_elevation_leaves_the_user_where_he_was(session: UserSession, scene: Scene) -> None:
    session.get_one(Firm, 1).name = "kept"
    with pytest.raises(IntegrityError), elevated(session, "test") as system:
        _write_and_fail(system)
    assert me(session) == scene.sara.user_id
    assert session.get_one(Firm, 1).name == "kept"
    with elevated(session, "look") as system:
        assert system.scalar(select(func.count()).select_from(Ledger)) == 3


def test_a_failed_statement_in_an_elevation_too(session: UserSession, scene: Scene) -> None:
    with pytest.raises(DBAPIError), elevated(session, "test") as system:
        system.execute(text("SELECT 1 / 0"))
    assert me(session) == scene.sara.user_id
    assert set(session.scalars(select(Firm.id))) == {1, 2, 3}


def test_the_user_is_back_after_a_savepoint_around_the_elevation(session: UserSession, scene: Scene) -> None:
    savepoint = session.begin_nested()
    with elevated(session, "test") as system:
        system.get_one(Firm, 5).name = "gone again"
    savepoint.rollback()
    assert me(session) == scene.sara.user_id
    assert set(session.scalars(select(Firm.id))) == {1, 2, 3}
    with elevated(session, "right after a savepoint was rolled back") as system:
        assert system.get_one(Firm, 5).name == "five"


def test_the_user_is_back_after_a_savepoint_begun_inside(session: UserSession, scene: Scene) -> None:
    with elevated(session, "test"):
        savepoint = Session.connection(session).begin_nested()
    savepoint.rollback()
    inside = session.begin_nested()
    inside.rollback()
    assert set(session.scalars(select(Firm.id))) == {1, 2, 3}
    assert me(session) == scene.sara.user_id


def test_commits_of_the_system_inside_are_the_users_to_decide(
    session: UserSession, app: Engine, leak_site: Site, policies: PolicySet
) -> None:
    with elevated(session, "test") as system:
        system.add(Ledger(name="early"))
        system.commit()
    session.rollback()
    with open_session(app, leak_site, SYSTEM("look"), policies) as other:
        assert other.scalar(select(func.count()).select_from(Ledger)) == 3


def test_only_opened_sessions_are_elevated(app: Engine) -> None:
    with Session(app) as plain, pytest.raises(TypeError), elevated(plain, "test"):
        pass


def test_allowed_rows_per_action(session: UserSession, scene: Scene) -> None:
    assert allowed_ids(session, Firm, [1, 4, 5], "purge") == {1}
    assert allowed_ids(session, Firm, [1, 2, 3], "export") == set()
    assert allowed_ids(session, Desk, [1, 2, 5], "edit") == {1, 2}
    assert allowed_ids(session, Label, [1, 2], "edit") == set()
    assert set(session.scalars(select(Firm.id).where(allowed(session, Firm, "edit")))) == {1, 2, 3}
    with elevated(session, "test") as system:
        assert allowed_ids(system, Firm, [1, 4, 5], "export") == {1, 4, 5}


def test_a_row_given_away_meanwhile_is_gone_at_its_refresh(session: UserSession, scene: Scene) -> None:
    firm = session.get_one(Firm, 1)
    with elevated(session, "hand over") as system:
        system.get_one(Firm, 1).owner_id = scene.mina.user_id
    session.expire(firm)
    with pytest.raises(ObjectDeletedError):
        _ = firm.name


def test_binning_is_the_kernels_work(session: UserSession, past_wall2: Engine, policies: PolicySet) -> None:
    session.get_one(Firm, 1).binned_at = func.now()
    with pytest.raises((RefusedStatement, DBAPIError)):
        session.flush()
    session.rollback()
    with elevated(session, "to the bin") as system:
        system.get_one(Firm, 1).binned_at = func.now()
    assert set(session.scalars(select(Firm.id))) == {2, 3}
    assert set(session.scalars(select(Desk.id))) == {2, 3}


def test_an_orphan_is_deleted_as_a_row_of_the_parent(session: UserSession) -> None:
    firm = session.get_one(Firm, 1)
    firm.desks.pop()
    session.flush()
    assert set(session.scalars(select(Desk.id))) == {2, 3}


def test_what_one_may_not_purge_is_not_deleted_as_an_orphan(
    past_wall2: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    reader = replace(scene.sara, grants={("firm", "view"): frozenset({"own"})})
    with open_session(past_wall2, leak_site, reader, policies) as opened:
        firm = opened.get_one(Firm, 1)
        firm.desks.pop()
        with pytest.raises(RefusedStatement):
            opened.flush()


def test_computed_columns_count_visible_rows(session: UserSession) -> None:
    found = dict(session.execute(select(Firm.id, Firm.desk_count)).all())  # type: ignore[attr-defined]
    assert found == {1: 1, 2: 1, 3: 1}


def test_a_computed_column_read_late_counts_visible_rows(
    past_wall2: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    with open_session(past_wall2, leak_site, scene.sara, policies) as opened:
        assert opened.get_one(Firm, 1).desk_count == 1  # type: ignore[attr-defined]


def test_another_session_of_the_same_shape_gets_its_own_values(
    app: Engine, past_wall2: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    seen = []
    for actor in (scene.sara, scene.mina, scene.sara):
        with open_session(past_wall2, leak_site, actor, policies) as opened:
            seen.append(set(opened.scalars(select(Memo.id))))
    assert seen == [{1, 2, 3, 5}, {4}, {1, 2, 3, 5}]


def test_a_condition_of_another_session_is_refused_however_often_its_form_was_run(
    app: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    with (
        open_session(app, leak_site, scene.sara, policies) as hers,
        open_session(app, leak_site, scene.mina, policies) as another,
    ):
        for _again in range(2):
            lent = select(Drawer.id).where(allowed(hers, Drawer, "edit"))
            assert set(hers.scalars(lent)) == {1, 2, 3}
            with pytest.raises(RefusedStatement, match="past its model"):
                another.scalars(lent).all()


def test_a_form_is_good_under_the_policies_that_it_was_looked_at_with(
    app: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    few = PolicySet([policy for policy in policies if policy.model is not Memo])
    for known, found in ((policies, {1, 2, 3, 5}), (few, None), (policies, {1, 2, 3, 5})):
        with open_session(app, leak_site, scene.sara, known) as opened:
            if found is None:
                with pytest.raises(RefusedStatement, match="no policy"):
                    opened.scalars(select(Memo.id)).all()
            else:
                assert set(opened.scalars(select(Memo.id))) == found


def test_forms_are_forgotten_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = Forms()
    monkeypatch.setattr(Forms, "MOST", 3)
    for number in range(4):
        forms.add(number)
    assert [number in forms for number in range(4)] == [False, False, False, True]


def test_objects_do_not_cross(session: UserSession) -> None:
    with elevated(session, "test") as system:
        hidden = system.get_one(Firm, 5)
        system.expunge(hidden)
    with pytest.raises(RefusedStatement, match="ids cross"):
        session.add(hidden)


def test_other_connections_are_refused(session: UserSession, past_wall2: Engine) -> None:
    with past_wall2.connect() as connection, pytest.raises(RefusedStatement, match="own connection"):
        session.execute(select(Firm), bind_arguments={"bind": connection})


def test_models_without_a_policy_are_refused(
    app: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    few = PolicySet([policy for policy in policies if policy.model is not Memo])
    with (
        open_session(app, leak_site, scene.sara, few) as opened,
        pytest.raises(RefusedStatement, match="no policy"),
    ):
        opened.scalars(select(Memo.id)).all()


def test_the_owner_in_a_migration_sees_all_rows(past_wall2: Engine, scene: Scene) -> None:
    with past_wall2.begin() as owner:
        assert owner.scalar(text("SELECT count(*) FROM leaktest.firm")) == 7
        owner.execute(insert(Label).values(name="seeded"))
        owner.rollback()


@pytest.mark.long
def test_a_compiled_form_keeps_no_criteria_of_each_model(
    app: Engine, leak_site: Site, scene: Scene, policies: PolicySet
) -> None:
    # SQLAlchemy keeps hundreds of forms for each engine; criteria by model would make hundreds of thousands of objects.
    def alive() -> int:
        gc.collect()
        return sum(isinstance(each, _Criteria) for each in gc.get_objects())

    before = alive()
    with open_session(app, leak_site, scene.sara, policies) as opened:
        for count in range(20, 26):
            opened.scalars(select(Firm.id, *[Firm.name.label(f"n{each}") for each in range(count)])).all()
        assert alive() <= before + 1
