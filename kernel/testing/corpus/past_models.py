"""Reading past the model: tables of Core, text in every place where text can stand, bare connections."""

# ruff: noqa: D103 - each shape is named by what it does

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    func,
    lambda_stmt,
    literal,
    literal_column,
    select,
    table,
    tablesample,
    text,
    union,
)
from sqlalchemy import column as plain_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, with_loader_criteria

from kernel.testing.corpus.subject import Shapes, Subject

PAST_MODELS = Shapes()


class _AllIds(ColumnElement[Any]):
    """An expression that writes whatever SQL it was given."""

    inherit_cache = False

    def __init__(self, words: str) -> None:
        self.words = words


@compiles(_AllIds)
def _write(element: _AllIds, _compiler: Any, **_options: Any) -> str:
    return element.words


ALL_IDS = "SELECT {key} FROM {name}"


def _text(s: Subject, template: str = ALL_IDS) -> str:
    return template.format(key=s.key_name, name=s.name)


@PAST_MODELS.add("refused")
def core_table(session: Session, s: Subject) -> set[int]:
    return {row._mapping[s.core_key] for row in session.execute(select(s.table))}


@PAST_MODELS.add("refused")
def core_column(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.core_key)))


@PAST_MODELS.add("refused")
def core_count(session: Session, s: Subject) -> int:
    return session.scalar(select(func.count()).select_from(s.table)) or 0


@PAST_MODELS.add("refused")
def core_alias(session: Session, s: Subject) -> set[int]:
    other = s.table.alias()
    return set(session.scalars(select(other.c[s.key_name])))


@PAST_MODELS.add("refused")
def core_function(session: Session, s: Subject) -> set[int]:
    return set(session.scalar(select(func.array_agg(s.core_key))) or ())


@PAST_MODELS.add("refused")
def core_join(session: Session, s: Subject) -> set[int]:
    other = s.table.alias()
    return set(
        session.scalars(select(other.c[s.key_name]).select_from(s.table.join(other, other.c[s.key_name] > 0)))
    )


@PAST_MODELS.add("refused")
def entity_with_core_alias(session: Session, s: Subject) -> set[int]:
    other = s.table.alias()
    return {row[1] for row in session.execute(select(s.model, other.c[s.key_name]))}


@PAST_MODELS.add("refused")
def core_column_as_condition(session: Session, s: Subject) -> set[int]:
    other = s.table.alias()
    found = session.scalars(select(s.key).where(other.c[s.key_name].in_(s.hidden))).all()
    return set(s.visible | s.hidden if found else s.visible)


@PAST_MODELS.add("refused")
def core_inside_in(session: Session, s: Subject) -> set[int]:
    number = literal(s.some_hidden)
    found = session.scalars(select(number).where(number.in_(select(s.core_key)))).all()
    return {*s.visible, *found}


@PAST_MODELS.add("refused")
def core_uncorrelated(session: Session, s: Subject) -> set[int]:
    inner = select(func.max(s.core_key)).correlate(None).scalar_subquery()
    return set(session.scalars(select(inner).select_from(s.model).where(s.key == s.some_visible))) | s.visible


@PAST_MODELS.add("refused")
def core_union(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(union(select(s.key), select(s.core_key))))


@PAST_MODELS.add("refused")
def core_eager(session: Session, s: Subject) -> set[int]:
    other = s.table.alias()
    statement = select(s.model).select_from(other.join(s.table, s.core_key > 0))
    return s.ids(session.scalars(statement))


@PAST_MODELS.add("refused")
def entity_over_core(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(aliased(s.model, select(s.table).subquery()))))


@PAST_MODELS.add("refused")
def column_of_entity_over_core(session: Session, s: Subject) -> set[int]:
    first = select(s.table).order_by(s.core_key.desc()).limit(1).subquery()
    found = session.scalars(select(getattr(aliased(s.model, first), s.key_name))).all()
    return {*s.visible, *found}


@PAST_MODELS.add("refused")
def from_statement_of_core(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).from_statement(select(s.table))))


@PAST_MODELS.add("refused")
def whole_row(session: Session, s: Subject) -> set[int]:
    rows = session.scalars(select(func.row_to_json(s.table.table_valued())))
    return {row[s.core_key.name] for row in rows}


@PAST_MODELS.add("refused")
def unmapped_table(session: Session, s: Subject) -> set[int]:
    bare = table(s.table.name, plain_column(s.key_name), schema=s.table.schema)
    return set(session.scalars(select(bare.c[s.key_name])))


@PAST_MODELS.add("refused")
def plain_text(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(text(_text(s))))


@PAST_MODELS.add("refused")
def text_with_columns(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(text(_text(s)).columns(s.key)))


@PAST_MODELS.add("refused")
def text_as_source(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(plain_column(s.key_name)).select_from(text(s.name))))


@PAST_MODELS.add("refused")
def text_derived(session: Session, s: Subject) -> set[int]:
    inner = text(_text(s)).columns(plain_column(s.key_name)).subquery()
    return set(session.scalars(select(inner.c[s.key_name])))


@PAST_MODELS.add("refused")
def from_statement_of_text(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).from_statement(text(_text(s, "SELECT * FROM {name}")))))


@PAST_MODELS.add("refused")
def text_as_condition(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).where(text("true OR true"))))


@PAST_MODELS.add("refused")
def text_in_criteria(session: Session, s: Subject) -> set[int]:
    option = with_loader_criteria(s.model, literal_column("true OR true", Boolean))
    return s.ids(session.scalars(select(s.model).options(option)))


