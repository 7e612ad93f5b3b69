"""Reading as reports do: windows, grouping sets, lateral joins, set operations, aggregates into one value, cursors."""

# ruff: noqa: D103 - each shape is named by what it does

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    Integer,
    Text,
    all_,
    any_,
    case,
    cast,
    exists,
    func,
    lateral,
    literal,
    select,
    text,
    true,
    tuple_,
    values,
)
from sqlalchemy import column as plain_column
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ClauseElement, Select, SyntaxExtension
from sqlalchemy.sql.elements import TString, _TStringText

from kernel.testing.corpus.subject import Shapes, Subject

ANALYSIS = Shapes()


class _Tail(SyntaxExtension, ClauseElement):
    """An extension of SELECT that writes whatever SQL it was given."""

    inherit_cache = False

    def __init__(self, words: str) -> None:
        self.words = words

    def apply_to_select(self, select_stmt: Select[*tuple[Any, ...]]) -> None:
        select_stmt.apply_syntax_extension_point(lambda existing: [*existing, self], "post_criteria")


@compiles(_Tail)
def _write_tail(element: _Tail, _compiler: Any, **_options: Any) -> str:
    return element.words


def _numbers(s: Subject) -> Any:
    """All ids, hidden ones too, as a list of values that has nothing to do with the table."""
    listed = [(number,) for number in sorted(s.visible | s.hidden)]
    return values(plain_column("number", Integer), name="numbers").data(listed)


def _known(rows: Any) -> set[int]:
    return {number for row in rows for number in row if number is not None}


@ANALYSIS.add()
def neighbours_in_a_window(session: Session, s: Subject) -> set[int]:
    before = func.lag(s.key).over(order_by=s.key)
    after = func.lead(s.key).over(order_by=s.key)
    return _known(session.execute(select(s.key, before, after)))


@ANALYSIS.add()
def ends_of_a_window(session: Session, s: Subject) -> set[int]:
    first = func.first_value(s.key).over(order_by=s.key, rows=(None, None))
    last = func.last_value(s.key).over(order_by=s.key, rows=(None, None))
    return _known(session.execute(select(s.key, first, last)))


@ANALYSIS.add()
def ranked_in_a_derived_table(session: Session, s: Subject) -> set[int]:
    rank = func.row_number().over(partition_by=s.value, order_by=s.key.desc())
    inner = select(s.key.label("number"), rank.label("rank")).subquery()
    return set(session.scalars(select(inner.c.number).where(inner.c.rank < 1000)))


@ANALYSIS.add()
def running_total(session: Session, s: Subject) -> int:
    total = func.count(s.key).over(order_by=s.key, range_=(None, None))
    return session.scalar(select(total).select_from(s.model).limit(1)) or 0


@ANALYSIS.add()
def grouping_sets(session: Session, s: Subject) -> int:
    sets = func.grouping_sets(tuple_(s.key), tuple_())
    rows = session.execute(select(s.key, func.count(s.key)).group_by(sets)).all()
    return next((count for key, count in rows if key is None), 0)


@ANALYSIS.add()
def rolled_up(session: Session, s: Subject) -> set[int]:
    rows = session.execute(select(s.key, s.value, func.count()).group_by(func.rollup(s.key, s.value)))
    return {row[0] for row in rows if row[0] is not None}


@ANALYSIS.add()
def cubed(session: Session, s: Subject) -> set[int]:
    rows = session.execute(select(s.key, func.count()).group_by(func.cube(s.key, s.value)))
    return {row[0] for row in rows if row[0] is not None}


@ANALYSIS.add()
def one_of_each_key(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).ext(distinct_on(s.key)).order_by(s.key)))


@ANALYSIS.add("refused")
def one_of_each_core_key(session: Session, s: Subject) -> set[int]:
    other = s.table.alias()
    return set(session.scalars(select(other.c[s.key_name]).ext(distinct_on(other.c[s.key_name]))))


@ANALYSIS.add("refused", fails="may")
def extension_of_ones_own(session: Session, s: Subject) -> set[int]:
    union = f"UNION SELECT {s.core_key.name} FROM {s.name}"  # noqa: S608 - an attack
    return set(session.scalars(select(s.key).ext(_Tail(union))))


