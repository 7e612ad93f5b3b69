"""Policies: one per table, declared beside its model. The owner of a table says who may see and change rows.

`rows`, `child`, `public` and `system` make them; a `PolicySet` holds those of a site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Table, inspect
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import Mapper

from kernel.access.errors import UnprotectedModel
from kernel.access.rules import (
    Administrators,
    Columns,
    Either,
    Granted,
    Kept,
    Rule,
    SignedIn,
    SystemOnly,
    Through,
    Unbinned,
    Visible,
    every,
)

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

    def _unbinned(self) -> Rule | None:
        return Unbinned() if self.binnable else None


def _pointed_at(table: Table, column: str) -> Any:
    """The table that a column's foreign key leads to."""
    return next(iter(table.c[column].foreign_keys)).column.table


@dataclass(frozen=True, eq=False)
class Rows(Policy):
    """Records with rights of their own."""

    scopes: Columns = field(default_factory=dict)
    party: str | None = None
    administrators_only: bool = False
    """Whether changing is for administrators, whatever is granted."""

    @property
    def guarded(self) -> frozenset[str]:
        """Also what the scopes compare, and the party."""
        compared = {name for names in self.scopes.values() for name in names}
        return super().guarded | compared | ({self.party} if self.party else set())

    def view(self, policies: PolicySet) -> Rule:
        """Visible by a grant, and where a party is named, with the party."""
        return every(self._unbinned(), self._grant("view"), self._party(policies))

    def change(self, action: str, policies: PolicySet) -> Rule:
        """Changed by a grant of the action."""
        right = Administrators() if self.administrators_only else self._grant(action)
        return every(self.view(policies), right)

    def granted(self, resource: str, action: str, policies: PolicySet) -> Rule:
        """The scopes of another right are measured by this table's columns."""
        return Granted(resource, action, self.scopes, whole=False)

    def editable(self, policies: PolicySet) -> Rule:
        """Edited by a grant of `edit`."""
        return Administrators() if self.administrators_only else self._grant("edit")

    def leads_to(self, policies: PolicySet) -> list[Policy]:
        """The policy of the party, where one is named."""
        return [] if self.party is None else [self._target(self.party, policies)]

    def _grant(self, action: str) -> Rule:
        assert self.resource is not None
        return Granted(self.resource, action, self.scopes, whole=action == "create")

    def _party(self, policies: PolicySet) -> Rule | None:
        if self.party is None:
            return None
        optional = bool(self.table.c[self.party].nullable)
        return Visible(self.party, self._target(self.party, policies), optional)

    def _target(self, column: str, policies: PolicySet) -> Policy:
        return policies.for_table(_pointed_at(self.table, column))


@dataclass(frozen=True, eq=False)
class Child(Policy):
    """Rows that belong to a row of another table and share its fate; or to several, as a relation does to its two ends."""

    parent: Model | None = None
    key: str = ""
    also: tuple[str, ...] = ()
    """Columns that lead to further parents, each of which must be visible as well."""
    any_parent: bool = False
    """Whether the right to edit one of the parents, whichever, is enough to write the row."""

    @property
    def parent_table(self) -> str:
        """The full name of the first parent's table."""
        return "" if self.parent is None else str(self.parent.__table__.fullname)

    @property
    def guarded(self) -> frozenset[str]:
        """Also the parents."""
        return super().guarded | {self.key, *self.also}

    def view(self, policies: PolicySet) -> Rule:
        """Visible where all parents are, and for facets where their own right reaches."""
        return every(
            self._unbinned(),
            *(Visible(key, parent) for key, parent in self._parents(policies)),
            self._facet("view", policies),
        )

    def change(self, action: str, policies: PolicySet) -> Rule:
        """Written where the parent may be edited, and for facets where their own right reaches."""
        right = "edit" if self.resource is None else action
        return every(self.view(policies), self._editable_by(right, policies))

    def granted(self, resource: str, action: str, policies: PolicySet) -> Rule:
        """Scopes are measured by the columns of the parent."""
        parent = self._parent(policies)
        return Through(self.key, parent, parent.granted(resource, action, policies))

    def editable(self, policies: PolicySet) -> Rule:
        """Edited where the parent may be edited."""
        return self._editable_by("edit", policies)

    def leads_to(self, policies: PolicySet) -> list[Policy]:
        """The policies of the parents."""
        return [parent for _key, parent in self._parents(policies)]

    def _editable_by(self, action: str, policies: PolicySet) -> Rule:
        parents = self._parents(policies) if self.any_parent else [(self.key, self._parent(policies))]
        ways = [Through(key, parent, parent.editable(policies)) for key, parent in parents]
        written = ways[0] if len(ways) == 1 else Either(tuple(ways))
        return every(written, self._facet(action, policies))

    def _parents(self, policies: PolicySet) -> list[tuple[str, Policy]]:
        return [
            (self.key, self._parent(policies)),
            *((key, policies.for_table(_pointed_at(self.table, key))) for key in self.also),
        ]

    def _facet(self, action: str, policies: PolicySet) -> Rule | None:
        return None if self.resource is None else self.granted(self.resource, action, policies)

    def _parent(self, policies: PolicySet) -> Policy:
        parent = policies.for_model(self.parent) if self.parent is not None else None
        if parent is None:
            raise UnprotectedModel(f"{self.model.__name__} hangs on {self.parent}, which has no policy")
        return parent


