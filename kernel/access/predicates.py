"""Wall 1's half of a policy: a rule as an SQLAlchemy condition for one actor, with bound values.

What an actor holds without limit becomes *no* condition, so that no index is lost; a child list gets
`key IN (SELECT id FROM parent WHERE ...)`, which at the top level of a statement is a join. Within an `OR` it is none:
there the server makes a hash of all that the inner statement gives, which is dear where that is nearly every row. So
whoever holds a right on all rows has each row looked up by itself instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import NamedFromClause

from kernel.access.actor import ALL, Actor
from kernel.access.policies import Policy, PolicySet
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

Condition = ColumnElement[bool]
ColumnOf = Callable[[str], ColumnElement[Any]]
"""Gives the columns of a row by name: those of a table's alias, or of a mapped class."""
Held = tuple[str, str, str]
"""A scope held for a right: resource, action, scope."""


class Reach:
    """How far one actor reaches in one session: turns rules into conditions, and keeps the values bound in them."""

    def __init__(self, actor: Actor, policies: PolicySet, *, lift_bin: bool = False) -> None:
        self.actor = actor
        self.policies = policies
        self.lift_bin = lift_bin
        self._bound: dict[Held, BindParameter[Any] | None] = {}
        self._me = _bind("self", _number_of(actor))
        self._depth = 0

    def condition(self, rule: Rule, column: ColumnOf) -> Condition | None:
        """Give the condition that `rule` sets for rows with these columns; None where it sets none."""
        match rule:
            case Every(rules):
                return _all_of(self.condition(part, column) for part in rules)
            case Either(rules):
                return _one_of([self._alternative(part, column) for part in rules])
            case Granted():
                return self._granted(rule, column)
            case Visible(key, target, optional):
                if optional:
                    found = self._alternative(Visible(key, target), column)
                    return None if found is None else or_(column(key).is_(None), found)
                return self._through(column(key), target, self.policies.view_rule(target))
            case Through(key, target, inner):
                return self._through(column(key), target, inner)
            case HasRow(key, source):
                return self._has_row(column, key, source)
            case Unbinned():
                return None if self.lift_bin else column("binned_at").is_(None)
            case Kept():
                return column("binned_at").is_(None)
            case Mine(key):
                return false() if self._me is None else column(key) == self._me
            case SignedIn():
                return None if self.actor.kind == "user" else false()
            case Administrators():
                return None if self.actor.is_administrator else false()
            case _:
                return false()

    def _alternative(self, rule: Rule, column: ColumnOf) -> Condition | None:
        """Give the condition of one of several rules of which one must hold."""
        match rule:
            case Visible(key, target, False) if self._wide(target):
                parent, inner = self._within(target, self.policies.view_rule(target))
                return None if inner is None else _looked_up(target.key_of(parent) == column(key), inner)
            case HasRow(key, source) if self._wide(source):
                number = column(next(iter(self._pointed(source, key).primary_key)).key)
                rows, inner = self._within(source, self.policies.view_rule(source))
                return _looked_up(rows.c[key] == number, true() if inner is None else inner)
            case _:
                return self.condition(rule, column)

    def _wide(self, policy: Policy) -> bool:
        """Say whether the actor holds a right on all rows of a table, those of its parents included."""
        mine = policy.resource is None or ALL in self.actor.scopes(policy.resource, "view")
        return mine and all(self._wide(parent) for parent in policy.leads_to(self.policies))

    def _has_row(self, column: ColumnOf, key: str, source: Policy) -> Condition:
        number = column(next(iter(self._pointed(source, key).primary_key)).key)
        rows, inner = self._within(source, self.policies.view_rule(source))
        naming = select(rows.c[key])
        return number.in_(naming if inner is None else naming.where(inner))

    @staticmethod
    def _pointed(source: Policy, key: str) -> Any:
        return next(iter(source.table.c[key].foreign_keys)).column.table

    def bound(self, held: Held) -> BindParameter[Any] | None:
        """The values that the actor holds of a scope, as one bound parameter; None where he holds none."""
        resource, action, scope = held
        kind = self.policies.scope(scope)
        if kind is None:
            return None
        key = held if kind.per_right else ("", "", scope)
        if key not in self._bound:
            self._bound[key] = _bind(scope, kind.values(self.actor, resource, action))
        return self._bound[key]

    def shape(self) -> tuple[Any, ...]:
        """What of the reach decides the form of view conditions: equal shapes differ in bound values only."""
        if self.actor.is_administrator:
            return (self.lift_bin, ALL)
        held = sorted(
            (resource, scope)
            for (resource, action), scopes in self.actor.grants.items()
            if action == "view"
            for granted in scopes
            for scope in (ALL, *(kind.name for kind in self.policies.kinds_of(granted)))
            if (scope == ALL) == (granted == ALL)
        )
        return (self.lift_bin, self.actor.kind, *((*pair, self._cardinality(*pair)) for pair in held))

    def view_values(self) -> list[BindParameter[Any]]:
        """The parameters of all view conditions, in the order of the shape."""
        bound = (
            self.bound((resource, "view", scope))
            for resource, scope, cardinality in self.shape()[2:]
            if cardinality
        )
        return list(dict.fromkeys(parameter for parameter in (self._me, *bound) if parameter is not None))

    def _cardinality(self, resource: str, scope: str) -> str:
        parameter = None if scope == ALL else self.bound((resource, "view", scope))
        return "" if parameter is None else type(parameter.type).__name__

    def _granted(self, rule: Granted, column: ColumnOf) -> Condition | None:
        scopes = self.actor.scopes(rule.resource, rule.action)
        if ALL in scopes:
            return None
        arms = [
            self._fits(rule, scope, [column(name) for name in names], parameter)
            for scope, names in rule.columns.items()
            if self.policies.granted_as(scope) in scopes
            and (parameter := self.bound((rule.resource, rule.action, scope))) is not None
        ]
        return or_(*arms) if arms else false()

    def _fits(
        self, rule: Granted, scope: str, columns: list[ColumnElement[Any]], parameter: BindParameter[Any]
    ) -> Condition:
        kind = self.policies.scope(scope)
        if kind is None or kind.rows is None:
            return _fits(columns, parameter, whole=rule.whole)
        return or_(*(column.in_(_reached(kind, rule, parameter)) for column in columns))

    def _through(self, key: ColumnElement[Any], target: Policy, rule: Rule) -> Condition | None:
        parent, inner = self._within(target, rule)
        if inner is None:
            return None
        return key.in_(select(target.key_of(parent)).where(inner))

    def _within(self, policy: Policy, rule: Rule) -> tuple[NamedFromClause[Any], Condition | None]:
        """Give an alias of a policy's table for an inner statement, and the condition that `rule` sets for its rows."""
        alias = _alias(policy.table, self._depth)
        self._depth += 1
        try:
            return alias, self.condition(rule, alias.c.__getitem__)
        finally:
            self._depth -= 1


