"""Printing: how fast sheets of labels and letters become PDF, and what a file costs that holds next to nothing.

The floor is the same engine with as many pages of one word each: what is above it are the labels and letters themselves.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

from bench.measure import plain
from kernel.documents.engine import Document, layout, make_pdf
from kernel.documents.formats import SHEETS
from kernel.documents.geometry import box, fitting_size
from kernel.documents.printed import WORDS

SHEETS_MADE, LETTERS_MADE = 100, 200
ADDRESS = {
    "place": "استان تهران، تهران",
    "street": "خیابان ولیعصر، بالاتر از میدان، کوچهٔ یاس، پلاک ۱۲، طبقهٔ سوم",
    "code": "کد پستی: \u2066۱۶۱۹۷-۳۵۷۴۴\u2069",
    "firm": "",
    "name": "سرکار خانم دکتر مینا راد",
}
BLANK = '<style>{{ faces|safe }}</style>{% for it in pieces %}<p style="break-after: page">{{ it }}</p>{% endfor %}'


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table; the number of parties does not matter."""
    del parties
    yield f"Printing: {SHEETS_MADE} sheets of labels, {LETTERS_MADE} letters"
    yield plain("    a file of one page", f"{_seconds(Document(BLANK, ['یک'])):.1f} s")
    for name, document in (("labels", _labels()), ("letters", _letters())):
        count = len(document.pieces)
        floor = _seconds(Document(BLANK, ["یک"] * count, chunk=document.chunk))
        taken = _seconds(document)
        yield plain(f"    floor: {count} pages of one word, in chunks of {document.chunk}", f"{floor:.1f} s")
        yield plain(f"{name}: {count} pages", f"{taken:.1f} s, {count / taken:.0f} pages a second")


def _seconds(document: Document) -> float:
    begin = time.perf_counter()
    make_pdf(document, io.BytesIO())
    return time.perf_counter() - begin


def _labels() -> Document:
    sheet = SHEETS["a4-3x7"][1]
    room = (sheet.label_width - 2 * sheet.padding, sheet.label_height - 2 * sheet.padding)
    size = fitting_size([line for line in ADDRESS.values() if line], *room)
    page = [{**ADDRESS, "size": size, "box": vars(box(sheet, place))} for place in range(sheet.labels)]
    return Document(layout("labels"), [page] * SHEETS_MADE, {"sheet": vars(sheet)}, chunk=10)


def _letters() -> Document:
    letter: dict[str, Any] = {
        **{"number": "۱۴۰۵/۱۲", "date": "۱۴۰۵/۰۹/۰۷", "name": ADDRESS["name"], "role": "مدیرعامل، شرکت پارس"},
        "subject": "دعوت",
        "paragraphs": ["به آگاهی می‌رساند که جشن ما در روز ۲۰ اسفند برگزار می‌شود. " * 3] * 4,
    }
    common = {
        **{
            "language": "fa",
            "direction": "rtl",
            "paper": "A4",
            "upright": 22,
            "side": 22,
            "letterhead": True,
        },
        **{"house": "ما", "foot": ["تهران"], "logo": False, "signature": ["مدیرعامل"]},
        "words": {name: str(text) for name, text in WORDS.items()},
    }
    return Document(layout("letters"), [letter] * LETTERS_MADE, common, chunk=1)
