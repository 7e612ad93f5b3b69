"""From pieces to a document: the frame of each kind of run, the site's layout in it, and what they need of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.documents.composing import Piece, find_format
from kernel.documents.designs.kinds import kind_of
from kernel.documents.designs.making import direction, with_design
from kernel.documents.designs.reading import common_values, files_of, own_design
from kernel.documents.designs.shipped import WORDS
from kernel.documents.designs.values import filled
from kernel.documents.engine import Document, layout
from kernel.documents.formats import sheet_of
from kernel.documents.geometry import box
from kernel.documents.letterheads import letterhead_of
from kernel.documents.models import ENVELOPES, LABELS, LETTERS, EnvelopeFormat, LabelFormat, PrintRun
from kernel.documents.postal import own_address
from kernel.resources.context import Context

SHEETS = 2
"""Sheets or envelopes that are laid out together."""
MARGINS: Mapping[str, tuple[int, int]] = {"A4": (22, 22), "A5": (15, 15)}
"""Of letters, by their paper: above and below, at the sides; millimetres."""


def document_of(context: Context, run: PrintRun, pieces: Sequence[Piece]) -> Document:
    """Give the document of a run in the site's layout of its kind, ready for the engine."""
    kind = kind_of(context.runtime, run.kind)
    language = run.options["language"] if run.kind == LETTERS else "fa"
    common = {**common_values(context, language), "words": _words(context, language)}
    make = {LABELS: _labels, ENVELOPES: _envelopes, LETTERS: _letters}[run.kind]
    values = [filled(kind.items, {**common, **_values(run, each, common)}) for each in pieces]
    document = make(context, run.options, pieces, values)
    return with_design(document, kind, own_design(context, kind, language))


def _values(run: PrintRun, piece: Piece, common: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values of a piece by the names under which layouts know them."""
    given = piece.values
    if run.kind != LETTERS:
        return {"recipient": given}
    letter = {name: given[name] for name in ("number", "date", "subject")}
    signature = run.options["signature"].splitlines()
    return {
        "letter": {**letter, "text": given["paragraphs"], "signature": signature},
        "recipient": given,
        "letterhead": bool(run.options["letterhead"]),
    }


def _labels(
    context: Context, options: Mapping[str, Any], pieces: Sequence[Piece], values: Sequence[Mapping[str, Any]]
) -> Document:
    sheet = sheet_of(find_format(context, LabelFormat, options))
    pages: list[list[dict[str, Any]]] = []
    for index, (piece, given) in enumerate(zip(pieces, values, strict=True)):
        number, place = divmod(index + int(options["start"]) - 1, sheet.labels)
        while len(pages) <= number:
            pages.append([])
        label = {"values": given, "size": piece.values["size"], "box": vars(box(sheet, place))}
        pages[number].append(label)
    return Document(layout(LABELS), pages, {"sheet": vars(sheet)}, files_of(context, "fa"), chunk=SHEETS)


def _envelopes(
    context: Context, options: Mapping[str, Any], pieces: Sequence[Piece], values: Sequence[Mapping[str, Any]]
) -> Document:
    row = find_format(context, EnvelopeFormat, options)
    names = ("width", "height", "margin", "recipient_side", "recipient_top")
    paper = {name: float(getattr(row, name)) for name in names}
    sender = own_address(context, "fa") if options["sender"] else []
    made = [
        {"values": {**given, "sender": sender}, "size": piece.values["size"]}
        for piece, given in zip(pieces, values, strict=True)
    ]
    return Document(layout(ENVELOPES), made, {"paper": paper}, files_of(context, "fa"), chunk=SHEETS)


def _letters(
    context: Context,
    options: Mapping[str, Any],
    _pieces: Sequence[Piece],
    values: Sequence[Mapping[str, Any]],
) -> Document:
    language = options["language"]
    upright, side = MARGINS[options["paper"]]
    common = {
        "direction": direction(language),
        "paper": options["paper"],
        "upright": upright,
        "side": side,
        "letterhead": bool(options["letterhead"]),
        "foot": list(letterhead_of(context, language).footer),
        "words": _words(context, language),
    }
    pieces = [{"values": each} for each in values]
    return Document(layout(LETTERS), pieces, common, files_of(context, language), chunk=1, language=language)


def _words(context: Context, language: str) -> dict[str, str]:
    return {name: context.runtime.translate(text, language) for name, text in WORDS.items()}
