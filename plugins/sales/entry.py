"""What somebody enters for a document, read and computed: the same for the totals while one types and for saving.

A line is a mapping of texts: `what` (`12`, or `12-34` for a variant), or `title` alone for what the catalogue does not have;
`quantity`, `unit_price` (empty: by the rules), `discount_kind`, `discount_value`, `description`, `serials`, `beside` (the
good beside which it was offered), and `id` of a stored line. Lines with nothing in them are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from kernel.api import Context, LazyText, Problem, _, fields, is_persian
from plugins.sales.models import Component, DocumentLine
from plugins.sales.prices import PriceBook, explained, price_book
from plugins.sales.pricing import Discount, Line, LineSum, TooMuch, Totals, compute
from plugins.sales.resources.catalogue import ITEM
from plugins.sales.suggesting import take_up
from plugins.sales.words import DISCOUNT_KINDS, MOST_LINES, UNITS

LARGEST = 10**15
"""Largest amount of a document, in Rials: sums of many stay within what the database holds."""

QUANTITY = fields.Decimal("quantity", _("Quantity"), places=3, least=0, most=10**9, required=True)
UNIT_PRICE = fields.Money("unit_price", _("Unit price"), least=0, most=LARGEST)
TITLE = fields.Text("title", _("Title"), limit=300)
DESCRIPTION = fields.Text("description", _("Description"), limit=1000)
SERIALS = fields.Text("serials", _("Serial numbers"), limit=2000)
DISCOUNT_KIND = fields.Choice("discount_kind", _("Kind of discount"), options=DISCOUNT_KINDS)
PERCENT = fields.Percent("discount_value", _("Discount"))
AMOUNT = fields.Money("discount_value", _("Discount"), least=0, most=LARGEST)
UNIT = fields.BaseChoice("unit", _("Unit"), source=UNITS)
LINE_FIELDS = (QUANTITY, UNIT_PRICE, TITLE, DESCRIPTION, SERIALS, DISCOUNT_KIND)
FILLED = ("what", "title", "unit_price", "description", "serials", "discount_value")


@dataclass
class EnteredLine:
    """One line as it was read, with the price that it gets and its amounts once they are computed."""

    place: int
    """Its place among what was entered, by which problems are shown beside it."""
    id: int | None = None
    item_id: int | None = None
    variant_id: int | None = None
    title: str = ""
    kind: str = "goods"
    unit: str | None = None
    description: str | None = None
    serials: str | None = None
    quantity: Decimal = Decimal(0)
    unit_price: int | None = None
    by_hand: bool = False
    origin: str = ""
    discount: Discount | None = None
    tax_percent: Decimal = Decimal(0)
    beside_id: int | None = None
    beside_kind: str | None = None
    sums: LineSum | None = None


@dataclass
class Entry:
    """A document as it was entered: its lines, the amounts where nothing is wrong with them, and what is wrong."""

    lines: list[EnteredLine] = field(default_factory=list)
    discount: Discount | None = None
    totals: Totals | None = None
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, name: str | None, message: LazyText, line: EnteredLine | None = None) -> None:
        """Note a problem of the document, or of a line."""
        part = ("lines", line.place) if line is not None else (None, None)
        self.problems.append(Problem(name, message, *part))


@dataclass(frozen=True)
class Head:
    """What of the head of a document its amounts depend on."""

    direction: str
    day: date
    party_id: int | None
    taxed: bool = True
    discount_kind: Any = None
    discount_value: Any = None
    spent: int = 0
    keeps: bool = True
    """Whether lines that were not changed keep their prices: not where the document is another party's now."""


