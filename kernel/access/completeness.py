"""What must be so before a site starts: each model has a policy, and each policy and mapping can be enforced."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, inspect, select
from sqlalchemy.orm import Mapper, RelationshipProperty

from kernel.access.errors import RefusedStatement, UnprotectedModel
from kernel.access.policies import Child, Model, Personal, Policy, PolicySet, Rows
from kernel.access.statements import check_statement


def check_models(policies: PolicySet, models: Iterable[Model]) -> None:
    """Raise `UnprotectedModel` with the first thing that is wrong."""
    for model in models:
        mapper: Mapper[Any] = inspect(model)
        if policies.for_mapper(mapper) is None:
            raise UnprotectedModel(f"{model.__module__}.{model.__name__} has no policy")
        for relationship in mapper.relationships:
            _check_relationship(relationship)
        _check_computed(policies, mapper)
    for policy in policies:
        _check_columns(policies, policy)
        _check_no_circle(policies, policy, ())
        for action in ("view", "create", "edit", "purge"):
            policies.result_rule(policy, action)


def _check_relationship(relationship: RelationshipProperty[Any]) -> None:
    if relationship.secondary is not None:
        raise UnprotectedModel(
            f"{relationship} leads through a table without a model: map it, give it a policy"
        )


def _check_computed(policies: PolicySet, mapper: Mapper[Any]) -> None:
    """A computed column is part of every statement about its model: it must be one that could be protected."""
    for attribute in mapper.column_attrs:
        for expression in attribute.columns:
            if isinstance(expression, Column):
                continue
            try:
                check_statement(select(mapper.class_).where(expression.is_(None)), policies)
            except RefusedStatement as error:
                raise UnprotectedModel(f"{attribute} cannot be protected: {error}") from error


def _check_columns(policies: PolicySet, policy: Policy) -> None:
    wanted: list[str] = []
    if isinstance(policy, Rows):
        unknown = [name for name in policy.scopes if policies.scope(name) is None]
        if unknown:
            raise UnprotectedModel(f"{policy.table.fullname} names unknown scopes: {', '.join(unknown)}")
        wanted = [*(name for names in policy.scopes.values() for name in names)]
        wanted += [policy.party] if policy.party else []
        if policy.party and not policy.table.c[policy.party].foreign_keys:
            raise UnprotectedModel(f"{policy.table.fullname}.{policy.party} refers to no table")
    if isinstance(policy, Child):
        wanted = [policy.key, *policy.also]
        for name in policy.also:
            if name in policy.table.c and not policy.table.c[name].foreign_keys:
                raise UnprotectedModel(f"{policy.table.fullname}.{name} refers to no table")
    if isinstance(policy, Personal):
        wanted = [policy.user]
    missing = [name for name in wanted if name not in policy.table.c]
    if missing:
        raise UnprotectedModel(f"{policy.table.fullname} has no column {', '.join(missing)}")


def _check_no_circle(policies: PolicySet, policy: Policy, seen: tuple[Policy, ...]) -> None:
    if policy in seen:
        path = " -> ".join(each.table.fullname for each in (*seen, policy))
        raise UnprotectedModel(f"policies lead in a circle: {path}")
    for target in policy.leads_to(policies):
        _check_no_circle(policies, target, (*seen, policy))
