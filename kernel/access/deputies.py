"""Deputies: for whom a user stands in on a day, and which rights that gives him with the records of the absent one.

A deputy sees and does with the absent user's own records what that user may, in the actions that are checked row by row:
nothing that goes beyond single rows (creating, exporting, sensitive fields), and nothing that the absent user has as a
deputy himself. Both walls know of it: this module for the session, `kernel.my_owners` for the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from kernel.access.policies import Child, PolicySet, Rows

if TYPE_CHECKING:
    from kernel.access.actor import Grants, Right

Rule = Literal["read_only", "masked", "hidden"]
"""What a pattern keeps of a field: writing it, all but its last letters, all of it."""
MILDEST: tuple[Rule, ...] = ("read_only", "masked", "hidden")

ACTIONS = frozenset({"view", "edit", "delete", "restore", "purge", "assign"})
"""The actions that a deputy takes over: each is checked for the single row."""


@dataclass(frozen=True)
class StandsIn:
    """Somebody for whom a user stands in today."""

    user_id: int
    name: str
    until: date
    rights: frozenset[tuple[str, str]]
    fields: Mapping[tuple[str, str], Rule] = field(default_factory=dict, hash=False)
    """The rules for fields that bind that user."""


@lru_cache(maxsize=16)
def personal(policies: PolicySet) -> frozenset[str]:
    """Give the names in grants of records that have owners: nothing else can be taken over."""
    found = set()
    for policy in policies:
        owned: Any = policy
        while isinstance(owned, Child) and owned.parent is not None:
            owned = policies.for_model(owned.parent)
        if not isinstance(owned, Rows) or owned.administrators_only or not owned.scopes.get("own"):
            continue
        if policy.resource is not None:
            found.add(policy.resource)
    return frozenset(found)


def standing_in(
    reach: Mapping[str, Any], today: date | None, records: frozenset[str]
) -> tuple[StandsIn, ...]:
    """Give for whom a user stands in on a day, from what `kernel.reach_of` answered; nobody without a day."""
    found = []
    for each in reach.get("deputies") or ():
        since, until = date.fromisoformat(each["since"]), date.fromisoformat(each["until"])
        if today is not None and since <= today <= until:
            rights = {(res, act) for res, act in each["rights"] or () if res in records and act in ACTIONS}
            rules = {(res, name): rule for res, name, rule in each.get("fields") or ()}
            found.append(StandsIn(each["id"], each["name"], until, frozenset(rights), rules))
    return tuple(found)


def widened(
    grants: Grants, user_id: int, deputies: Iterable[StandsIn]
) -> tuple[Grants, Mapping[Right, tuple[int, ...]]]:
    """Give a user's grants with those that he has as a deputy, and whose records his scope `own` reaches in these."""
    owners: dict[Right, set[int]] = defaultdict(set)
    for deputy in deputies:
        for right in deputy.rights:
            owners[right].add(deputy.user_id)
    if not owners:
        return grants, MappingProxyType({})
    for right, found in owners.items():
        if "own" in grants.get(right, ()):
            found.add(user_id)
    wider = {right: grants.get(right, frozenset()) | {"own"} for right in owners}
    whose = {right: tuple(sorted(found)) for right, found in owners.items()}
    return MappingProxyType({**grants, **wider}), MappingProxyType(whose)


def kept_fields(
    grants: Grants, rules: Mapping[tuple[str, str], Rule], deputies: Iterable[StandsIn]
) -> Mapping[tuple[str, str], Rule]:
    """Give the rules for fields that bind a user who stands in for others: of his and theirs the stricter.

    Standing in never lifts a rule of his own. Theirs bind him as well, but for kinds of records of which he sees all anyway:
    those he reads in his own right. Rules are about fields, not rows, so theirs hold for his own records too meanwhile.
    """
    found = dict(rules)
    for each in deputies:
        for (resource, name), rule in each.fields.items():
            involved = any((resource, action) in each.rights for action in ("view", "create", "edit"))
            if involved and "all" not in grants.get((resource, "view"), ()):
                held = found.get((resource, name), rule)
                found[resource, name] = max(held, rule, key=MILDEST.index)
    return MappingProxyType(found)
