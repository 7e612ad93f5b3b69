"""Formats of label sheets and envelopes: those that ship, those that users add, and what makes one impossible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal as Exact
from typing import Any

from sqlalchemy import insert, select

from kernel.documents.geometry import Sheet
from kernel.documents.models import EnvelopeFormat, LabelFormat
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Decimal, Text, Whole, YesNo
from kernel.resources.resource import Resource, Search, Section, Sort

PERMISSION = "print_format"
"""The right under which formats of both kinds stand."""
LEAST, MOST = 30, 1200
"""Sides of a page, in millimetres."""

SHEETS: Mapping[str, tuple[LazyText, Sheet]] = {
    "a4-3x7": (_("A4, 3×7 labels of 70×42.3 mm"), Sheet(210, 297, 3, 7, 70, 42.3, 0.45, 0, padding=4)),
    "a4-3x8": (_("A4, 3×8 labels of 70×37 mm"), Sheet(210, 297, 3, 8, 70, 37, 0.5, 0, padding=4)),
    "a4-2x7": (
        _("A4, 2×7 labels of 99.1×38.1 mm"),
        Sheet(210, 297, 2, 7, 99.1, 38.1, 15.15, 4.65, 2.5, 0),
    ),
    "a4-2x5": (_("A4, 2×5 labels of 105×57 mm"), Sheet(210, 297, 2, 5, 105, 57, 6, 0, padding=5)),
    "a4-2x4": (
        _("A4, 2×4 labels of 99.1×67.7 mm"),
        Sheet(210, 297, 2, 4, 99.1, 67.7, 13.1, 4.65, 2.5, 0),
    ),
}
"""The sheets of every site by their stable codes."""
ENVELOPES: Mapping[str, tuple[LazyText, tuple[str, str, str, str, str]]] = {
    "dl": (_("Envelope DL, 220×110 mm"), ("220", "110", "8", "100", "50")),
    "c5": (_("Envelope C5, 229×162 mm"), ("229", "162", "10", "105", "80")),
    "c4": (_("Envelope C4, 324×229 mm"), ("324", "229", "12", "150", "115")),
}
"""The envelopes of every site: width, height, margin, where the recipient begins from the side and from above."""


def sheet_of(row: LabelFormat) -> Sheet:
    """Give a stored format as geometry reckons with it."""
    return Sheet(
        float(row.page_width),
        float(row.page_height),
        row.columns,
        row.rows,
        float(row.label_width),
        float(row.label_height),
        float(row.margin_top),
        float(row.margin_side),
        float(row.gap_across),
        float(row.gap_down),
        float(row.padding),
    )


def seed_formats(context: Context) -> None:
    """Make the formats that are missing; what users changed stays as it is. The context acts for the system."""
    sheets = {
        code: (title, {name: Exact(str(value)) for name, value in vars(sheet).items()})
        for code, (title, sheet) in SHEETS.items()
    }
    names = ("width", "height", "margin", "recipient_side", "recipient_top")
    envelopes = {
        code: (title, dict(zip(names, map(Exact, sizes), strict=True)))
        for code, (title, sizes) in ENVELOPES.items()
    }
    for model, shipped in ((LabelFormat, sheets), (EnvelopeFormat, envelopes)):
        known = set(context.session.execute(select(model.code)).scalars())
        keys = set(context.session.execute(select(model.search_key)).scalars())
        rows = []
        for code, (title, sizes) in shipped.items():
            name = context.text(title)
            if code not in known and squeeze(name) not in keys:
                rows.append({"code": code, "name": name, "search_key": squeeze(name), **sizes})
        if rows:
            context.session.execute(insert(model), rows)


def active_formats(context: Context, model: Any) -> list[Any]:
    """Give the formats that may be chosen, in the order of their making."""
    return list(context.session.execute(select(model).where(model.active).order_by(model.id)).scalars())


def prepare_sheet(context: Context, row: LabelFormat, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name, and refuse a sheet whose labels do not fit the page, or a label without room for words."""
    row.search_key = squeeze(row.name or "")
    sheet = sheet_of(row)
    problems = []
    if sheet.right > sheet.page_width + 0.01:
        problems.append(
            Problem(
                "label_width",
                _(
                    "Columns, gaps and margin take %(taken)s mm; the page is %(width)s mm wide.",
                    taken=_short(sheet.right),
                    width=_short(sheet.page_width),
                ),
            )
        )
    if sheet.bottom > sheet.page_height + 0.01:
        problems.append(
            Problem(
                "label_height",
                _(
                    "Rows, gaps and margin take %(taken)s mm; the page is %(height)s mm high.",
                    taken=_short(sheet.bottom),
                    height=_short(sheet.page_height),
                ),
            )
        )
    if min(sheet.label_width, sheet.label_height) - 2 * sheet.padding < 10:
        problems.append(Problem("padding", _("Within the padding at least 10 mm must be left for words.")))
    return problems


