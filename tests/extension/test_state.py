"""What is recorded of plugins and what follows from it together with the code that is here."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, NullPool, create_engine, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.failures import FailureRows
from kernel.extension.models import PluginFailure, PluginRow, PluginStep, Setting, SiteState
from kernel.extension.state import (
    PluginState,
    State,
    raise_epoch,
    read_epoch,
    read_states,
    running,
    standings,
)
from tests.extension.making import Maker

EARLY = datetime(2026, 1, 1, tzinfo=UTC)


def recorded(name: str, state: State = State.ENABLED, version: str = "1.0", *requires: str) -> PluginState:
    return PluginState(name, name.title(), state, version, None, requires, "", EARLY)


def test_what_runs_follows_from_the_record_and_the_code(maker: Maker) -> None:
    maker.make("available")
    maker.make("enabled")
    maker.make("paused")
    maker.make("outdated", manifest="version='2.0'")
    maker.make("older", manifest="version='0.9'")
    maker.make("broken", "raise ValueError")
    maker.make("abroad", manifest="kernel='>=7'")
    maker.make("needing", manifest="requires=('paused',)")
    maker.make("quarantined")
    found = maker.discover()
    states = {
        name: recorded(name, state)
        for name, state in {
            "enabled": State.ENABLED,
            "paused": State.PAUSED,
            "outdated": State.ENABLED,
            "older": State.ENABLED,
            "gone": State.ENABLED,
            "needing": State.ENABLED,
            "quarantined": State.QUARANTINED,
        }.items()
    }
    assert {name: standing.state for name, standing in standings(found, states).items()} == {
        "available": State.AVAILABLE,
        "enabled": State.ENABLED,
        "paused": State.PAUSED,
        "outdated": State.OUTDATED,
        "older": State.INCOMPATIBLE,
        "broken": State.BROKEN,
        "abroad": State.INCOMPATIBLE,
        "gone": State.QUARANTINED,
        "needing": State.QUARANTINED,
        "quarantined": State.QUARANTINED,
    }
    assert running(found, states) == ("enabled",)


def test_an_installed_plugin_that_broke_keeps_its_record_and_says_why(maker: Maker) -> None:
    maker.make("alpha", "raise ValueError('worn out')")
    standing = standings(maker.discover(), {"alpha": recorded("alpha")})["alpha"]
    assert (standing.state, standing.installed, standing.version) == (State.QUARANTINED, True, "1.0")
    assert "worn out" in str(standing.reason)


def test_states_and_epoch_are_read(owner: Connection) -> None:
    owner.execute(
        insert(PluginRow).values(
            name="alpha", title="Alpha", version="1.0", state="paused", requires=["beta"]
        )
    )
    state = read_states(owner)["alpha"]
    assert (state.state, state.version, state.requires) == (State.PAUSED, "1.0", ("beta",))
    before = read_epoch(owner)
    assert raise_epoch(owner) == before + 1 == read_epoch(owner)


@pytest.mark.parametrize(
    "statement",
    [
        update(SiteState).values(epoch=9),
        update(PluginRow).values(state="enabled"),
        insert(PluginRow).values(name="x", title="X", version="1", state="enabled"),
        insert(PluginStep).values(plugin="x", action="install", from_state="a", to_state="b"),
        insert(PluginFailure).values(plugin="x", hook="menu", error="e"),
    ],
)
def test_the_application_cannot_write_the_record(site: Site, engines: Engines, statement: object) -> None:
    with (
        engines.app(site).connect() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def failing(site: Site, engines: Engines) -> FailureRows:
    """A recorder for a site where the plugin `alpha` is enabled and three failures are too many."""
    with engines.owner(site).begin() as connection:
        connection.execute(insert(PluginRow).values(name="alpha", title="A", version="1.0", state="enabled"))
        connection.execute(insert(Setting).values(key="extension.quarantine_failures", value=3))
    return FailureRows(create_engine(site.app_url, poolclass=NullPool))


def test_failures_are_kept_and_too_many_put_the_plugin_into_quarantine(
    failing: FailureRows, site: Site, engines: Engines
) -> None:
    with engines.owner(site).connect() as connection:
        before = read_epoch(connection)
    for number in range(2):
        failing.record("alpha", "health", ValueError(f"worn\x00 out {number}"))
    with engines.owner(site).connect() as connection:
        assert read_states(connection)["alpha"].state is State.ENABLED
        assert read_epoch(connection) == before
    failing.record("alpha", "menu", ValueError("at last"))
    failing.record("alpha", "menu", ValueError("after"))
    with engines.owner(site).connect() as connection:
        state = read_states(connection)["alpha"]
        assert (state.state, state.reason) == (State.QUARANTINED, "ValueError: at last")
        assert read_epoch(connection) == before + 1
        errors = connection.execute(select(PluginFailure.error).order_by(PluginFailure.id)).scalars().all()
        assert errors[:2] == ["ValueError: worn out 0", "ValueError: worn out 1"]
        step = connection.execute(select(PluginStep.__table__)).one()
        assert (step.action, step.from_state, step.to_state) == ("quarantine", "enabled", "quarantined")
        assert step.details["failures"] == 3


def test_old_failures_do_not_count(failing: FailureRows, site: Site, engines: Engines) -> None:
    failing.record("alpha", "health", ValueError("one"))
    failing.record("alpha", "health", ValueError("two"))
    with engines.owner(site).begin() as connection:
        connection.execute(text("UPDATE kernel.plugin_failure SET at = at - interval '11 minutes'"))
    failing.record("alpha", "health", ValueError("three"))
    with engines.owner(site).connect() as connection:
        assert read_states(connection)["alpha"].state is State.ENABLED


def test_a_failure_of_an_unknown_plugin_is_nobodys(
    failing: FailureRows, site: Site, engines: Engines
) -> None:
    failing.record("omega", "health", ValueError("who"))
    with engines.owner(site).connect() as connection:
        assert connection.execute(select(PluginFailure.id)).all() == []


def test_a_failure_that_cannot_be_written_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    unreachable = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", poolclass=NullPool)
    FailureRows(unreachable).record("alpha", "health", ValueError("worn out"))
    assert "could not be recorded" in caplog.text
