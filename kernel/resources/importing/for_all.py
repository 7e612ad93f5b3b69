"""What a file does not say since it is the same in all its rows, such as the insurer whose sheet it is: it is said once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Choice, FieldError, Lookup
from kernel.resources.importing.mapping import Target, targets
from kernel.resources.resource import Resource

FOR_ALL = "for_all"
"""Among the options of a run: what was said, by field key, as programs send it."""


def sayable(context: Context, resource: Resource) -> dict[str, Target]:
    """Give the fields that may be said once: those without which there is no record, where they are chosen from a list."""
    return {
        key: target
        for key, target in targets(context, resource).items()
        if target.facet is None
        and target.field.always_required
        and target.field.default is None
        and isinstance(target.field, Choice | Lookup)
    }


def check_said(context: Context, resource: Resource, entered: Mapping[str, Any]) -> dict[str, Any]:
    """Read what was said for all rows; raise `Invalid` for what is none of the choices."""
    known, found, problems = sayable(context, resource), {}, []
    for key, raw in entered.items():
        if key not in known or raw in (None, ""):
            continue
        try:
            found[key] = known[key].field.read(raw, context)
        except FieldError as error:
            problems.append(Problem(key, error.message))
    if problems:
        raise Invalid(problems)
    return found


def said(context: Context, resource: Resource, options: Mapping[str, Any]) -> list[tuple[Target, Any]]:
    """Give what was said for all rows of a run, with the fields that it fills and that are still the actor's to fill."""
    known = sayable(context, resource)
    return [(known[key], raw) for key, raw in options.get(FOR_ALL, {}).items() if key in known]