def prepare_envelope(context: Context, row: EnvelopeFormat, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name, and see that the recipient's address has room."""
    row.search_key = squeeze(row.name or "")
    problems = []
    if row.recipient_side + row.margin + 40 > row.width:
        message = _("At least 40 mm of width must be left for the recipient.")
        problems.append(Problem("recipient_side", message))
    if row.recipient_top + row.margin + 25 > row.height:
        message = _("At least 25 mm of height must be left for the recipient.")
        problems.append(Problem("recipient_top", message))
    return problems


def _short(length: float) -> str:
    return f"{length:.2f}".rstrip("0").rstrip(".")


def _length(name: str, title: LazyText, *, least: int = 0, most: int = MOST, **options: Any) -> Decimal:
    return Decimal(name, title, least=least, most=most, required=True, in_list=False, **options)


def _resource(name: str, model: Any, path: str, titles: Sequence[LazyText], **options: Any) -> Resource:
    return Resource(
        name=name,
        model=model,
        title=titles[0],
        plural=titles[1],
        path=path,
        permission=PERMISSION,
        sorts=(Sort("name", _("Name"), ("search_key",)),),
        search=Search(),
        constraints={f"uq_{name}_search_key": ("name", _("There is already a format of this name."))},
        **options,
    )


LABEL_FORMAT = _resource(
    "label_format",
    LabelFormat,
    "label-formats",
    (_("Sheet of labels"), _("Sheets of labels")),
    icon="tag",
    fields=(
        Text("name", _("Name"), required=True, limit=100),
        YesNo("active", _("Offered for choice"), default=True),
        _length("page_width", _("Width of the page (mm)"), least=LEAST, default=Exact(210)),
        _length("page_height", _("Height of the page (mm)"), least=LEAST, default=Exact(297)),
        Whole("columns", _("Labels side by side"), required=True, least=1, most=20),
        Whole("rows", _("Labels one below the other"), required=True, least=1, most=60),
        _length("label_width", _("Width of a label (mm)"), least=10),
        _length("label_height", _("Height of a label (mm)"), least=10),
        _length("margin_top", _("Margin above (mm)")),
        _length(
            "margin_side",
            _("Margin at the side (mm)"),
            help=_("At the side where reading begins: right in Persian."),
        ),
        _length("gap_across", _("Gap between columns (mm)"), default=Exact(0)),
        _length("gap_down", _("Gap between rows (mm)"), default=Exact(0)),
        _length("padding", _("Free edge of a label (mm)"), default=Exact(3), most=30),
    ),
    list_columns=("name", "columns", "rows", "active"),
    sections=(
        Section(_("Sheet of labels"), ("name", "active", "page_width", "page_height", "columns", "rows")),
        Section(
            _("Sizes"),
            ("label_width", "label_height", "margin_top", "margin_side", "gap_across", "gap_down", "padding"),
        ),
    ),
    prepare=prepare_sheet,
)
"""Sheets as a list and a form."""

ENVELOPE_FORMAT = _resource(
    "envelope_format",
    EnvelopeFormat,
    "envelope-formats",
    (_("Envelope"), _("Envelopes")),
    icon="mail",
    fields=(
        Text("name", _("Name"), required=True, limit=100),
        YesNo("active", _("Offered for choice"), default=True),
        _length("width", _("Width (mm)"), least=80),
        _length("height", _("Height (mm)"), least=60),
        _length("margin", _("Free edge (mm)"), default=Exact(10), most=60),
        _length(
            "recipient_side",
            _("From the side to the recipient (mm)"),
            help=_("From the side where reading begins: right in Persian."),
        ),
        _length("recipient_top", _("From above to the recipient (mm)")),
    ),
    list_columns=("name", "active"),
    sections=(
        Section(
            _("Envelope"),
            ("name", "active", "width", "height", "margin", "recipient_side", "recipient_top"),
        ),
    ),
    prepare=prepare_envelope,
)
"""Envelopes as a list and a form."""
