"""How hooks are declared and implemented: one decorator per way of calling, one for implementations.

Each specification carries its *rule*, the answer to "what if an implementation fails?", and `Hooks` refuses
to call it in another way. A plugin declares hooks of its own in its `api` module with the same decorators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar, overload

import pluggy

from kernel.extension.deprecations import Deprecated

PROJECT = "peyvand"
"""Name under which pluggy marks specifications and implementations."""

RULE_ATTRIBUTE = "peyvand_rule"
WRITES_ATTRIBUTE = "peyvand_writes"
DEPRECATED_ATTRIBUTE = "peyvand_deprecated"

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


class _Marker:
    """Declares hooks of one rule: `@gather`, or `@gather(deprecated=…)` for one that will leave.

    `@first(writes=True)` lets providers write: what one of them wrote stays if it answers, and is undone if it fails.
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    @overload
    def __call__(self, function: Spec) -> Spec: ...

    @overload
    def __call__(
        self,
        *,
        writes: bool = False,
        deprecated: Deprecated | None = None,
        deprecated_arguments: Mapping[str, Deprecated] | None = None,
    ) -> Callable[[Spec], Spec]: ...

    def __call__(
        self,
        function: Any = None,
        *,
        writes: bool = False,
        deprecated: Deprecated | None = None,
        deprecated_arguments: Mapping[str, Deprecated] | None = None,
    ) -> Any:
        """Mark a function as the specification of a hook; who implements what is deprecated is warned."""
        arguments = dict(deprecated_arguments or {})

        def declare(declared: Any) -> Any:
            setattr(declared, RULE_ATTRIBUTE, self._rule)
            setattr(declared, WRITES_ATTRIBUTE, writes)
            setattr(declared, DEPRECATED_ATTRIBUTE, (deprecated, arguments))
            name = declared.__name__
            return _hookspec(
                declared,
                warn_on_impl=deprecated.warning(f"the hook {name}") if deprecated else None,
                warn_on_impl_args={
                    argument: one.warning(f"the argument {argument} of the hook {name}")
                    for argument, one in arguments.items()
                },
            )

        return declare if function is None else declare(function)


once = _Marker(Rule.ONCE)
gather = _Marker(Rule.GATHER)
require = _Marker(Rule.REQUIRE)
first = _Marker(Rule.FIRST)
publish = _Marker(Rule.PUBLISH)


def may_write(function: Callable[..., Any]) -> bool:
    """Say whether those who implement a specification may write with the session that they are given."""
    return bool(getattr(function, WRITES_ATTRIBUTE, False))


def rule_of(function: Callable[..., Any]) -> Rule:
    """Give the rule of a specification; a function that none of the decorators marked raises `ValueError`."""
    rule = getattr(function, RULE_ATTRIBUTE, None)
    if not isinstance(rule, Rule):
        raise ValueError(f"{function.__qualname__} is not declared with one of: {', '.join(Rule)}")
    return rule


def deprecations_of(function: Callable[..., Any]) -> tuple[Deprecated | None, Mapping[str, Deprecated]]:
    """Give what is deprecated of a specification: the hook itself, and its arguments by name."""
    return getattr(function, DEPRECATED_ATTRIBUTE, (None, {}))
