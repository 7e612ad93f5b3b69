"""Reading through the model: whatever the form of the SELECT, hidden rows stay out of it."""

# ruff: noqa: D103 - each shape is named by what it does

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Integer,
    Text,
    case,
    cast,
    exists,
    func,
    lateral,
    literal,
    select,
    true,
    tuple_,
    type_coerce,
    union,
    union_all,
    values,
)
from sqlalchemy import column as plain_column
from sqlalchemy.orm import Bundle, Session, aliased, defer, join, load_only

from kernel.testing.corpus.subject import Shapes, Subject

READS = Shapes()


@READS.add()
def entities(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model)))


@READS.add()
def entities_in_order(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).order_by(s.key.desc()).limit(1000).offset(0)))


@READS.add()
def entities_by_condition(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).where(s.key.in_(s.hidden | s.visible))))


@READS.add()
def one_column(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key)))


@READS.add()
def columns(session: Session, s: Subject) -> set[int]:
    return {row[0] for row in session.execute(select(s.key, s.value))}


@READS.add()
def labelled_expression(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select((s.key + 0).label("number"))))


@READS.add()
def function_of_a_column(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(func.coalesce(s.key, 0))))


@READS.add()
def cast_column(session: Session, s: Subject) -> set[int]:
    return {int(text) for text in session.scalars(select(cast(s.key, Text)))}


@READS.add()
def coerced_column(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(type_coerce(s.key, Integer))))


@READS.add()
def bundle(session: Session, s: Subject) -> set[int]:
    return {pair[0] for pair in session.scalars(select(Bundle[Any]("pair", s.key, s.value)))}


@READS.add()
def case_of_columns(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(case((s.key > 0, s.key), else_=0))))


@READS.add()
def row_of_columns(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).where(tuple_(s.key, s.value) > tuple_(literal(0), literal("")))))


@READS.add()
def count_of_keys(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count(s.key))) or 0


@READS.add()
def count_of_rows(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count()).select_from(s.model)) or 0


@READS.add()
def count_by_condition_only(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count()).where(s.key > 0)) or 0


@READS.add()
def constant_by_condition_only(session: Session, s: Subject) -> int:
    return len(session.scalars(select(literal(1)).where(s.key > 0)).all())


@READS.add()
def filtered_aggregate(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count(s.key).filter(s.key > 0)).select_from(s.model)) or 0


@READS.add("refused")
def filtered_aggregate_alone(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count(s.key).filter(s.key > 0))) or 0


@READS.add("refused")
def window_alone(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count(s.key).over())) or 0


@READS.add("refused")
def ordered_aggregate_alone(session: Session, s: Subject) -> set[int]:
    found = session.scalar(select(func.percentile_disc(1).within_group(s.key)))
    return {*s.visible, *([found] if found is not None else [])}


@READS.add()
def window_from_the_model(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count(s.key).over()).select_from(s.model)) or 0


@READS.add()
def function_as_condition(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count()).select_from(s.model).where(func.coalesce(s.key, 0) > 0)) or 0


@READS.add("refused")
def function_as_condition_only(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count()).where(func.coalesce(s.key, 0) > 0)) or 0


@READS.add("refused")
def two_models_in_one_expression(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    found = session.execute(select(s.key * 1000 + getattr(other, s.key_name)))
    return {part for row in found for part in divmod(row[0], 1000)}


@READS.add()
def two_models_named(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    both = select(s.key * 1000 + getattr(other, s.key_name)).select_from(s.model).join(other, true())
    return {part for row in session.execute(both) for part in divmod(row[0], 1000)}


@READS.add("refused")
def joined_as_a_source(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    source = join(other, s.model, true())
    counted = len(session.scalars(select(literal(1)).select_from(source)).all())
    return set(s.visible if counted == len(s.visible) ** 2 else s.hidden)


@READS.add()
def capped_count(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count()).select_from(select(s.key).limit(10_001).subquery())) or 0


@READS.add()
def aggregated_array(session: Session, s: Subject) -> set[int]:
    return set(session.scalar(select(func.array_agg(s.key))) or ())


@READS.add()
def extremes(session: Session, s: Subject) -> set[int]:
    found = session.execute(select(func.min(s.key), func.max(s.key))).one()
    return {*s.visible, *(number for number in found if number is not None)}


@READS.add()
def grouped(session: Session, s: Subject) -> set[int]:
    statement = select(s.key, func.count()).group_by(s.key).having(func.count() > 0)
    return {row[0] for row in session.execute(statement)}


@READS.add()
def distinct(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).distinct()))


@READS.add()
def window(session: Session, s: Subject) -> set[int]:
    rows = session.execute(select(s.key, func.row_number().over(order_by=s.key), func.count().over()))
    return {row[0] for row in rows if row[2] == len(s.visible)}


@READS.add()
def alias(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(aliased(s.model))))


