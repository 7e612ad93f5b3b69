"""Wall 1 as one statement option: the view conditions of all protected models, for one session.

It stands in for one `with_loader_criteria()` per model. Attaching forty of those to each statement costs more
than the statement's own preparation, since each is traversed for the cache key; this option's key is one
object, the *shape* of the actor's scopes, and the values bound. Conditions are made when SQLAlchemy compiles
a form of statement that it has not met before, and only for the models in it; compiled forms are shared by
all actors of a shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import LoaderCriteriaOption, Mapper
from sqlalchemy.orm.interfaces import CriteriaOption

from kernel.access.policies import PolicySet
from kernel.access.predicates import Condition, Reach


class _Criteria(LoaderCriteriaOption):
    """The criteria of one model, made when first needed.

    Aliases get criteria of their own: SQLAlchemy adapts those of the model to an alias in WHERE, but not in
    the ON of a join with an explicit condition, where they would speak of another row.
    """

    __slots__ = ("_make",)

    inherit_cache = False

    def __init__(self, mapper: Mapper[Any], make: Callable[[Any], Condition | None]) -> None:
        super().__init__(mapper.class_, true(), include_aliases=True)
        self._make = make

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        condition = self._make(ext_info.entity)
        self.where_criteria = true() if condition is None else condition
        return super()._resolve_where_criteria(ext_info)


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
        self._criteria: list[_Criteria] | None = None

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
        if self._criteria is None:
            self._criteria = [self._criteria_of(mapper) for mapper in self._policies.mappers()]
        for criteria in self._criteria:
            criteria.get_global_criteria(attributes)

    def _criteria_of(self, mapper: Mapper[Any]) -> _Criteria:
        policy = self._policies.for_table(mapper.local_table)

        def make(entity: Any) -> Condition | None:
            return self._reach.condition(
                self._policies.view_rule(policy), partial(policy.column, entity=entity)
            )

        return _Criteria(mapper, make)
