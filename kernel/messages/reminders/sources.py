"""The dates of records that can be reminded of: the kernel's own, and those that plugins declare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, null, select

from kernel.extension.contributions import DatedRecord, RecordDate
from kernel.i18n import _
from kernel.parties.models import Consent, Party, PersonFamily
from kernel.resources.context import Context
from kernel.resources.fields.periods import is_one_of
from kernel.resources.runtime import Runtime

OCCASION = "kernel.occasion"
"""The source of ladders that greet on an occasion of the calendar: not a date of a record, but one of everybody."""

Find = Callable[[Context, Sequence[date]], Iterable[DatedRecord]]


def by_column(
    day: Any, party: Any, *, record: Any, owner: Any = None, where: Sequence[ColumnElement[bool]] = ()
) -> Find:
    """Make the search for records by a column of days, which an index should back.

    `party`, `record` and `owner` are columns, or conditions lead to them; all of one table or of tables joined by `where`.
    """

    def find(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
        asked = select(record, day, party, owner if owner is not None else null()).where(
            is_one_of(day, list(days)), *where
        )
        for number, found, party_id, owner_id in context.session.execute(asked):
            yield DatedRecord(record_id=number, day=found, party_id=party_id, owner_id=owner_id)

    return find


KERNEL_DATES = (
    RecordDate(
        key="birthday",
        title=_("Birthday"),
        yearly=True,
        find=by_column(Party.birth_date, Party.id, record=Party.id, owner=Party.owner_id),
        permission=("party", "view"),
        order=10,
    ),
    RecordDate(
        key="wedding",
        title=_("Wedding day"),
        yearly=True,
        find=by_column(
            PersonFamily.wedding_date,
            Party.id,
            record=Party.id,
            owner=Party.owner_id,
            where=(Party.id == PersonFamily.party_id,),
        ),
        permission=("party_family", "view"),
        order=20,
    ),
    RecordDate(
        key="consent",
        title=_("End of a consent"),
        find=by_column(
            Consent.until,
            Consent.party_id,
            record=Consent.id,
            owner=Party.owner_id,
            where=(Party.id == Consent.party_id, Consent.withdrawn_on.is_(None)),
        ),
        permission=("consent", "view"),
        order=30,
    ),
)


def sources(runtime: Runtime) -> Mapping[str, RecordDate]:
    """Give all dates that can be reminded of on this site, by `<plugin>.<key>`, in their order."""
    found = {f"kernel.{each.key}": each for each in KERNEL_DATES}
    for answer in runtime.declared.declarations.of("record_dates"):
        found[f"{answer.plugin}.{answer.value.key}"] = answer.value
    return found
