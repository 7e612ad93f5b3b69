"""What the database refuses, said in the user's words.

A constraint speaks of rows that the reader may not see, so the message of the server never reaches him: a resource
declares what to say for its own constraints, everything else gets a neutral sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError

from kernel.i18n import LazyText, _
from kernel.resources.errors import CommandError, Invalid, Problem, Refused
from kernel.resources.resource import Resource

GENERAL: dict[str, LazyText] = {
    "23505": _("Another record already has this value."),
    "23P01": _("This overlaps with another record."),
    "23503": _("This record is connected to others, or one it is connected to is gone."),
    "23502": _("A required value is missing."),
    "23514": _("A value is not allowed here."),
}
"""Sentences by SQLSTATE for constraints that no resource explains."""


def explain_integrity(error: IntegrityError, resources: Iterable[Resource]) -> CommandError:
    """Turn a violated constraint into the error of a command."""
    diagnostics = getattr(error.orig, "diag", None)
    constraint = getattr(diagnostics, "constraint_name", None) or ""
    for resource in resources:
        if constraint in resource.constraints:
            field, message = resource.constraints[constraint]
            return Invalid([Problem(field, message)])
    state = getattr(error.orig, "sqlstate", "") or ""
    return Refused(GENERAL.get(state, _("The database refused this change; nothing was saved.")))
