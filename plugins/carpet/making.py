"""Making batches with their serials, giving ranges of serials to dealers, and taking them back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from kernel.api import Context, Refused, _, squeeze
from plugins.carpet.guessing import alone
from plugins.carpet.models import Batch, Dealer, Serial
from plugins.carpet.serials import FIRST_BATCH, LAST_BATCH, serial_of

AT_ONCE = 2_000
"""Serials that one statement makes."""
MOST = 50_000
"""Cards of one batch: more are made as several."""


def next_number(system: Context) -> str:
    """Give the number of the next batch; whoever makes one at the same moment waits."""
    alone(system, "number of a batch")
    last = system.session.execute(select(func.max(Batch.number))).scalar_one()
    number = int(last or FIRST_BATCH) + 1
    if number > LAST_BATCH:
        raise Refused(_("All numbers of batches are used."))
    return str(number)


def make_serials(system: Context, batch: Batch) -> None:
    """Make the serials of a batch, in bulk: the batch itself tells in the history that they were made."""
    for first in range(1, batch.count + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, batch.count)
        system.session.execute(insert(Serial), list(_rows(batch, first, last)))


def _rows(batch: Batch, first: int, last: int) -> Iterator[dict[str, Any]]:
    for place in range(first, last + 1):
        number = serial_of(int(batch.number), place)
        yield {
            "number": number,
            "batch_id": batch.id,
            "place": place,
            "model_id": batch.model_id,
            "state": "stock",
            "search_key": squeeze(number),
            "created_by": batch.created_by,
            "updated_by": batch.created_by,
        }


def give_range(system: Context, first: Serial, last: Serial, dealer: Dealer | None) -> tuple[int, int]:
    """Give all serials between two of one batch to a dealer, or take them back; gives how many went, and how many stayed.

    What is sold or registered stays where it is: it tells who sold it.
    """
    if first.batch_id != last.batch_id:
        raise Refused(_("Both serials must be of one batch."))
    between = (
        Serial.batch_id == first.batch_id,
        Serial.place.between(min(first.place, last.place), max(first.place, last.place)),
    )
    total = system.session.execute(select(func.count()).select_from(Serial).where(*between)).scalar_one()
    moved = (
        update(Serial)
        .where(*between, Serial.state == "stock", _elsewhere(dealer))
        .values(
            dealer_id=dealer.id if dealer is not None else None,
            given_on=system.today if dealer is not None else None,
            version=Serial.version + 1,
        )
        .returning(Serial.id)
        .execution_options(synchronize_session=False)
    )
    count = len(system.session.execute(moved).scalars().all())
    return count, total - count


def _elsewhere(dealer: Dealer | None) -> ColumnElement[bool]:
    return Serial.dealer_id.is_not(None) if dealer is None else Serial.dealer_id.is_distinct_from(dealer.id)
