"""Reading what was entered for commands, and opening the policy that they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.api import Context, EditConflict, Invalid, editable, fields, load
from plugins.insurance.models import Claim, Policy
from plugins.insurance.resources import CLAIM, POLICY


def read(context: Context, kinds: Sequence[fields.Field], entered: Mapping[str, Any]) -> dict[str, Any]:
    """Read the arguments of a command; raise `Invalid` with all that does not fit."""
    values, problems = fields.read_all(kinds, entered, context)
    if problems:
        raise Invalid(problems)
    return values


def open_policy(context: Context, number: int, version: int | None = None) -> Policy:
    """Lock a policy that the actor may edit; raise `EditConflict` where another has changed it meanwhile."""
    editable(context, POLICY, number)
    record: Policy = load(context, POLICY, number, lock=True)
    if version is not None and record.version != version:
        raise EditConflict()
    return record


def open_claim(context: Context, number: int, version: int | None = None) -> Claim:
    """Lock a claim that the actor may edit."""
    editable(context, CLAIM, number)
    record: Claim = load(context, CLAIM, number, lock=True)
    if version is not None and record.version != version:
        raise EditConflict()
    return record