def read_entry(
    context: Context,
    head: Head,
    raw_lines: Sequence[Mapping[str, Any]],
    stored: Mapping[int, DocumentLine] | None = None,
) -> Entry:
    """Read the lines, find their prices, compute. Problems are gathered; what can be computed is."""
    entry = Entry()
    entry.discount = _discount(entry, context, head.discount_kind, head.discount_value, None)
    filled = [(place, raw) for place, raw in enumerate(raw_lines) if _is_filled(raw)]
    if len(filled) > MOST_LINES:
        entry.wrong(None, _("A document has %(most)d lines at most.", most=MOST_LINES))
        return entry
    wanted = [_wanted(raw) for _place, raw in filled]
    book = price_book(
        context,
        [item for item, _variant in wanted if item is not None],
        direction=head.direction,
        day=head.day,
        party_id=head.party_id,
        taxed=head.taxed,
    )
    units = UNIT.labels([each.unit_id for each in book.items.values() if each.unit_id is not None], context)
    told: set[int | None] = set()
    for (place, raw), (item, variant) in zip(filled, wanted, strict=True):
        line = EnteredLine(place)
        entry.lines.append(line)
        before = len(entry.problems)
        _read_line(entry, context, line, raw)
        _name(entry, line, raw, book, item, variant, units)
        if line.id is not None and (line.id not in (stored or {}) or line.id in told):
            entry.wrong("id", _("This line is not there, or stands here twice."), line)
        told.add(line.id)
        if len(entry.problems) == before:
            before_it = (stored or {}).get(line.id or 0) if head.keeps else None
            _give_price(entry, context, line, book, before_it)
    take_up(context, entry.lines, {place: raw.get("beside") for place, raw in filled}, stored or {})
    _reckon(entry, context, head)
    return entry


def _is_filled(raw: Mapping[str, Any]) -> bool:
    """What a program sends is a line in any case; empty rows of the form are none."""
    return "item" in raw or any(str(raw.get(name) or "").strip() for name in FILLED)


def _wanted(raw: Mapping[str, Any]) -> tuple[int | None, int | None]:
    item, _dash, variant = str(raw.get("what") or "").strip().partition("-")
    return _number(item), _number(variant)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _read_line(entry: Entry, context: Context, line: EnteredLine, raw: Mapping[str, Any]) -> None:
    line.id = _number(str(raw.get("id") or ""))
    values: dict[str, Any] = {}
    for kind in LINE_FIELDS:
        try:
            values[kind.name] = kind.read(raw.get(kind.name), context)
        except fields.FieldError as error:
            entry.wrong(kind.name, error.message, line)
    if values.get("quantity") == 0:
        entry.wrong("quantity", _("The quantity must be more than zero."), line)
    line.quantity = values.get("quantity") or Decimal(0)
    line.unit_price = values.get("unit_price")
    line.by_hand = line.unit_price is not None
    line.title = values.get("title") or ""
    line.description, line.serials = values.get("description"), values.get("serials")
    line.discount = _discount(entry, context, values.get("discount_kind"), raw.get("discount_value"), line)


def _discount(
    entry: Entry, context: Context, kind: Any, value: Any, line: EnteredLine | None
) -> Discount | None:
    """Read a discount by its kind; a number without a kind is not guessed at."""
    if value is None or not str(value).strip():
        return None
    if kind not in DISCOUNT_KINDS:
        entry.wrong("discount_kind", _("Say whether the discount is percent or Rial."), line)
        return None
    reader: fields.Field = PERCENT if kind == "percent" else AMOUNT
    try:
        number = Decimal(reader.read(value, context))
    except fields.FieldError as error:
        entry.wrong("discount_value", error.message, line)
        return None
    return Discount(kind, number) if number else None


