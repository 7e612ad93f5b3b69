"""Segments: filters of lists that were given a name and stay live.

A segment that filters by a plugin's own fields goes with the plugin when it is uninstalled, into its archive; while the
plugin is only paused it rests and says so, as do those that filter by its roles while it is uninstalled.
"""

from __future__ import annotations

from kernel.extension.traces import Trace, register_trace
from kernel.i18n import _

register_trace(
    Trace(
        key="segments",
        title=_("Segments that filter by its fields"),
        table="kernel.segment",
        where="EXISTS (SELECT FROM jsonb_array_elements(filters) f WHERE starts_with(f ->> 0, :plugin || '.'))",
        order=350,
    )
)
