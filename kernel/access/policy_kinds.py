"""The kinds of policies: records, rows that hang on others, tables to look things up in, the kernel's book-keeping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table

from kernel.access.errors import UnprotectedModel
from kernel.access.policy import Model, Policy, PolicySet
from kernel.access.rules import (
    Administrators,
    Columns,
    Either,
    Granted,
    HasRow,
    Mine,
    Rule,
    SignedIn,
    SystemOnly,
    Through,
    Visible,
    every,
)


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

    def covered(self, scopes: Mapping[str, str]) -> Policy:
        """The same with these scopes besides its own."""
        columns = {**self.scopes, **{name: (column,) for name, column in scopes.items()}}
        return replace(self, scopes=MappingProxyType(columns))

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
class Shared(Rows):
    """Records that are seen besides by whom a visible row of another table names: followers, earlier holders."""

    by: Model | None = None
    key: str = ""

    def view(self, policies: PolicySet) -> Rule:
        """Visible by a grant, or because somebody whom the grant on `view` reaches shares in it."""
        reached = Either((self._grant("view"), HasRow(self.key, self._sharers(policies))))
        return every(self._unbinned(), reached, self._party(policies))

    def leads_to(self, policies: PolicySet) -> list[Policy]:
        """The policies of the party and of those who share in it."""
        return [*super().leads_to(policies), self._sharers(policies)]

    def _sharers(self, policies: PolicySet) -> Policy:
        found = policies.for_model(self.by) if self.by is not None else None
        if found is None:
            raise UnprotectedModel(f"{self.model.__name__} is shared by {self.by}, which has no policy")
        return found


@dataclass(frozen=True, eq=False)
class Sharers(Rows):
    """Rows that say who shares in a record: seen by whom they name, by a grant on the record; the system writes them."""

    def change(self, action: str, policies: PolicySet) -> Rule:
        """Written by commands, which ask for the right on the record itself."""
        return SystemOnly()

    def editable(self, policies: PolicySet) -> Rule:
        """Written by the system."""
        return SystemOnly()


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
class Personal(Policy):
    """What a user has for himself, such as notices and pins: seen and changed by him alone, without a grant."""

    user: str = "user_id"

    @property
    def guarded(self) -> frozenset[str]:
        """Also the column that names him."""
        return super().guarded | {self.user}

    def view(self, policies: PolicySet) -> Rule:
        """Visible to him alone, administrators not excepted."""
        return every(self._unbinned(), Mine(self.user))

    def change(self, action: str, policies: PolicySet) -> Rule:
        """Changed by him alone."""
        return self.view(policies)

    def granted(self, resource: str, action: str, policies: PolicySet) -> Rule:
        """No other right is lived out on such rows."""
        return SystemOnly()

    def editable(self, policies: PolicySet) -> Rule:
        """Edited by him."""
        return Mine(self.user)


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
