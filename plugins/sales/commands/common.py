"""What the commands of documents share: finding one that may be changed, and saying what it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    EditConflict,
    Invalid,
    NotFound,
    Problem,
    Resource,
    _,
    editable,
    fields,
    load,
)
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
