"""Changing with conflicts, with answers, and through other rows: what a plain UPDATE or DELETE does not try."""

# ruff: noqa: D103 - each shape is named by what it does

from __future__ import annotations

from typing import Any

from sqlalchemy import case, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from kernel.testing.corpus.subject import Shapes, Subject
from kernel.testing.corpus.writes import TAKEN, values_of

UPSERTS = Shapes()
UNSYNCHRONISED = {"synchronize_session": False}


@UPSERTS.add("refused", needs=("single",), fails="may")
def insert_unless_taken(session: Session, s: Subject) -> set[int]:
    """Done, it would tell whether the key is taken; the database answers with a refusal either way."""
    statement = upsert(s.model).values({s.key_name: s.some_hidden, s.column: TAKEN})
    found = session.scalars(statement.on_conflict_do_nothing().returning(s.key)).all()
    return {*s.visible, *found}


@UPSERTS.add("refused", needs=("foreign", "single"), fails="may")
def insert_or_update_returning(session: Session, s: Subject) -> set[int]:
    statement = upsert(s.model).values({**values_of(s), s.key_name: s.some_hidden})
    changed = statement.on_conflict_do_update(index_elements=[s.core_key], set_={s.column: TAKEN})
    return {*s.visible, *session.scalars(changed.returning(s.key))}


@UPSERTS.add("refused", needs=("foreign",), fails="must")
def insert_returning(session: Session, s: Subject) -> None:
    session.execute(insert(s.model).values(values_of(s)).returning(s.model)).all()


@UPSERTS.add("refused", needs=("foreign",), fails="must")
def insert_through_a_common_table(session: Session, s: Subject) -> None:
    made = insert(s.model).values(values_of(s)).returning(s.key).cte()
    session.scalars(select(made.c[s.key_name])).all()


@UPSERTS.add(partial=True)
def update_returning_entities(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(update(s.model).values({s.column: TAKEN}).returning(s.model)))


@UPSERTS.add(partial=True)
def update_returning_an_expression(session: Session, s: Subject) -> set[int]:
    statement = update(s.model).values({s.column: TAKEN}).returning(func.coalesce(s.key, 0))
    return set(session.scalars(statement, execution_options=UNSYNCHRONISED))


@UPSERTS.add()
def update_through_a_common_table(session: Session, s: Subject) -> None:
    other = aliased(s.model)
    wanted = select(getattr(other, s.key_name).label("number")).cte()
    session.execute(
        update(s.model).where(s.key.in_(select(wanted.c.number))).values({s.column: TAKEN}),
        execution_options=UNSYNCHRONISED,
    )


@UPSERTS.add()
def update_by_existence(session: Session, s: Subject) -> None:
    other = aliased(s.model)
    there = select(literal(1)).where(getattr(other, s.key_name).in_(s.hidden)).exists()
    session.execute(update(s.model).where(there).values({s.column: TAKEN}), execution_options=UNSYNCHRONISED)


@UPSERTS.add()
def update_by_a_case(session: Session, s: Subject) -> None:
    other = aliased(s.model)
    hidden = select(func.count()).where(getattr(other, s.key_name).in_(s.hidden)).scalar_subquery()
    session.execute(
        update(s.model).values({s.column: case((hidden > 0, "seen"), else_=TAKEN)}),
        execution_options=UNSYNCHRONISED,
    )


@UPSERTS.add("refused")
def delete_looking_at_others(session: Session, s: Subject) -> None:
    other = aliased(s.model)
    session.execute(
        delete(s.model).where(s.key == getattr(other, s.key_name)), execution_options=UNSYNCHRONISED
    )


@UPSERTS.add()
def delete_by_subquery(session: Session, s: Subject) -> None:
    other = aliased(s.model)
    hidden = select(getattr(other, s.key_name)).where(getattr(other, s.key_name).in_(s.hidden))
    session.execute(delete(s.model).where(s.key.in_(hidden)), execution_options=UNSYNCHRONISED)


@UPSERTS.add(partial=True)
def delete_returning_entities(session: Session, s: Subject) -> set[int]:
    return s.ids(session.scalars(delete(s.model).returning(s.model)))


@UPSERTS.add("refused", partial=True)
def deleted_in_a_common_table(session: Session, s: Subject) -> set[int]:
    gone = delete(s.model).returning(s.key).cte()
    return set(session.scalars(select(gone.c[s.key_name])))


def _as_text(session: Session, statement: str) -> None:
    session.execute(text(statement))


@UPSERTS.add("refused", fails="may")
def merged_by_statement(session: Session, s: Subject) -> None:
    key = s.core_key.name
    _as_text(
        session,
        f"MERGE INTO {s.name} t USING (SELECT {key} FROM {s.name}) o ON t.{key} = o.{key}"  # noqa: S608
        f" WHEN MATCHED THEN UPDATE SET {s.table_column} = 'taken'",
    )


@UPSERTS.add("refused", fails="must")
def emptied(session: Session, s: Subject) -> None:
    _as_text(session, f"TRUNCATE {s.name} CASCADE")


@UPSERTS.add("refused", fails="must")
def wall_taken_down(session: Session, s: Subject) -> None:
    _as_text(session, f"ALTER TABLE {s.name} DISABLE ROW LEVEL SECURITY")


@UPSERTS.add("refused", fails="must")
def policy_of_ones_own(session: Session, s: Subject) -> None:
    _as_text(session, f"CREATE POLICY taken ON {s.name} USING (true)")


@UPSERTS.add("refused", fails="may")
def change_within_a_block(session: Session, s: Subject) -> Any:
    _as_text(session, f"DO $$ BEGIN UPDATE {s.name} SET {s.table_column} = 'taken'; END $$")  # noqa: S608
