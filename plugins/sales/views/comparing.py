"""Two at one draft: what stands in it now, beside what was typed over what stood before, so that nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.api import Context, _, fields
from plugins.sales import told
from plugins.sales.commands.common import read_gently
from plugins.sales.entry import AMOUNT, FILLED, PERCENT, QUANTITY, UNIT_PRICE
from plugins.sales.views.form import DocumentForm, LineRow, discount_text
from plugins.sales.words import DISCOUNT_KINDS

NONE = "—"


@dataclass(frozen=True)
class Difference:
    """One thing that stands otherwise than it was typed."""

    title: str
    stands: str
    typed: str


def differences(form: DocumentForm) -> list[Difference]:
    """Compare what was typed with the draft as it is stored now: the head field by field, the lines row by row."""
    assert form.document is not None
    context = form.context
    found = []
    held = told.head_again(form.document, form.head.fields)
    for item in form.head.fields:
        stands, typed = _stored(form, item, held), _typed(context, item, form.head.values)
        if stands != typed:
            found.append(Difference(context.text(item.title), stands or NONE, typed or NONE))
    stored = DocumentForm(context, form.kind, form.direction, form.document).stored().lines
    return found + _of_lines(context, stored, [row for row in form.lines if _is_filled(row)])


def _of_lines(context: Context, stored: Sequence[LineRow], typed: Sequence[LineRow]) -> list[Difference]:
    mine = {row["id"]: row for row in typed if row["id"]}
    there = {row["id"] for row in stored}
    title = context.text(_("Row of the document"))
    pairs = [(_text(context, row), _text(context, mine.get(row["id"]))) for row in stored]
    pairs += [(NONE, _text(context, row)) for row in typed if row["id"] not in there]
    return [Difference(title, stands, own) for stands, own in pairs if stands != own]


def _text(context: Context, row: LineRow | None) -> str:
    if row is None:
        return NONE
    kind = DISCOUNT_KINDS.get(row["discount_kind"])
    reader = AMOUNT if row["discount_kind"] == "rial" else PERCENT
    discount = f"{_read(context, reader, row['discount_value'])} {context.text(kind)}" if kind else ""
    told = (
        row.label or row["title"],
        _read(context, QUANTITY, row["quantity"]),
        _read(context, UNIT_PRICE, row["unit_price"]),
        discount,
    )
    return " · ".join(part for part in (*told, row["description"], row["serials"]) if part)


def _read(context: Context, item: fields.Field, raw: str) -> str:
    """Write a number alike, in whatever digits it was typed; what is none, as it was typed."""
    try:
        return item.show(item.read(raw, context), context)
    except fields.FieldError:
        return raw


def _is_filled(row: LineRow) -> bool:
    return any(row[name].strip() for name in FILLED)


def _stored(form: DocumentForm, item: fields.Field, held: Mapping[str, Any]) -> str:
    document = form.document
    if item.name == "discount_value" and document is not None:
        return discount_text(document.discount_kind, document.discount_value, form.context)
    return item.show(held[item.name], form.context)


def _typed(context: Context, item: fields.Field, given: Any) -> str:
    """Give what was typed as it would be shown; what cannot be read, as it was typed."""
    values, problems = read_gently(context, [item], given)
    return str(given.get(item.name) or "") if problems else item.show(values[item.name], context)
