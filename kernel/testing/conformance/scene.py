"""Two users with rows of their own, and rows of a plugin for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from kernel.access.actor import Actor
from kernel.access.policies import Child, Policy, Public
from kernel.testing.conformance.examined import Declarations, Examined
from kernel.testing.rows import Batch, RowMaker, add_parties
from kernel.testing.users import Wanted, add_user

ACTIONS = ("view", "create", "edit", "delete", "purge", "restore", "export", "import", "print")
SEEN, HIDDEN = "سپیدار", "نهان‌گاه"
"""Words that stand in every text of the rows of the one and of the other."""
MakeRows = Callable[[RowMaker, Connection, Batch, int], Batch]
"""What an author gives in place of `RowMaker.make`: fills a batch and enters its ids by full table name."""


@dataclass
class Scene:
    """What stands in a site for one check."""

    examined: Examined
    declared: Declarations
    rows: MakeRows | None = None

    def grants(self, scope: str) -> Wanted:
        """All actions on all records of the plugin and on parties."""
        names = {"party", *self.declared.permissions}
        return {(name, action): scope for name in names for action in ACTIONS}

    def add_user(self, owner: Connection, username: str, scope: str | None) -> Actor:
        """Make a user who holds everything with this scope; None for somebody without any right."""
        return add_user(owner, username, self.grants(scope) if scope else None)

    def fill(
        self,
        owner: Connection,
        actor: Actor,
        word: str,
        count: int,
        *,
        first: int = 0,
        party: int | None = None,
    ) -> Batch:
        """Make `count` rows of an actor in each table, hanging on new persons of his, or on `party` where they can."""
        number = actor.user_id or 0
        parties = add_parties(owner, number, [f"{word} {first + place}" for place in range(count)])
        batch = Batch(number, [party, *parties] if party else parties, word, first)
        return self.make(self.maker(owner), owner, batch, count)

    def maker(self, owner: Connection) -> RowMaker:
        """Give who makes rows for this plugin."""
        declared = self.declared
        common = {policy.table for policy in declared.policies if self.for_everybody(policy)}
        return RowMaker(owner, self.examined.tables, declared.policies, declared.fields(), common)

    def for_everybody(self, policy: Policy) -> bool:
        """Whether everybody sees all rows: looked up, or hanging on what is looked up."""
        if isinstance(policy, Child) and policy.resource is None and policy.parent is not None:
            parent = self.declared.everything.for_model(policy.parent)
            return parent is not None and self.for_everybody(parent)
        return isinstance(policy, Public)

    def make(self, maker: RowMaker, owner: Connection, batch: Batch, count: int) -> Batch:
        """Make the rows, in the author's own way where there is one."""
        return self.rows(maker, owner, batch, count) if self.rows else maker.make(batch, count)
