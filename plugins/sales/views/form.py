"""The form of a document: its head, its lines, what was wrong with them; and the amounts reckoned while one types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from kernel.api import CommandForm, Context, Problem, fields, is_persian, stored_number, to_persian_digits
from plugins.sales import heading
from plugins.sales.commands.common import RESOURCE_OF, lines_of, read_gently
from plugins.sales.commands.writing import replace_spent
from plugins.sales.entry import FILLED, Entry, Head, read_entry
from plugins.sales.kept import closed_names
from plugins.sales.models import Document, DocumentLine
from plugins.sales.offers import Offer, offers_for, read_spending, redemptions_of

LINE_NAMES = (
    "id",
    "what",
    "title",
    "quantity",
    "unit_price",
    "discount_value",
    "discount_kind",
    "description",
    "serials",
    "beside",
)
FIGURES = frozenset({"quantity", "unit_price", "discount_value", "amount"})
"""What is shown in the reader's digits: of a row, and what is to be spent."""
EMPTY_LINES = 2
"""Rows that a new document begins with."""
_LINE = re.compile(r"lines-(\d{1,6})-(\w+)")


@dataclass
class LineRow:
    """One row of the form: what stands in it, by name, and what is wrong with it."""

    index: int | str
    values: dict[str, str] = field(default_factory=dict)
    label: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


