"""Entering and changing drafts: the head, the lines, what the customer spends of offers; always computed on the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, Problem, Refused, _, command, squeeze
from plugins.sales import told
from plugins.sales.commands.common import RESOURCE_OF, VERSION, WHICH, lines_of, opened, read_gently
from plugins.sales.commands.following import follow_order
from plugins.sales.entry import QUANTITY, Entry, Head, read_entry
from plugins.sales.heading import COPIED, DIRECTION, HEAD, HEAD_TOLD, KIND, NEW_LINES, PARTY, head_fields
from plugins.sales.kept import require_amounts, written
from plugins.sales.models import CustomerTerms, Document, DocumentLine, Redemption
from plugins.sales.offers import read_spending, redemptions_of
from plugins.sales.words import DIRECTIONS, KINDS, RIGHT


@command(
    "sales.create_document",
    _("Enter a document"),
    resource=RIGHT,
    action="create",
    fields=(
        KIND,
        DIRECTION,
        told.Head("head", _("Head"), HEAD_TOLD, required=True),
        NEW_LINES,
        told.SPENDING,
    ),
)
def create_document(
    context: Context,
    *,
    kind: str,
    direction: str = "sale",
    head: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    spending: Mapping[str, Any] | None = None,
) -> int:
    """Enter a draft of a quote, an order or an invoice and give its id; raises `Invalid` with every problem found."""
    if kind not in KINDS or kind == "return" or direction not in DIRECTIONS:
        raise Refused(_("There is no such kind of document."))
    own = written(context, RESOURCE_OF[kind], HEAD, head)
    return enter_draft(context, kind, direction, own, lines, spending or {})


def enter_draft(
    context: Context,
    kind: str,
    direction: str,
    head: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    spending: Mapping[str, Any],
) -> int:
    """Make a draft and give its id; its head may hold what is kept from the actor, so that a copy has it too."""
    seller = context.actor.user_id or None  # the system's number is nobody's
    document = Document(kind=kind, direction=direction, state="draft", owner_id=seller)
    _write(context, document, head, lines, spending)
    return document.id


@command(
    "sales.edit_document",
    _("Change a draft"),
    resource=RIGHT,
    action="edit",
    fields=(
        WHICH,
        VERSION,
        told.Head("head", _("Head"), HEAD_TOLD, whole=False),
        told.LINES,
        told.SPENDING,
    ),
)
def edit_document(
    context: Context,
    *,
    document: int,
    version: int | None = None,
    head: Mapping[str, Any] | None = None,
    lines: Sequence[Mapping[str, Any]] | None = None,
    spending: Mapping[str, Any] | None = None,
) -> int:
    """Change a draft: of the head what is told, the lines and the spending as a whole where they are told.

    What is not among `lines` any more is taken out of it.
    """
    record = opened(context, document, version=version)
    check_changeable(context, record)
    own = written(context, RESOURCE_OF[record.kind], HEAD, head or {})
    whole = told.head_again(record, HEAD) | own
    if lines is None:
        lines = told.lines_again(lines_of(context, document))
    if spending is None:
        spending = told.spending_again(redemptions_of(context, document))
    _write(context, record, whole, lines, spending)
    return record.id


@command(
    "sales.discard_document",
    _("Throw a draft away"),
    resource=RIGHT,
    action="delete",
    fields=(WHICH, VERSION),
)
def discard_document(context: Context, *, document: int, version: int | None = None) -> None:
    """Delete a draft; what it was made of can be converted again."""
    record = opened(context, document, "delete", version)
    if record.state != "draft":
        raise Refused(_("Only drafts are thrown away; what was issued is cancelled."))
    source = record.source_id
    with context.system("a draft is thrown away with its lines") as system:
        found = system.session.get(Document, document)
        system.session.delete(found)
        if source is not None:
            release(system, source)
        system.session.flush()
    context.session.expire_all()


def release(system: Context, source: int) -> None:
    """Let a quote be converted again, and what is free of an order be invoiced."""
    system.session.flush()
    made_of = system.session.get(Document, source)
    if made_of is not None and made_of.kind == "order":
        follow_order(system, source)
    elif made_of is not None:
        made_of.converted = False


def check_changeable(context: Context, record: Document) -> None:
    """Refuse to change what was issued, and without its right what was made of a quote."""
    if record.state != "draft":
        raise Refused(_("What was issued is not changed: cancel it or take goods back."))
    if record.source_id is not None and not context.may(RIGHT, "edit_converted"):
        raise Refused(_("Changing what was made of a quote needs a right of its own."))


def _write(
    context: Context,
    document: Document,
    head: Mapping[str, Any],
    raw_lines: Sequence[Mapping[str, Any]],
    spending: Mapping[str, Any],
) -> None:
    require_amounts(context, RESOURCE_OF[document.kind])
    values, problems = read_gently(context, HEAD, head)
    if problems:
        raise Invalid(problems)
    stored = {line.id: line for line in lines_of(context, document.id)} if document.id else {}
    basis = Head(
        direction=document.direction,
        day=values["day"],
        party_id=values["party"],
        taxed=values["taxed"],
        discount_kind=values["discount_kind"],
        discount_value=values["discount_value"],
        keeps=document.party_id in (None, values["party"]),
    )
    entry = read_entry(context, basis, raw_lines, stored)
    spent = read_spending(context, document, basis, entry, spending)
    if spent:
        entry = read_entry(
            context, replace_spent(basis, sum(amount for _t, amount in spent.values())), raw_lines, stored
        )
    entry.problems += _rights(context, entry, stored) + _ordered(context, entry, stored)
    entry.problems += _days(values) + _strange(document, values)
    if not entry.lines and not entry.problems:
        entry.wrong(None, _("Enter at least one line."))
    if entry.problems or entry.totals is None:
        raise Invalid(entry.problems)
    _fill(context, document, values, entry)
    if document.id is None:
        context.session.add(document)
        context.session.flush()
        document.number = f"#{document.id}"
    _store_lines(context, document, entry, stored)
    _store_spending(context, document, spent)
    if document.source_id is not None:
        with context.system("how far an order is invoiced") as system:
            follow_order(system, document.source_id)
    document.search_key = _searched(context, document)
    context.session.flush()


def replace_spent(head: Head, spent: int) -> Head:
    """Give the head with what is spent of offers."""
    return replace(head, spent=spent)


def _days(values: Mapping[str, Any]) -> list[Problem]:
    """A quote does not end before its date."""
    last = values["valid_until"]
    if last is None or last >= values["day"]:
        return []
    return [Problem("valid_until", _("This is before the date of the document."))]


def _strange(document: Document, values: Mapping[str, Any]) -> list[Problem]:
    """What documents of this kind do not have, unless it stands there already: a quote has no day of payment."""
    own = {item.name for item in head_fields(document.kind, document.direction)}
    names = {"marketer": "marketer_id"}
    return [
        Problem(item.name, _("Documents of this kind do not have this: leave it empty."))
        for item in HEAD
        if item.name not in own
        and values[item.name] is not None
        and values[item.name] != getattr(document, names.get(item.name, item.name))
    ]


def _rights(context: Context, entry: Entry, stored: Mapping[int, DocumentLine]) -> list[Problem]:
    """What the actor may not type: another price than that of the rules, and discounts. What stands already may stay."""
    problems = []
    may_price, may_discount = context.may(RIGHT, "price"), context.may(RIGHT, "discount")
    for line in entry.lines:
        before = stored.get(line.id or 0)
        kept = before is not None and before.by_hand and before.unit_price == line.unit_price
        if line.by_hand and line.item_id is not None and not may_price and not kept:
            problems.append(
                Problem(
                    "unit_price",
                    _("Another price than that of the rules needs a right."),
                    "lines",
                    line.place,
                )
            )
        given = None if line.discount is None else (line.discount.kind, line.discount.value)
        if (
            given is not None
            and not may_discount
            and not (before is not None and (before.discount_kind, before.discount_value) == given)
        ):
            problems.append(
                Problem("discount_value", _("Giving discounts needs a right."), "lines", line.place)
            )
    if entry.discount is not None and not may_discount:
        problems.append(Problem("discount_value", _("Giving discounts needs a right.")))
    return problems


def _ordered(context: Context, entry: Entry, stored: Mapping[int, DocumentLine]) -> list[Problem]:
    """Of what was ordered, no more is invoiced than is left with what this line holds already."""
    made_of = {line.source_line_id for line in stored.values() if line.source_line_id is not None}
    if not made_of:
        return []
    with context.system("what is left of an order") as system:
        rows = system.session.scalars(select(DocumentLine).where(DocumentLine.id.in_(made_of)))
        left = {line.id: line.quantity - line.invoiced for line in rows}
    problems = []
    for line in entry.lines:
        before = stored.get(line.id or 0)
        if before is None or before.source_line_id is None:
            continue
        same = (before.item_id, before.variant_id) == (line.item_id, line.variant_id)
        most = left[before.source_line_id] + before.quantity
        if same and line.quantity > most:
            words = _("At most %(most)s of this is left of the order.", most=QUANTITY.show(most, context))
            problems.append(Problem("quantity", words, "lines", line.place))
    return problems


def _fill(context: Context, document: Document, values: Mapping[str, Any], entry: Entry) -> None:
    assert entry.totals is not None
    document.party_id, document.marketer_id, document.day = values["party"], values["marketer"], values["day"]
    for name in COPIED:
        setattr(document, name, values[name])
    if document.kind == "quote" and document.valid_until is None:
        document.valid_until = document.day + timedelta(days=context.runtime.setting("sales.validity"))
    if document.terms is None and document.id is None:
        document.terms = context.session.scalar(
            select(CustomerTerms.terms).where(CustomerTerms.party_id == document.party_id)
        )
    document.discount_kind = entry.discount.kind if entry.discount else None
    document.discount_value = entry.discount.value if entry.discount else None
    for name in ("gross", "line_discount", "discount", "net", "tax", "payable"):
        setattr(document, name, getattr(entry.totals, name))


def _store_lines(
    context: Context, document: Document, entry: Entry, stored: Mapping[int, DocumentLine]
) -> None:
    kept = {line.id for line in entry.lines if line.id in stored}
    for number, row in stored.items():
        if number not in kept:
            context.session.delete(row)
    for position, line in enumerate(entry.lines, 1):
        row = stored.get(line.id or 0)
        if row is None:
            row = DocumentLine(document_id=document.id)
            context.session.add(row)
        assert line.sums is not None
        assert line.unit_price is not None
        if (row.item_id, row.variant_id) != (line.item_id, line.variant_id):
            row.source_line_id = None
        row.position = position
        row.item_id, row.variant_id, row.kind = line.item_id, line.variant_id, line.kind
        row.title, row.unit = line.title, line.unit
        row.description, row.serials = line.description, line.serials
        row.quantity, row.unit_price = line.quantity, line.unit_price
        row.beside_id, row.beside_kind = line.beside_id, line.beside_kind
        row.by_hand, row.origin = line.by_hand, line.origin or None
        row.discount_kind = line.discount.kind if line.discount else None
        row.discount_value = line.discount.value if line.discount else None
        row.tax_percent = line.tax_percent
        row.gross, row.discount, row.shared = line.sums.gross, line.sums.discount, line.sums.shared
        row.net, row.tax = line.sums.net, line.sums.tax
    context.session.flush()


def _store_spending(context: Context, document: Document, spent: Mapping[str, tuple[str, int]]) -> None:
    for row in redemptions_of(context, document.id):
        context.session.delete(row)
    context.session.flush()
    for key, (title, amount) in spent.items():
        context.session.add(Redemption(document_id=document.id, key=key, title=title, amount=amount))
    context.session.flush()


def _searched(context: Context, document: Document) -> str:
    party = PARTY.labels([document.party_id], context).get(document.party_id, "")
    parts = (document.number, party, document.subject, document.outer_number)
    return "|".join(squeeze(part) for part in parts if part)
