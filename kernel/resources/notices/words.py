"""Texts of notices as they are stored: the message and its values, translated when somebody reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.i18n import LazyText
from kernel.i18n.lazy import COUNT

PLAIN = (str, int, float, bool)


def packed(text: LazyText) -> dict[str, Any]:
    """Give a text as JSON keeps it; raise `TypeError` where a value of it is neither plain nor a text."""
    values: dict[str, Any] = {}
    for name, value in text.params:
        if isinstance(value, LazyText):
            values[name] = packed(value)
        elif isinstance(value, PLAIN):
            values[name] = value
        else:
            raise TypeError(f"a notice keeps no {type(value).__name__}: {name}")
    return {"message": text.message, "plural": text.plural, "context": text.context, "values": values}


def unpacked(stored: Mapping[str, Any], times: int = 1) -> LazyText:
    """Give a stored text; `times` is the count of one that counts how often it was told."""
    values = {
        name: unpacked(value) if isinstance(value, Mapping) else value
        for name, value in stored["values"].items()
    }
    if stored["plural"] is not None and times > 1:
        values[COUNT] = times
    return LazyText(stored["message"], stored["plural"], stored["context"], tuple(values.items()))