def _name(
    entry: Entry,
    line: EnteredLine,
    raw: Mapping[str, Any],
    book: PriceBook,
    item_id: int | None,
    variant_id: int | None,
    units: Mapping[int, str],
) -> None:
    item = book.items.get(item_id) if item_id is not None else None
    if item is None:
        if str(raw.get("what") or "").strip():
            entry.wrong("what", _("This good was not found."), line)
        elif not line.title:
            entry.wrong("what", _("Choose a good or service, or write a title."), line)
        elif line.unit_price is None:
            entry.wrong("unit_price", _("What is not in the catalogue needs a price."), line)
        line.tax_percent = book.tax_percent(None)
        return
    variant = book.variants.get(variant_id) if variant_id is not None else None
    if variant_id is not None and (variant is None or variant.item_id != item.id):
        entry.wrong("variant" if "variant" in raw else "what", _("This variant was not found."), line)
        return
    line.item_id, line.variant_id = item.id, variant_id
    line.kind = item.kind
    line.title = variant.title if variant is not None else item.title
    line.unit = units.get(item.unit_id) if item.unit_id is not None else None
    if line.description is None:
        line.description = _contents(book, item.id)
    line.tax_percent = book.tax_percent(item.id)


def _contents(book: PriceBook, item_id: int) -> str | None:
    """Write what a set holds, so that it is read on paper; None for what is no set."""
    held = [
        f"{QUANTITY.show(part.quantity, book.context)} × {_title(book, part)}"
        for part in book.sets.get(item_id, ())
    ]
    comma = "، " if is_persian(book.context.locale) else ", "
    return comma.join(held)[:1000] or None


def _title(book: PriceBook, part: Component) -> str:
    variant = book.variants.get(part.variant_id or 0)
    return variant.title if variant is not None else book.items[part.component_id].title


def _give_price(
    entry: Entry, context: Context, line: EnteredLine, book: PriceBook, stored: DocumentLine | None
) -> None:
    """Let a typed price stand; else keep the price of an unchanged line or of what was ordered, else ask the rules."""
    if line.item_id is None:
        return
    if stored is not None and _stays(line, stored):
        line.unit_price, line.origin, line.by_hand = stored.unit_price, stored.origin or "", False
        return
    ruled = book.price(line.item_id, line.variant_id, line.quantity)
    if line.unit_price is None:
        if ruled is None:
            entry.wrong("unit_price", _("No price is known for this: write one."), line)
            return
        line.unit_price, line.origin = ruled.unit, explained(context, ruled)
    elif ruled is not None and ruled.unit == line.unit_price:
        line.by_hand, line.origin = False, explained(context, ruled)
    elif ruled is not None:
        price = ITEM.by_name["sale_price"].show(ruled.unit, context)
        line.origin = context.text(
            _("Typed; by the rules %(price)s Rials (%(origin)s)", price=price, origin=ruled.explanation)
        )
    else:
        line.origin = context.text(_("Typed"))


def _stays(line: EnteredLine, stored: DocumentLine) -> bool:
    """Say whether a line keeps the price that the rules gave it: nothing was typed, or that price itself."""
    told_again = not line.by_hand or line.unit_price == stored.unit_price
    return told_again and not stored.by_hand and _same(line, stored)


def _same(line: EnteredLine, stored: DocumentLine) -> bool:
    """Say whether a line keeps its price; of what was ordered also where less of it is invoiced."""
    if (line.item_id, line.variant_id) != (stored.item_id, stored.variant_id):
        return False
    return line.quantity == stored.quantity or stored.source_line_id is not None


def _reckon(entry: Entry, context: Context, head: Head) -> None:
    wrong = {problem.row for problem in entry.problems if problem.part == "lines"}
    lines = [line for line in entry.lines if line.place not in wrong and line.unit_price is not None]
    given = [Line(line.quantity, line.unit_price or 0, line.discount, line.tax_percent) for line in lines]
    try:
        totals = compute(given, entry.discount, head.spent, context.runtime.setting("sales.rounding"))
    except TooMuch as error:
        most = ITEM.by_name["sale_price"].show(error.most, context)
        message = _("The discount is larger than the amount: at most %(most)s Rials.", most=most)
        entry.wrong("discount_value", message, None if error.place is None else lines[error.place])
        return
    if totals.payable > LARGEST or totals.gross > LARGEST:
        entry.wrong(None, _("The amount is too large."))
        return
    entry.totals = totals
    for line, sums in zip(lines, totals.lines, strict=True):
        line.sums = sums
