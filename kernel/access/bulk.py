"""Many rows of a model at once, with both walls: what a flush checks of rows that were made is checked here as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, inspect
from sqlalchemy.orm import Mapper

from kernel.access.errors import OutOfReach
from kernel.access.policies import Model
from kernel.access.session import SystemSession, UserSession
from kernel.data import bulk


def insert_rows(
    session: UserSession | SystemSession,
    model: Model,
    rows: Sequence[Mapping[str, Any]],
    *,
    numbered: bool = True,
) -> list[int]:
    """Insert rows of `model`, each a mapping of the same columns, and give their ids in order.

    What the session holds is flushed first. Raises `OutOfReach` where the actor may not make one of the rows.
    Only a system session may do without the ids (`numbered=False`): a user's wall looks at the rows by them.
    """
    if not rows:
        return []
    mapper: Mapper[Any] = inspect(model)
    table = cast(Table, mapper.local_table)
    session.flush()
    if isinstance(session, SystemSession):
        return bulk.insert_rows(session.connection(), table, rows, numbered=numbered)
    guard = session.guard
    policy = guard.policy_of(mapper)
    connection = session.ready()
    ids = bulk.insert_rows(connection, table, rows, numbered=True)
    rule = guard.policies.result_rule(policy, "create")
    if guard.missing(connection, mapper, [(number,) for number in ids], rule):
        raise OutOfReach(f"{mapper.class_.__name__} may not be made so by this actor")
    return ids
