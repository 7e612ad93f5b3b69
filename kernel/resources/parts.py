"""Parts of the kernel: what layers above this one declare, in the same way as plugins do.

This layer defines the registry; parties, interactions and administration fill it when the program starts (see
`kernel.administration.assembly`). A part's `hooks` may hold functions named like hooks: they are asked before plugins.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select

from kernel.i18n import LazyText

if TYPE_CHECKING:
    from kernel.access.policies import Policy
    from kernel.extension.contributions import Job, NoticeKind, Setting
    from kernel.resources.commands import Command
    from kernel.resources.resource import Facet, Resource


@dataclass(frozen=True)
class BaseList:
    """A list of base data that users extend: key, title, and the entries that ship with the product.

    `entries` maps a stable code to its title; they are created once, in the site's language. With `advice`, users write a
    text of that title with each value, such as what to do with a customer in this state. `colours` are tones of badges by
    code, which a site may change.
    """

    key: str
    title: LazyText
    entries: Mapping[str, LazyText] = field(default_factory=dict)
    advice: LazyText | None = None
    colours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KernelPart:
    """What one layer of the kernel contributes."""

    name: str
    resources: tuple[Resource, ...] = ()
    facets: tuple[Facet, ...] = ()
    policies: tuple[Policy, ...] = ()
    commands: tuple[Command, ...] = ()
    base_lists: tuple[BaseList, ...] = ()
    settings: tuple[Setting, ...] = ()
    """Keys in full: `parties.area_code`."""
    jobs: tuple[Job, ...] = ()
    notice_kinds: tuple[NoticeKind, ...] = ()
    """Keys in full: `kernel.work`."""
    files: tuple[Select[Any], ...] = ()
    """Statements that give the hashes of stored files which rows of the part speak of; all others are swept."""
    hooks: Any = None

    def ask(self, hook: str, arguments: Mapping[str, Any]) -> Any:
        """Call the part's own implementation of a hook with those arguments that it takes; None without one."""
        function = getattr(self.hooks, hook, None)
        if function is None:
            return None
        taken = inspect.signature(function).parameters
        return function(**{name: value for name, value in arguments.items() if name in taken})


_PARTS: dict[str, KernelPart] = {}


def register_part(part: KernelPart) -> None:
    """Enter a part; entering it again changes nothing, another of the same name is an error."""
    known = _PARTS.get(part.name)
    if known is not None and known is not part:
        raise ValueError(f"there is already a part of the kernel named {part.name}")
    _PARTS[part.name] = part


def kernel_parts() -> tuple[KernelPart, ...]:
    """Give the parts in the order in which they were entered."""
    return tuple(_PARTS.values())
