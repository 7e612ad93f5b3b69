"""What a plugin finds besides its own tables: rows of the kernel that follow once from its declarations.

Layers above register who makes them: entries of base-data lists, suggested patterns. They are made in the
installing transaction, before the plugin's own `installed` is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from kernel.resources.context import Context

Occasion = Literal["install", "upgrade"]
Furnisher = Callable[[Context, str, Occasion], None]
"""Called with a context that acts for the system in the owner's session, the plugin's name, and the occasion."""

_FURNISHERS: dict[str, Furnisher] = {}


def register_furnisher(name: str, furnisher: Furnisher) -> None:
    """Have `furnisher` called at each installation and upgrade; the same name replaces."""
    _FURNISHERS[name] = furnisher


def furnish(context: Context, plugin: str, occasion: Occasion) -> None:
    """Make what a plugin starts with, in the order of the furnishers' names."""
    for _name, furnisher in sorted(_FURNISHERS.items()):
        furnisher(context, plugin, occasion)
