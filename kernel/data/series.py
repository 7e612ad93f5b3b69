"""Gapless numbers: of invoices, contracts, files and everything else that an auditor counts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, Text, column, table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

_SERIES = table(
    "number_series", column("name", Text), column("period", Text), column("last", BigInteger), schema="kernel"
)


def next_number(
    session: Session | Connection, series: str, period: str | None = None, *, first: int = 1
) -> int:
    """Give the next number of a series, in `period` if it counts anew in each (a fiscal year, for instance).

    The number is given in the caller's transaction and its row stays locked until that ends: others wait, and
    a rolled-back transaction gives its number back. So ask last, shortly before the commit. `session` must be
    one of the system: no user may touch the table. `first` is what a new series or period begins with.
    """
    given = (
        insert(_SERIES)
        .values(name=series, period=period or "", last=first)
        .on_conflict_do_update(
            index_elements=[_SERIES.c.name, _SERIES.c.period], set_={"last": _SERIES.c.last + 1}
        )
        .returning(_SERIES.c.last)
    )
    return int(session.execute(given).scalar_one())
