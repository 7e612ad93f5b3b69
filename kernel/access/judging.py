"""A policy's rules read row by row in Python: what both walls are measured with, and what says *why*.

The walls compile a rule, one into a condition of the session, the other into a row policy of the database. Here the
same rule is looked at for one row and one actor, part by part, and each part says whether it holds. The look is
slow (a look-up for each parent) and meant for explanations, checks and tests, never for lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import BigInteger, Connection, Table, literal, select
from sqlalchemy.orm import Session

from kernel.access.actor import ALL, Actor
from kernel.access.policy import Policy, PolicySet
from kernel.access.rules import (
    Administrators,
    Either,
    Every,
    Granted,
    HasRow,
    Kept,
    Mine,
    Rule,
    SignedIn,
    Through,
    Unbinned,
    Visible,
)
from kernel.access.scopes import Scope

Row = Mapping[str, Any]
"""A row by the keys of its table's columns."""


class RowOf(Protocol):
    """Looks rows up, whoever may see them."""

    def __call__(self, table: Table, key: Any) -> Row | None:
        """Give the row of a table by its (first) key; None where there is none."""

    def reached(self, scope: Scope, user_id: int) -> frozenset[int]:
        """Give the numbers that a declared scope gives a user, were it granted to him."""

    def naming(self, table: Table, column: str, value: Any) -> list[Row]:
        """Give the rows of a table that hold a value in a column."""


@dataclass(frozen=True)
class Fit:
    """Why a grant covers a row: its scope (`all`, or the kind that fits), the column compared, and its value."""

    scope: str
    column: str = ""
    value: int | None = None


@dataclass(frozen=True)
class Finding:
    """What one part of a rule says of one row. `parts` are what it is made of, the rule of another row included."""

    rule: Rule
    policy: Policy
    """The policy of the row that was looked at."""
    row: Row | None
    holds: bool
    parts: tuple[Finding, ...] = ()
    fits: tuple[Fit, ...] = ()

    def reasons(self) -> Iterator[Finding]:
        """Give the parts, the innermost first, that made it hold; or those for want of which it does not."""
        deciding = [part for part in self.parts if part.holds == self.holds]
        for part in deciding:
            yield from part.reasons()
        if not deciding:
            yield self


