"""How hooks are declared and implemented: one decorator per way of calling, one for implementations.

Each specification carries its *rule*, the answer to "what if an implementation fails?", and `Hooks` refuses
to call it in another way. A plugin declares hooks of its own in its `api` module with the same decorators.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import pluggy

PROJECT = "peyvand"
"""Name under which pluggy marks specifications and implementations."""

RULE_ATTRIBUTE = "peyvand_rule"

Spec = TypeVar("Spec", bound=Callable[..., Any])

hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin's manifest module as the implementation of the hook of the same name.

Mark it `@hookimpl(optionalhook=True)` when the hook belongs to another plugin that may be absent.
"""

_hookspec = pluggy.HookspecMarker(PROJECT)


class Rule(StrEnum):
    """The failure rule of a hook, which is also the way of calling it."""

    ONCE = "once"
    """Declarations, asked once per site and epoch: a failure makes the plugin broken there."""
    GATHER = "gather"
    """Contributions: a failing plugin is left out, recorded, and named to staff."""
    REQUIRE = "require"
    """Rules that must be asked: any failure refuses the action, with the plugin's name."""
    FIRST = "first"
    """Providers: the first that answers; a failing one is passed over and recorded."""
    PUBLISH = "publish"
    """Events, after commit: one task per plugin, retried, idempotent."""


def _marker(rule: Rule) -> Callable[[Spec], Spec]:
    def mark(function: Spec) -> Spec:
        setattr(function, RULE_ATTRIBUTE, rule)
        return _hookspec(function)

    return mark


once = _marker(Rule.ONCE)
gather = _marker(Rule.GATHER)
require = _marker(Rule.REQUIRE)
first = _marker(Rule.FIRST)
publish = _marker(Rule.PUBLISH)


def rule_of(function: Callable[..., Any]) -> Rule:
    """Give the rule of a specification; a function that none of the decorators marked raises `ValueError`."""
    rule = getattr(function, RULE_ATTRIBUTE, None)
    if not isinstance(rule, Rule):
        raise ValueError(f"{function.__qualname__} is not declared with one of: {', '.join(Rule)}")
    return rule
