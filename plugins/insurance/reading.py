"""Reading what was entered for commands, and opening the policy that they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.api import Context, EditConflict, Invalid, Resource, _, editable, fields, load
from plugins.insurance.models import Claim, Policy
from plugins.insurance.resources import CLAIM, POLICY

WHICH = fields.Link("policy", _("Policy"), to=POLICY.name, required=True)
"""The policy that a command is about."""


def read(context: Context, kinds: Sequence[fields.Field], entered: Mapping[str, Any]) -> dict[str, Any]:
    """Read the arguments of a command; raise `Invalid` with all that does not fit."""
    values, problems = fields.read_all(kinds, entered, context)
    if problems:
        raise Invalid(problems)
    return values


def open_policy(context: Context, number: int, version: int | None = None) -> Policy:
    """Lock a policy that the actor may edit; raise `EditConflict` where another has changed it meanwhile."""
    record: Policy = _open(context, POLICY, number, version)
    return record


def open_claim(context: Context, number: int, version: int | None = None) -> Claim:
    """Lock a claim that the actor may edit; raise `EditConflict` where another has changed it meanwhile."""
    record: Claim = _open(context, CLAIM, number, version)
    return record


def _open(context: Context, resource: Resource, number: int, version: int | None) -> Any:
    editable(context, resource, number)
    record = load(context, resource, number, lock=True)
    if version is not None and record.version != version:
        raise EditConflict()
    return record


def sees(context: Context, resource: Resource, name: str) -> bool:
    """Whether no rule keeps a field of the plugin from the actor."""
    return context.runtime.may_see_field(context, resource, resource.by_name[name])
