"""What keeps documents whole: dates to be reminded of, erasing a person, what forbids deleting, the daily job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from kernel.api import Context, DatedRecord, Erasure, Job, Obstacle, RecordDate, _
from plugins.sales.models import Document
from plugins.sales.words import RIGHT

BOOKS = _("Documents of sale and purchase are kept for the books.")
ERASURES = (
    Erasure(table="sales.customer_terms", key="party_id", what="delete"),
    Erasure(
        table="sales.document",
        key="party_id",
        what="replace",
        values={"note": None, "delivery": None, "search_key": ""},
        reason=BOOKS,
    ),
    Erasure(table="sales.document", key="marketer_id", what="keep", reason=BOOKS),
    Erasure(table="sales.sale_entry", key="party_id", what="keep", reason=BOOKS),
    Erasure(table="sales.sale_entry", key="marketer_id", what="keep", reason=BOOKS),
)


def ending(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give the issued orders and invoices whose end date is one of the days."""
    return _dated(context, days, Document.ends_on, ("order", "invoice"))


def valid_until(context: Context, days: Sequence[date]) -> Iterable[DatedRecord]:
    """Give the open quotes whose validity ends on one of the days."""
    return _dated(context, days, Document.valid_until, ("quote",))


def _dated(
    context: Context, days: Sequence[date], column: object, kinds: Sequence[str]
) -> Iterable[DatedRecord]:
    statement = select(Document.id, column, Document.party_id, Document.owner_id).where(  # type: ignore[call-overload]
        column.in_(list(days)),  # type: ignore[attr-defined]
        Document.kind.in_(kinds),
        Document.state.not_in(("draft", "cancelled", "rejected", "expired", "replaced")),
        Document.binned_at.is_(None),
    )
    for number, day, party, owner in context.session.execute(statement):
        yield DatedRecord(record_id=number, day=day, party_id=party, owner_id=owner)


DATES = (
    RecordDate(
        key="end", title=_("End date of an invoice"), find=ending, permission=(RIGHT, "view"), order=300
    ),
    RecordDate(
        key="validity",
        title=_("Last day of a quote"),
        find=valid_until,
        permission=(RIGHT, "view"),
        order=310,
    ),
)


def let_expire(context: Context) -> None:
    """Mark the quotes whose validity is over."""
    context.run("sales.expire")


def remind(context: Context) -> None:
    """Remind customers of what they are to pay."""
    context.run("sales.remind_customers")


JOBS = (
    Job(name="expire", title=_("Let quotes expire"), function=let_expire, at="00:30"),
    Job(name="remind", title=_("Remind customers of payments"), function=remind, at="10:00"),
)


def obstacles_to_delete(
    context: Context, resource: str, ids: Sequence[int]
) -> Mapping[int, Sequence[Obstacle]]:
    """Say which drafts were made of a quote: they are thrown away on their page, so that the quote is free again."""
    if resource not in ("sales.order", "sales.invoice"):
        return {}
    drafts = select(Document.id).where(Document.id.in_(list(ids)), Document.source_id.is_not(None))
    return {
        number: (
            Obstacle(
                text=_("It was made of another document: throw the draft away on its page"),
                url=f"/sales/documents/{number}/discard",
            ),
        )
        for number in context.session.scalars(drafts)
    }
