"""Stored values of one user-defined field: counted, converted to another kind, guarded as unique, deleted.

Everything here runs as the system, in the transaction of the command that changes the definition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, array

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import FieldError
from kernel.resources.user_fields.models import UserValueKey
from kernel.resources.user_fields.searching import MARK
from kernel.resources.user_fields.stored import InUserValues

BATCH = 2_000


@dataclass(frozen=True)
class Filled:
    """How many records hold a value of a field, and how many of these lie in the bin."""

    number: int
    binned: int


def has_value(model: Any, key: str) -> ColumnElement[bool]:
    """Build "the record holds something under this key"."""
    found: ColumnElement[bool] = model.user_values.has_key(key)
    return found


def count_filled(system: Context, model: Any, key: str) -> Filled:
    """Count the records that hold a value, those in the bin too."""
    binned = func.count(model.binned_at) if hasattr(model, "binned_at") else literal(0)
    number, in_bin = system.session.execute(select(func.count(), binned).where(has_value(model, key))).one()
    return Filled(number, in_bin)


def delete_values(system: Context, model: Any, key: str) -> int:
    """Delete all values of a field and give how many there were."""
    rest = model.user_values.op("-")(literal(key, Text))
    changed: Any = system.session.execute(
        update(model)
        .where(has_value(model, key))
        .values(user_values=rest)
        .execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)


def convert_values(system: Context, model: Any, old: InUserValues, new: InUserValues) -> int:
    """Bring all values of a field to another kind, or to other bounds, by way of their texts; give how many changed.

    `Invalid` says how many do not fit, and gives an example; then nothing is changed. What did not fit the old kind
    either stays as it is.
    """
    known: dict[str, Any] = {}
    misfits, example, changed = 0, "", 0
    for batch in _held(system, model, old.name):
        ids, values = [], []
        for number, held in batch:
            mark = json.dumps(held, sort_keys=True)
            if mark not in known:
                known[mark] = _converted(system, old, new, held)
            fits, text, value = known[mark]
            if not fits:
                misfits += 1
                example = example or text
            elif value != held or type(value) is not type(held):
                ids.append(number)
                values.append(value)
        if ids and not misfits:
            _write(system, model, old.name, ids, values)
            changed += len(ids)
    if misfits:
        message = _(
            "%(count)d records hold values that do not fit, such as “%(example)s”. Change these first.",
            count=misfits,
            example=example[:60],
        )
        raise Invalid([Problem("kind", message)])
    return changed


def _held(system: Context, model: Any, key: str) -> Iterator[list[tuple[int, Any]]]:
    last = 0
    while True:
        statement = (
            select(model.id, model.user_values[key])
            .where(has_value(model, key), model.id > last)
            .order_by(model.id)
            .limit(BATCH)
            .with_for_update()
        )
        batch = [(row[0], row[1]) for row in system.session.execute(statement)]
        if not batch:
            return
        yield batch
        last = batch[-1][0]


def _converted(system: Context, old: InUserValues, new: InUserValues, held: Any) -> tuple[bool, str, Any]:
    """Give whether a value fits the new kind, its text, and its new JSON."""
    value = old.decode(held)
    if value is None:
        return True, "", held
    text = plain_text(system, old, value)
    try:
        read = new.read(text, system)
    except (FieldError, ValueError, ArithmeticError):
        return False, text, None
    return read is not None, text, None if read is None else new.encode(read)


def plain_text(context: Context, item: InUserValues, value: Any) -> str:
    """Give a value as a text that its own kind, and others, can read."""
    exported = item.export(value, context)
    return item.show(value, context) if isinstance(value, bool) else str(exported)


def _write(system: Context, model: Any, key: str, ids: list[int], values: list[Any]) -> None:
    pairs = (
        func.unnest(
            bindparam(None, ids, ARRAY(BigInteger), unique=True),
            bindparam(None, values, ARRAY(JSONB), unique=True),
        )
        .table_valued(column("id", BigInteger), column("held", JSONB), name="pairs")
        .render_derived()
    )
    system.session.execute(
        update(model)
        .where(model.id == pairs.c.id)
        .values(user_values=func.jsonb_set(model.user_values, array([key]), pairs.c.held))
        .execution_options(synchronize_session=False)
    )


def guard_unique(system: Context, model: Any, subject: str, item: InUserValues) -> None:
    """Enter all present values of a field into the guard of unique values; `Invalid` where some occur twice.

    The lock waits for every transaction that has written values and not yet committed; those that come later find the
    field unique already.
    """
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"user_values:{subject}", 0))
    system.session.execute(select(lock))
    release_unique(system, item.field_id)
    held = model.user_values[item.name]
    kept = [has_value(model, item.name)]
    if hasattr(model, "binned_at"):
        kept.append(model.binned_at.is_(None))
    twice = select(held).where(*kept).group_by(held).having(func.count() > 1).subquery()
    number = system.session.execute(select(func.count()).select_from(twice)).scalar_one()
    if number:
        message = _("%(count)d values occur more than once, so the field cannot be unique.", count=number)
        raise Invalid([Problem("unique_values", message)])
    digest = func.sha256(func.convert_to(cast(held, Text), "UTF8"))
    rows = select(literal(item.field_id, BigInteger), digest, literal(subject, Text), model.id).where(*kept)
    system.session.execute(
        insert(UserValueKey).from_select(["field_id", "digest", "subject", "record_id"], rows)
    )


def release_unique(system: Context, field_id: int) -> None:
    """Take the values of a field out of the guard."""
    system.session.execute(delete(UserValueKey).where(UserValueKey.field_id == field_id))


def strip_keys(system: Context, model: Any, attributes: list[str]) -> None:
    """Take what user-defined fields have added off the search keys at once, until they are computed anew."""
    for attribute in attributes:
        key = getattr(model, attribute)
        system.session.execute(
            update(model)
            .where(key.like(f"%{MARK}%"))
            .values({attribute: func.split_part(key, MARK, 1)})
            .execution_options(synchronize_session=False)
        )
