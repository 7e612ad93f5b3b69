"""Who sees and may change a row, counted by hand: the oracle that both walls are compared with.

It reads what policies *declare* (columns, parents, rights), in words of its own: neither the language of rules nor what
is made of it is asked. Policies of a kind that it does not know, a plugin's own, are read rule by rule instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel.access.actor import Actor
from kernel.access.judging import Judge, Row, RowOf
from kernel.access.policies import Child, Personal, Policy, PolicySet, Public, Rows, System

KNOWN = (Rows, Child, Personal, Public)
PLACES = ("province", "city", "district")
Scopes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Holding:
    """What a user holds, written down by the test itself: scopes by right, his team, places by right and kind."""

    user_id: int
    administrator: bool = False
    grants: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    team: frozenset[int] = frozenset()
    places: Mapping[tuple[str, str, str], frozenset[int]] = field(default_factory=dict)
    reached: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """What scopes of plugins give him, by name; of those that are not written down their select is asked."""

    @classmethod
    def of(cls, actor: Actor) -> Holding:
        """Take it from an actor as the kernel loaded him."""
        places = {key: frozenset(ids) for key, ids in actor.places.items()}
        return cls(
            actor.user_id or 0, actor.is_administrator, dict(actor.grants), frozenset(actor.team), places
        )


class Oracle:
    """Answers for one user; `row_of` gives rows whoever may see them."""

    def __init__(
        self, holding: Holding, policies: PolicySet, row_of: RowOf, actor: Actor, *, lift_bin: bool = False
    ) -> None:
        self.holding = holding
        self.policies = policies
        self.lift_bin = lift_bin
        self._row_of = row_of
        self._judge = Judge(actor, policies, row_of, lift_bin=lift_bin)

    def sees(self, policy: Policy, row: Row) -> bool:
        """Whether he sees a row."""
        if isinstance(policy, System):
            return False
        if type(policy) not in KNOWN:
            return self._judge.sees(policy, row)
        if policy.binnable and row["binned_at"] is not None and not self.lift_bin:
            return False
        if isinstance(policy, Public):
            return True
        if isinstance(policy, Personal):
            return bool(row[policy.user] == self.holding.user_id)
        if isinstance(policy, Rows):
            return self._granted(policy, row, policy.resource, "view") and self._party_is_seen(policy, row)
        assert isinstance(policy, Child)
        return self._parents_are_seen(policy, row) and self._facet(policy, row, "view")

    def may(self, policy: Policy, row: Row, action: str) -> bool:
        """Whether he may do `action` with a row, which he must see for it."""
        if action == "view" or isinstance(policy, System):
            return self.sees(policy, row)
        if type(policy) not in KNOWN:
            return self._judge.may(policy, row, action)
        if not self.sees(policy, row):
            return False
        if isinstance(policy, Child):
            return self._written(policy, row, "edit" if policy.resource is None else action)
        if isinstance(policy, Personal):
            return True
        return self._changes(policy, row, action)

    def _changes(self, policy: Policy, row: Row, action: str) -> bool:
        if isinstance(policy, Rows) and policy.administrators_only:
            return self.holding.administrator
        return self._granted(policy, row, policy.resource, action)

    def _written(self, policy: Child, row: Row, action: str) -> bool:
        keys = [policy.key, *(policy.also if policy.any_parent else ())]
        return any(self._parent_is_edited(policy, row, key) for key in keys) and self._facet(
            policy, row, action
        )

    def _parent_is_edited(self, policy: Child, row: Row, key: str) -> bool:
        parent = self._parent(policy, key)
        above = self._row_of(parent.table, row[key])
        if above is None or isinstance(parent, System):
            return False
        if isinstance(parent, Child):
            return self._written(parent, above, "edit")
        if isinstance(parent, Personal):
            return self.sees(parent, above)
        return self._changes(parent, above, "edit")

    def _parents_are_seen(self, policy: Child, row: Row) -> bool:
        for key in (policy.key, *policy.also):
            parent = self._parent(policy, key)
            above = self._row_of(parent.table, row[key])
            if above is None or not self.sees(parent, above):
                return False
        return True

    def _party_is_seen(self, policy: Rows, row: Row) -> bool:
        if policy.party is None or row[policy.party] is None:
            return True
        target = self._pointed(policy, policy.party)
        above = self._row_of(target.table, row[policy.party])
        return above is not None and self.sees(target, above)

    def _facet(self, policy: Child, row: Row, action: str) -> bool:
        return policy.resource is None or self._granted(policy, row, policy.resource, action)

    def _granted(self, policy: Policy, row: Row, resource: str | None, action: str) -> bool:
        """Whether a right reaches the row; rows that hang on others are measured by those."""
        holding = self.holding
        held = holding.grants.get((resource or "", action), frozenset())
        if holding.administrator or "all" in held:
            return not isinstance(policy, System)
        if isinstance(policy, Child):
            parent = self._parent(policy, policy.key)
            above = self._row_of(parent.table, row[policy.key])
            return above is not None and self._granted(parent, above, resource, action)
        if not isinstance(policy, Rows):
            return False
        return any(
            row[column] is not None and row[column] in self._numbers(name, resource or "", action, held)
            for name, columns in policy.scopes.items()
            for column in columns
        )

    def _numbers(self, kind: str, resource: str, action: str, held: frozenset[str]) -> frozenset[int]:
        """What he holds of a kind of scope for a right, as the values of the columns that it compares."""
        if kind == "own":
            return frozenset((self.holding.user_id,)) if "own" in held else frozenset()
        if kind == "team":
            return self.holding.team if "team" in held else frozenset()
        if kind in PLACES:
            known = self.holding.places.get((resource, action, kind), frozenset())
            return known if "location" in held else frozenset()
        declared = self.policies.scope(kind)
        if declared is None or declared.grant not in held:
            return frozenset()
        if declared.rows is not None:
            written = self.holding.reached.get(kind)
            return self._row_of.reached(declared, self.holding.user_id) if written is None else written
        return frozenset(declared.values(self._judge.actor, resource, action))

    def _parent(self, policy: Child, key: str) -> Policy:
        if key != policy.key:
            return self._pointed(policy, key)
        found = self.policies.for_model(policy.parent) if policy.parent is not None else None
        assert found is not None
        return found

    def _pointed(self, policy: Policy, column: str) -> Policy:
        target = next(iter(policy.table.c[column].foreign_keys)).column.table
        return self.policies.for_table(target)