class DocumentForm:
    """Everything that somebody may enter for a document. It shows what the command found wrong beside its field."""

    def __init__(self, context: Context, kind: str, direction: str, document: Document | None = None) -> None:
        self.context = context
        self.kind, self.direction, self.document = kind, direction, document
        self.head = CommandForm(context, _head_fields(context, kind, direction))
        self.lines: list[LineRow] = []
        self.spending: dict[str, str] = {}
        self.spending_errors: dict[str, list[str]] = {}

    def start(self, given: Mapping[str, Any]) -> DocumentForm:
        """Begin a new document."""
        self.head.start(given)
        self.lines = [self.blank(place) for place in range(EMPTY_LINES)]
        return self

    def blank(self, index: int | str) -> LineRow:
        """Give an empty row: of most goods one is sold."""
        one = fields.Whole("quantity", heading.SUBJECT.title).fill(1, self.context)
        return LineRow(index, {"quantity": one})

    def stored(self) -> DocumentForm:
        """Show a draft as it is stored."""
        assert self.document is not None
        names = {"party": "party_id", "marketer": "marketer_id"}
        held = {
            item.name: getattr(self.document, names.get(item.name, item.name)) for item in self.head.fields
        }
        kind, value = self.document.discount_kind, self.document.discount_value
        held["discount_value"] = discount_text(kind, value, self.context)
        self.head.start(held)
        self.lines = [
            self._row(place, line) for place, line in enumerate(lines_of(self.context, self.document.id))
        ]
        self.spending = {
            row.key: fields.Money("amount", heading.SUBJECT.title).fill(row.amount, self.context)
            for row in redemptions_of(self.context, self.document.id)
        }
        return self

    def read(self, posted: MultiDict[str, str]) -> DocumentForm:
        """Take what was posted."""
        self.head.read(posted)
        rows: dict[int, LineRow] = {}
        for key in posted:
            match = _LINE.fullmatch(key)
            if match and match[2] in LINE_NAMES:
                row = rows.setdefault(int(match[1]), LineRow(int(match[1])))
                row.values[match[2]] = self._figure(match[2], posted[key])
        self.lines = [rows[index] for index in sorted(rows)]
        self._label()
        prefix = "spend-"
        self.spending = {
            key[len(prefix) :]: self._figure("amount", posted[key])
            for key in posted
            if key.startswith(prefix)
        }
        return self

    def _figure(self, name: str, typed: str) -> str:
        """Browsers send ASCII digits; a refused form shows figures as a fresh one does."""
        return to_persian_digits(typed) if name in FIGURES and is_persian(self.context.locale) else typed

    @property
    def arguments(self) -> dict[str, Any]:
        """What the command takes."""
        return {
            "head": self.head.values,
            "lines": [row.values for row in self.lines],
            "spending": self.spending,
        }

    @property
    def errors(self) -> bool:
        """Whether anything is wrong."""
        return self.head.errors or any(row.errors for row in self.lines) or bool(self.spending_errors)

    def attach(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field; what has none stands above the form."""
        mine = []
        for problem in problems:
            text = self.context.runtime.translate(problem.message, self.context.locale)
            if problem.part == "lines" and problem.row is not None and problem.row < len(self.lines):
                self.lines[problem.row].errors.setdefault(problem.field or "what", []).append(text)
            elif problem.field is not None and problem.field.startswith("spend-"):
                self.spending_errors.setdefault(problem.field.removeprefix("spend-"), []).append(text)
            else:
                mine.append(problem)
        self.head.attach(mine)

    def reckon(self) -> tuple[Entry, list[Offer]]:
        """Compute what is entered so far, with what may be spent; what is wrong is passed over."""
        values, _problems = read_gently(self.context, heading.HEAD, self.head.values)
        told = Head(
            direction=self.direction,
            day=values.get("day") or self.context.today,
            party_id=values.get("party"),
            taxed=bool(values.get("taxed")),
            discount_kind=values.get("discount_kind"),
            discount_value=values.get("discount_value"),
            keeps=self.document is None or self.document.party_id == values.get("party"),
        )
        raw = [row.values for row in self.lines]
        stored = self._stored_lines()
        entry = read_entry(self.context, told, raw, stored)
        net = entry.totals.net if entry.totals is not None else 0
        offers = offers_for(self.context, self.direction, self.kind, told.party_id, net)
        draft = self.document or Document(kind=self.kind, direction=self.direction)
        spent = read_spending(self.context, draft, told, entry, self.spending)
        if spent:
            whole = sum(amount for _title, amount in spent.values())
            entry = read_entry(self.context, replace_spent(told, whole), raw, stored)
        return entry, offers

    def take(self, item: int, beside: int | None, *, better: bool) -> None:
        """Take up an offer: as a row of its own, or, where it is the better one, in the place of what it is better than."""
        shown = self._row_of(beside) if better else None
        if shown is None:
            shown = self.blank(1 + max((int(row.index) for row in self.lines), default=-1))
            self.lines = [row for row in self.lines if _is_filled(row)] + [shown]
        kept = {name: shown[name] for name in ("id", "quantity")}
        shown.values = {**kept, "what": str(item), "beside": str(beside or "")}
        shown.errors = {}
        self._label()

    def _row_of(self, item: int | None) -> LineRow | None:
        goods = (row for row in self.lines if row["what"].partition("-")[0] == str(item))
        return next(goods, None)

    def _stored_lines(self) -> dict[int, DocumentLine]:
        if self.document is None:
            return {}
        return {line.id: line for line in lines_of(self.context, self.document.id)}

    def _row(self, place: int, line: DocumentLine) -> LineRow:
        context = self.context
        what = "" if line.item_id is None else str(line.item_id)
        if line.variant_id is not None:
            what += f"-{line.variant_id}"
        price = fields.Money("price", heading.SUBJECT.title)
        values = {
            "id": str(line.id),
            "what": what,
            "title": "" if what else line.title,
            "quantity": fields.Decimal("quantity", heading.SUBJECT.title, places=3).fill(
                line.quantity, context
            ),
            "unit_price": price.fill(line.unit_price, context) if line.by_hand or not what else "",
            "discount_kind": line.discount_kind or "",
            "discount_value": discount_text(line.discount_kind, line.discount_value, context),
            "description": line.description or "",
            "serials": line.serials or "",
            "beside": str(line.beside_id or ""),
        }
        return LineRow(place, values, line.title if what else "")

    def _label(self) -> None:
        from plugins.sales.choosing import labels_of

        named = labels_of(self.context, [row["what"] for row in self.lines])
        for row in self.lines:
            row.label = named.get(row["what"], "")


def _is_filled(row: LineRow) -> bool:
    return any(row[name].strip() for name in FILLED)


def discount_text(kind: str | None, value: Any, context: Context) -> str:
    """Write a stored discount as one types it."""
    if kind is None or value is None:
        return ""
    if kind == "percent":
        return fields.Decimal("value", heading.SUBJECT.title).fill(value, context)
    return fields.Money("value", heading.SUBJECT.title).fill(int(value), context)


def _head_fields(context: Context, kind: str, direction: str) -> list[fields.Field]:
    closed = closed_names(context, RESOURCE_OF[kind], heading.HEAD)
    return [item for item in heading.head_fields(kind, direction) if item.name not in closed]


def asked_party(raw: str) -> int | None:
    """Give the party that the address names, so that a document begins with it."""
    return stored_number(raw)
