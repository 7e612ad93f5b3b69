"""Wall 1's look at a statement before it runs: what cannot be protected is refused.

Criteria reach the entities of the ORM only. So tables outside the ORM, text, and functions that run text are
refused, wherever in the statement they stand. The inspection follows the statement's own parts, not the
tables that SQLAlchemy derives from them: those belong to entities and have their criteria.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Delete, Insert, Select, TableClause, Update, inspect
from sqlalchemy.orm import LoaderCriteriaOption, Mapper, QueryableAttribute, RelationshipProperty
from sqlalchemy.orm.context import FromStatement
from sqlalchemy.orm.strategy_options import _AbstractLoad
from sqlalchemy.orm.util import AliasedInsp
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase, Values
from sqlalchemy.sql.visitors import HasTraverseInternals

from kernel.access.errors import RefusedStatement
from kernel.access.policies import PolicySet
from kernel.access.text_parts import check_text_free

NOT_FOLLOWED = ("_correlate", "_correlate_except", "_setup_joins")
"""Names of an enclosing statement's tables, through which nothing is read; and joins, which are looked at apart."""
OFFERED = (Select, CompoundSelect, FromStatement, Update, Delete)
DML = (Insert, Update, Delete)
Scope = frozenset[int]
"""Hashes of the tables and aliases that a statement reads as entities; annotated copies hash like the original."""
NOTHING: Scope = frozenset()


def check_statement(statement: Any, policies: PolicySet, trusted: Collection[int] = ()) -> None:
    """Raise `RefusedStatement` for a statement that wall 1 cannot protect.

    `trusted` holds the identities of the conditions that the session itself put in. A form of SELECT that was found
    good under these policies is not looked at again: what compiles to the same text has the same parts.
    """
    if not isinstance(statement, OFFERED):
        raise RefusedStatement(f"a user's session runs no {type(statement).__name__}")
    form = statement._generate_cache_key() if isinstance(statement, (Select, CompoundSelect)) else None
    if form is not None and form.key in policies.good_forms:
        return
    inspection = _Inspection(policies, trusted)
    for option in statement._with_options:
        inspection.check_option(option)
    if isinstance(statement, (Update, Delete)):
        inspection.check_change(statement)
    else:
        inspection.check(statement, NOTHING)
        if form is not None and not inspection.trusting:
            policies.good_forms.add(form.key)


def entity_of(element: Any) -> Mapper[Any] | AliasedInsp[Any] | None:
    """The mapped class, or alias of one, that an element of a statement stands for."""
    entity: Mapper[Any] | AliasedInsp[Any] | None = element._annotations.get("parententity")
    return entity


