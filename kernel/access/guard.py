"""Wall 1 at work in one session: it looks at each statement, and puts the actor's conditions on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Delete,
    Select,
    Update,
    any_,
    bindparam,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapper, ORMExecuteState, RelationshipProperty

from kernel.access.actor import ALL
from kernel.access.errors import RefusedStatement
from kernel.access.policies import Policy, PolicySet
from kernel.access.predicates import Condition, Reach
from kernel.access.protection import Protection
from kernel.access.rules import Rule
from kernel.access.statements import check_statement, entity_of

Key = tuple[Any, ...]
"""The primary key of a row."""


class Guard:
    """The conditions of one actor under one set of policies."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.policies: PolicySet = reach.policies
        self._protection = Protection(self.policies, reach)
        self._own: dict[int, Condition] = {}

    def protect(self, state: ORMExecuteState) -> None:
        """Refuse the statement of `state`, or narrow it to what the actor may see and change."""
        if "bind" in state.bind_arguments:
            raise RefusedStatement("a user's session keeps to its own connection")
        if "schema_translate_map" in state.execution_options:
            raise RefusedStatement("tables stand in the schemas that their policies name")
        statement: Any = state.statement
        if state.is_column_load:
            statement = self._narrowed(statement, self._subject(statement), "view")
        elif state.is_relationship_load:
            self._check_path(state)
        else:
            check_statement(statement, self.policies, self._own)
        if isinstance(statement, (Update, Delete)):
            statement = self._narrowed_change(statement, state.parameters)
        state.statement = self._optioned(statement)

    def condition(self, policy: Policy, action: str) -> Condition | None:
        """The condition of rows with which the actor may do `action`, to be put into a statement of his session."""
        rule = (
            self.policies.view_rule(policy) if action == "view" else self.policies.change_rule(policy, action)
        )
        condition = self.reach.condition(rule, policy.column)
        if condition is not None:
            self._own[id(condition)] = condition
        return condition

    def granted(self, policy: Policy, resource: str, action: str) -> Condition | None:
        """The condition of rows that the scopes of another right reach, as `condition` gives it for their own."""
        rule = policy.granted(resource, action, self.policies)
        condition = self.reach.condition(rule, policy.column)
        if condition is not None:
            self._own[id(condition)] = condition
        return condition

    def arms(self, policy: Policy) -> list[Condition]:
        """The view conditions of the scopes that the actor holds, one each; none where one condition does for all.

        Rows that any of them fits are visible. Apart they have an index each, joined by `OR` none.
        """
        actor = self.reach.actor
        scopes = actor.scopes(policy.resource or "", "view")
        if ALL in scopes or len(scopes) < 2:
            return []
        found: list[Condition] = []
        for scope in sorted(scopes):
            grants = {**actor.grants, (policy.resource or "", "view"): frozenset((scope,))}
            narrowed = Reach(replace(actor, grants=grants), self.policies, lift_bin=self.reach.lift_bin)
            condition = narrowed.condition(self.policies.view_rule(policy), policy.column)
            if condition is not None:
                self._own[id(condition)] = condition
                found.append(condition)
        return found

    def missing(
        self, connection: Connection, mapper: Mapper[Any], keys: Collection[Key], rule: Rule
    ) -> set[Key]:
        """Those of `keys` whose rows do not fulfil `rule`."""
        table = self.policy_of(mapper).table
        condition = self.reach.condition(rule, table.c.__getitem__)
        if condition is None or not keys:
            return set()
        columns = list(table.primary_key)
        wanted = _one_of(columns[0], keys) if len(columns) == 1 else tuple_(*columns).in_(keys)
        found = connection.execute(select(*columns).where(wanted, condition))
        return set(keys) - {tuple(row) for row in found}

    def policy_of(self, mapper: Mapper[Any]) -> Policy:
        """The policy of a mapped class; a class without one is refused."""
        policy = self.policies.for_mapper(mapper)
        if policy is None:
            raise RefusedStatement(f"{mapper.class_.__name__} has no policy here")
        return policy

    def _optioned(self, statement: Any) -> Any:
        # Options of another session's guard can come along with an object that was loaded there.
        options = [option for option in statement._with_options if not isinstance(option, Protection)]
        if len(options) != len(statement._with_options):
            statement = statement._generate()
            statement._with_options = tuple(options)
        return statement.options(self._protection)

    def _narrowed(self, statement: Any, mapper: Mapper[Any], action: str) -> Any:
        condition = self.condition(self.policy_of(mapper), action)
        return statement if condition is None else statement.where(condition)

    def _narrowed_change(self, statement: Update | Delete, parameters: Any) -> Any:
        if parameters:
            raise RefusedStatement("rows are not changed by lists of keys; change objects, or by a condition")
        mapper = self._subject(statement)
        if isinstance(statement, Delete):
            return self._narrowed(statement, mapper, "purge")
        guarded = self.policy_of(mapper).guarded
        for column in statement._values or ():
            name = mapper.get_property(column).key if isinstance(column, str) else column.name
            if name in guarded:
                raise RefusedStatement(f"{name} decides who sees a row; change it on the object")
        return self._narrowed(statement, mapper, "edit")

    def _subject(self, statement: Any) -> Mapper[Any]:
        first = statement._raw_columns[0] if isinstance(statement, Select) else statement.table
        entity = entity_of(first)
        if entity is None:
            raise RefusedStatement("rows are read and changed through their models")
        return entity.mapper

    def _check_path(self, state: ORMExecuteState) -> None:
        """Look at a load that SQLAlchemy itself makes for a relationship."""
        for option in state.statement._with_options:
            if not isinstance(option, Protection):
                check_statement(select(1).options(option), self.policies)
        path = state.loader_strategy_path
        for step in () if path is None else path.path:
            if isinstance(step, RelationshipProperty):
                if step.secondary is not None:
                    raise RefusedStatement(f"{step} leads through a table without a model")
                self.policy_of(step.mapper)


def _one_of(column: ColumnElement[Any], keys: Collection[Key]) -> ColumnElement[bool]:
    # One array, since a placeholder for each of many keys costs more than the query itself.
    values = bindparam(None, [key[0] for key in keys], ARRAY(column.type), unique=True)
    found: ColumnElement[bool] = column == any_(values)
    return found
