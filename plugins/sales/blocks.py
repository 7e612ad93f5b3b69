"""What sales shows on pages of the kernel: lines on a document's page, documents and figures of a party, the home page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup
from sqlalchemy import and_, func, or_, select

from kernel.api import (
    Action,
    Context,
    Cursor,
    DashboardBlock,
    Figure,
    LazyText,
    Panel,
    TimelineEntry,
    _,
    fields,
    fragment,
    seen_whole,
    veiled,
)
from plugins.sales.commands.common import RESOURCE_OF, lines_of
from plugins.sales.doing import title_of
from plugins.sales.entry import PERCENT, QUANTITY
from plugins.sales.kept import sees_amounts
from plugins.sales.models import Document, PriceLine, PriceList
from plugins.sales.money import contributions as money
from plugins.sales.offers import redemptions_of
from plugins.sales.resources.catalogue import ITEM, MOST_SUGGESTIONS
from plugins.sales.resources.documents import NUMBER
from plugins.sales.resources.prices import PRICE_LINE
from plugins.sales.suggesting import declared, effects, named
from plugins.sales.words import OFFERED, OFFERED_TONES, RIGHT, STATES, TONES

SHOWN = 8
NEW = {
    "sales.quote": (("quote", "sale", _("New quote")),),
    "sales.order": (("order", "sale", _("New order")), ("order", "purchase", _("New order to a supplier"))),
    "sales.invoice": (
        ("invoice", "sale", _("New invoice")),
        ("invoice", "purchase", _("New purchase invoice")),
    ),
}
"""What can be begun above each list."""


def slot(context: Context, name: str, subject: Any) -> Markup | None:
    """Give the buttons above the lists, the lines beside a document's facts, and the prices of a good."""
    if name == "list.top" and subject in NEW and context.may(RIGHT, "create") and not context.read_only:
        return fragment("sales/bar.html", new=NEW[subject])
    if name not in ("record.facts", "record.side"):
        return None
    resource, number = subject
    if resource in NEW:
        return _lines(context, number) if name == "record.side" else None
    if name != "record.facts":
        return None
    if resource == "sales.item":
        parts = (_prices(context, PriceLine.item_id == number), _suggestions(context, number))
        return Markup("").join(part for part in parts if part) or None
    if resource == "sales.price_list":
        return _prices(context, PriceLine.price_list_id == number, of_list=number)
    return None


def _lines(context: Context, number: int) -> Markup | None:
    document = context.session.scalar(select(Document).where(Document.id == number))
    if document is None:
        return None
    return fragment(
        "sales/lines.html",
        document=document,
        amounts=sees_amounts(context, RESOURCE_OF[document.kind]),
        lines=lines_of(context, number),
        quantity=lambda value: QUANTITY.show(value, context),
        percent=lambda value: PERCENT.show(value, context),
        spent=redemptions_of(context, number),
        suggested_as=OFFERED,
        related=_related(context, document),
        texts=(
            (_("Terms of payment"), document.terms),
            (_("Explanations"), document.note),
            (_("Delivery"), document.delivery),
        ),
        panels=list(money.document_page(context, number)),
    )


def _related(context: Context, document: Document) -> list[dict[str, Any]]:
    """What it was made of, what was made of it, and its returns, as far as the reader sees them."""
    statement = select(Document).where(
        or_(
            Document.id.in_(
                [
                    number
                    for number in (document.source_id, document.original_id, document.revises_id)
                    if number
                ]
            ),
            Document.source_id == document.id,
            Document.revises_id == document.id,
            Document.original_id == document.id,
        )
    )
    return [
        {
            "label": _relation(document, other),
            "title": f"{context.text(title_of(other))} {NUMBER.show(other.number, context)}",
            "url": url_of(other),
        }
        for other in context.session.scalars(statement.order_by(Document.id))
    ]


