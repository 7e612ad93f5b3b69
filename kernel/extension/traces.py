"""Rows outside a plugin's schema that speak of it: which they are, so that uninstalling takes them along.

Each part of the kernel that keeps such rows registers a rule here when it is imported. The statement parts
are the kernel's own constants with one bound value, `:plugin`; nothing in them ever comes from input.

History, steps and numbers used are no traces: they stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.i18n import LazyText, _


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A rule for rows of one table that speak of a plugin."""

    key: str
    """Unique; also the name within archives, so it stays as it is: `settings`, `party-roles`."""
    title: LazyText
    table: str
    """Full name of the table: `kernel.setting`."""
    where: str
    """Condition over the table's columns, with the plugin's name bound as `:plugin`."""
    order: int = 500
    """Parents before children; removal goes the other way."""
    file_column: str | None = None
    """Column that holds the content hash of a stored file, which then goes into the archive with its row."""
    restore: bool = True
    """Whether a restored archive brings the rows back; unsent messages, say, are better left."""


@dataclass(frozen=True, kw_only=True)
class Forwarding:
    """Where references to rows of `table` lead after the row was merged into another."""

    table: str
    """Full name: `kernel.party`."""
    moved: str
    """Query giving `old_id, new_id` of each merge."""


_TRACES: dict[str, Trace] = {}
_FORWARDINGS: dict[str, Forwarding] = {}


def register_trace(trace: Trace) -> None:
    """Add a rule; the same key replaces."""
    _TRACES[trace.key] = trace


def register_forwarding(forwarding: Forwarding) -> None:
    """Say where merged rows of a table went."""
    _FORWARDINGS[forwarding.table] = forwarding


def traces() -> tuple[Trace, ...]:
    """Give all rules, parents first."""
    return tuple(sorted(_TRACES.values(), key=lambda trace: (trace.order, trace.key)))


def forwardings() -> Mapping[str, Forwarding]:
    """Give what is known of merged rows, by table."""
    return dict(_FORWARDINGS)


register_trace(
    Trace(
        key="settings",
        title=_("Settings"),
        table="kernel.setting",
        where="starts_with(key, :plugin || '.')",
        order=100,
    )
)
register_trace(
    Trace(
        key="failures",
        title=_("Recorded failures"),
        table="kernel.plugin_failure",
        where="plugin = :plugin",
        order=900,
        restore=False,
    )
)
