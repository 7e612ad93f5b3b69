"""Wall 2's half of a policy: a rule as the text of a PostgreSQL row policy.

Everything asked about the actor stands in `(SELECT f())`, which the server runs once per statement. The row of
another table is looked up by a *scalar* sub-query behind a short cut: `IN`, and often `EXISTS`, would become a hash
of all visible rows for every statement. The look-up passes that table's own policies.

The text is made from declarations in the code and identifiers that are quoted, never from anything entered.
"""

from __future__ import annotations

from itertools import count

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

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

_PREPARER = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]


def quoted(name: str) -> str:
    """Quote an identifier."""
    return str(_PREPARER.quote_identifier(name))


def full_name(table: Table) -> str:
    """The quoted name of a table with its schema."""
    return f"{quoted(table.schema or 'public')}.{quoted(table.name)}"


def literal(value: str) -> str:
    """Quote a text."""
    return "'" + value.replace("'", "''") + "'"


class RuleText:
    """Writes the rules of one policy. Tables that a rule leads to get aliases, numbered through the text."""

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self._numbers = count(1)

    def write(self, rule: Rule, row: str) -> str:
        """Write `rule` for the row that `row` names (a table's quoted name, or an alias)."""
        match rule:
            case Every(rules):
                return " AND ".join(f"({self.write(part, row)})" for part in rules) or "true"
            case Either(rules):
                return " OR ".join(f"({self.write(part, row)})" for part in rules)
            case Granted():
                return self._granted(rule, row)
            case Visible(key, target, optional):
                short = self.shortcut(self.policies.view_rule(target))
                found = f"(SELECT {short}) OR {self._look_up(target, f'{row}.{quoted(key)}')}"
                return f"{row}.{quoted(key)} IS NULL OR {found}" if optional else found
            case Through(key, target, inner):
                found = self._look_up(target, f"{row}.{quoted(key)}", inner)
                return f"(SELECT {self.shortcut(inner)}) OR {found}"
            case HasRow(key, source):
                return self._named_by(source, key, row)
            case Unbinned():
                return f"{row}.binned_at IS NULL OR (SELECT kernel.shows_bin())"
            case Kept():
                return f"{row}.binned_at IS NULL OR (SELECT kernel.is_system())"
            case Mine(key):
                signed = "SELECT CASE WHEN kernel.is_signed_in() THEN kernel.me() END"
                return f"(SELECT kernel.is_system()) OR {row}.{quoted(key)} = ({signed})"
            case _:
                return f"(SELECT {self.shortcut(rule)})"

    def shortcut(self, rule: Rule) -> str:
        """Write what, if true of the actor, makes `rule` hold for every row."""
        match rule:
            case Every(rules):
                return " AND ".join(dict.fromkeys(self.shortcut(part) for part in rules)) or "true"
            case Either(rules):
                return f"({' OR '.join(dict.fromkeys(self.shortcut(part) for part in rules))})"
            case Granted(resource, action):
                return f"kernel.sees_all({literal(resource)}, {literal(action)})"
            case Visible(_, target):
                return self.shortcut(self.policies.view_rule(target))
            case Through(_, _, inner):
                return self.shortcut(inner)
            case Unbinned():
                return "kernel.shows_bin()"
            case SignedIn():
                return "kernel.is_signed_in()"
            case Administrators():
                return "kernel.is_administrator()"
            case _:
                return "kernel.is_system()"

    def _look_up(self, target: Policy, key: str, inner: Rule | None = None) -> str:
        alias = f"p{next(self._numbers)}"
        number = quoted(target.key_of(target.table).name)
        more = "" if inner is None else f" AND ({self.write(inner, alias)})"
        source = f"{full_name(target.table)} {alias}"
        return f"(SELECT true FROM {source} WHERE {alias}.{number} = {key}{more})"  # noqa: S608 - names, quoted

    def _named_by(self, source: Policy, key: str, row: str) -> str:
        """Look for a row of `source` that names this one; its own policies say which of them are seen."""
        alias = f"p{next(self._numbers)}"
        pointed = next(iter(source.table.c[key].foreign_keys)).column.name
        rows = f"{full_name(source.table)} {alias}"
        named = f"{alias}.{quoted(key)} = {row}.{quoted(pointed)}"
        return f"(SELECT true FROM {rows} WHERE {named} LIMIT 1)"  # noqa: S608 - names, quoted

    def _granted(self, rule: Granted, row: str) -> str:
        arms = [f"(SELECT {self.shortcut(rule)})"]
        for name, columns in rule.columns.items():
            scope = self.policies.scope(name)
            if scope is not None:
                arms.append(_fits(scope, rule, [f"{row}.{quoted(column)}" for column in columns]))
        return " OR ".join(arms)


def _fits(scope: Scope, rule: Granted, columns: list[str]) -> str:
    if scope.rows is not None:
        return _listed(scope, rule, columns)
    held = f"(SELECT {scope.function}({literal(rule.resource)}, {literal(rule.action)}))"
    # The second pair of parentheses and the cast make it an array to search, not a sub-query to compare with.
    value = f"ANY ({held}::bigint[])" if scope.many else held
    one = " OR ".join(f"{column} = {value}" for column in columns)
    if not rule.whole or len(columns) == 1:
        return one
    each = " AND ".join(f"({column} IS NULL OR {column} = {value})" for column in columns)
    return f"(({one}) AND {each})"


def _listed(scope: Scope, rule: Granted, columns: list[str]) -> str:
    """Write the arm of a declared scope: its numbers are hashed once per statement, however many they are."""
    function = ".".join(quoted(part) for part in scope.function.split("."))
    right = f"{literal(rule.resource)}, {literal(rule.action)}"
    held = f"SELECT reached FROM {function}({right}, NULL) AS reached"  # noqa: S608 - names, quoted
    return " OR ".join(f"{column} IN ({held})" for column in columns)
