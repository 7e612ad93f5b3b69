"""From pieces to a document: the layouts that ship, with what they need of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.documents.composing import Piece, find_format
from kernel.documents.engine import Document, layout
from kernel.documents.formats import sheet_of
from kernel.documents.geometry import box
from kernel.documents.models import ENVELOPES, LABELS, EnvelopeFormat, LabelFormat, PrintRun
from kernel.documents.postal import own_address
from kernel.extension.branding import BrandingRow
from kernel.i18n import LazyText, _
from kernel.parties.own import own_name
from kernel.resources.context import Context

LOGO = "logo"
"""By this name a layout asks for the logo of the site."""
SHEETS = 2
"""Sheets or envelopes that are laid out together."""
MARGINS: Mapping[str, tuple[int, int]] = {"A4": (22, 22), "A5": (15, 15)}
"""Of letters, by their paper: above and below, at the sides; millimetres."""
WORDS: Mapping[str, LazyText] = {
    "number": _("Number:"),
    "date": _("Date:"),
    "subject": _("Subject:"),
    "page": _("Page"),
    "to": _("To:"),
    "from": _("From:"),
}
"""The words that layouts print themselves."""


def document_of(context: Context, run: PrintRun, pieces: Sequence[Piece]) -> Document:
    """Give the document of a run, ready for the engine."""
    if run.kind == LABELS:
        return _labels(context, run.options, pieces)
    if run.kind == ENVELOPES:
        return _envelopes(context, run.options, pieces)
    return _letters(context, run.options, pieces)


def _labels(context: Context, options: Mapping[str, Any], pieces: Sequence[Piece]) -> Document:
    sheet = sheet_of(find_format(context, LabelFormat, options))
    pages: list[list[dict[str, Any]]] = []
    for index, piece in enumerate(pieces):
        number, place = divmod(index + int(options["start"]) - 1, sheet.labels)
        while len(pages) <= number:
            pages.append([])
        pages[number].append({**piece.values, "box": vars(box(sheet, place))})
    return Document(layout(LABELS), pages, {"sheet": vars(sheet)}, chunk=SHEETS)


def _envelopes(context: Context, options: Mapping[str, Any], pieces: Sequence[Piece]) -> Document:
    row = find_format(context, EnvelopeFormat, options)
    names = ("width", "height", "margin", "recipient_side", "recipient_top")
    common = {
        "paper": {name: float(getattr(row, name)) for name in names},
        "sender": own_address(context, "fa") if options["sender"] else [],
        "words": _words(context, "fa"),
    }
    return Document(layout(ENVELOPES), [each.values for each in pieces], common, chunk=SHEETS)


def _letters(context: Context, options: Mapping[str, Any], pieces: Sequence[Piece]) -> Document:
    language = options["language"]
    logo = logo_of(context) if options["letterhead"] else None
    upright, side = MARGINS[options["paper"]]
    common = {
        "language": language,
        "direction": "rtl" if language == "fa" else "ltr",
        "paper": options["paper"],
        "upright": upright,
        "side": side,
        "letterhead": bool(options["letterhead"]),
        "house": own_name(context),
        "foot": own_address(context, language)[1:],
        "logo": logo is not None,
        "signature": options["signature"].splitlines(),
        "words": _words(context, language),
    }
    files = {LOGO: logo} if logo is not None else {}
    return Document(layout("letters"), [each.values for each in pieces], common, files, chunk=1)


def logo_of(context: Context) -> bytes | None:
    """Give the logo of the site; None where it has none."""
    with context.system("the logo of the letterhead") as system:
        content = system.session.execute(select(BrandingRow.__table__.c.logo)).scalar_one()
    return None if content is None else bytes(content)


def _words(context: Context, language: str) -> dict[str, str]:
    return {name: context.runtime.translate(text, language) for name, text in WORDS.items()}
