"""What a policy is, and the set of those of a site, which gives the rules that both walls are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Table, inspect
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import Mapper

from kernel.access.errors import UnprotectedModel
from kernel.access.rules import Kept, Rule, Unbinned, every
from kernel.access.scopes import Scope, find_scope, known_scopes

Model = type[Any]


@dataclass(frozen=True, eq=False)
class Policy:
    """What all policies are: rules for looking at the rows of a table, and for changing them."""

    model: Model
    resource: str | None = None
    verbs: tuple[str, ...] = ("view", "create", "edit", "purge")
    """What the application may do with the table at all, whoever is at work."""

    @property
    def table(self) -> Table:
        """The table that the policy protects."""
        table: Table = self.model.__table__
        return table

    def key_of(self, source: FromClause) -> ColumnElement[Any]:
        """The column of `source` (the table, or an alias of it) that numbers its rows."""
        column: ColumnElement[Any] = source.c[next(iter(self.table.primary_key)).key]
        return column

    def column(self, name: str, entity: Any = None) -> ColumnElement[Any]:
        """A column as an attribute of the model, or of `entity`: an alias or a subclass of it."""
        mapper: Mapper[Any] = inspect(self.model)
        attribute = getattr(entity or self.model, mapper.get_property_by_column(self.table.c[name]).key)
        expression: ColumnElement[Any] = attribute.__clause_element__()
        return expression

    @property
    def binnable(self) -> bool:
        """Whether the table has a bin."""
        return "binned_at" in self.table.c

    @property
    def guarded(self) -> frozenset[str]:
        """Columns that decide who sees a row: no UPDATE by a condition sets them."""
        return frozenset(("binned_at", *(column.key for column in self.table.primary_key)))

    def view(self, policies: PolicySet) -> Rule:
        """The rule that a visible row fulfils."""
        raise NotImplementedError

    def change(self, action: str, policies: PolicySet) -> Rule:
        """The rule of a row with which the actor may do `action`: he sees it, and holds the right."""
        raise NotImplementedError

    def result(self, action: str, policies: PolicySet) -> Rule:
        """The rule that a row made or changed by a user fulfils afterwards."""
        return every(self.change(action, policies), Kept() if self.binnable else None)

    def granted(self, resource: str, action: str, policies: PolicySet) -> Rule:
        """The rule for a right on another resource that is lived out on rows of this table (facets)."""
        raise NotImplementedError

    def editable(self, policies: PolicySet) -> Rule:
        """What `edit` demands beyond being visible; children are written where this holds of their parent."""
        raise NotImplementedError

    def leads_to(self, policies: PolicySet) -> list[Policy]:
        """The policies that this one asks about another row."""
        return []

    def covered(self, scopes: Mapping[str, str]) -> Policy:
        """The policy with further scopes, each with the column compared. Raises `UnprotectedModel` where none fits."""
        raise UnprotectedModel(f"{self.table.fullname} has no rights of its own for {', '.join(scopes)}")

    def _unbinned(self) -> Rule | None:
        return Unbinned() if self.binnable else None


class Shape:
    """One form of conditions: which scopes are held. Compared by identity, so that no two sets share a statement."""

    __slots__ = ()


class Forms:
    """Forms of statements by their cache keys, as many as a busy site has; when there are more it begins anew."""

    MOST = 2_000

    def __init__(self) -> None:
        self._known: set[Any] = set()

    def __contains__(self, key: Any) -> bool:
        return key in self._known

    def add(self, key: Any) -> None:
        """Keep one more."""
        if len(self._known) >= self.MOST:
            self._known = set()
        self._known.add(key)


class PolicySet:
    """The policies of a site: at most one per table. Immutable; made anew with each epoch.

    `scopes` are those that plugins declare; what they cover of tables without a policy here is passed over.
    """

    def __init__(self, policies: Iterable[Policy], scopes: Iterable[Scope] = ()) -> None:
        self.declared: tuple[Scope, ...] = tuple(scopes)
        self._scopes = {scope.name: scope for scope in self.declared}
        self._by_table: dict[Table, Policy] = {}
        self._rules: dict[tuple[Policy, str, bool], Rule] = {}
        self.good_forms = Forms()
        """Forms of statements that wall 1 has looked at and can protect under this set."""
        self._shapes: dict[tuple[Any, ...], Shape] = {}
        further = self._covered()
        for policy in policies:
            if policy.table in self._by_table:
                raise UnprotectedModel(f"{policy.table.fullname} has two policies")
            mine = further.get(policy.table)
            self._by_table[policy.table] = policy.covered(mine) if mine else policy

    def scope(self, name: str) -> Scope | None:
        """Give a kind of scope by its name; None for one that nobody declares on this site."""
        return self._scopes.get(name) or find_scope(name)

    def kinds_of(self, grant: str) -> tuple[Scope, ...]:
        """Give the kinds that a grant's scope stands for; none for one that nobody declares."""
        return tuple(scope for scope in (*known_scopes(), *self.declared) if scope.grant == grant)

    def granted_as(self, name: str) -> str | None:
        """Give what grants call a kind of scope; None for one that nobody declares."""
        kind = self.scope(name)
        return None if kind is None else kind.grant

    def granted_scopes(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give what grants may name for a table that compares these kinds, each once, in their order."""
        return tuple(dict.fromkeys(kind.grant for kind in map(self.scope, names) if kind is not None))

    def _covered(self) -> dict[Table, dict[str, str]]:
        found: dict[Table, dict[str, str]] = {}
        for scope in self.declared:
            for model, column in scope.covers:
                found.setdefault(model.__table__, {})[scope.name] = column
        return found

    def __iter__(self) -> Iterator[Policy]:
        return iter(self._by_table.values())

    def __len__(self) -> int:
        return len(self._by_table)

    def for_model(self, model: Model) -> Policy | None:
        """Give the policy of a mapped class, or of the class that it inherits its table from."""
        try:
            mapper: Mapper[Any] = inspect(model)
        except NoInspectionAvailable:
            return None
        return self.for_mapper(mapper)

    def for_mapper(self, mapper: Mapper[Any]) -> Policy | None:
        """Give the policy of a mapper; inherited where a class has no table of its own."""
        return self._by_table.get(cast(Table, mapper.local_table))

    def for_table(self, table: Any) -> Policy:
        """Give the policy of a table; raise `UnprotectedModel` where there is none."""
        policy = self._by_table.get(table)
        if policy is None:
            raise UnprotectedModel(f"{table} has no policy")
        return policy

    @cached_property
    def criteria_keys(self) -> tuple[tuple[str, Mapper[Any]], ...]:
        """What SQLAlchemy's compiler looks up to find criteria of a mapper: one key for each that this set protects."""
        mappers: list[Mapper[Any]] = [inspect(policy.model) for policy in self]
        protected = dict.fromkeys(each for mapper in mappers for each in mapper.self_and_descendants)
        return tuple(("additional_entity_criteria", mapper) for mapper in protected)

    def shape(self, description: tuple[Any, ...]) -> Shape:
        """The one `Shape` of these scopes under this set."""
        return self._shapes.setdefault(description, Shape())

    def view_rule(self, policy: Policy) -> Rule:
        """The rule of visible rows."""
        return self._rule(policy, "view", False)

    def change_rule(self, policy: Policy, action: str) -> Rule:
        """The rule of rows with which the actor may do `action`."""
        return self._rule(policy, action, False)

    def result_rule(self, policy: Policy, action: str) -> Rule:
        """The rule of rows as `action` may leave them."""
        return self._rule(policy, action, True)

    def _rule(self, policy: Policy, action: str, result: bool) -> Rule:
        key = (policy, action, result)
        if key not in self._rules:
            if action == "view":
                rule = policy.view(self)
            else:
                rule = policy.result(action, self) if result else policy.change(action, self)
            self._rules[key] = rule
        return self._rules[key]

    def check_complete(self, models: Iterable[Model]) -> None:
        """Raise `UnprotectedModel` unless each model has a policy, and each policy can be enforced."""
        from kernel.access.completeness import check_models

        check_models(self, models)
