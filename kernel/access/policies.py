"""Policies: one per table, declared beside its model. The owner of a table says who may see and change rows.

`rows`, `shared`, `sharers`, `child`, `personal`, `public` and `system` make them; a `PolicySet` holds those of a site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kernel.access.policy import Model, Policy, PolicySet, Shape
from kernel.access.policy_kinds import Child, Personal, Public, Rows, Sealed, Shared, Sharers, System

__all__ = [
    "Child",
    "Model",
    "Personal",
    "Policy",
    "PolicySet",
    "Public",
    "Rows",
    "Sealed",
    "Shape",
    "Shared",
    "Sharers",
    "System",
    "child",
    "personal",
    "public",
    "rows",
    "sealed",
    "shared",
    "sharers",
    "system",
]


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
    team; `party` names a column whose party must be visible besides, or the record of whatever other table its foreign key
    leads to; `scopes` names the columns of further kinds of scope (`{"province": ("province_id",)}`).
    """
    compared = _compared(own, scopes or {})
    return Rows(model, resource, scopes=compared, party=party, administrators_only=administrators_only)


def shared(
    model: Model,
    resource: str,
    own: Iterable[str] = ("owner_id",),
    *,
    by: Model,
    key: str,
    party: str | None = None,
) -> Policy:
    """Protect records like `rows`, and let those see them besides whom rows of `by` name (followers, earlier holders).

    `key` is the column of `by` that leads to the record; `by` has the policy `sharers` of the same resource. They see, by
    the scopes of their grant on `view`; what they may change is decided by the columns of `own` alone.
    """
    return Shared(model, resource, scopes=_compared(own, {}), party=party, by=by, key=key)


def sharers(model: Model, resource: str, user: str = "user_id") -> Policy:
    """Protect the rows that say who shares in records of `resource`; the column `user` names him. The system writes them."""
    return Sharers(model, resource, scopes=_compared((user,), {}))


def _compared(own: Iterable[str], scopes: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    mine = tuple(own)
    columns = {"own": mine, "team": mine, **{name: tuple(names) for name, names in scopes.items()}}
    return MappingProxyType({name: names for name, names in columns.items() if names})


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


def personal(model: Model, user: str = "user_id") -> Policy:
    """Keep rows for the user whom the column `user` names: he alone sees and changes them, and needs no grant for it.

    Neither administrators nor deputies see them; what the kernel puts there for him, it puts as the system.
    """
    return Personal(model, user=user)


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