@PAST_MODELS.add("refused")
def text_as_order(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(s.model).order_by(text(_text(s, "(SELECT max({key}) FROM {name})")))))


@PAST_MODELS.add("refused")
def text_as_column(session: Session, s: Subject) -> set[int]:
    column: ColumnElement[Any] = literal_column(_text(s, "(SELECT array_agg({key}) FROM {name})"))
    return set(session.scalar(select(column)) or ())


@PAST_MODELS.add("refused", fails="may")
def text_as_prefix(session: Session, s: Subject) -> set[int]:
    statement = select(s.key).prefix_with(_text(s, "{key} FROM {name} UNION SELECT"))
    return set(session.scalars(statement))


@PAST_MODELS.add("refused")
def text_as_suffix(session: Session, s: Subject) -> set[int]:
    statement = select(s.key).suffix_with(_text(s, "UNION SELECT {key} FROM {name}"))
    return set(session.scalars(statement))


@PAST_MODELS.add("refused")
def text_as_hint(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(select(s.key).with_statement_hint(_text(s, "UNION " + ALL_IDS))))


@PAST_MODELS.add("refused")
def text_as_operator(session: Session, s: Subject) -> set[int]:
    inside = s.key.op(_text(s, "IN (SELECT {key} FROM {name}) OR 0 <"))(0)
    return set(session.scalars(select(s.key).where(inside)))


@PAST_MODELS.add("refused")
def text_through_a_function(session: Session, s: Subject) -> set[int]:
    query = _text(s, "SELECT to_tsvector('simple', {key}::text) FROM {name}")
    word = func.ts_stat(query).table_valued("word")
    return {int(each) for each in session.scalars(select(word.c.word))}


# Where the bin was shown it is hidden by this: fewer rows, none of them another's.
@PAST_MODELS.add("refused", partial=True)
def actor_through_a_function(session: Session, s: Subject) -> set[int]:
    session.execute(select(func.set_config("peyvand.bin", "", True)))
    return set(session.scalars(select(s.key)))


@PAST_MODELS.add("refused")
def lambda_statement(session: Session, s: Subject) -> set[int]:
    model = s.model
    return s.ids(session.scalars(lambda_stmt(lambda: select(model))))


@PAST_MODELS.add("refused")
def bare_function(session: Session, s: Subject) -> set[int]:
    session.scalar(func.now())
    return set(session.scalars(select(s.key)))


@PAST_MODELS.add("refused")
def bare_connection(session: Session, s: Subject) -> set[int]:
    return set(session.connection().execute(select(s.core_key)).scalars())


@PAST_MODELS.add("refused")
def bare_text_on_connection(session: Session, s: Subject) -> set[int]:
    return set(session.connection().exec_driver_sql(_text(s)).scalars())


@PAST_MODELS.add("refused", needs=("children",))
def eager_over_core(session: Session, s: Subject) -> set[int]:
    relation = getattr(s.model, s.children or "")
    other = relation.property.mapper.local_table
    statement = select(s.model).join(other, s.key > 0).options(contains_eager(relation))
    return s.ids(session.scalars(statement).unique())


@PAST_MODELS.add("refused")
def sampled_table(session: Session, s: Subject) -> set[int]:
    sample = tablesample(s.table, func.bernoulli(100))
    return {row[0] for row in session.execute(select(sample.c[s.key_name], s.key))}


@PAST_MODELS.add("refused")
def sampled_model(session: Session, s: Subject) -> set[int]:
    sample = tablesample(s.clause, func.bernoulli(100))
    return {row[0] for row in session.execute(select(sample.c[s.key_name], s.key))}


@PAST_MODELS.add("refused")
def aliased_model_table(session: Session, s: Subject) -> set[int]:
    other = s.clause.alias()
    return {row[0] for row in session.execute(select(other.c[s.key_name], s.key))}


@PAST_MODELS.add()
def sampled_entity(session: Session, s: Subject) -> set[int]:
    sample = aliased(s.model, tablesample(s.table, func.bernoulli(100)))
    return s.ids(session.scalars(select(sample)))


@PAST_MODELS.add()
def entity_over_core_alias(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(select(aliased(s.model, s.table.alias()))))


@PAST_MODELS.add("refused")
def element_of_its_own(session: Session, s: Subject) -> set[int]:
    return set(session.scalar(select(_AllIds(_text(s, "(SELECT array_agg({key}) FROM {name})")))) or ())


@PAST_MODELS.add("refused")
def tables_of_another_schema(session: Session, s: Subject) -> set[int]:
    options = {"schema_translate_map": {s.table.schema: s.table.schema}}
    return set(session.scalars(select(s.key), execution_options=options))


@PAST_MODELS.add("refused", needs=("children",))
def text_in_a_loader(session: Session, s: Subject) -> set[int]:
    relation = getattr(s.model, s.children or "")
    condition = relation.and_(literal_column("true OR true", Boolean))
    return s.ids(session.scalars(select(s.model).options(joinedload(condition))).unique())


@PAST_MODELS.add("refused", needs=("children",))
def core_in_a_join(session: Session, s: Subject) -> set[int]:
    relation = getattr(s.model, s.children or "")
    other = s.table.alias()
    return set(session.scalars(select(other.c[s.key_name]).select_from(s.model).outerjoin(relation)))


@PAST_MODELS.add("refused", needs=("children",), partial=True)
def others_in_criteria(session: Session, s: Subject) -> set[int]:
    child = getattr(s.model, s.children or "").property.mapper.class_
    option = with_loader_criteria(s.model, child.__mapper__.primary_key[0] > 0)
    return set(session.scalars(select(s.key).options(option)))