class _Inspection:
    def __init__(self, policies: PolicySet, trusted: Collection[int]) -> None:
        self.policies = policies
        self.trusted = trusted
        self.trusting = False
        """Whether a condition was passed over because the session put it in. Another one may look the same, and its form
        must not be taken for good."""
        self.seen: dict[tuple[int, Scope], Any] = {}

    def check_option(self, option: Any) -> None:
        """Look at the conditions that an option adds."""
        if isinstance(option, LoaderCriteriaOption):
            if option.deferred_where_criteria or option.entity is None:
                raise RefusedStatement("criteria are an expression about one model; lambdas go stale")
            self.check_part(option.where_criteria, frozenset((hash(option.entity.selectable),)))
        elif isinstance(option, _AbstractLoad):
            for load in getattr(option, "context", ()):
                own = frozenset(hash(step.selectable) for step in load.path if hasattr(step, "selectable"))
                for criteria in load._extra_criteria:
                    self.check_part(criteria, own)

    def check_part(self, expression: Any, own: Scope) -> None:
        """Look at an expression that SQLAlchemy will put beside its own entities: it speaks of those only."""
        entities, loose, nested = self._scan([expression])
        if (entities | {hash(column.table) for column in loose}) - own:
            raise RefusedStatement("an option speaks of the models that it is about")
        for each in nested:
            self.check(each, own)

    def check(self, statement: Any, outer: Scope) -> None:
        """Look at one SELECT and those inside it. `outer` are the entities of the statements around it."""
        if (id(statement), outer) in self.seen:
            return
        self.seen[id(statement), outer] = statement
        if isinstance(statement, DML):
            raise RefusedStatement("a change inside another statement is not offered")
        check_text_free(statement)
        covered = self._check_joins(statement)
        entities, loose, nested = self._scan(_parts(statement))
        if entities or loose:
            covered |= self._covered(statement)
            _check_covered(entities - covered, statement, outer)
            for column in loose:
                _check_loose(column, covered, statement, outer)
        for each in nested:
            self.check(each, outer | covered)

    def check_change(self, statement: Update | Delete) -> None:
        """Look at an UPDATE or DELETE: of one entity, with others in sub-queries only."""
        subject = entity_of(statement.table)
        if not isinstance(subject, Mapper):
            raise RefusedStatement("rows are changed through their models")
        check_text_free(statement)
        own = frozenset((hash(statement.table),))
        entities, loose, nested = self._scan(_parts(statement))
        if entities - own or any(hash(column.table) not in own for column in loose):
            raise RefusedStatement("a change looks at other records in sub-queries only")
        for each in nested:
            self.check(each, own)

    def _scan(self, parts: Iterable[Any]) -> tuple[Scope, list[Any], list[Any]]:
        """Look at what belongs to one statement: its entities, columns without one, and statements inside."""
        entities: set[int] = set()
        loose: list[Any] = []
        nested: list[Any] = []
        seen: dict[int, Any] = {}
        stack = list(parts)
        while stack:
            element = stack.pop()
            if id(element) in seen:
                continue
            if id(element) in self.trusted:
                self.trusting = True
                continue
            seen[id(element)] = element
            if isinstance(element, (SelectBase, *DML)):
                nested.append(element)
                continue
            entity = entity_of(element)
            if entity is not None and isinstance(element, (ColumnClause, TableClause, AliasedReturnsRows)):
                self._check_mapper(entity.mapper)
                entities.add(hash(entity.selectable))
                if isinstance(entity, AliasedInsp):
                    stack.extend(_inside(entity.selectable))
            elif isinstance(element, ColumnClause) and _reads_a_table(element):
                loose.append(element)
            else:
                check_text_free(element)
                stack.extend(_parts(element))
        return frozenset(entities), loose, nested

    def _covered(self, statement: Any) -> Scope:
        """The entities of a SELECT to which SQLAlchemy gives their criteria, joins aside.

        It does so for those it finds named as sources, and in conditions and columns on ways that it follows; a
        SELECT of expressions that do not tell it about the ORM (window functions, filtered aggregates) gets none.
        """
        if statement._propagate_attrs.get("compile_state_plugin") != "orm":
            return NOTHING
        found = {
            hash(entity.selectable)
            for source in getattr(statement, "_from_obj", ())
            if (entity := entity_of(source)) is not None
        }
        for column in _selected(statement):
            entities, _loose, _nested = self._scan([column])
            if len(entities) == 1:
                found |= entities
        for condition in getattr(statement, "_where_criteria", ()):
            found.update(_on_the_surface(condition))
        return frozenset(found)

    def _check_joins(self, statement: Any) -> Scope:
        """Look at the joins of a SELECT; gives the entities that they bring in."""
        found: set[int] = set()
        for target, condition, left, _flags in getattr(statement, "_setup_joins", ()):
            for part in (target, condition, left):
                if isinstance(part, QueryableAttribute) and isinstance(part.property, RelationshipProperty):
                    found.add(self._check_relationship(part))
                elif part is not None:
                    entities, loose, nested = self._scan([_element(part)])
                    found |= entities
                    for column in loose:
                        raise RefusedStatement(f"{column} in a join belongs to no model")
                    for each in nested:
                        self.check(each, NOTHING)
        return frozenset(found)

    def _check_relationship(self, attribute: QueryableAttribute[Any]) -> int:
        if attribute.property.secondary is not None:
            raise RefusedStatement(f"{attribute} leads through a table without a model")
        target: Any = attribute.property.entity if attribute._of_type is None else inspect(attribute._of_type)
        self._check_mapper(target.mapper)
        for criteria in attribute._extra_criteria:
            self.check_part(criteria, frozenset((hash(target.selectable), hash(attribute.parent.selectable))))
        return hash(target.selectable)

    def _check_mapper(self, mapper: Mapper[Any]) -> None:
        if self.policies.for_mapper(mapper) is None:
            raise RefusedStatement(f"{mapper.class_.__name__} has no policy here")


def _parts(element: Any) -> Iterator[Any]:
    """The parts that an element is written with."""
    if isinstance(element, Values):
        for rows in element._data:
            yield from (value for row in rows for value in row if isinstance(value, HasTraverseInternals))
    yield from HasTraverseInternals.get_children(element, omit_attrs=NOT_FOLLOWED)


def _inside(selectable: Any) -> list[Any]:
    """What an alias of a model is made of, the model's own table aside: it can stand for any statement."""
    return [part for part in _parts(selectable) if not isinstance(part, TableClause)]


def _element(part: Any) -> Any:
    return part.__clause_element__() if hasattr(part, "__clause_element__") else part


def _reads_a_table(column: ColumnClause[Any]) -> bool:
    table = column.table
    return isinstance(table, TableClause) or (
        isinstance(table, AliasedReturnsRows) and isinstance(table.element, TableClause)
    )


def _selected(statement: Any) -> Iterator[Any]:
    """The columns of a SELECT; those of a bundle one by one."""
    for column in getattr(statement, "_raw_columns", ()):
        if "bundle" in column._annotations:
            yield from column.clauses
        else:
            yield column


def _on_the_surface(condition: Any) -> Iterator[int]:
    """The entities in a condition, on the ways that SQLAlchemy follows: through columns, not into lists."""
    stack = [condition]
    while stack:
        element = stack.pop()
        entity = entity_of(element)
        if entity is not None:
            yield hash(entity.selectable)
        if isinstance(element, ColumnElement):
            stack.extend(element.get_children())


def _check_covered(missing: Scope, statement: Any, outer: Scope) -> None:
    """Refuse entities without criteria, unless an enclosing statement has them and this one is bound to it."""
    bound = {hash(each) for each in getattr(statement, "_correlate", None) or ()}
    if missing - (bound & outer):
        raise RefusedStatement("a model stands inside expressions only; name it with select_from() too")


def _check_loose(column: Any, covered: Scope, statement: Any, outer: Scope) -> None:
    """Refuse a column of a table, unless the model of that table stands beside it.

    Relationships write such columns: in a comparison with a related object, and in the `EXISTS` of `any()`
    and `has()`, whose columns of the enclosing statement are bound to that by `correlate_except`.
    """
    table = hash(column.table)
    excepted = getattr(statement, "_correlate_except", None)
    bound = excepted is not None and all(hash(each) != table for each in excepted)
    if table not in covered and not (bound and table in outer):
        raise RefusedStatement(f"{column} is read past its model")