def _alias(table: Table, depth: int) -> NamedFromClause[Any]:
    """Give the alias of a table for inner statements at this depth, always the same one.

    Making one copies all columns of the table, which took a third of the time of writing a record. Statements that
    stand in each other must have different ones, else the inner would speak of the rows of the outer.
    """
    made: list[NamedFromClause[Any]] = table.info.setdefault("peyvand inner aliases", [])
    while len(made) <= depth:
        made.append(table.alias())
    return made[depth]


def _reached(kind: Scope, rule: Granted, user: BindParameter[Any]) -> Select[Any]:
    """The numbers that a declared scope gives the user for a right, as the database answers them."""
    schema, _dot, name = kind.function.partition(".")
    right = (literal(each, Text) for each in (rule.resource, rule.action))
    function: Any = getattr(getattr(func, schema), name)
    return select(function(*right, user, type_=BigInteger).column_valued("reached"))


def _looked_up(named: Condition, inner: Condition) -> Condition:
    """Look one row up by an index: a scalar sub-query is never made into a hash."""
    found: Condition = select(true()).where(named, inner).limit(1).scalar_subquery()
    return found.is_(true())


def _all_of(conditions: Iterable[Condition | None]) -> Condition | None:
    present = [condition for condition in conditions if condition is not None]
    return and_(*present) if present else None


def _one_of(conditions: list[Condition | None]) -> Condition | None:
    """A rule without a condition holds for every row, and so does the whole."""
    present = [condition for condition in conditions if condition is not None]
    return or_(*present) if len(present) == len(conditions) else None


def _number_of(actor: Actor) -> tuple[int, ...]:
    return (actor.user_id,) if actor.kind == "user" and actor.user_id is not None else ()


def _bind(scope: str, values: tuple[int, ...]) -> BindParameter[Any] | None:
    if not values:
        return None
    if len(values) == 1:
        return bindparam(f"my_{scope}", values[0], BigInteger, unique=True)
    return bindparam(f"my_{scope}", list(values), ARRAY(BigInteger), unique=True)


def _equals(column: ColumnElement[Any], parameter: BindParameter[Any]) -> Condition:
    # One value is compared with `=`, which keeps the order of an index; several need an array.
    return column == (any_(parameter) if isinstance(parameter.type, ARRAY) else parameter)


def _fits(columns: list[ColumnElement[Any]], parameter: BindParameter[Any], *, whole: bool) -> Condition:
    one = or_(*(_equals(column, parameter) for column in columns))
    if not whole or len(columns) == 1:
        return one
    return and_(one, *(or_(column.is_(None), _equals(column, parameter)) for column in columns))