@dataclass(frozen=True, eq=False)
class Public(Policy):
    """Tables to look things up in: every actor reads them, changing them needs a grant with scope `all`."""

    def view(self, policies: PolicySet) -> Rule:
        """Visible to everybody who has signed in."""
        return every(SignedIn(), self._unbinned())

    def change(self, action: str, policies: PolicySet) -> Rule:
        """Changed by a grant of the action."""
        assert self.resource is not None
        return every(self.view(policies), Granted(self.resource, action, {}))

    def granted(self, resource: str, action: str, policies: PolicySet) -> Rule:
        """Nobody owns such a row: only scope `all` reaches it."""
        return Granted(resource, action, {})

    def editable(self, policies: PolicySet) -> Rule:
        """Edited by a grant of `edit`."""
        assert self.resource is not None
        return Granted(self.resource, "edit", {})


@dataclass(frozen=True, eq=False)
class System(Policy):
    """Tables without a row for any user: the kernel's own book-keeping."""

    def view(self, policies: PolicySet) -> Rule:
        """Visible to the kernel."""
        return SystemOnly()

    def change(self, action: str, policies: PolicySet) -> Rule:
        """Changed by the kernel."""
        return SystemOnly()

    def granted(self, resource: str, action: str, policies: PolicySet) -> Rule:
        """No right of a user reaches it."""
        return SystemOnly()

    def editable(self, policies: PolicySet) -> Rule:
        """Edited by the kernel."""
        return SystemOnly()


@dataclass(frozen=True, eq=False)
class Sealed(System):
    """Tables that the application's role can neither read nor write, whoever is at work."""


def rows(
    model: Model,
    resource: str,
    own: Iterable[str] = ("owner_id",),
    party: str | None = None,
    *,
    scopes: Mapping[str, Iterable[str]] | None = None,
    administrators_only: bool = False,
) -> Policy:
    """Protect records by grants on `resource`.

    `own` names the columns of which one must be the actor (owner, creator, assignee), for the scope `team` one of his
    team; `party` names a column whose party must be visible besides; `scopes` names the columns of further kinds of
    scope (`{"province": ("province_id",)}`).
    """
    mine = tuple(own)
    columns = {"own": mine, "team": mine, **{name: tuple(names) for name, names in (scopes or {}).items()}}
    given = MappingProxyType({name: names for name, names in columns.items() if names})
    return Rows(model, resource, scopes=given, party=party, administrators_only=administrators_only)


def child(
    model: Model,
    parent: Model,
    key: str = "party_id",
    resource: str | None = None,
    *,
    also: Iterable[str] = (),
    any_parent: bool = False,
) -> Policy:
    """Protect rows that hang on `parent` by `key`; with `resource` a grant on that is needed too.

    `also` names columns that lead to further parents: the row is seen only by who sees all of them. It is written by
    who may edit the first one, or with `any_parent` whichever of them. Its history is kept with the first.
    """
    return Child(model, resource, parent=parent, key=key, also=tuple(also), any_parent=any_parent)


def public(model: Model, resource: str) -> Policy:
    """Let every actor read; changing needs a grant on `resource`."""
    return Public(model, resource)


def system(model: Model, *, append_only: bool = False, read_only: bool = False) -> Policy:
    """Keep the table for the kernel; the application adds rows and reads them, or only reads, if it says so."""
    verbs = ("view",) if read_only else ("view", "create") if append_only else Policy.verbs
    return System(model, verbs=verbs)


def sealed(model: Model) -> Policy:
    """Keep the table for the owner of the database; the application cannot touch it at all."""
    return Sealed(model, verbs=())


class Shape:
    """One form of conditions: which scopes are held. Compared by identity, so that no two sets share a statement."""

    __slots__ = ()


class PolicySet:
    """The policies of a site: at most one per table. Immutable; made anew with each epoch."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._by_table: dict[Table, Policy] = {}
        self._rules: dict[tuple[Policy, str, bool], Rule] = {}
        self._shapes: dict[tuple[Any, ...], Shape] = {}
        for policy in policies:
            if policy.table in self._by_table:
                raise UnprotectedModel(f"{policy.table.fullname} has two policies")
            self._by_table[policy.table] = policy

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

    def mappers(self) -> list[Mapper[Any]]:
        """The mappers of all protected models."""
        return [inspect(policy.model) for policy in self]

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
