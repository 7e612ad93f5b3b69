"""Days of which users are reminded: cheques that come due, invoices that are to be paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select

from kernel.api import Context, DatedRecord, RecordDate, _
from plugins.sales.money.models import Cheque, OpenItem
from plugins.sales.money.rules.cheques import UNDUE


def received_cheques(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Cheques of others that come due on one of the days and are not cleared yet."""
    return _cheques(context, days, "received")


def given_cheques(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Cheques of ours that come due on one of the days."""
    return _cheques(context, days, "given")


def invoices_due(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Invoices of sale that are to be paid on one of the days and are open."""
    statement = select(OpenItem.document_id, OpenItem.due, OpenItem.party_id, OpenItem.owner_id).where(
        OpenItem.due.in_(list(days)), OpenItem.kind == "sale", OpenItem.open > 0
    )
    for number, day, party, owner in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party, owner_id=owner)


def _cheques(context: Context, days: Sequence[date], direction: str) -> Iterable[DatedRecord]:
    statement = select(Cheque.id, Cheque.due, Cheque.party_id, Cheque.owner_id).where(
        Cheque.due.in_(list(days)),
        Cheque.direction == direction,
        Cheque.state.in_(sorted(UNDUE[direction] - {"passed_on"})),
    )
    for number, day, party, owner in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party, owner_id=owner)


DATES = (
    RecordDate(
        key="cheque_received",
        title=_("Due day of a cheque received"),
        find=received_cheques,
        permission=("sales.cheque", "view"),
        order=310,
    ),
    RecordDate(
        key="cheque_given",
        title=_("Due day of a cheque given"),
        find=given_cheques,
        permission=("sales.cheque", "view"),
        order=311,
    ),
    RecordDate(
        key="invoice_due",
        title=_("Due day of an open invoice"),
        find=invoices_due,
        permission=("sales.account", "view"),
        order=312,
    ),
)
