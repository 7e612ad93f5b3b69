"""Writing by statement: no hidden row changes, none appears where the actor could not have made it."""

# ruff: noqa: D103 - each shape is named by what it does

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from kernel.testing.corpus.subject import Shapes, Subject

WRITES = Shapes()
TAKEN = "taken"


def values_of(s: Subject) -> dict[str, Any]:
    """The columns of a row that the actor may not make."""
    assert s.foreign is not None
    made = s.foreign()
    return {
        column.key: getattr(made, column.key)
        for column in s.mapper.column_attrs
        if getattr(made, column.key, None) is not None
    }


@WRITES.add()
def update_everything(session: Session, s: Subject) -> None:
    session.execute(update(s.model).values({s.column: TAKEN}))


@WRITES.add()
def update_by_key(session: Session, s: Subject) -> None:
    session.execute(update(s.model).where(s.key.in_(s.hidden)).values({s.column: TAKEN}))


@WRITES.add()
def update_by_fetching(session: Session, s: Subject) -> None:
    statement = update(s.model).where(s.key > 0).values({s.column: TAKEN})
    session.execute(statement, execution_options={"synchronize_session": "fetch"})


@WRITES.add()
def update_by_subquery(session: Session, s: Subject) -> None:
    other = aliased(s.model)
    hidden = select(getattr(other, s.key_name)).where(getattr(other, s.key_name).in_(s.hidden))
    session.execute(
        update(s.model).where(s.key.in_(hidden)).values({s.column: TAKEN}),
        execution_options={"synchronize_session": False},
    )


@WRITES.add(partial=True)
def update_returning(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(update(s.model).values({s.column: TAKEN}).returning(s.key)))


@WRITES.add()
def update_from_a_scalar(session: Session, s: Subject) -> None:
    other = aliased(s.model)
    stolen = select(func.max(getattr(other, s.column))).where(getattr(other, s.key_name).in_(s.hidden))
    session.execute(
        update(s.model).values({s.column: func.coalesce(stolen.scalar_subquery(), TAKEN)}),
        execution_options={"synchronize_session": False},
    )


@WRITES.add("refused")
def update_looking_at_others(session: Session, s: Subject) -> None:
    other = aliased(s.model)
    session.execute(
        update(s.model).where(getattr(other, s.key_name).in_(s.hidden)).values({s.column: TAKEN}),
        execution_options={"synchronize_session": False},
    )


@WRITES.add("refused", needs=("single",), fails="must")
def update_by_a_list_of_keys(session: Session, s: Subject) -> None:
    session.execute(
        update(s.model), [{s.key_name: number, s.column: TAKEN, **s.versioned} for number in s.hidden]
    )


@WRITES.add("refused")
def update_with_parameters(session: Session, s: Subject) -> None:
    session.execute(
        update(s.model).where(s.key.in_(s.hidden)),
        {s.column: TAKEN},
        execution_options={"synchronize_session": False},
    )


@WRITES.add("refused", needs=("single",), fails="may")
def update_of_the_key(session: Session, s: Subject) -> None:
    session.execute(
        update(s.model).where(s.key == s.some_visible).values({s.key_name: s.some_hidden}),
        execution_options={"synchronize_session": False},
    )


@WRITES.add()
def delete_everything(session: Session, s: Subject) -> None:
    session.execute(delete(s.model), execution_options={"synchronize_session": False})


@WRITES.add()
def delete_by_key(session: Session, s: Subject) -> None:
    session.execute(delete(s.model).where(s.key.in_(s.hidden)))


@WRITES.add(partial=True)
def delete_returning(session: Session, s: Subject) -> set[int]:
    return set(session.scalars(delete(s.model).returning(s.key)))


@WRITES.add("refused")
def core_update(session: Session, s: Subject) -> None:
    session.execute(update(s.table).values({s.column: TAKEN}))


@WRITES.add("refused")
def core_delete(session: Session, s: Subject) -> None:
    session.execute(delete(s.table).where(s.core_key.in_(s.hidden)))


@WRITES.add("refused")
def text_update(session: Session, s: Subject) -> None:
    session.execute(text(f"UPDATE {s.name} SET {s.column} = 'taken'"))  # noqa: S608 - an attack


@WRITES.add("refused")
def text_delete(session: Session, s: Subject) -> None:
    session.execute(text(f"DELETE FROM {s.name}"))  # noqa: S608 - an attack


@WRITES.add("refused", partial=True)
def changed_in_a_common_table(session: Session, s: Subject) -> set[int]:
    changed = update(s.model).values({s.column: TAKEN}).returning(s.key).cte()
    return set(session.scalars(select(changed.c[s.key_name])))


@WRITES.add("refused", needs=("foreign",), fails="must")
def insert_for_another(session: Session, s: Subject) -> None:
    session.execute(insert(s.model).values(values_of(s)))


@WRITES.add("refused", needs=("foreign",), fails="must")
def insert_a_list(session: Session, s: Subject) -> None:
    session.execute(insert(s.model), [values_of(s)])


@WRITES.add("refused", needs=("foreign",), fails="must")
def core_insert(session: Session, s: Subject) -> None:
    session.execute(insert(s.table).values(values_of(s)))


@WRITES.add("refused", needs=("foreign",), fails="must")
def insert_of_mappings(session: Session, s: Subject) -> None:
    session.bulk_insert_mappings(s.mapper, [values_of(s)])


@WRITES.add("refused", needs=("single",), fails="must")
def update_of_mappings(session: Session, s: Subject) -> None:
    session.bulk_update_mappings(s.mapper, [{s.key_name: s.some_hidden, s.column: TAKEN, **s.versioned}])


@WRITES.add("refused", needs=("single",), fails="must")
def insert_or_update(session: Session, s: Subject) -> None:
    statement = upsert(s.model).values({s.key_name: s.some_hidden, s.column: TAKEN})
    session.execute(statement.on_conflict_do_update(index_elements=[s.key_name], set_={s.column: TAKEN}))


@WRITES.add("refused", needs=("foreign",), fails="must")
def insert_from_select(session: Session, s: Subject) -> None:
    values = values_of(s)
    source = select(*(func.coalesce(value).label(name) for name, value in values.items()))
    session.execute(insert(s.model).from_select(list(values), source))
