"""Dependencies between plugins: what is missing, what goes in a circle, and an order in which each follows
its needs.
"""

from __future__ import annotations

from collections.abc import Mapping

from kernel.extension.manifest import Plugin
from kernel.i18n import LazyText, _


def unusable(plugins: Mapping[str, Plugin], broken: Mapping[str, object]) -> dict[str, LazyText]:
    """Say which of `plugins` cannot run because of what they require, and why.

    A plugin falls when it requires one that is absent, broken (named in `broken`), of the wrong version,
    part of a circle, or itself unusable.
    """
    reasons: dict[str, LazyText] = {}
    for path in _circles(plugins):
        text = _("It requires itself in a circle: %(path)s.", path=" -> ".join(path))
        reasons.update(dict.fromkeys(path, text))
    changed = True
    while changed:
        changed = False
        for name in sorted(plugins.keys() - reasons.keys()):
            unmet = _unmet(plugins[name], plugins, broken.keys() | reasons.keys())
            if unmet is not None:
                reasons[name] = unmet
                changed = True
    return reasons


def _unmet(plugin: Plugin, plugins: Mapping[str, Plugin], broken: set[str]) -> LazyText | None:
    for requirement in plugin.requirements:
        if requirement.name in broken:
            return _("It requires the plugin “%(name)s”, which cannot be used.", name=requirement.name)
        other = plugins.get(requirement.name)
        if other is None:
            return _("It requires the plugin “%(name)s”, which is missing.", name=requirement.name)
        if not requirement.specifier.contains(other.version, prereleases=True):
            return _(
                "It requires the plugin “%(name)s” %(range)s; here is %(version)s.",
                name=requirement.name,
                range=str(requirement.specifier),
                version=other.version,
            )
    return None


def _circles(plugins: Mapping[str, Plugin]) -> list[tuple[str, ...]]:
    """Each circle of requirements once, as a path that ends where it begins."""
    done: set[str] = set()
    circles: list[tuple[str, ...]] = []

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            circles.append((*path[path.index(name) :], name))
            return
        if name in done or name not in plugins:
            return
        for needed in sorted(plugins[name].required_names):
            visit(needed, [*path, name])
        done.add(name)

    for name in sorted(plugins):
        visit(name, [])
    return circles


def dependencies_first(plugins: Mapping[str, Plugin]) -> list[str]:
    """Order the names so that each follows what it requires; equals by name. `plugins` must be free of
    circles.
    """
    ordered: list[str] = []

    def place(name: str) -> None:
        if name in ordered:
            return
        for needed in sorted(plugins[name].required_names):
            place(needed)
        ordered.append(name)

    for name in sorted(plugins):
        place(name)
    return ordered


def depths(plugins: Mapping[str, Plugin]) -> dict[str, int]:
    """Give the length of the longest chain of requirements below each plugin; 0 for one that requires
    nothing.
    """
    known: dict[str, int] = {}
    for name in dependencies_first(plugins):
        known[name] = max((known[needed] + 1 for needed in plugins[name].required_names), default=0)
    return known
