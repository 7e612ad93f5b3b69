"""Which plugins are in the environment, in which order, and why some of them cannot be used.

Nothing here stops the kernel: what cannot be imported, does not fit or misspells a hook is listed with its
reason, and everything that does not need it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType

import pluggy

import kernel
from kernel.extension import order
from kernel.extension.manifest import ManifestError, Plugin
from kernel.extension.names import is_reserved, is_well_formed
from kernel.extension.specifications import HookError, Specifications, new_manager
from kernel.i18n import LazyText, _

GROUP = "peyvand.plugins"
"""The entry-point group in which distributions announce their plugins."""


class Trouble(StrEnum):
    """Why a plugin that is in the environment cannot be used."""

    BROKEN = "broken"
    INCOMPATIBLE = "incompatible"


@dataclass(frozen=True)
class Reason:
    """Why a plugin does not run: the kind of trouble, what to tell an administrator, and the error behind
    it.
    """

    trouble: Trouble
    text: LazyText
    detail: str = ""
    """The Python error, for whoever mends the plugin."""


@dataclass(frozen=True)
class FoundPlugin:
    """A plugin whose code is here: its manifest, the module with its hooks, its folder, its distribution."""

    plugin: Plugin
    module: ModuleType
    folder: Path
    distribution: str = ""

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.plugin.name

    @property
    def migrations(self) -> Path | None:
        """Folder of its Alembic history; None for a plugin without tables."""
        folder = self.folder / "migrations"
        return folder if (folder / "versions").is_dir() else None

    @property
    def translations(self) -> Path | None:
        """Folder of its catalogues; None for a plugin without texts."""
        folder = self.folder / "translations"
        return folder if folder.is_dir() else None


@dataclass(frozen=True)
class Discovery:
    """What was found: usable plugins, each after those it requires, and the others with their reasons."""

    plugins: Mapping[str, FoundPlugin]
    broken: Mapping[str, Reason]
    manager: pluggy.PluginManager = field(repr=False)
    specifications: Specifications = field(repr=False)

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """Length of the longest chain of requirements below each usable plugin."""
        return order.depths({name: found.plugin for name, found in self.plugins.items()})

    @cached_property
    def deprecations(self) -> Mapping[str, tuple[LazyText, ...]]:
        """What usable plugins use that will leave, by plugin; those that use nothing of the kind are left out."""
        uses = {
            name: tuple(self.specifications.deprecated_uses(found)) for name, found in self.plugins.items()
        }
        return {name: texts for name, texts in uses.items() if texts}

    def dependents(self, name: str) -> tuple[str, ...]:
        """Names of the usable plugins that require this one, directly or through others, in dependency
        order.
        """
        wanted = {name}
        for other, found in self.plugins.items():
            if wanted.intersection(found.plugin.required_names):
                wanted.add(other)
        return tuple(other for other in self.plugins if other in wanted and other != name)

    def dependencies(self, name: str) -> tuple[str, ...]:
        """Names of what this plugin requires, directly or through others, in dependency order."""
        wanted = {name}
        for other in reversed(list(self.plugins)):
            if other in wanted:
                wanted.update(self.plugins[other].plugin.required_names)
        return tuple(other for other in self.plugins if other in wanted and other != name)


@dataclass
class _Candidates:
    found: dict[str, FoundPlugin] = field(default_factory=dict)
    broken: dict[str, Reason] = field(default_factory=dict)

    def refuse(self, name: str, reason: Reason) -> None:
        self.found.pop(name, None)
        self.broken[name] = reason


def discover(offers: Iterable[EntryPoint] | None = None, kernel_version: str | None = None) -> Discovery:
    """Load every plugin of the environment (or of `offers`) and keep those that can run on this kernel."""
    candidates = _Candidates()
    for name, same in _by_name(entry_points(group=GROUP) if offers is None else offers).items():
        _load(candidates, name, same)
    version = kernel_version or kernel.__version__
    for found in list(candidates.found.values()):
        if not found.plugin.accepts_kernel(version):
            candidates.refuse(found.name, _wrong_kernel(found.plugin, version))
    specifications = Specifications.of_kernel()
    for found in list(candidates.found.values()):
        _hooks_of(candidates, specifications, found)
    for name, reason in order.unusable(_manifests(candidates), candidates.broken).items():
        candidates.refuse(name, Reason(Trouble.BROKEN, reason))
    return _finish(candidates, specifications)


def _by_name(offers: Iterable[EntryPoint]) -> dict[str, list[EntryPoint]]:
    names: dict[str, list[EntryPoint]] = {}
    for offer in sorted(offers, key=lambda offer: (offer.name, offer.value)):
        same = names.setdefault(offer.name, [])
        if all(offer.value != other.value for other in same):
            same.append(offer)
    return names


def _load(candidates: _Candidates, name: str, offers: list[EntryPoint]) -> None:
    if len(offers) > 1:
        modules = ", ".join(offer.value for offer in offers)
        text = _("Several distributions offer a plugin of this name: %(modules)s.", modules=modules)
        candidates.refuse(name, Reason(Trouble.BROKEN, text))
        return
    try:
        candidates.found[name] = _found(name, offers[0])
    except ManifestError as error:
        candidates.refuse(name, Reason(Trouble.BROKEN, error.text))
    except (Exception, SystemExit) as error:  # code of others: whatever it raises is its own trouble
        text = _("Its code cannot be loaded: %(error)s", error=_short(error))
        candidates.refuse(name, Reason(Trouble.BROKEN, text, detail=repr(error)))


def _found(name: str, offer: EntryPoint) -> FoundPlugin:
    if not is_well_formed(name):
        raise ManifestError(
            _("Its name must be at most 30 small Latin letters and digits, beginning with a letter.")
        )
    if is_reserved(name):
        raise ManifestError(_("Its name is a reserved word; it needs another."))
    module = offer.load()
    if not isinstance(module, ModuleType):
        raise ManifestError(_("Its entry point must name a module."))
    plugin = getattr(module, "plugin", None)
    if not isinstance(plugin, Plugin):
        raise ManifestError(_("Its module has no manifest: an object named plugin."))
    if plugin.name != name:
        raise ManifestError(
            _("Its manifest says the name “%(name)s”, its entry point another.", name=str(plugin.name))
        )
    return FoundPlugin(plugin, module, _folder(module), offer.dist.name if offer.dist else "")


def _folder(module: ModuleType) -> Path:
    if module.__file__ is None:
        raise ManifestError(_("Its entry point must name a module."))
    return Path(module.__file__).resolve().parent


def _hooks_of(candidates: _Candidates, specifications: Specifications, found: FoundPlugin) -> None:
    try:
        specifications.add_from(found)
    except HookError as error:
        candidates.refuse(found.name, Reason(Trouble.BROKEN, error.text))
    except (Exception, SystemExit) as error:  # its api module is code of others
        text = _("Its code cannot be loaded: %(error)s", error=_short(error))
        candidates.refuse(found.name, Reason(Trouble.BROKEN, text, detail=repr(error)))


def _finish(candidates: _Candidates, specifications: Specifications) -> Discovery:
    """Check each plugin's implementations, then those that required a plugin which fell, until nothing
    changes.
    """
    for found in list(candidates.found.values()):
        try:
            specifications.check(found)
        except HookError as error:
            candidates.refuse(found.name, Reason(Trouble.BROKEN, error.text))
    for name, reason in order.unusable(_manifests(candidates), candidates.broken).items():
        candidates.refuse(name, Reason(Trouble.BROKEN, reason))
    names = order.dependencies_first(_manifests(candidates))
    plugins = {name: candidates.found[name] for name in names}
    manager = new_manager(specifications, plugins.values())
    return Discovery(
        MappingProxyType(plugins),
        MappingProxyType(dict(sorted(candidates.broken.items()))),
        manager,
        specifications,
    )


def _manifests(candidates: _Candidates) -> dict[str, Plugin]:
    return {name: found.plugin for name, found in candidates.found.items()}


def _wrong_kernel(plugin: Plugin, version: str) -> Reason:
    text = _(
        "It was written for the kernel %(range)s; this is %(version)s.", range=plugin.kernel, version=version
    )
    return Reason(Trouble.INCOMPATIBLE, text)


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
