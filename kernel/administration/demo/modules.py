"""The modules by which plugins take part in the demonstration."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from kernel.resources.runtime import Runtime


def demo_module(runtime: Runtime, plugin: str) -> ModuleType | None:
    """Give the module `demo` of a plugin, where it has one."""
    package = runtime.hooks.discovery.plugins[plugin].module.__package__
    name = f"{package}.demo"
    return import_module(name) if package and find_spec(name) is not None else None


def own_name(runtime: Runtime, usual: str) -> str:
    """Give how the company of the demonstration is called: as its one trade wishes by `OWN_NAME`, else the usual name."""
    wished = {
        name
        for plugin in runtime.plugins
        if (name := getattr(demo_module(runtime, plugin), "OWN_NAME", None)) is not None
    }
    return wished.pop() if len(wished) == 1 else usual