def _relation(document: Document, other: Document) -> LazyText:
    if other.id == document.source_id:
        return _("Made of:")
    if other.id == document.original_id:
        return _("Takes back of:")
    if other.id == document.revises_id:
        return _("New version of:")
    if other.revises_id == document.id:
        return _("New version:")
    return _("Taken back by:") if other.kind == "return" else _("Became:")


def url_of(document: Document) -> str:
    """Give the address of a document's page."""
    return f"/{RESOURCE_OF[document.kind].path}/{document.id}"


def _prices(context: Context, condition: Any, of_list: int | None = None) -> Markup | None:
    statement = (
        select(PriceLine, PriceList)
        .join(PriceList, PriceList.id == PriceLine.price_list_id)
        .where(condition)
        .order_by(PriceList.sort_key, PriceLine.item_id, PriceLine.variant_id, PriceLine.above)
        .limit(200)
    )
    found = context.session.execute(statement).all()
    items, variants = PRICE_LINE.by_name["item"], PRICE_LINE.by_name["variant"]
    named = items.labels([line.item_id for line, _of in found], context)  # type: ignore[attr-defined]
    forms = variants.labels(  # type: ignore[attr-defined]
        [line.variant_id for line, _of in found if line.variant_id], context
    )
    rows = [
        {
            "id": line.id,
            "title": forms.get(line.variant_id) or named.get(line.item_id, ""),
            "list": of.title,
            "above": QUANTITY.show(line.above, context) if line.above else "",
            "price": line.price,
        }
        for line, of in found
    ]
    may_add = of_list is not None and context.may("sales.price_list", "create") and not context.read_only
    if not rows and not may_add:
        return None
    return fragment("sales/prices.html", rows=rows, of_list=of_list, may_add=may_add)


def _suggestions(context: Context, item: int) -> Markup | None:
    """What is offered beside a good, and how often that was taken."""
    found = named(context, declared(context, [item])[:MOST_SUGGESTIONS], context.today)
    if not found:
        return None
    counted = context.may(RIGHT, "view") and sees_amounts(context, RESOURCE_OF["invoice"])
    sold, taken = effects(context, item) if counted else (0, {})
    whole = fields.Whole("times", _("Quantity"))
    if not seen_whole(context, ITEM.permission, ITEM.by_name["sale_price"]):
        found = [replace(it, price=None) for it in found]
    rows = []
    for it in found:
        times, net = taken.get(it.item_id, (0, 0))
        rows.append((it, whole.show(times, context), net))
    return fragment(
        "sales/suggestions.html",
        rows=rows,
        how=OFFERED,
        tones=OFFERED_TONES,
        counted=counted,
        sold=sold and whole.show(sold, context),
    )


def party_actions(context: Context, party_id: int) -> Iterable[Action] | None:
    """Give the buttons that begin a quote or an invoice for a party."""
    base = f"/sales/documents/new?party={party_id}&kind="
    return (
        Action(
            label=_("New quote"),
            url=f"{base}quote",
            icon="file-text",
            permission=(RIGHT, "create"),
            order=300,
        ),
        Action(
            label=_("New invoice"),
            url=f"{base}invoice",
            icon="file-invoice",
            permission=(RIGHT, "create"),
            order=310,
        ),
    )


def documents_panel(context: Context, party_id: int) -> Iterable[Panel]:
    """Give the last quotes, orders and invoices of a party."""
    if not context.may(RIGHT, "view"):
        return []
    statement = (
        select(Document)
        .where(Document.party_id == party_id)
        .order_by(Document.day.desc(), Document.id.desc())
        .limit(SHOWN)
    )
    rows = [_row(context, each) for each in context.session.scalars(statement)]
    if not rows:
        return []
    body = fragment("sales/panel.html", rows=rows, party_id=party_id)
    return [
        Panel(
            title=_("Quotes and invoices"),
            body=body,
            order=300,
            key="documents",
            icon="file-invoice",
            printed=body,
        )
    ]


