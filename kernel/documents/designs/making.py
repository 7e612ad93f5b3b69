"""Documents of layouts: those of pages, printed for records, and what the designer shows of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO

from kernel.documents.designs.kinds import COMMON, DocumentKind, kind_of, samples
from kernel.documents.designs.page import page_style
from kernel.documents.designs.reading import Design, common_values, files_of, own_design, shipped_design
from kernel.documents.designs.shipped import ENVELOPE_SIZE, LABEL_SIZE, WORDS
from kernel.documents.designs.values import filled
from kernel.documents.engine import Document, Tell, layout, make_pdf, soundly, untold
from kernel.documents.geometry import Sheet, box
from kernel.documents.models import ENVELOPES, LABELS, LETTERS
from kernel.fa.locales import language_of
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, NotFound
from kernel.resources.records import editable

SAMPLE_SHEET = Sheet(70, 37, 1, 1, 70, 37, 0, 0, padding=3)
SAMPLE_ENVELOPE = {"width": 220, "height": 110, "margin": 8, "recipient_side": 100, "recipient_top": 50}
SAMPLE_MARGINS = (15, 15)


def with_design(document: Document, kind: DocumentKind, design: Design | None) -> Document:
    """Give a document whose pieces are laid out as a site wants them, with what ships as the spare."""
    ships = replace(document, body=kind.body, style=kind.style)
    return ships if design is None else replace(ships, body=design.body, style=design.style, spare=ships)


def page_document(
    context: Context, kind: DocumentKind, language: str, records: Sequence[Mapping[str, Any]]
) -> Document:
    """Give the document of records of a kind that stands on pages, with the site's layout where it has one."""
    shipped, own = shipped_design(kind), own_design(context, kind, language)
    values = [filled(kind.items, {**_words(context, language), **each}) for each in records]
    spare = _of_pages(context, kind, language, values, shipped)
    return spare if own is None else replace(_of_pages(context, kind, language, values, own), spare=spare)


def print_records(
    context: Context,
    key: str,
    records: Sequence[Mapping[str, Any]],
    target: BinaryIO,
    *,
    tell: Tell = untold,
) -> int:
    """Make the PDF of values that a plugin gives itself, by the site's layout of a kind; gives the number of pages.

    For background work of plugins that print much: each of `records` begins a page, and `tell` hears how many are
    laid out. The caller has judged the right. Raises `DocumentFault`, and whatever `tell` raises.
    """
    language = language_of(context.locale)
    document = page_document(context, kind_of(context.runtime, key), language, records)
    pages, _fault = soundly(document, target, partial(make_pdf, tell=tell))
    return pages


def record_values(context: Context, kind: DocumentKind, record_id: int) -> Mapping[str, Any]:
    """Give what a kind says of a record that the actor may print; raise `NotFound` otherwise."""
    if kind.find is None or not kind.resource:
        raise NotFound()
    try:
        editable(context, context.runtime.resource(kind.resource), record_id, "print")
    except Forbidden as error:
        raise NotFound() from error
    found = kind.find(context, [record_id])
    if record_id not in found:
        raise NotFound()
    return found[record_id]


def preview_document(
    context: Context, kind: DocumentKind, language: str, design: Design, record_id: int | None = None
) -> Document:
    """Give what a layout makes of the samples, or of a record as the actor sees it.

    Raises `NotFound` for a record that he may not see.
    """
    given = samples(context, kind, language)
    if record_id is not None:
        given |= record_values(context, kind, record_id)
    values = filled(kind.items, {**_words(context, language), **given, **common_values(context, language)})
    if kind.frame == LABELS:
        piece = {"values": values, "box": vars(box(SAMPLE_SHEET, 0)), "size": LABEL_SIZE}
        return _bare(context, kind, language, design, [[piece]], {"sheet": vars(SAMPLE_SHEET)})
    if kind.frame == ENVELOPES:
        piece = {"values": values, "size": ENVELOPE_SIZE}
        return _bare(context, kind, language, design, [piece], {"paper": SAMPLE_ENVELOPE})
    if kind.frame == LETTERS:
        upright, side = SAMPLE_MARGINS
        common = {
            "paper": "A5",
            "upright": upright,
            "side": side,
            "letterhead": True,
            "foot": values["own"]["address"],
            "words": {"page": context.runtime.translate(WORDS["page"], language)},
        }
        return _bare(context, kind, language, design, [{"values": values}], common)
    return _of_pages(context, kind, language, [values], design)


def direction(language: str) -> str:
    """Give the direction of writing."""
    return "rtl" if language == "fa" else "ltr"


def _bare(
    context: Context,
    kind: DocumentKind,
    language: str,
    design: Design,
    pieces: Sequence[Any],
    common: Mapping[str, Any],
) -> Document:
    return Document(
        layout(kind.frame),
        pieces,
        {"direction": direction(language), **common},
        files_of(context, language),
        body=design.body,
        style=design.style,
        language=language,
    )


def _of_pages(
    context: Context, kind: DocumentKind, language: str, values: Sequence[Mapping[str, Any]], design: Design
) -> Document:
    page = design.page or kind.page
    assert page is not None, kind.key
    own = common_values(context, language)
    common = {
        "title": context.runtime.translate(kind.title, language),
        "page_style": page_style(page, language),
        "letterhead": page.letterhead,
        "house": own["own"]["name"],
        "foot": own["own"]["address"],
        "lines": own["own"]["lines"],
        "logo": own["own"]["logo"],
    }
    filled_in = filled(COMMON, own)
    pieces = [{"values": {**each, **filled_in}} for each in values]
    return _bare(context, kind, language, design, pieces, common)


def _words(context: Context, language: str) -> dict[str, Any]:
    return {"words": {name: context.runtime.translate(text, language) for name, text in WORDS.items()}}
