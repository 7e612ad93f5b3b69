from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from kernel.extension.calling import Answer, HookFailed, Hooks
from kernel.extension.declarations import collect
from tests.extension.making import Maker


class Recorder:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []

    def record(self, plugin: str, hook: str, error: BaseException) -> None:
        self.seen.append((plugin, hook, str(error)))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def hooks_of(maker: Maker, recorder: Recorder) -> Callable[..., Hooks]:
    """Hooks over all plugins made so far, or over those named."""

    def make(*enabled: str, isolate: bool = True, refusals: tuple[type[Exception], ...] = ()) -> Hooks:
        found = maker.discover()
        assert not found.broken
        return Hooks(found, enabled or found.plugins, recorder=recorder, isolate=isolate, refusals=refusals)

    return make


BLOCKS = """
from kernel.extension.contributions import DashboardBlock

@hookimpl
def dashboard_blocks():
    yield DashboardBlock(title={title!r}, body='', order={order})
"""


def test_gather_skips_the_failing_plugin_records_it_and_names_it(
    maker: Maker, hooks_of: Callable[..., Hooks], recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    maker.make("alpha", "@hookimpl\ndef health(): return [1]")
    maker.make("bad", "@hookimpl\ndef health(): raise ValueError('worn out')")
    maker.make("exits", "@hookimpl\ndef health(): raise SystemExit('bye')")
    maker.make("later", "@hookimpl\ndef health():\n    yield 2\n    raise KeyError('half way')")
    maker.make("silent", "@hookimpl\ndef health(): return None")
    maker.make("zeta", "@hookimpl\ndef health(ctx): return [ctx]")
    with caplog.at_level(logging.ERROR):
        answers = hooks_of().gather("health", ctx=7)
    assert answers == [Answer("alpha", [1]), Answer("zeta", [7])]
    assert answers.failed == ("bad", "exits", "later")
    assert recorder.seen == [
        ("bad", "health", "worn out"),
        ("exits", "health", "bye"),
        ("later", "health", "'half way'"),
    ]
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3


def test_the_keyboard_is_never_caught(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    maker.make("bad", "@hookimpl\ndef health(): raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        hooks_of().gather("health", ctx=None)


def test_without_isolation_errors_come_through(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    maker.make("bad", "@hookimpl\ndef health(): raise ValueError('worn out')")
    with pytest.raises(ValueError, match="worn out"):
        hooks_of(isolate=False).gather("health", ctx=None)


def test_only_enabled_plugins_are_asked(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    for name in ("alpha", "beta", "gamma"):
        maker.make(name, f"@hookimpl\ndef health(): return [{name!r}]")
    hooks = hooks_of("gamma", "alpha")
    assert [answer.plugin for answer in hooks.gather("health", ctx=None)] == ["alpha", "gamma"]
    assert hooks.implementing("health") == ("alpha", "gamma")
    assert [answer.plugin for answer in hooks.without(["alpha"]).gather("health", ctx=None)] == ["gamma"]


def test_two_sets_of_plugins_live_side_by_side(maker: Maker) -> None:
    for name in ("alpha", "beta"):
        maker.make(name, f"@hookimpl\ndef health(): return [{name!r}]")
    found = maker.discover()
    one, other = Hooks(found, ["alpha"]), Hooks(found, ["beta"])
    assert one.gather("health", ctx=None)[0].plugin == "alpha"
    assert other.gather("health", ctx=None)[0].plugin == "beta"


def test_contributions_stand_in_the_order_they_carry(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    maker.make("alpha", BLOCKS.format(title="last", order=900))
    maker.make("zeta", BLOCKS.format(title="first", order=10))
    maker.make("beta", BLOCKS.format(title="tie b", order=500))
    maker.make("gamma", BLOCKS.format(title="tie g", order=500))
    items = hooks_of().items("dashboard_blocks", ctx=None)
    assert [item.value.title for item in items] == ["first", "tie b", "tie g", "last"]


def test_require_refuses_with_the_plugins_name(
    maker: Maker, hooks_of: Callable[..., Hooks], recorder: Recorder
) -> None:
    maker.make("alpha", "@hookimpl\ndef validate(changes): return list(changes)")
    maker.make("bad", "@hookimpl\ndef validate(): raise ValueError('worn out')")
    with pytest.raises(HookFailed, match="bad") as caught:
        hooks_of().require("validate", ctx=None, resource="party", changes=[1])
    assert caught.value.plugin == "bad"
    assert "“bad”" in str(caught.value.message)
    assert recorder.seen == [("bad", "validate", "worn out")]
    only = hooks_of("alpha").require("validate", ctx=None, resource="party", changes=[1])
    assert only == [Answer("alpha", [1])]


def test_a_refusal_on_purpose_is_handed_on(
    maker: Maker, hooks_of: Callable[..., Hooks], recorder: Recorder
) -> None:
    maker.make("alpha", "@hookimpl\ndef validate(): raise PermissionError('not on Fridays')")
    with pytest.raises(PermissionError, match="Fridays"):
        hooks_of(refusals=(PermissionError,)).require("validate", ctx=None, resource="party", changes=[])
    assert recorder.seen == []


def test_require_of_asks_one_plugin(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    maker.make("alpha", "@hookimpl\ndef obstacles_to_uninstall(): return ['a']")
    maker.make("beta", "@hookimpl\ndef obstacles_to_uninstall(): return ['b']")
    maker.make("gamma")
    hooks = hooks_of()
    assert hooks.require_of("beta", "obstacles_to_uninstall", session=None, ctx=None) == ["b"]
    assert hooks.require_of("gamma", "obstacles_to_uninstall", session=None, ctx=None) is None


def test_first_asks_the_more_special_plugin_first(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    price = "@hookimpl\ndef price(): return {}"
    maker.make("sales", price.format(100))
    maker.make("club", price.format("None"), manifest="requires=('sales',)")
    maker.make("zoo", price.format(80), manifest="requires=('club',)")
    arguments = dict.fromkeys(("ctx", "item_id", "party_id", "quantity", "day", "variant_id", "base"))
    assert hooks_of().first("price", **arguments) == Answer("zoo", 80)
    assert hooks_of("sales", "club").first("price", **arguments) == Answer("sales", 100)
    assert hooks_of("club").first("price", **arguments) is None


def test_first_passes_over_a_failing_provider(
    maker: Maker, hooks_of: Callable[..., Hooks], recorder: Recorder
) -> None:
    maker.make("alpha", "@hookimpl\ndef match_caller(): raise OSError('line cut')")
    maker.make("beta", "@hookimpl\ndef match_caller(number): return 42")
    assert hooks_of().first("match_caller", ctx=None, number="+98") == Answer("beta", 42)
    assert recorder.seen == [("alpha", "match_caller", "line cut")]


def test_a_wrong_call_is_the_callers_fault(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    maker.make("alpha")
    hooks = hooks_of()
    with pytest.raises(TypeError, match="is called by require"):
        hooks.gather("validate", ctx=None, resource="party", changes=[])
    with pytest.raises(TypeError, match="takes exactly: ctx"):
        hooks.gather("health")
    with pytest.raises(LookupError, match="no hook named weather"):
        hooks.gather("weather")


def test_a_plugins_own_hook_is_called_like_any_other(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    maker.make("sales", api="@gather\ndef invoice_issued(ctx, invoice_id):\n    '''An invoice is out.'''")
    maker.make("club", "@hookimpl\ndef invoice_issued(invoice_id): return invoice_id * 2")
    assert hooks_of().gather("invoice_issued", ctx=None, invoice_id=4) == [Answer("club", 8)]


def test_declarations_are_collected_by_hook_and_order(maker: Maker, hooks_of: Callable[..., Hooks]) -> None:
    item = (
        "from kernel.extension.contributions import MenuItem\n@hookimpl\ndef menu():\n    yield MenuItem({})"
    )
    maker.make("alpha", item.format("label='B', target='/alpha/', order=2"))
    maker.make("beta", item.format("label='A', target='/beta/', order=1"))
    declared = collect(hooks_of())
    assert [answer.value.label for answer in declared.of("menu")] == ["A", "B"]
    assert [item.target for item in declared.of_plugin("alpha", "menu")] == ["/alpha/"]
    assert declared.values("settings") == []
    assert declared.hooks.enabled == ("alpha", "beta")


def test_one_failing_declaration_takes_all_of_the_plugin_and_its_dependents(
    maker: Maker, hooks_of: Callable[..., Hooks], recorder: Recorder
) -> None:
    maker.make(
        "bad", "@hookimpl\ndef menu(): return [1]\n@hookimpl\ndef settings(): raise ValueError('worn out')"
    )
    maker.make("needing", "@hookimpl\ndef menu(): return [2]", manifest="requires=('bad',)")
    maker.make("good", "@hookimpl\ndef menu(): return [3]")
    declared = collect(hooks_of())
    assert declared.values("menu") == [3]
    assert declared.hooks.enabled == ("good",)
    assert "settings" in str(declared.broken["bad"].text)
    assert "“bad”, which cannot be used" in str(declared.broken["needing"].text)
    assert recorder.seen == [("bad", "settings", "worn out")]


def test_a_declaration_that_is_no_list_breaks_the_plugin(
    maker: Maker, hooks_of: Callable[..., Hooks]
) -> None:
    maker.make("bad", "@hookimpl\ndef menu(): return 5")
    assert set(collect(hooks_of()).broken) == {"bad"}