def _row(context: Context, document: Document) -> dict[str, Any]:
    seen = veiled(context, RESOURCE_OF[document.kind], document)
    return {
        "title": f"{context.text(title_of(document))} {NUMBER.show(document.number, context)}",
        "url": url_of(document),
        "day": seen.day,
        "payable": seen.payable,
        "state": STATES[document.state],
        "tone": TONES[document.state],
        "converted": document.converted,
        "party_id": seen.party_id,
        "until": seen.valid_until,
    }


def figures(context: Context, party_ids: Sequence[int]) -> Mapping[int, Sequence[Figure]]:
    """Give the last purchase of parties and what they bought in all, returns taken off; one statement."""
    if not context.may(RIGHT, "view"):
        return {}
    amounts = sees_amounts(context, RESOURCE_OF["invoice"])
    billed = Document.kind == "invoice"
    statement = (
        select(
            Document.party_id,
            func.max(Document.day).filter(billed),
            func.sum(Document.payable).filter(billed),
            func.sum(Document.payable).filter(Document.kind == "return"),
        )
        .where(
            Document.party_id.in_(list(party_ids)),
            Document.kind.in_(("invoice", "return")),
            Document.direction == "sale",
            Document.state == "issued",
        )
        .group_by(Document.party_id)
    )
    return {
        party: (
            *(
                (
                    Figure(
                        key="bought",
                        label=_("Bought in all"),
                        value=int((bought or 0) - (back or 0)),
                        kind="money",
                        url=f"/sales/invoices?f.party.is={party}",
                        order=300,
                    ),
                )
                if amounts
                else ()
            ),
            *(
                (Figure(key="last", label=_("Last purchase"), value=last, kind="day", order=310),)
                if last
                else ()
            ),
        )
        for party, last, bought, back in context.session.execute(statement)
    }


def timeline(context: Context, party_id: int, before: Cursor | None, limit: int) -> Iterable[TimelineEntry]:
    """Give the documents that were issued to a party, newest first."""
    if not context.may(RIGHT, "view"):
        return []
    conditions: list[Any] = [Document.party_id == party_id, Document.issued_at.is_not(None)]
    if before is not None:
        earlier: Any = Document.issued_at < before.at
        if before.key.startswith("document-"):
            number = int(before.key.removeprefix("document-"))
            earlier = or_(earlier, and_(Document.issued_at == before.at, Document.id > number))
        conditions.append(earlier)
    statement = (
        select(Document).where(*conditions).order_by(Document.issued_at.desc(), Document.id).limit(limit)
    )
    return [
        TimelineEntry(
            at=each.issued_at,
            key=f"document-{each.id}",
            title=_("%(kind)s %(number)s", kind=title_of(each), number=NUMBER.show(each.number, context)),
            body=veiled(context, RESOURCE_OF[each.kind], each).subject or STATES[each.state],
            icon=RESOURCE_OF[each.kind].icon,
            url=url_of(each),
        )
        for each in context.session.scalars(statement)
        if each.issued_at is not None
    ]


def open_quotes_block(context: Context) -> Iterable[DashboardBlock]:
    """Give the quotes that wait for an answer, those that end first before the others."""
    if not context.may(RIGHT, "view"):
        return []
    statement = (
        select(Document)
        .where(
            Document.kind == "quote",
            Document.direction == "sale",
            Document.state == "issued",
            Document.converted.is_(False),
        )
        .order_by(Document.valid_until, Document.id)
        .limit(SHOWN)
    )
    found = list(context.session.scalars(statement))
    names = (
        RESOURCE_OF["quote"]
        .by_name["party"]
        .labels(  # type: ignore[attr-defined]
            sorted({each.party_id for each in found}), context
        )
    )
    rows = [_row(context, each) for each in found]
    body = fragment("sales/open_quotes.html", rows=rows, names=names)
    return [DashboardBlock(title=_("Quotes that wait for an answer"), body=body, order=300, key="quotes")]
