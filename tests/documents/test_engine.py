"""The engine: PDF of layouts with the font in it, and layouts that would do harm."""

from __future__ import annotations

import io

import pypdf
import pytest

from kernel.documents import engine
from kernel.documents.designs.shipped import KINDS
from kernel.documents.engine import Document, DocumentFault, TooLong, layout, make_pdf
from kernel.documents.formats import SHEETS
from kernel.documents.geometry import box, fitting_size

MM = 25.4 / 72
PAGE = """<html dir="rtl"><style>{{ faces|safe }} @page { size: 100mm 50mm; margin: 5mm }</style>
{% for it in pieces %}<p style="break-after: page">{{ it }}</p>{% endfor %}</html>"""


def made(layout, pieces=("یک",), **options):
    content = io.BytesIO()
    limit = options.pop("limit", 30)
    pages = make_pdf(Document(layout, list(pieces), **options), content, limit=limit)
    return pages, pypdf.PdfReader(content)


def test_a_layout_becomes_pages_of_its_size_with_the_font_embedded():
    pages, pdf = made(PAGE, ["سلام پیوند ۱۲۳ ABC", "<b>دو</b>"])
    assert pages == len(pdf.pages) == 2
    size = pdf.pages[0].mediabox
    assert (round(float(size.width) * 25.4 / 72), round(float(size.height) * 25.4 / 72)) == (100, 50)
    fonts = [each.get_object() for each in pdf.pages[0]["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].split("+")[1] for font in fonts} == {"Vazirmatn", "Vazirmatn-Latin"}
    for font in fonts:
        assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    assert "سلام" in pdf.pages[0].extract_text()
    assert "دو" in pdf.pages[1].extract_text()
    assert set("<b>") <= set(pdf.pages[1].extract_text())  # written, not obeyed


@pytest.mark.parametrize(
    ("layout", "word"),
    [
        ("<img src='file:///etc/passwd'>", "not given"),
        ("<style>@import url(http://127.0.0.1:9/x.css)</style>", "not given"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{% include '/etc/passwd' %}", "no loader"),
    ],
)
def test_a_layout_reads_nothing_but_what_it_is_given(layout, word):
    with pytest.raises(DocumentFault, match=word):
        made(layout)


def test_many_pages_are_written_in_parts_and_stand_in_one_file_in_order():
    many = 130
    pages, pdf = made(PAGE, [f"row {place}" for place in range(many)], chunk=40)
    assert pages == len(pdf.pages) == many
    for place in (0, 49, 50, 79, 80, many - 1):
        assert pdf.pages[place].extract_text().split() == ["row", str(place)]


def test_a_layout_that_loops_for_ever_is_ended_in_time():
    with pytest.raises(TooLong):
        made("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", limit=0.5)


def test_whoever_asked_is_told_how_far_it_is_and_may_end_it():
    class Enough(Exception):
        pass

    told = []

    def tell(done):
        told.append(done)
        if done == 2:
            raise Enough

    with pytest.raises(Enough):
        make_pdf(Document(PAGE, ["یک", "دو", "سه", "چهار"]), io.BytesIO(), tell=tell)
    assert told == [1, 2]


def test_without_the_built_assets_it_says_what_to_do(monkeypatch, tmp_path):
    engine.font_files.cache_clear()
    monkeypatch.setattr("kernel.documents.fonts.DIST", tmp_path)
    try:
        with pytest.raises(DocumentFault, match="make assets"):
            made(PAGE)
    finally:
        monkeypatch.undo()
        engine.font_files.cache_clear()


def test_what_is_reckoned_to_fit_a_label_does():
    words = ["نشانی", "شصت و شش", "۱۲۳۴۵۶۷۸۹۰", "ب‌پ‌ت‌ض", "WMQ@", "خیابان ولیعصر", "ضضضضض", "جحخ چ", "اار"]
    sheet = SHEETS["a4-2x5"][1]
    room = (sheet.label_width - 2 * sheet.padding, sheet.label_height - 2 * sheet.padding)
    page = []
    for place, word in enumerate(words):
        lines = {"place": "استان", "street": f"{word} " * 70, "code": "", "firm": "", "name": "ز" * 60}
        size = fitting_size([line for line in lines.values() if line], *room)
        page.append({"values": {"recipient": lines}, "size": size, "box": vars(box(sheet, place))})
    content = io.BytesIO()
    kind = next(each for each in KINDS if each.key == "labels")
    document = Document(layout("labels"), [page], {"sheet": vars(sheet)}, body=kind.body, style=kind.style)
    make_pdf(document, content)
    lowest = {}

    def visit(text, cm, tm, _font, _size):
        if text.strip():
            across, down = (tm[4] * cm[0] + cm[4]) * MM, (tm[5] * cm[3] + cm[5]) * MM
            row = int((sheet.page_height - down - sheet.margin_top) // sheet.label_height)
            lowest[row, across > sheet.page_width / 2] = text
            assert 0 <= row < 5

    pypdf.PdfReader(content).pages[0].extract_text(visitor_text=visit)
    ends = [lowest[divmod(place, 2)[0], place % 2 == 0] for place in range(len(words))]
    assert all("ز" in end for end in ends), ends
