"""The language in which a policy says who may do what: small rules that both walls are made from.

`predicates` turns a rule into a condition of the session, `walls` turns the same rule into the text of a
policy in the database. A rule speaks of one table; `Through` and `Visible` lead to the table of another
policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.access.policies import Policy

Columns = Mapping[str, tuple[str, ...]]
"""For each kind of scope, the columns that are compared with what the actor holds of it."""


@dataclass(frozen=True)
class Rule:
    """A condition on a row and the actor."""


@dataclass(frozen=True)
class Granted(Rule):
    """A grant covers the row: one with scope `all`, or one of whose columns one fits.

    With `whole`, all of them must fit, empty ones aside: what somebody makes within scope `own` is his alone.
    """

    resource: str
    action: str
    columns: Columns
    whole: bool = False


@dataclass(frozen=True)
class Visible(Rule):
    """The row of `target` that `key` names is visible. With `optional`, an empty key is no obstacle."""

    key: str
    target: Policy
    optional: bool = False


@dataclass(frozen=True)
class Through(Rule):
    """The row of `target` that `key` names fulfils `rule`; a `Visible` beside it says that it is visible."""

    key: str
    target: Policy
    rule: Rule


@dataclass(frozen=True)
class HasRow(Rule):
    """A visible row of `source` names this row in its column `key`: one of the parties that took part is visible."""

    key: str
    source: Policy


@dataclass(frozen=True)
class Unbinned(Rule):
    """The row is not in the bin, or the session shows the bin."""


@dataclass(frozen=True)
class Kept(Rule):
    """The row is not put into the bin by this change: that is the kernel's work."""


@dataclass(frozen=True)
class SignedIn(Rule):
    """There is an actor."""


@dataclass(frozen=True)
class Administrators(Rule):
    """The actor is an administrator."""


@dataclass(frozen=True)
class Mine(Rule):
    """The row names the actor himself in its column `key`; no grant, office or deputyship stands in for that."""

    key: str


@dataclass(frozen=True)
class SystemOnly(Rule):
    """The kernel itself is at work."""


@dataclass(frozen=True)
class Every(Rule):
    """All of the rules hold."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Either(Rule):
    """One of the rules holds; there are at least two of them."""

    rules: tuple[Rule, ...]


def every(*rules: Rule | None) -> Rule:
    """All of the rules hold. Absent ones are left out, nested ones flattened, repeated ones said once."""
    flat: list[Rule] = []
    for rule in rules:
        parts = rule.rules if isinstance(rule, Every) else () if rule is None else (rule,)
        flat.extend(part for part in parts if part not in flat)
    return flat[0] if len(flat) == 1 else Every(tuple(flat))
