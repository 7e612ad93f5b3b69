"""The types that contributions share."""

from __future__ import annotations

from kernel.i18n import LazyText

Text = LazyText | str
Right = tuple[str, str]
"""(resource, action): what somebody must hold to be shown the thing."""