class Judge:
    """Reads rules for one actor, row by row."""

    def __init__(self, actor: Actor, policies: PolicySet, row_of: RowOf, *, lift_bin: bool = False) -> None:
        self.actor = actor
        self.policies = policies
        self.lift_bin = lift_bin
        self._row_of = row_of

    def sees(self, policy: Policy, row: Row) -> bool:
        """Whether the actor sees a row."""
        return self.find(self.policies.view_rule(policy), policy, row).holds

    def may(self, policy: Policy, row: Row, action: str) -> bool:
        """Whether the actor may do `action` with a row; seeing it is part of that."""
        return self.why(policy, row, action).holds

    def why(self, policy: Policy, row: Row, action: str) -> Finding:
        """Say whether, and for which reasons, the actor may do `action` with a row."""
        rule = (
            self.policies.view_rule(policy) if action == "view" else self.policies.change_rule(policy, action)
        )
        return self.find(rule, policy, row)

    def find(self, rule: Rule, policy: Policy, row: Row) -> Finding:
        """Look at one rule for one row of the table of `policy`."""
        match rule:
            case Every(rules):
                parts = tuple(self.find(part, policy, row) for part in rules)
                return Finding(rule, policy, row, all(part.holds for part in parts), parts)
            case Either(rules):
                parts = tuple(self.find(part, policy, row) for part in rules)
                return Finding(rule, policy, row, any(part.holds for part in parts), parts)
            case Granted():
                fits = tuple(self._fits(rule, row))
                return Finding(rule, policy, row, bool(fits), fits=fits)
            case Visible(key, target, optional):
                if optional and row[key] is None:
                    return Finding(rule, policy, row, True)
                return self._led(rule, policy, row, target, key, self.policies.view_rule(target))
            case Through(key, target, inner):
                return self._led(rule, policy, row, target, key, inner)
            case HasRow(key, source):
                return self._named(rule, policy, row, key, source)
            case _:
                return Finding(rule, policy, row, self._plain(rule, row))

    def _plain(self, rule: Rule, row: Row) -> bool:
        match rule:
            case Unbinned():
                return self.lift_bin or row["binned_at"] is None
            case Kept():
                return row["binned_at"] is None
            case Mine(key):
                return self.actor.kind == "user" and row[key] == self.actor.user_id
            case SignedIn():
                return self.actor.kind == "user"
            case Administrators():
                return self.actor.is_administrator
            case _:
                return False

    def _led(self, rule: Rule, policy: Policy, row: Row, target: Policy, key: str, inner: Rule) -> Finding:
        other = None if row[key] is None else self._row_of(target.table, row[key])
        if other is None:
            return Finding(rule, policy, row, self._unlimited(inner))
        part = self.find(inner, target, other)
        return Finding(rule, policy, row, part.holds, (part,))

    def _named(self, rule: Rule, policy: Policy, row: Row, key: str, source: Policy) -> Finding:
        number = row[next(iter(policy.table.primary_key)).key]
        naming = self._row_of.naming(source.table, key, number)
        view = self.policies.view_rule(source)
        parts = tuple(self.find(view, source, each) for each in naming)
        return Finding(rule, policy, row, any(part.holds for part in parts), parts)

    def _unlimited(self, rule: Rule) -> bool:
        """Whether a rule sets this actor no condition at all: then it holds wherever a key leads, or does not lead."""
        match rule:
            case Every(rules):
                return all(self._unlimited(part) for part in rules)
            case Either(rules):
                return any(self._unlimited(part) for part in rules)
            case Granted(resource, action):
                return ALL in self.actor.scopes(resource, action)
            case Visible(_, target):
                return self._unlimited(self.policies.view_rule(target))
            case Through(_, _, inner):
                return self._unlimited(inner)
            case Unbinned():
                return self.lift_bin
            case Kept():
                return False
            case _:
                return self._plain(rule, {})

    def _held(self, kind: Scope, rule: Granted) -> Collection[int]:
        values = kind.values(self.actor, rule.resource, rule.action)
        if kind.rows is None:
            return set(values)
        return frozenset().union(*(self._row_of.reached(kind, number) for number in values))

    def _fits(self, rule: Granted, row: Row) -> Iterator[Fit]:
        scopes = self.actor.scopes(rule.resource, rule.action)
        if ALL in scopes:
            yield Fit(ALL)
            return
        for name, columns in rule.columns.items():
            kind = self.policies.scope(name)
            if kind is None or kind.grant not in scopes:
                continue
            held = self._held(kind, rule)
            fitting = [column for column in columns if row[column] in held]
            if rule.whole and any(row[each] is not None and each not in fitting for each in columns):
                continue
            yield from (Fit(name, column, row[column]) for column in fitting)


class _Rows:
    """Rows and what scopes reach, each looked up once."""

    def __init__(self, source: Session | Connection) -> None:
        self._source = source
        self._known: dict[tuple[Table, Any], Row | None] = {}
        self._reached: dict[tuple[str, int], frozenset[int]] = {}

    def __call__(self, table: Table, key: Any) -> Row | None:
        if (table, key) not in self._known:
            first = next(iter(table.primary_key))
            found = self._source.execute(select(*table.columns).where(first == key)).mappings().first()
            self._known[table, key] = None if found is None else row_by_key(table, found)
        return self._known[table, key]

    def naming(self, table: Table, column: str, value: Any) -> list[Row]:
        statement = select(*table.columns).where(table.c[column] == value)
        return [row_by_key(table, found) for found in self._source.execute(statement).mappings()]

    def reached(self, scope: Scope, user_id: int) -> frozenset[int]:
        if (scope.name, user_id) not in self._reached:
            assert scope.rows is not None
            found = self._source.execute(scope.rows(literal(user_id, BigInteger))).scalars()
            self._reached[scope.name, user_id] = frozenset(each for each in found if each is not None)
        return self._reached[scope.name, user_id]


def rows_of(source: Session | Connection) -> RowOf:
    """Look rows up through a session of the system or a connection of the owner, each once."""
    return _Rows(source)


def row_by_key(table: Table, found: Mapping[Any, Any]) -> Row:
    """Give a row that a statement on `table` answered with, by the keys of the columns."""
    return {column.key: found[column] for column in table.columns}