@READS.add()
def joined_with_itself(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    on = getattr(other, s.key_name) == s.key
    return {row[0] for row in session.execute(select(getattr(other, s.key_name), s.key).join(s.model, on))}


@READS.add()
def cross_joined(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    rows = session.execute(select(s.key, getattr(other, s.key_name)).join(other, true()))
    return {number for row in rows for number in row}


@READS.add()
def outer_joined(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    number = getattr(other, s.key_name)
    rows = session.scalars(select(number).select_from(s.model).outerjoin(other, number > s.key - 1))
    return {found for found in rows if found is not None}


@READS.add()
def alias_by_condition_only(session: Session, s: Subject) -> int:
    other = aliased(s.model)
    return session.scalar(select(func.count()).where(getattr(other, s.key_name) > 0)) or 0


@READS.add()
def derived_table(session: Session, s: Subject) -> set[int]:
    inner = select(s.key.label("number")).subquery()
    return set(session.scalars(select(inner.c.number)))


@READS.add()
def entity_from_derived_table(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(aliased(s.model, select(s.model).subquery()))))


@READS.add()
def lateral_derived(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    inner = lateral(select(s.key.label("number")).where(s.key == getattr(other, s.key_name)))
    return {row[0] for row in session.execute(select(inner.c.number, other).join(inner, true()))}


@READS.add()
def common_table(session: Session, s: Subject) -> set[int]:
    inner = select(s.key.label("number")).cte()
    return set(session.scalars(select(inner.c.number)))


@READS.add()
def recursive_common_table(session: Session, s: Subject) -> set[int]:
    tree = select(s.key.label("number")).cte(recursive=True)
    tree = tree.union(select(s.key).join(tree, s.key == tree.c.number + 1))
    return set(session.scalars(select(tree.c.number)))


@READS.add()
def scalar_column(session: Session, s: Subject) -> int:
    return session.scalar(select(select(func.count(s.key)).scalar_subquery())) or 0


@READS.add()
def united(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(union(select(s.key), select(s.key).where(s.key > 0))))


@READS.add()
def united_below(session: Session, s: Subject) -> set[int]:
    both = union_all(select(s.key.label("number")), select(s.key)).subquery()
    return set(session.scalars(select(both.c.number)))


@READS.add()
def excepted(session: Session, s: Subject) -> set[int]:
    nothing = select(s.key).where(s.key < 0)
    return set(session.scalars(select(s.key).except_(nothing)))


@READS.add()
def exists_by_condition(session: Session, s: Subject) -> int:
    found = session.scalar(select(exists().where(s.key == s.some_hidden)))
    return len(s.visible) + int(bool(found))


@READS.add()
def exists_of_select(session: Session, s: Subject) -> int:
    found = session.scalar(select(exists(select(s.key).where(s.key.in_(s.hidden)))))
    return len(s.visible) + int(bool(found))


@READS.add()
def exists_as_condition(session: Session, s: Subject) -> int:
    found = session.scalar(select(literal(1)).where(select(s.key).where(s.key.in_(s.hidden)).exists()))
    return len(s.visible) + int(bool(found))


@READS.add()
def inside_in(session: Session, s: Subject) -> set[int]:
    numbers = values(plain_column("number", Integer), name="numbers").data(
        [(number,) for number in s.visible | s.hidden]
    )
    return set(session.scalars(select(numbers.c.number).where(numbers.c.number.in_(select(s.key)))))


@READS.add()
def joined_with_values(session: Session, s: Subject) -> set[int]:
    numbers = values(plain_column("number", Integer), name="numbers").data(
        [(number,) for number in s.visible | s.hidden]
    )
    return set(session.scalars(select(s.key).join(numbers, numbers.c.number == s.key)))


@READS.add()
def correlated_order(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    rank = select(func.count()).where(getattr(other, s.key_name) < s.key).scalar_subquery()
    return set(session.scalars(select(s.key).order_by(rank)))


@READS.add()
def partly_loaded(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).options(load_only(s.key), defer(s.value))))


@READS.add(partial=True)
def locked(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).with_for_update()))


@READS.add()
def streamed(session: Session, s: Subject) -> set[int]:
    found: set[int] = set()
    for part in session.scalars(select(s.model).execution_options(yield_per=2)).partitions():
        found |= s.ids(part)
    return found


@READS.add()
def legacy_query(session: Session, s: Subject) -> set[int]:
    return s.ids(session.query(s.model).all())


@READS.add()
def legacy_count(session: Session, s: Subject) -> int:
    return session.query(s.model).count()


@READS.add()
def legacy_columns(session: Session, s: Subject) -> set[int]:
    return {row[0] for row in session.query(s.model).with_entities(s.key).filter(s.key > 0)}


@READS.add()
def from_statement_of_entities(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).from_statement(select(s.model).where(s.key > 0))))


@READS.add()
def from_statement_of_a_union(session: Session, s: Subject) -> set[int]:
    both = union(select(s.model).where(s.key > 0), select(s.model))
    return s.ids(session.scalars(select(s.model).from_statement(both)))


@READS.add(needs=("single",))
def by_key(session: Session, s: Subject) -> set[int]:
    return s.ids(session.get(s.model, number) for number in s.visible | s.hidden)


@READS.add(needs=("single",))
def by_key_in_legacy_query(session: Session, s: Subject) -> set[int]:
    return s.ids(
        session.query(s.model).filter(s.key == number).one_or_none() for number in s.visible | s.hidden
    )