@ANALYSIS.add("refused")
def template_as_condition(session: Session, s: Subject) -> set[int]:
    # Made by hand, since templates are written so (t"…") only from Python 3.14 on.
    template = TString.__new__(TString)
    template.parts = [_TStringText("(true OR true)")]
    return set(session.scalars(select(s.key).where(template)))


@ANALYSIS.add()
def joined_text(session: Session, s: Subject) -> set[int]:
    listed = func.string_agg(cast(s.key, Text), aggregate_order_by(literal(","), s.key))
    found = session.scalar(select(listed).select_from(s.model))
    return {int(each) for each in (found or "").split(",") if each}


@ANALYSIS.add()
def aggregated_json(session: Session, s: Subject) -> set[int]:
    return set(session.scalar(select(func.json_agg(s.key)).select_from(s.model)) or ())


@ANALYSIS.add()
def aggregated_objects(session: Session, s: Subject) -> set[int]:
    found = session.scalar(select(func.jsonb_object_agg(s.key, s.key)).select_from(s.model))
    return {int(each) for each in found or ()}


@ANALYSIS.add()
def array_of_a_select(session: Session, s: Subject) -> set[int]:
    return set(session.scalar(select(func.array(select(s.key).scalar_subquery()))) or ())


@ANALYSIS.add()
def unnested_array(session: Session, s: Subject) -> set[int]:
    inner = select(func.array_agg(s.key)).scalar_subquery()
    return {each for each in session.scalars(select(func.unnest(inner))) if each is not None}


@ANALYSIS.add()
def percentile(session: Session, s: Subject) -> set[int]:
    found = session.scalar(select(func.percentile_disc(1).within_group(s.key)).select_from(s.model))
    return {*s.visible, *([found] if found is not None else [])}


@ANALYSIS.add()
def lateral_next_row(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    number = getattr(other, s.key_name)
    following = lateral(select(number.label("number")).where(number >= s.key).order_by(number).limit(1))
    return _known(session.execute(select(s.key, following.c.number).join(following, true())))


@ANALYSIS.add()
def lateral_outer(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    number = getattr(other, s.key_name)
    following = lateral(select(func.max(number).label("number")).where(number != s.key))
    return _known(session.execute(select(s.key, following.c.number).outerjoin(following, true())))


@ANALYSIS.add()
def lateral_series(session: Session, s: Subject) -> set[int]:
    series = func.generate_series(s.key, s.key).column_valued("series")
    return _known(session.execute(select(s.key, series)))


@ANALYSIS.add()
def common_table_within(session: Session, s: Subject) -> set[int]:
    inner = select(s.key.label("number")).cte("inner_one", nesting=True)
    outer = select(inner.c.number).cte("outer_one")
    return set(session.scalars(select(outer.c.number)))


@ANALYSIS.add("refused")
def common_table_with_a_word(session: Session, s: Subject) -> set[int]:
    inner = select(s.key.label("number")).cte().prefix_with("MATERIALIZED")
    return set(session.scalars(select(inner.c.number)))


@ANALYSIS.add()
def intersected(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    return set(session.scalars(select(s.key).intersect(select(getattr(other, s.key_name)))))


@ANALYSIS.add()
def excepted_from_numbers(session: Session, s: Subject) -> set[int]:
    """What is left of all ids without the visible ones are the hidden ones, known from the question alone."""
    numbers = _numbers(s)
    left = set(session.scalars(select(numbers.c.number).except_(select(s.key))))
    return set(s.visible | s.hidden) - left


@ANALYSIS.add()
def not_inside(session: Session, s: Subject) -> set[int]:
    numbers = _numbers(s)
    left = set(session.scalars(select(numbers.c.number).where(numbers.c.number.not_in(select(s.key)))))
    return set(s.visible | s.hidden) - left


@ANALYSIS.add()
def outer_joined_to_numbers(session: Session, s: Subject) -> set[int]:
    numbers = _numbers(s)
    rows = session.scalars(select(s.key).select_from(numbers).outerjoin(s.model, s.key == numbers.c.number))
    return {each for each in rows if each is not None}


@ANALYSIS.add()
def equal_to_any(session: Session, s: Subject) -> set[int]:
    numbers = _numbers(s)
    inner = select(s.key).scalar_subquery()
    return set(session.scalars(select(numbers.c.number).where(numbers.c.number == any_(inner))))


@ANALYSIS.add()
def greater_than_all(session: Session, s: Subject) -> int:
    other = aliased(s.model)
    inner = select(getattr(other, s.key_name)).scalar_subquery()
    found = session.scalars(select(s.key).where(s.key >= all_(inner))).all()
    return len(s.visible) + (0 if set(found) <= s.visible else 1)


@ANALYSIS.add()
def exists_within_a_case(session: Session, s: Subject) -> int:
    asked = case((exists().where(s.key.in_(s.hidden)), 1), else_=0)
    return len(s.visible) + (session.scalar(select(asked)) or 0)


@ANALYSIS.add()
def compared_with_an_aggregate(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    least = select(func.min(getattr(other, s.key_name))).scalar_subquery()
    return set(session.scalars(select(s.key).where(s.key >= func.coalesce(least, 0))))


@ANALYSIS.add()
def fetched_with_ties(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).order_by(s.key).fetch(1000, with_ties=True)))


@ANALYSIS.add()
def ordered_by_a_hidden_value(session: Session, s: Subject) -> set[int]:
    other = aliased(s.model)
    asked = select(func.count()).where(getattr(other, s.key_name).in_(s.hidden)).scalar_subquery()
    rows = session.execute(select(s.key, asked).order_by(asked))
    return {s.some_hidden if count else number for number, count in rows}


@ANALYSIS.add(partial=True)
def locked_and_skipped(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).with_for_update(skip_locked=True)))


