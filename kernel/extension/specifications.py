"""The hooks that exist: those of `kernel.hooks` and those that plugins declare in their `api` modules.

A plugin that implements a hook which does not exist, takes an argument which the hook does not give, or
wraps the answers of others is refused by name; pluggy alone would stop everybody, or nobody.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy

import kernel.hooks
from kernel.extension.deprecations import used_names
from kernel.extension.markers import PROJECT, RULE_ATTRIBUTE, Rule, deprecations_of, rule_of
from kernel.i18n import LazyText, _

if TYPE_CHECKING:
    from types import ModuleType

    from kernel.extension.discovery import FoundPlugin


class HookError(ValueError):
    """A plugin's hooks do not fit; `text` says which and why."""

    def __init__(self, text: LazyText) -> None:
        super().__init__(str(text))
        self.text = text


@dataclass(frozen=True)
class Specification:
    """One hook: its name, arguments, failure rule, and the plugin that declares it (empty: the kernel)."""

    name: str
    arguments: frozenset[str]
    rule: Rule
    plugin: str
    function: Callable[..., Any]


class Specifications:
    """All hooks by name."""

    def __init__(self) -> None:
        self._all: dict[str, Specification] = {}
        self.namespaces: list[dict[str, Callable[..., Any]]] = []
        """The hooks again, as pluggy wants them: one namespace per declaring module, without what it
        imports.
        """

    @classmethod
    def of_kernel(cls) -> Specifications:
        """Begin with the hooks of `kernel.hooks`."""
        made = cls()
        made._add(kernel.hooks, plugin="")
        return made

    def __getitem__(self, name: str) -> Specification:
        try:
            return self._all[name]
        except KeyError:
            raise LookupError(f"there is no hook named {name}") from None

    def __iter__(self) -> Iterator[Specification]:
        return iter(self._all.values())

    def add_from(self, found: FoundPlugin) -> None:
        """Add the hooks that a plugin declares in its `api` module, if it has one."""
        name = f"{found.module.__package__}.api"
        if not found.module.__package__ or importlib.util.find_spec(name) is None:
            return
        self._add(importlib.import_module(name), plugin=found.name)

    def _add(self, module: ModuleType, plugin: str) -> None:
        own = {
            name: value
            for name, value in vars(module).items()
            if hasattr(value, RULE_ATTRIBUTE) and value.__module__ == module.__name__
        }
        for name in own:
            if name in self._all:
                raise HookError(_("It declares the hook “%(hook)s”, which exists already.", hook=name))
        for name, function in own.items():
            arguments = frozenset(inspect.signature(function).parameters)
            self._all[name] = Specification(name, arguments, rule_of(function), plugin, function)
        if own:
            self.namespaces.append(own)

    def check(self, found: FoundPlugin) -> None:
        """Raise `HookError` if an implementation of the plugin does not fit the hook of its name."""
        for name, function, options in implementations(found):
            if options["wrapper"] or options["hookwrapper"]:
                raise HookError(
                    _("It wraps the hook “%(hook)s”; answers of others are not its own.", hook=name)
                )
            specification = self._all.get(name)
            if specification is None:
                if options["optionalhook"]:
                    continue
                raise HookError(_("It implements the hook “%(hook)s”, which does not exist.", hook=name))
            unknown = sorted(set(inspect.signature(function).parameters) - specification.arguments)
            if unknown:
                raise HookError(
                    _(
                        "Its hook “%(hook)s” takes the argument “%(argument)s”, which the hook does not give.",
                        hook=name,
                        argument=unknown[0],
                    )
                )

    def deprecated_uses(self, found: FoundPlugin) -> list[LazyText]:
        """Say what a plugin uses that will leave: hooks, their arguments, names of `kernel.api`."""
        texts: list[LazyText] = []
        for name, function, _options in implementations(found):
            specification = self._all.get(name)
            if specification is None:
                continue
            whole, arguments = deprecations_of(specification.function)
            taken = inspect.signature(function).parameters
            if whole is not None:
                texts.append(whole.text(_("the hook “%(hook)s”", hook=name)))
            texts += [
                one.text(
                    _("the argument “%(argument)s” of the hook “%(hook)s”", argument=argument, hook=name)
                )
                for argument, one in arguments.items()
                if argument in taken
            ]
        names = used_names(found.module.__package__ or found.module.__name__)
        return [*texts, *(one.text(f"kernel.api.{name}") for name, one in names)]


def implementations(found: FoundPlugin) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Each function of the plugin's module that is marked `@hookimpl`: hook, function, options of the mark."""
    for attribute, value in vars(found.module).items():
        options = getattr(value, f"{PROJECT}_impl", None)
        if isinstance(options, dict) and inspect.isroutine(value):
            yield options.get("specname") or attribute, value, options


def new_manager(specifications: Specifications, plugins: Iterable[FoundPlugin]) -> pluggy.PluginManager:
    """Make the pluggy manager of this process; `plugins` are checked, dependencies first, and are called
    so.
    """
    manager = pluggy.PluginManager(PROJECT)
    for namespace in specifications.namespaces:
        manager.add_hookspecs(type("Hooks", (), namespace))
    for found in reversed(list(plugins)):
        manager.register(found.module, name=found.name)
    return manager
