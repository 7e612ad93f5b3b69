"""The tone in which a value stands as a badge: that of its option, or the one that a site gave a value of base data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.resources.fields.base import Field
from kernel.resources.fields.choices import BaseChoice, Choice

if TYPE_CHECKING:
    from kernel.resources.context import Context


def tone_of(context: Context, field: Field | None, value: Any) -> str:
    """Give the tone of a value; empty for one that has none."""
    if isinstance(field, Choice):
        return field.colours.get(str(value), "")
    if isinstance(field, BaseChoice) and value is not None:
        return context.runtime.colours.get(value, "")
    return ""
