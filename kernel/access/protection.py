"""Wall 1 as one statement option: the view conditions of all protected models, for one session.

It stands in for one `with_loader_criteria()` per model. Attaching forty of those to each statement costs more
than the statement's own preparation, since each is traversed for the cache key; this option's key is one
object, the *shape* of the actor's scopes, and the values bound. Conditions are made when SQLAlchemy compiles
a form of statement that it has not met before, and only for the models in it; compiled forms are shared by
all actors of a shape.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import LoaderCriteriaOption
from sqlalchemy.orm.interfaces import CriteriaOption

from kernel.access.policies import Policy, PolicySet
from kernel.access.predicates import Condition, Reach


class _Criteria(LoaderCriteriaOption):
    """The criteria of whichever protected model SQLAlchemy asks for, made when it asks.

    One object serves all models: SQLAlchemy keeps what it is given with each compiled form, and hundreds of forms
    with an object for each of some hundred models would fill the memory of a process (and the time of its collector).

    Aliases get criteria of their own: SQLAlchemy adapts those of the model to an alias in WHERE, but not in
    the ON of a join with an explicit condition, where they would speak of another row.
    """

    __slots__ = ("_policies", "_reach")

    inherit_cache = False

    def __init__(self, policies: PolicySet, reach: Reach) -> None:
        _kind, any_mapper = policies.criteria_keys[0]
        super().__init__(any_mapper.class_, true(), include_aliases=True)
        self._policies = policies
        self._reach = reach

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        found = [self._policies.for_mapper(mapper) for mapper in ext_info.mapper.iterate_to_root()]
        # Classes that inherit a table have one policy together.
        conditions = [
            self._condition(policy, ext_info.entity) for policy in dict.fromkeys(found) if policy is not None
        ]
        self.where_criteria = and_(true(), *(each for each in conditions if each is not None))
        return super()._resolve_where_criteria(ext_info)

    def _condition(self, policy: Policy, entity: Any) -> Condition | None:
        return self._reach.condition(self._policies.view_rule(policy), partial(policy.column, entity=entity))


class Protection(CriteriaOption):
    """The option that a session for a user puts on every statement."""

    __slots__ = ("_criteria", "_policies", "_reach", "_shape", "_values")

    propagate_to_loaders = True
    inherit_cache = False

    def __init__(self, policies: PolicySet, reach: Reach) -> None:
        self._policies = policies
        self._reach = reach
        self._shape = policies.shape(reach.shape())
        self._values = reach.view_values()
        self._criteria: tuple[_Criteria, ...] = ()

    def _gen_cache_key(self, anon_map: Any, bindparams: list[Any]) -> tuple[Any, ...]:
        # A value that stands in the statement as well is one parameter with two places in its compiled form. A statement
        # of the same look in which they are two must have a key of its own, else one value would be put into both places.
        values: list[Any] = list(self._values)
        return (Protection, self._shape, *(each._gen_cache_key(anon_map, bindparams) for each in values))

    def process_compile_state(self, compile_state: Any) -> None:
        """Give the compiler of a SELECT its criteria."""
        self.get_global_criteria(compile_state.global_attributes)

    def process_compile_state_replaced_entities(self, compile_state: Any, mapper_entities: Any) -> None:
        """Likewise where an option changed the entities."""
        self.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Give the compiler of any statement its criteria."""
        if not self._criteria:
            self._criteria = (_Criteria(self._policies, self._reach),)
        for key in self._policies.criteria_keys:
            given = attributes.setdefault(key, self._criteria)
            if self._criteria[0] not in given:
                attributes[key] = (*given, *self._criteria)
