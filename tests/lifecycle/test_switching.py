from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from kernel.extension.discovery import GROUP, Discovery, discover
from kernel.extension.state import State, read_epoch, read_states
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.plan import plan_install, plan_uninstall
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.switching import pause, quarantine, repair, resume
from kernel.lifecycle.uninstall import uninstall
from kernel.lifecycle.upgrade import upgrade
from tests.extension.making import Maker
from tests.lifecycle.hotels import SARA, rows


@pytest.fixture
def made(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    return Maker(tmp_path, monkeypatch)


def with_plugins(workshop: Workshop, offers: list[EntryPoint]) -> Workshop:
    found: Discovery = discover(offers, kernel_version="1.2.0")
    return replace(workshop, discovery=found)


def state_of(engine: Engine, name: str) -> State:
    with engine.connect() as connection:
        return read_states(connection)[name].state


def test_a_life_in_steps(workshop: Workshop, owner_engine: Engine, made: Maker) -> None:
    """Dependencies come along, nothing cascades, and every change is a step with its own epoch."""
    made.make("base")
    made.make("middle", manifest="requires=('base',)")
    made.make("upper", manifest="requires=('middle',)")
    made.make("rival", manifest="conflicts=('base',)")
    here = with_plugins(workshop, made.offers)

    assert plan_install(here, "upper", SARA).adds == ("base", "middle", "upper")
    assert install(here, "upper", SARA) == ("base", "middle", "upper")
    with pytest.raises(StepRefused, match="“rival” and “base” cannot be together"):
        install(here, "rival", SARA)

    _refused(here, pause, "base", "“middle” requires it; pause that first")
    for name in ("upper", "middle", "base"):
        pause(here, name, SARA)
        assert state_of(owner_engine, name) is State.PAUSED
    _refused(here, pause, "base", "“base” is paused")
    _refused(here, resume, "middle", "“base”, which is not running")
    for name in ("base", "middle", "upper"):
        resume(here, name, SARA)

    obstacles = plan_uninstall(here, "base", SARA).obstacles
    assert ["“middle” requires it" in str(obstacle.text) for obstacle in obstacles] == [True]
    _refused(here, uninstall, "base", "“middle” requires it")
    for name in ("upper", "middle", "base"):
        uninstall(here, name, SARA)
    assert rows(owner_engine, "kernel.plugin") == []
    steps = rows(owner_engine, "kernel.plugin_step")
    assert [step["action"] for step in steps] == ["install"] * 3 + ["pause"] * 3 + ["resume"] * 3 + [
        "uninstall"
    ] * 3
    with owner_engine.connect() as connection:
        assert read_epoch(connection) == 1 + 1 + 3 + 3 + 3


def test_a_paused_requirement_is_an_obstacle(workshop: Workshop, made: Maker) -> None:
    made.make("base")
    made.make("upper", manifest="requires=('base',)")
    here = with_plugins(workshop, made.offers)
    install(here, "base", SARA)
    pause(here, "base", SARA)
    with pytest.raises(StepRefused, match="“base”, which is paused"):
        install(here, "upper", SARA)


def test_quarantine_and_repair(workshop: Workshop, owner_engine: Engine, made: Maker) -> None:
    made.make("alpha")
    here = with_plugins(workshop, made.offers)
    install(here, "alpha", SARA)
    _refused(here, repair, "alpha", "is enabled")
    quarantine(here, "alpha", SARA, "it is slow")
    (row,) = rows(owner_engine, "kernel.plugin")
    assert (row["state"], row["reason"]) == ("quarantined", "it is slow")
    repair(here, "alpha", SARA)
    (row,) = rows(owner_engine, "kernel.plugin")
    assert (row["state"], row["reason"]) == ("enabled", None)
    last = rows(owner_engine, "kernel.plugin_step")[-1]
    assert (last["action"], last["from_state"], last["to_state"]) == ("repair", "quarantined", "enabled")


@pytest.mark.parametrize("before", [State.ENABLED, State.PAUSED, State.QUARANTINED])
def test_upgrading_brings_requirements_forward_first(
    workshop: Workshop, owner_engine: Engine, made: Maker, before: State
) -> None:
    upgraded = """
        from sqlalchemy import text

        @hookimpl
        def upgraded(session, since):
            session.execute(text("INSERT INTO kernel.setting (key, value) VALUES (:key, to_jsonb(:since ::text))"),
                            {{"key": "{0}.since", "since": since}})
    """
    old = [made.make("base"), made.make("upper", manifest="requires=('base',)")]
    new = [
        made.make("base", upgraded.format("base"), manifest="version='1.5'"),
        made.make("upper", upgraded.format("upper"), manifest="version='2.0', requires=('base>=1.5',)"),
    ]
    earlier, later = with_plugins(workshop, old), with_plugins(workshop, new)
    install(earlier, "upper", SARA)
    if before is State.PAUSED:
        pause(earlier, "upper", SARA)
    elif before is State.QUARANTINED:
        quarantine(earlier, "upper", SARA, "it fails")
        _refused(later, repair, "upper", "upgrade it")
    assert upgrade(later, "upper", SARA) == ("base", "upper")
    after = State.PAUSED if before is State.PAUSED else State.ENABLED
    with owner_engine.connect() as connection:
        states = read_states(connection)
        said = dict(connection.execute(text("SELECT key, value #>> '{}' FROM kernel.setting")).all())
    assert {name: (state.version, state.state) for name, state in states.items()} == {
        "base": ("1.5", State.ENABLED),
        "upper": ("2.0", after),
    }
    assert said == {"base.since": "1.0", "upper.since": "1.0"}
    _refused(later, upgrade, "upper", "nothing to upgrade")


def test_migrations_of_the_same_version_are_an_upgrade(
    workshop: Workshop, owner_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = tmp_path / "forgetful" / "migrations" / "versions"
    versions.mkdir(parents=True)
    manifest = "from kernel.api import Plugin\nplugin = Plugin(name='forgetful', title='F', version='1.0')\n"
    (tmp_path / "forgetful" / "__init__.py").touch()
    (tmp_path / "forgetful" / "plugin.py").write_text(manifest)
    monkeypatch.syspath_prepend(str(tmp_path))
    here = replace(workshop, discovery=discover([EntryPoint("forgetful", "forgetful.plugin", GROUP)]))
    for number in (1, 2):
        before = f"'r{number - 1}'" if number > 1 else None
        (versions / f"r{number}.py").write_text(
            f"revision = 'r{number}'\ndown_revision = {before}\n\n\ndef upgrade():\n    pass\n"
        )
        if number == 1:
            install(here, "forgetful", SARA)
            _refused(here, upgrade, "forgetful", "nothing to upgrade")
    assert upgrade(here, "forgetful", SARA) == ("forgetful",)
    assert [row["version_num"] for row in rows(owner_engine, "forgetful.migration")] == ["r2"]
    _refused(here, upgrade, "forgetful", "nothing to upgrade")


def test_older_code_is_not_let_at_newer_data(workshop: Workshop, made: Maker) -> None:
    new, old = made.make("alpha", manifest="version='2.0'"), made.make("alpha")
    later, earlier = with_plugins(workshop, [new]), with_plugins(workshop, [old])
    install(later, "alpha", SARA)
    pause(later, "alpha", SARA)
    _refused(earlier, resume, "alpha", "version 2.0, which is newer than its code")
    _refused(earlier, upgrade, "alpha", "nothing to upgrade")


def test_what_is_not_installed_cannot_be_switched(workshop: Workshop, made: Maker) -> None:
    made.make("alpha")
    here = with_plugins(workshop, made.offers)
    for action in (pause, resume, repair, upgrade, uninstall):
        _refused(here, action, "alpha", "is not installed")
        _refused(here, action, "omega", "no plugin named “omega”")


def _refused(workshop: Workshop, action: Callable[..., object], name: str, part: str) -> None:
    with pytest.raises(StepRefused, match=part):
        action(workshop, name, SARA)
