"""The manifest: what a plugin says of itself, read before anything of it runs."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from kernel.i18n import LazyText, _


class ManifestError(ValueError):
    """A manifest that cannot be used; `text` says why, for the plugin page."""

    def __init__(self, text: LazyText) -> None:
        super().__init__(str(text))
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """The object named `plugin` in the module that an entry point of the group `peyvand.plugins` names.

    Hook implementations are functions of the same module. The package's `migrations` folder holds the
    history of the plugin's schema, its `translations` folder the catalogues, its `api` module what other
    plugins may import.
    """

    name: str
    """Also the name of its schema, of its entry point, and the first part of its addresses."""
    title: LazyText | str
    version: str
    kernel: str = ">=1.0,<2"
    """Versions of the kernel that it was written for."""
    requires: tuple[str, ...] = ()
    """Plugins it cannot be without, with a range where it matters: `("sales", "tasks>=1.2")`."""
    works_with: tuple[str, ...] = ()
    """Plugins it knows about and does without; for reading only."""
    conflicts: tuple[str, ...] = ()
    """Plugins that cannot be installed on the same site."""
    icon: str = "puzzle"
    summary: LazyText | str = ""

    def __post_init__(self) -> None:
        _version(self.version)
        _range(self.kernel)
        for requirement in self.requires:
            _requirement(requirement)

    @property
    def parsed_version(self) -> Version:
        """The version, comparable."""
        return Version(self.version)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """`requires`, parsed: `.name` and `.specifier` of each."""
        return tuple(Requirement(text) for text in self.requires)

    @property
    def required_names(self) -> tuple[str, ...]:
        """The names in `requires`, without ranges."""
        return tuple(requirement.name for requirement in self.requirements)

    def accepts_kernel(self, version: str) -> bool:
        """Say whether the plugin was written for this version of the kernel; previews of it count as it."""
        return SpecifierSet(self.kernel).contains(version, prereleases=True)


def _version(text: str) -> None:
    try:
        Version(text)
    except (InvalidVersion, TypeError):
        raise ManifestError(
            _("Its version “%(version)s” is not a version number.", version=str(text))
        ) from None


def _range(text: str) -> None:
    try:
        SpecifierSet(text)
    except (InvalidSpecifier, TypeError, AttributeError):
        raise ManifestError(
            _("It names “%(range)s” as versions of the kernel, which is not a range.", range=str(text))
        ) from None


def _requirement(text: str) -> None:
    try:
        requirement = Requirement(text)
    except (InvalidRequirement, TypeError):
        requirement = None
    if requirement is None or requirement.extras or requirement.marker or requirement.url:
        raise ManifestError(
            _("It requires “%(text)s”, which is not a plugin's name with a range.", text=str(text))
        )
