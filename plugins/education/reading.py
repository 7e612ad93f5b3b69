"""Reading what was entered for a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.api import Context, Invalid, fields


def read(context: Context, kinds: Sequence[fields.Field], entered: Mapping[str, Any]) -> dict[str, Any]:
    """Give the typed values by name; raise `Invalid` with a problem for each field that is wrong."""
    values: dict[str, Any] = {}
    problems = []
    for kind in kinds:
        try:
            values[kind.name] = kind.read(entered.get(kind.name), context)
        except fields.FieldError as error:
            problems.append(kind.problem(error))
    if problems:
        raise Invalid(problems)
    return values
