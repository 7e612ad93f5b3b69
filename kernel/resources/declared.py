"""What runs on a site: the declarations of the kernel's parts and of the enabled plugins, read once per epoch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.access.policies import PolicySet
from kernel.extension.contributions import NoticeKind, Series, Setting
from kernel.extension.declarations import Declarations
from kernel.resources.commands import Command
from kernel.resources.parts import BaseList, KernelPart
from kernel.resources.resource import Facet, Resource


@dataclass(frozen=True)
class Declared:
    """Everything declared, by name."""

    plugins: frozenset[str]
    parts: tuple[KernelPart, ...]
    declarations: Declarations
    resources: Mapping[str, Resource]
    commands: Mapping[str, Command]
    facets: Mapping[str, tuple[Facet, ...]]
    policies: PolicySet
    settings: Mapping[str, Setting]
    base_lists: Mapping[str, BaseList]
    series: Mapping[str, Series] = field(default_factory=dict)
    """Runs of numbers by full name: `hotel.stay`."""
    notice_kinds: Mapping[str, NoticeKind] = field(default_factory=dict)
    """Kinds of notices by full name, in their order: `kernel.work`, `hotel.arrival`."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the site itself, as stored."""

    def setting(self, key: str) -> Any:
        """Give the site's value of a setting, else the default; raise `KeyError` for an undeclared key."""
        if key in self.values:
            return self.values[key]
        return self.settings[key].default


class DeclaredTwice(ValueError):
    """Two contributors use one name."""


def by_name(kind: str, items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Collect named things; raise `DeclaredTwice` for a name used twice."""
    found: dict[str, Any] = {}
    for name, item in items:
        if name in found:
            raise DeclaredTwice(f"{kind} {name} is declared twice")
        found[name] = item
    return found
