"""What the commands of documents share: finding one that may be changed, and saying what it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    EditConflict,
    Invalid,
    LazyText,
    NotFound,
    Problem,
    Resource,
    _,
    editable,
    fields,
    load,
)
from plugins.sales.entry import QUANTITY
from plugins.sales.holding import hold
from plugins.sales.models import Document, DocumentLine
from plugins.sales.resources.documents import INVOICE, ORDER, QUOTE

RESOURCE_OF: Mapping[str, Resource] = {"quote": QUOTE, "order": ORDER, "invoice": INVOICE, "return": INVOICE}
"""The record kind of each kind of document."""

WHICH = fields.Whole("document", _("Document"), required=True, least=1)
VERSION = fields.Whole("version", _("Version"), least=1, most=2**31 - 1)
REASON = fields.Text("reason", _("Reason"), limit=300)


def resource_of(context: Context, document: int) -> Resource:
    """Give the record kind of a document that the actor may see; `NotFound` for every other."""
    kind = context.session.scalar(select(Document.kind).where(Document.id == document))
    if kind is None:
        raise NotFound()
    return RESOURCE_OF[kind]


def opened(
    context: Context, document: int, action: str = "edit", version: int | None = None, *, lock: bool = True
) -> Document:
    """Give a document with which the actor may do `action`, locked; `EditConflict` where it has changed since `version`."""
    resource = resource_of(context, document)
    editable(context, resource, document, action)
    with context.system("locked by whoever may do this, also where he may not edit") as system:
        if lock:
            hold(system, [system.session.scalar(select(Document.party_id).where(Document.id == document))])
        load(system, resource, document, lock=lock)
    found: Document = load(context, resource, document)
    context.session.refresh(found)
    if version is not None and found.version != version:
        raise EditConflict()
    return found


def lines_of(context: Context, document: int) -> Sequence[DocumentLine]:
    """Give the lines of a document in their order."""
    statement = (
        select(DocumentLine)
        .where(DocumentLine.document_id == document)
        .order_by(DocumentLine.position, DocumentLine.id)
    )
    return context.session.scalars(statement).all()


def read(context: Context, kinds: Sequence[fields.Field], entered: Mapping[str, Any]) -> dict[str, Any]:
    """Read what was entered by fields; raise `Invalid` with every problem."""
    values, problems = read_gently(context, kinds, entered)
    if problems:
        raise Invalid(problems)
    return values


def read_gently(
    context: Context, kinds: Sequence[fields.Field], entered: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Read what was entered by fields; give the values, and the problems of the others."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for kind in kinds:
        try:
            values[kind.name] = kind.read(entered.get(kind.name), context)
        except fields.FieldError as error:
            problems.append(kind.problem(error))
    return values, problems


def read_quantities(
    context: Context,
    left: Mapping[int, Decimal],
    entered: Mapping[int, Any],
    too_much: Callable[[str], LazyText],
    nothing: LazyText,
) -> dict[int, Decimal]:
    """Read how much of which lines somebody wants; `left` says how much there is, lines that are not in it have nothing.

    Raises `Invalid` naming `quantity-<line>` where it is more, in the words of `too_much`, or saying `nothing`.
    """
    wanted: dict[int, Decimal] = {}
    problems = []
    for line, raw in entered.items():
        if not str(raw or "").strip():
            continue
        try:
            quantity = QUANTITY.read(raw, context)
        except fields.FieldError as error:
            problems.append(Problem(f"quantity-{line}", error.message))
            continue
        most = left.get(line, Decimal(0))
        if quantity > most:
            problems.append(Problem(f"quantity-{line}", too_much(QUANTITY.show(most, context))))
        elif quantity:
            wanted[line] = quantity
    if not problems and not wanted:
        problems.append(Problem(None, nothing))
    if problems:
        raise Invalid(problems)
    return wanted
