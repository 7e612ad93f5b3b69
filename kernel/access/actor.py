"""On whose behalf something runs, and what his patterns grant him."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from kernel.access.deputies import Rule, StandsIn, kept_fields, standing_in, widened
from kernel.access.models import AccessGrant, UserAccount, UserPattern

if TYPE_CHECKING:
    from datetime import date

SYSTEM_ID = 0
"""The number under which the kernel itself signs its work."""
ALL = "all"
"""The scope that covers every row."""

Right = tuple[str, str]
"""A resource and an action."""
Grants = Mapping[Right, frozenset[str]]
"""The scopes held for each right."""

Places = Mapping[tuple[str, str, str], tuple[int, ...]]
"""For a resource, an action and a kind of place (`province`, `city`, `district`): the ids of the places."""

FieldRules = Mapping[tuple[str, str], Rule]
"""The rules that bind, by what grants call the records and by the field as forms address it."""

NO_RULES: FieldRules = MappingProxyType({})
NO_PLACES: Places = MappingProxyType({})
NO_GRANTS: Grants = MappingProxyType({})
NO_OWNERS: Mapping[Right, tuple[int, ...]] = MappingProxyType({})
NO_RECORDS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Actor:
    """A user with his grants, the system with a reason, or nobody (who sees nothing)."""

    kind: Literal["user", "system", "nobody"]
    user_id: int | None = None
    name: str = ""
    is_administrator: bool = False
    grants: Grants = field(default_factory=lambda: NO_GRANTS, repr=False)
    reason: str | None = None
    team: tuple[int, ...] = ()
    """The users whose records the scope `team` reaches, himself among them; empty where he does not hold it."""
    places: Places = field(default_factory=lambda: NO_PLACES, repr=False)
    """The places that the scope `location` reaches, for each right."""
    deputy_of: tuple[StandsIn, ...] = ()
    """Those for whom he stands in today."""
    owners: Mapping[Right, tuple[int, ...]] = field(default_factory=lambda: NO_OWNERS, repr=False)
    """Whose records the scope `own` reaches, for the rights in which it is not his alone."""
    fields: FieldRules = field(default_factory=lambda: NO_RULES, repr=False)
    """What his patterns keep from him of single fields."""

    def field_rule(self, resource: str, name: str) -> Rule | None:
        """The rule for a field of records; administrators and the system are not bound by any."""
        if self.is_administrator or self.kind == "system":
            return None
        return self.fields.get((resource, name))

    def scopes(self, resource: str, action: str) -> frozenset[str]:
        """The scopes in which the actor may do `action`; administrators and the system hold `all`."""
        if self.is_administrator or self.kind == "system":
            return frozenset((ALL,))
        return self.grants.get((resource, action), frozenset())

    def may(self, resource: str, action: str) -> bool:
        """Whether the actor holds the right at all, on whatever rows."""
        return bool(self.scopes(resource, action))


NOBODY = Actor("nobody")
"""Nobody has signed in: no row is visible."""


def SYSTEM(reason: str) -> Actor:  # noqa: N802 - it stands for a constant
    """The kernel itself, at work for a stated reason."""
    return Actor("system", SYSTEM_ID, "system", reason=reason)


def gathered(grants: Iterable[Sequence[str]]) -> Grants:
    """Put (resource, action, scope) triples together by right."""
    found: dict[Right, set[str]] = defaultdict(set)
    for resource, action, scope in grants:
        found[resource, action].add(scope)
    return MappingProxyType({right: frozenset(scopes) for right, scopes in found.items()})


def reaching(reach: Mapping[str, Any]) -> dict[str, Any]:
    """Give what `kernel.reach_of` answered as the values of an `Actor`: the team, places by right, rules for fields."""
    places: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for pattern in reach.get("places") or ():
        for resource, action in pattern["rights"]:
            for kind, ids in pattern["places"].items():
                places[resource, action, kind].update(ids)
    sorted_places = {key: tuple(sorted(ids)) for key, ids in places.items()}
    rules = {(resource, name): rule for resource, name, rule in reach.get("fields") or ()}
    return {
        "team": tuple(reach.get("team") or ()),
        "places": MappingProxyType(sorted_places),
        "fields": MappingProxyType(rules),
    }


def made_actor(
    user_id: int,
    name: str,
    is_administrator: bool,
    grants: Grants,
    reach: Mapping[str, Any],
    *,
    today: date | None = None,
    records: frozenset[str] = NO_RECORDS,
) -> Actor:
    """Make the actor of a user, with what he has as a deputy on a day with these kinds of records."""
    deputies = standing_in(reach, today, records)
    wider, owners = widened(grants, user_id, deputies)
    reached = reaching(reach)
    if deputies:
        reached["fields"] = kept_fields(grants, reached["fields"], deputies)
    return Actor(
        "user",
        user_id,
        name,
        is_administrator,
        wider,
        deputy_of=deputies,
        owners=owners,
        **reached,
    )


def load_actor(
    source: Session | Connection,
    user_id: int,
    *,
    today: date | None = None,
    records: frozenset[str] = NO_RECORDS,
) -> Actor:
    """Read an active user and his grants, as the system or the owner; `LookupError` if there is none.

    He stands in for others only where `today` and the kinds of `records` that have owners are given.
    """
    account = source.execute(
        select(UserAccount.display_name, UserAccount.is_administrator).where(
            UserAccount.id == user_id, UserAccount.active
        )
    ).one_or_none()
    if account is None:
        raise LookupError(f"there is no active user {user_id}")
    grants = source.execute(
        select(AccessGrant.resource, AccessGrant.action, AccessGrant.scope)
        .join(UserPattern, UserPattern.pattern_id == AccessGrant.pattern_id)
        .where(UserPattern.user_id == user_id)
    )
    return made_actor(
        user_id,
        account.display_name,
        account.is_administrator,
        gathered((row.resource, row.action, row.scope) for row in grants),
        source.execute(select(func.kernel.told_reach_of(user_id))).scalar_one(),
        today=today,
        records=records,
    )


def rights_digest(actor: Actor) -> str:
    """Give a digest of everything that decides what an actor sees: equal for two who see the same at the same moment."""
    held = (
        actor.user_id,
        actor.is_administrator,
        sorted((right, sorted(scopes)) for right, scopes in actor.grants.items()),
        sorted(actor.team),
        sorted(actor.places.items()),
        sorted(actor.owners.items()),
        sorted((key, str(rule)) for key, rule in actor.fields.items()),
    )
    return hashlib.sha256(repr(held).encode()).hexdigest()
