"""A plugin that fails in every hook hurts nobody, is recorded, and is taken out at last."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, insert

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.calling import HookFailed, Hooks
from kernel.extension.declarations import collect
from kernel.extension.discovery import GROUP, Discovery, discover
from kernel.extension.failures import FailureRows
from kernel.extension.markers import Rule
from kernel.extension.models import PluginRow
from kernel.extension.state import State, read_states, running
from tests.extension.making import Maker

BREAKER = Path(__file__).parents[1] / "outside" / "breaker"
SOUND = """
from kernel.extension.contributions import MenuItem

@hookimpl
def menu(): return [MenuItem(label="Sound", target="/sound/")]

@hookimpl
def match_caller(): return 5

"""


@pytest.fixture
def found(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> Discovery:
    """The breaker, no longer calm, beside a sound plugin that answers each hook for contributions."""
    monkeypatch.syspath_prepend(str(BREAKER))
    asked = [
        each.name for each in discover([], kernel_version="1.0.0").specifications if each.rule is Rule.GATHER
    ]
    maker.make("sound", SOUND + "".join(f"@hookimpl\ndef {name}(): return ['ok']\n" for name in asked))
    found = discover([*maker.offers, EntryPoint("breaker", "breaker.plugin", GROUP)], kernel_version="1.0.0")
    assert list(found.plugins) == ["breaker", "sound"]
    monkeypatch.setattr("breaker.plugin.CALM", False)
    return found


def nothing_for(found: Discovery, hook: str) -> dict[str, Any]:
    return dict.fromkeys(found.specifications[hook].arguments)


def test_everybody_else_answers(found: Discovery) -> None:
    hooks = Hooks(found, found.plugins)
    for specification in found.specifications:
        arguments = nothing_for(found, specification.name)
        match specification.rule:
            case Rule.GATHER:
                answers = hooks.gather(specification.name, **arguments)
                assert [answer.plugin for answer in answers] == ["sound"], specification.name
                assert answers.failed == ("breaker",)
            case Rule.REQUIRE:
                with pytest.raises(HookFailed, match="breaker"):
                    hooks.require(specification.name, **arguments)
    first = hooks.first("match_caller", ctx=None, number="+98")
    assert first is not None
    assert first.plugin == "sound"
    declared = collect(hooks)
    assert set(declared.broken) == {"breaker"}
    assert [answer.plugin for answer in declared.of("menu")] == ["sound"]


def test_it_is_recorded_and_quarantined_and_then_rules_pass_again(
    found: Discovery, site: Site, engines: Engines
) -> None:
    with engines.owner(site).begin() as connection:
        for name in found.plugins:
            connection.execute(
                insert(PluginRow).values(name=name, title=name, version="1.0.0", state="enabled")
            )
    recorder = FailureRows(create_engine(site.app_url, poolclass=NullPool))
    hooks = Hooks(found, found.plugins, recorder=recorder)
    for _time in range(10):
        hooks.gather("health", ctx=None)
    with engines.owner(site).connect() as connection:
        states = read_states(connection)
    assert (states["breaker"].state, states["breaker"].reason) == (State.QUARANTINED, "Broken: health")
    after = Hooks(found, running(found, states))
    assert "breaker" not in after.enabled
    assert after.require("validate", **nothing_for(found, "validate")) == []