@ANALYSIS.add(partial=True)
def locked_for_a_key(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).with_for_update(key_share=True, read=True)))


@ANALYSIS.add()
def server_side_cursor(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).execution_options(stream_results=True)))


@ANALYSIS.add("refused", fails="may")
def declared_cursor(session: Session, s: Subject) -> set[int]:
    session.execute(text(f"DECLARE taken CURSOR FOR SELECT {s.core_key.name} FROM {s.name}"))  # noqa: S608
    return set(session.scalars(text("FETCH ALL FROM taken")))


@ANALYSIS.add("refused", fails="may")
def prepared_statement(session: Session, s: Subject) -> set[int]:
    session.execute(text(f"PREPARE taken AS SELECT {s.core_key.name} FROM {s.name}"))  # noqa: S608
    try:
        return set(session.scalars(text("EXECUTE taken")))
    finally:
        session.execute(text("DEALLOCATE taken"))


@ANALYSIS.add("refused")
def whole_table(session: Session, s: Subject) -> set[int]:
    return {row._mapping[s.core_key.name] for row in session.execute(text(f"TABLE {s.name}"))}


@ANALYSIS.add("refused", fails="may")
def temporary_copy(session: Session, s: Subject) -> set[int]:
    session.execute(text(f"CREATE TEMP TABLE taken AS SELECT {s.core_key.name} FROM {s.name}"))  # noqa: S608
    return set(session.scalars(text(f"SELECT {s.core_key.name} FROM taken")))  # noqa: S608


@ANALYSIS.add("refused", fails="may")
def row_security_off(session: Session, s: Subject) -> set[int]:
    session.execute(text("SET LOCAL row_security = off"))
    return set(session.scalars(text(f"SELECT {s.core_key.name} FROM {s.name}")))  # noqa: S608


@ANALYSIS.add("refused", fails="may")
def statement_within_a_function(session: Session, s: Subject) -> set[int]:
    query = f"SELECT {s.core_key.name} AS number FROM {s.name}"  # noqa: S608 - an attack
    found = session.scalar(select(cast(func.query_to_xml(query, False, False, ""), Text)))
    return {int(each) for each in re.findall(r"<number>(\d+)</number>", found or "")}


@ANALYSIS.add("refused", fails="may")
def table_within_a_function(session: Session, s: Subject) -> set[int]:
    found = session.scalar(select(cast(func.table_to_xml(s.name, False, False, ""), Text)))
    pattern = rf"<{s.core_key.name}>(\d+)</{s.core_key.name}>"
    return {int(each) for each in re.findall(pattern, found or "")}
