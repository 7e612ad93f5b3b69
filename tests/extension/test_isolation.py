"""One plugin's failing statement costs its own contribution: neither the others' nor the caller's
transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.calling import HookFailed, Hooks
from kernel.extension.isolation import HookMisuse, TransactionLost
from kernel.extension.models import Setting
from tests.extension.making import Maker

QUERY = """
from sqlalchemy import text

@hookimpl
def health(ctx):
    return [ctx.session.execute(text({statement!r})).scalar()]
"""
CALLING = """
from kernel.extension.models import Setting
from sqlalchemy import select, text

@hookimpl
def health(ctx):
    {body}
    return [1]
"""


@pytest.fixture
def session(site: Site, engines: Engines) -> Iterator[Session]:
    with engines.owner(site).connect() as connection, Session(connection) as made:
        made.execute(text("CREATE TEMP TABLE kept (value int) ON COMMIT DROP"))
        yield made
        made.rollback()


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    """What the server is sent, savepoints included."""
    seen: list[str] = []
    driver = session.connection().connection.driver_connection
    assert driver is not None

    class Watching(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **options: Any) -> Any:
            seen.append(str(query))
            return super().execute(query, *rest, **options)

    driver.cursor_factory = Watching
    yield seen
    driver.cursor_factory = psycopg.Cursor


def context(session: Session) -> Any:
    return SimpleNamespace(session=session)


def hooks(maker: Maker, **options: Any) -> Hooks:
    found = maker.discover()
    assert not found.broken
    return Hooks(found, found.plugins, **options)


def test_a_bad_statement_spares_the_others_and_the_caller(maker: Maker, session: Session) -> None:
    maker.make("alpha", QUERY.format(statement="SELECT 1"))
    maker.make("bad", QUERY.format(statement="SELECT 1/0"))
    maker.make("worse", QUERY.format(statement="SELECT nothing FROM nowhere"))
    maker.make("zeta", QUERY.format(statement="SELECT count(*) FROM kept"))
    session.execute(text("INSERT INTO kept VALUES (5)"))
    answers = hooks(maker).gather("health", ctx=context(session))
    assert [(answer.plugin, answer.value) for answer in answers] == [("alpha", [1]), ("zeta", [1])]
    assert answers.failed == ("bad", "worse")
    assert session.execute(text("SELECT value FROM kept")).scalar_one() == 5


def test_what_a_failing_plugin_wrote_is_undone(maker: Maker, session: Session) -> None:
    body = "ctx.session.execute(text('DELETE FROM kept')); raise ValueError"
    maker.make("bad", CALLING.format(body=body))
    session.execute(text("INSERT INTO kept VALUES (5)"))
    assert hooks(maker).gather("health", ctx=context(session)).failed == ("bad",)
    assert session.execute(text("SELECT value FROM kept")).scalar_one() == 5


def test_savepoints_are_set_only_for_those_who_ask_the_database(
    maker: Maker, session: Session, statements: list[str]
) -> None:
    maker.make("alpha", "@hookimpl\ndef health(): return [1]")
    maker.make("beta", QUERY.format(statement="SELECT 1"))
    maker.make("gamma", "@hookimpl\ndef health(): raise ValueError")
    hooks(maker).gather("health", ctx=context(session))
    assert statements == ["SAVEPOINT peyvand_hook_0", "SELECT 1", "RELEASE SAVEPOINT peyvand_hook_0"]


@pytest.mark.parametrize(
    "body",
    [
        "ctx.session.add(Setting(key='a', value=1)); ctx.session.flush()",
        "ctx.session.add(Setting(key='a', value=1)); ctx.session.execute(select(Setting.key))",
        "ctx.session.add(Setting(key='a', value=1))",
        "ctx.session.get(Setting, 'kept').value = 2",
        "ctx.session.delete(ctx.session.get(Setting, 'kept'))",
        "ctx.session.commit()",
    ],
)
def test_writing_is_refused_and_leaves_nothing(maker: Maker, session: Session, body: str) -> None:
    maker.make("bad", CALLING.format(body=body))
    session.add(Setting(key="kept", value=1))
    answers = hooks(maker).gather("health", ctx=context(session))
    assert answers.failed == ("bad",)
    session.flush()
    session.expire_all()
    assert [(row.key, row.value) for row in session.query(Setting)] == [("kept", 1)]
    with pytest.raises(HookMisuse, match="the plugin bad"):
        hooks(maker, isolate=False).gather("health", ctx=context(session))


@pytest.mark.parametrize("body", ["ctx.session.rollback()", "ctx.session.begin_nested()"])
def test_ending_the_callers_transaction_is_never_isolated(maker: Maker, session: Session, body: str) -> None:
    maker.make("bad", CALLING.format(body=body))
    with pytest.raises(TransactionLost, match="the plugin bad"):
        hooks(maker).gather("health", ctx=context(session))


def test_a_plugin_may_nest_a_savepoint_of_its_own(maker: Maker, session: Session) -> None:
    body = "with ctx.session.begin_nested(): ctx.session.execute(text('SELECT 1'))"
    maker.make("alpha", CALLING.format(body=body))
    assert hooks(maker).gather("health", ctx=context(session)).failed == ()


def test_the_callers_own_changes_are_not_blamed_on_a_plugin(maker: Maker, session: Session) -> None:
    maker.make("alpha", CALLING.format(body="assert ctx.session.execute(select(Setting.key)).all()"))
    session.add(Setting(key="own", value=1))
    assert hooks(maker).gather("health", ctx=context(session)).failed == ()


def test_a_rule_may_write_and_not_commit(maker: Maker, session: Session) -> None:
    maker.make(
        "alpha",
        """
        from kernel.extension.models import Setting

        @hookimpl
        def installed(session):
            session.add(Setting(key='alpha.seed', value=1))
            session.flush()
        """,
    )
    maker.make("bad", "@hookimpl\ndef upgraded(session): session.commit()")
    asking = hooks(maker)
    asking.require("installed", session=session, ctx=None)
    assert session.get(Setting, "alpha.seed") is not None
    with pytest.raises(HookFailed):
        asking.require("upgraded", session=session, ctx=None, since="1.0")


def test_one_transaction_after_another(maker: Maker, site: Site, engines: Engines) -> None:
    maker.make("bad", QUERY.format(statement="SELECT 1/0"))
    asking = hooks(maker)
    with Session(engines.app(site)) as session:
        for _round in range(3):
            assert asking.gather("health", ctx=context(session)).failed == ("bad",)
            assert session.execute(text("SELECT 1")).scalar_one() == 1
            session.commit()


def test_listeners_do_not_pile_up(maker: Maker, site: Site, engines: Engines) -> None:
    maker.make("alpha", QUERY.format(statement="SELECT 1"))
    asking = hooks(maker)
    with Session(engines.app(site)) as session:
        for _round in range(5):
            asking.gather("health", ctx=context(session))
            asking.gather("health", ctx=context(session))
            session.commit()
        assert len(session.dispatch.before_flush) == 1


ANSWERING = """
from kernel.extension.models import Setting

@hookimpl
def answer_message(ctx, message_id):
    ctx.session.add(Setting(key={key!r}, value=1))
    ctx.session.flush()
    {after}
"""


@pytest.mark.parametrize(
    ("after", "answer", "kept"),
    [
        ("return 'Done'", "Done", ["of.alpha"]),
        ("raise RuntimeError('too late')", "From beta", ["of.beta"]),
        ("ctx.session.add(Setting(key='of.alpha', value=2))\n    return 'Doubled'", "From beta", ["of.beta"]),
    ],
)
def test_who_answers_a_message_may_write_and_who_fails_leaves_nothing(
    maker: Maker, session: Session, after: str, answer: str, kept: list[str]
) -> None:
    maker.make("alpha", ANSWERING.format(key="of.alpha", after=after))
    maker.make("beta", ANSWERING.format(key="of.beta", after="return 'From beta'"))
    found = hooks(maker).first("answer_message", ctx=SimpleNamespace(session=session), message_id=1)
    assert found is not None
    assert found.value == answer
    stored = session.execute(text("SELECT key FROM kernel.setting WHERE key LIKE 'of.%' ORDER BY key"))
    assert list(stored.scalars()) == kept
