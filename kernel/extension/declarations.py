"""All that the enabled plugins of a site declare, asked once per site and epoch.

A plugin counts whole or not at all: if one of its declaring hooks fails, it is broken for the site, and so
is every plugin that requires it. Its tables keep their walls, which stand in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kernel.extension.calling import Answer, Hooks, in_order
from kernel.extension.discovery import Reason, Trouble
from kernel.extension.markers import Rule
from kernel.i18n import LazyText, _


@dataclass(frozen=True)
class Declarations:
    """What the plugins of one site declare, by hook; and those that are broken there."""

    hooks: Hooks
    """The hooks of the plugins that count; what is broken is left out."""
    broken: Mapping[str, Reason]
    answers: Mapping[str, tuple[Answer[Any], ...]]

    def of(self, hook: str) -> list[Answer[Any]]:
        """Give the single declarations of one hook, each with its plugin, in the order that they carry
        themselves.
        """
        return in_order(self.answers.get(hook, ()))

    def values(self, hook: str) -> list[Any]:
        """Give the single declarations of one hook without the plugins' names."""
        return [answer.value for answer in self.of(hook)]

    def of_plugin(self, plugin: str, hook: str) -> list[Any]:
        """Give what one plugin declares of one kind."""
        return [answer.value for answer in self.of(hook) if answer.plugin == plugin]


class UnsoundDeclaration(Exception):
    """What a plugin declares can be read, but must not run; recorded as its failure."""


Check = Callable[[str, Mapping[str, list[Any]]], LazyText | None]
"""Looks at what a plugin declares, by hook; gives the reason why it must not run, or None."""


def _sound(plugin: str, declared: Mapping[str, list[Any]]) -> None:
    """Find nothing wrong."""


def collect(hooks: Hooks, check: Check = _sound) -> Declarations:
    """Ask every declaring hook that takes no argument, plugin by plugin; what `check` refuses is broken, too."""
    names = [
        one.name for one in hooks.discovery.specifications if one.rule is Rule.ONCE and not one.arguments
    ]
    broken: dict[str, Reason] = {}
    answers: dict[str, list[Answer[Any]]] = {name: [] for name in names}
    for plugin in hooks.enabled:
        needed = broken.keys() & set(hooks.discovery.plugins[plugin].plugin.required_names)
        if needed:
            broken[plugin] = _needs_broken(min(needed))
            continue
        declared = _of_plugin(hooks, plugin, names, check)
        if isinstance(declared, Reason):
            broken[plugin] = declared
            continue
        for name, value in declared.items():
            answers[name].append(Answer(plugin, value))
    frozen = {name: tuple(values) for name, values in answers.items() if values}
    return Declarations(hooks.without(broken), MappingProxyType(broken), MappingProxyType(frozen))


def _of_plugin(
    hooks: Hooks, plugin: str, names: Iterable[str], check: Check
) -> dict[str, list[Any]] | Reason:
    declared: dict[str, list[Any]] = {}
    for name in names:
        try:
            value = hooks.declared(plugin, name)
            if value is not None:
                declared[name] = list(value)
        except (Exception, SystemExit) as error:  # code of others: whatever it raises, only it is broken
            return _failing(hooks, plugin, name, error)
    try:
        fault = check(plugin, declared)
    except Exception as error:  # what it declares is of no kind that could be looked at
        return _failing(hooks, plugin, "policies", error)
    if fault is not None:
        hooks.failed(plugin, "policies", UnsoundDeclaration(str(fault)))
        return Reason(Trouble.BROKEN, fault)
    return declared


def _failing(hooks: Hooks, plugin: str, name: str, error: BaseException) -> Reason:
    hooks.failed(plugin, name, error)
    text = _(
        "Its declarations (%(hook)s) fail: %(error)s", hook=name, error=f"{type(error).__name__}: {error}"
    )
    return Reason(Trouble.BROKEN, text, detail=repr(error))


def _needs_broken(name: str) -> Reason:
    return Reason(Trouble.BROKEN, _("It requires the plugin “%(name)s”, which cannot be used.", name=name))
