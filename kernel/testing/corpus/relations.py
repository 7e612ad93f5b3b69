"""Relationships: every loader, every comparison, and the way from a visible row to a hidden one."""

# ruff: noqa: D103 - each shape is named by what it does

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import (
    Session,
    aliased,
    contains_eager,
    immediateload,
    joinedload,
    lazyload,
    selectinload,
    subqueryload,
    with_parent,
)

from kernel.testing.corpus.subject import Shapes, Subject

RELATIONS = Shapes()
DOWN = ("children",)
UP = ("pointer",)


def _down(s: Subject) -> Any:
    """The relationship from the model to its children."""
    return getattr(s.model, s.children or "")


def _up(s: Subject) -> tuple[type[Any], Any]:
    """The model that points here, and its relationship."""
    assert s.pointer is not None
    model, name = s.pointer
    return model, getattr(model, name)


def _pointed(session: Session, s: Subject, statement: Any) -> set[int]:
    """The rows that loaded pointers lead to, and the visible ones: what is hidden must not be among them."""
    assert s.pointer is not None
    found = session.scalars(statement).unique()
    return s.ids(getattr(each, s.pointer[1]) for each in found) | s.visible


def _parents_of_children(session: Session, s: Subject, statement: Any) -> set[int]:
    for each in session.scalars(statement).unique():
        list(getattr(each, s.children or ""))
    return s.ids(session.scalars(statement).unique())


@RELATIONS.add(needs=DOWN)
def lazy_children(session: Session, s: Subject) -> set[int]:
    return _parents_of_children(session, s, select(s.model).options(lazyload(_down(s))))


@RELATIONS.add(needs=DOWN)
def joined_children(session: Session, s: Subject) -> set[int]:
    return _parents_of_children(session, s, select(s.model).options(joinedload(_down(s))))


@RELATIONS.add(needs=DOWN)
def selected_children(session: Session, s: Subject) -> set[int]:
    return _parents_of_children(session, s, select(s.model).options(selectinload(_down(s))))


@RELATIONS.add(needs=DOWN)
def subquery_children(session: Session, s: Subject) -> set[int]:
    return _parents_of_children(session, s, select(s.model).options(subqueryload(_down(s))))


@RELATIONS.add(needs=DOWN)
def outer_join_to_children(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).outerjoin(_down(s)).distinct()))


@RELATIONS.add(needs=DOWN, partial=True)
def join_to_children(session: Session, s: Subject) -> set[int]:
    statement = select(s.model).join(_down(s)).options(contains_eager(_down(s)))
    return s.ids(session.scalars(statement).unique())


@RELATIONS.add(needs=DOWN, partial=True)
def join_from_alias(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    number = getattr(other, s.key_name)
    return set(session.scalars(select(number).join(getattr(other, s.children or ""))))


@RELATIONS.add(needs=DOWN, partial=True)
def any_child(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).where(_down(s).any())))


@RELATIONS.add(needs=DOWN, partial=True)
def children_of_another_kind(session: Session, s: Subject) -> set[int]:
    child = _down(s).property.mapper.class_
    back = next(iter(_down(s).property.local_remote_pairs))[1]
    return set(session.scalars(select(child.__mapper__.get_property_by_column(back).class_attribute)))


@RELATIONS.add(needs=DOWN, partial=True)
def with_a_parent(session: Session, s: Subject) -> set[int]:
    child = _down(s).property.mapper.class_
    parents = session.scalars(select(s.model)).all()
    found = [session.scalars(select(child).where(with_parent(parent, _down(s)))).all() for parent in parents]
    return {getattr(parent, s.key_name) for parent, children in zip(parents, found, strict=True) if children}


@RELATIONS.add(needs=UP, partial=True)
def lazy_pointer(session: Session, s: Subject) -> set[int]:
    return _pointed(session, s, select(_up(s)[0]).options(lazyload(_up(s)[1])))


@RELATIONS.add(needs=UP, partial=True)
def joined_pointer(session: Session, s: Subject) -> set[int]:
    return _pointed(session, s, select(_up(s)[0]).options(joinedload(_up(s)[1])))


@RELATIONS.add(needs=UP, partial=True)
def inner_joined_pointer(session: Session, s: Subject) -> set[int]:
    return _pointed(session, s, select(_up(s)[0]).options(joinedload(_up(s)[1], innerjoin=True)))


@RELATIONS.add(needs=UP, partial=True)
def selected_pointer(session: Session, s: Subject) -> set[int]:
    return _pointed(session, s, select(_up(s)[0]).options(selectinload(_up(s)[1])))


@RELATIONS.add(needs=UP, partial=True)
def subquery_pointer(session: Session, s: Subject) -> set[int]:
    return _pointed(session, s, select(_up(s)[0]).options(subqueryload(_up(s)[1])))


@RELATIONS.add(needs=UP, partial=True)
def immediate_pointer(session: Session, s: Subject) -> set[int]:
    return _pointed(session, s, select(_up(s)[0]).options(immediateload(_up(s)[1])))


@RELATIONS.add(needs=UP, partial=True)
def join_through_pointer(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).select_from(_up(s)[0]).join(_up(s)[1])))


@RELATIONS.add(needs=UP, partial=True)
def outer_join_through_pointer(session: Session, s: Subject) -> set[int]:
    found = session.scalars(select(s.key).select_from(_up(s)[0]).outerjoin(_up(s)[1]))
    return {number for number in found if number is not None}


@RELATIONS.add(needs=UP)
def has_a_pointed_row(session: Session, s: Subject) -> int:
    model, relation = _up(s)
    statement = select(func.count()).select_from(model).where(relation.has(s.key.in_(s.hidden)))
    return len(s.visible) + (session.scalar(statement) or 0)


@RELATIONS.add(needs=UP)
def ordered_by_a_pointed_row(session: Session, s: Subject) -> int:
    model, relation = _up(s)
    column = next(iter(relation.property.local_columns))
    local = model.__mapper__.get_property_by_column(column).class_attribute
    rank = select(s.value).where(s.key == local).correlate(model).scalar_subquery()
    found = session.execute(select(local, rank))
    return len(s.visible) + sum(1 for number, value in found if number in s.hidden and value is not None)
