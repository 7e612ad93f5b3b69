"""What an uploaded file may be, and how its cells are read."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from kernel.resources.errors import Invalid
from kernel.resources.fields import Day, FieldError, Money, Text
from kernel.resources.importing import delimited, markup, old_workbooks, uploads
from kernel.resources.importing.cells import Merged, Unreadable, value_for
from kernel.resources.importing.source import Layout, data_rows, inspect
from tests.resources.importing.conftest import workbook

KNOWN = {"name", "mobile", "نام", "موبایل"}


def recognised(headings):
    return sum(heading in KNOWN for heading in headings)


@pytest.fixture
def read(tmp_path):
    """Give a function that reads the bytes of a file as layout and rows."""

    def read_bytes(data):
        path = tmp_path / "upload"
        path.write_bytes(data)
        layout, total = inspect(path, recognised)
        rows = list(data_rows(path, layout))
        assert total >= len(rows)
        assert Layout.from_json(layout.to_json()) == layout
        return layout, rows

    return read_bytes


def rezipped(data, **changes):
    """Give a workbook with entries replaced (`None` removes one); keys are names with `__` for `/`."""
    wanted = {name.replace("__", "/"): content for name, content in changes.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in wanted:
                new.writestr(name, old.read(name))
        for name, content in wanted.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
HEADING = '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'


def with_sheet(rows, head=HEAD):
    sheet = f"{head}{rows}</sheetData></worksheet>"
    return rezipped(workbook(("name",)), **{SHEET.replace("/", "__"): sheet})


DAY = datetime(2026, 3, 21)  # noqa: DTZ001 - spreadsheets know no zones

PLAIN = workbook(("name", "mobile"), ("علی", "0912"))


def test_a_workbook(read):
    layout, rows = read(PLAIN)
    assert (layout.format, layout.headings, layout.heading_row) == ("xlsx", ("name", "mobile"), 1)
    assert [(row.number, row.cells) for row in rows] == [(2, ["علی", "0912"])]


@pytest.mark.parametrize("prefix", ["x:", "ss:"])
def test_workbooks_whose_elements_have_a_prefix(read, prefix):
    name = prefix[:-1]
    rows = '<row><c t="inlineStr"><is><t>name</t></is></c></row><row><c><v>7</v></c></row>'
    inner = (
        f"<sheetData>{rows}</sheetData>".replace("</", "\0")
        .replace("<", f"<{prefix}")
        .replace("\0", f"</{prefix}")
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<{prefix}worksheet xmlns:{name}="{space}">{inner}</{prefix}worksheet>'
    layout, rows = read(rezipped(workbook(("name",)), **{SHEET.replace("/", "__"): sheet}))
    assert layout.headings == ("name",)
    assert [row.cells for row in rows] == [[7]]


BROKEN_FILES = {
    "empty": b"",
    "pdf": b"%PDF-1.7\n" + b"x" * 100,
    "png": b"\x89PNG\r\n\x1a\n" + bytes(50),
    "old xls": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    "truncated": PLAIN[: len(PLAIN) // 2],
    "only a head": b"PK\x03\x04" + bytes(100),
    "binary": bytes(range(256)) * 20,
    "no sheets": rezipped(PLAIN, **{"xl__workbook.xml": "<workbook/>"}),
    "not xml": with_sheet("<row><c"),
    "entities": with_sheet("<row><c><v>&a;</v></c></row>", head='<!DOCTYPE x [<!ENTITY a "b">]>' + HEAD),
    "text for a number": with_sheet(f'{HEADING}<row r="2"><c r="A2"><v>abc</v></c></row>'),
    "row beyond the last": with_sheet(f'{HEADING}<row r="99999999999"><c><v>1</v></c></row>'),
    "rows backwards": with_sheet('<row r="5"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>'),
    "no rows": with_sheet(""),
    "column beyond the last": with_sheet(f'{HEADING}<row r="2"><c r="XFD2"><v>1</v></c></row>'),
    "blank text": b"\n \n\t\n",
}


@pytest.mark.parametrize("kind", BROKEN_FILES)
def test_what_cannot_be_read_is_refused_politely(read, kind):
    with pytest.raises(Invalid) as refused:
        read(BROKEN_FILES[kind])
    assert refused.value.problems[0].field == "file"


def test_a_word_document_is_no_workbook(read):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(Invalid):
        read(out.getvalue())


def test_a_damaged_entry_is_found_by_its_checksum(read):
    data = bytearray(workbook(*[("name", "mobile")] * 200))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        place = archive.getinfo(SHEET).header_offset + 60
    data[place] ^= 0xFF
    with pytest.raises(Invalid):
        read(bytes(data))


def test_a_protected_workbook(read):
    data = bytearray(PLAIN)
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(Invalid) as refused:
        read(bytes(data))
    assert "password" in str(refused.value.message)


@pytest.mark.parametrize("limit", ["MOST_UNPACKED", "MOST_SHARED", "MOST_ENTRIES"])
def test_a_bomb_is_not_unpacked(read, monkeypatch, limit):
    opened = []
    monkeypatch.setattr(markup, "read", lambda *arguments: opened.append(arguments))
    monkeypatch.setattr(uploads, limit, 3)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    book.add_worksheet().write_row(0, 0, ["name", "mobile"])
    book.close()
    with pytest.raises(Invalid) as refused:
        read(stream.getvalue())
    assert "not opened" in str(refused.value.message)
    assert not opened


def test_a_lying_directory_does_not_unpack_more_than_it_says(read):
    bomb = with_sheet(HEADING + '<row r="2"><c r="A2"><v>1</v></c></row>' * 1)
    data = bytearray(bomb)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = archive.getinfo(SHEET).file_size
    place = data.rfind(size.to_bytes(4, "little"))
    data[place : place + 4] = (size // 2).to_bytes(4, "little")
    with pytest.raises(Invalid):
        read(bytes(data))


def test_one_endless_text_is_refused(read, monkeypatch):
    from kernel.resources.importing import sheets

    monkeypatch.setattr(sheets, "LONGEST_TEXT", 1000)
    with pytest.raises(Invalid):
        read(with_sheet(f'{HEADING}<row r="2"><c t="inlineStr"><is><t>{"x" * 5000}</t></is></c></row>'))


def test_cells_of_every_kind(read):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["name", "mobile"])
    day = book.add_format({"num_format": "yyyy/mm/dd"})
    clock = book.add_format({"num_format": "hh:mm"})
    red = book.add_format({"num_format": '[Red]#,##0 "Rials d"'})
    sheet.write_datetime(1, 0, DAY, day)
    sheet.write_datetime(1, 1, time(8, 30), clock)
    sheet.write_number(1, 2, 1500, red)
    sheet.write_number(1, 3, 9123456789)
    sheet.write_number(1, 4, 1.5)
    sheet.write_boolean(1, 5, True)
    sheet.write_rich_string(1, 6, "ع", book.add_format({"bold": True}), "لی")
    sheet.write_string(1, 7, "a\rb_x000D_c")
    sheet.write_formula(1, 8, "=1+1", None, 2)
    sheet.write_formula(1, 9, "=1/0", None, "#DIV/0!")
    book.close()
    _layout, rows = read(stream.getvalue())
    cells = rows[0].cells
    assert cells[:7] == [DAY, time(8, 30), 1500, 9123456789, 1.5, True, "علی"]
    assert cells[7].startswith("a\rb")
    assert cells[8] == 2
    assert isinstance(cells[9], Unreadable)
    assert len(cells) == 10


def test_a_formula_whose_result_is_an_empty_text(read):
    row = '<row r="2"><c r="A2" t="str"><f>IF(1,"")</f><v></v></c><c r="B2" t="str"><f>"x"</f><v>x</v></c></row>'
    _layout, rows = read(with_sheet(HEADING + row))
    assert rows[0].cells == [None, "x"]


def test_formulas_without_results_say_so(read):
    _layout, rows = read(workbook(("name", "mobile"), ("=A1&B1", 5), (None, "=1+1")))
    assert [type(cell) for cell in rows[0].cells] == [Unreadable, int]
    assert rows[0].cells[0].shown == "=A1&B1"
    assert rows[1].cells[0] is None


def test_days_counted_from_1904(read):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book.active.append(["name", "mobile"])
    book.active.append([DAY, "x"])
    stream = io.BytesIO()
    book.save(stream)
    _layout, rows = read(stream.getvalue())
    assert rows[0].cells[0] == DAY


def test_titles_above_merged_and_empty_headings_and_empty_rows(read):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["فهرست مشتریان"],
        [],
        ["نام", None, "موبایل", "موبایل"],
        [],
        ["علی", "x", "0912", None],
        [None, " "],
        ["پری"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("A3:B3")
    stream = io.BytesIO()
    book.save(stream)
    layout, rows = read(stream.getvalue())
    assert layout.headings == ("نام", "", "موبایل", "موبایل")
    assert layout.heading_row == 3
    assert [(row.number, row.cells) for row in rows] == [(5, ["علی", "x", "0912"]), (7, ["پری"])]


def test_the_first_visible_sheet_with_rows_is_read(read):
    book = openpyxl.Workbook()
    book.active.title = "hidden"
    book.active.append(["secret", "x"])
    book.active.sheet_state = "hidden"
    book.create_sheet("empty")
    book.create_sheet("list").append(["name", "mobile"])
    book.create_chartsheet("chart")
    stream = io.BytesIO()
    book.save(stream)
    layout, _rows = read(stream.getvalue())
    assert (layout.sheet, layout.headings) == ("list", ("name", "mobile"))


TEXT = 'نام{0}موبایل\r\n"علی{0} رضایی"{0}0912\r\n\r\nگلی پژمان{0}0913\r\n'


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1256"]
)
def test_encodings_and_separators(read, encoding, separator):
    text = TEXT.format(separator)
    if encoding == "windows-1256":
        text = text.replace("ی", "ي")
    layout, rows = read(text.encode(encoding))
    assert (layout.format, layout.separator) == ("csv", separator)
    assert [heading.replace("ي", "ی") for heading in layout.headings] == ["نام", "موبایل"]
    assert [row.number for row in rows] == [2, 4]
    assert rows[0].cells[0].replace("ي", "ی") == f"علی{separator} رضایی"
    assert rows[1].cells[1] == "0913"


def test_a_line_that_names_the_separator(read):
    layout, rows = read("sep=;\nname;mobile\nعلی, رضا;0912\n".encode("utf-8-sig"))
    assert layout.headings == ("name", "mobile")
    assert [row.cells for row in rows] == [["علی, رضا", "0912"]]


def test_text_files_of_one_column(read):
    layout, rows = read("name\nعلی\nپری\n".encode())
    assert layout.headings == ("name",)
    assert [row.cells for row in rows] == [["علی"], ["پری"]]


def test_line_breaks_within_quotes(read):
    _layout, rows = read(b'name,mobile\n"a\nb",1\n')
    assert rows[0].cells == ["a\nb", "1"]


@pytest.mark.parametrize(
    "data",
    [
        b'name,mobile\n"' + b"x" * 200_000,
        b"name,mobile\n" + b"x," * 300 + b"y\n",
        b"name,mobile\n" + b"\x00\x01\x02" * 2000,
    ],
)
def test_text_files_that_cannot_be_read(read, data):
    with pytest.raises(Invalid):
        read(data)


def test_an_encoding_that_breaks_off_in_the_middle(read, monkeypatch):
    monkeypatch.setattr(delimited, "SAMPLE", 64)
    data = "name,mobile\n".encode("utf-16") + "x,1\n".encode("utf-16-le") * 50 + b"\xd8"
    with pytest.raises(Invalid):
        read(data)


def merged_workbook(rows, *ranges):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for each in ranges:
        book.active.merge_cells(each)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


PARTS = {"name", "mobile", "cover from", "cover until"}


@pytest.fixture
def read_parts(tmp_path):
    """Like `read`, with headings that stand in several rows."""

    def read_bytes(data):
        path = tmp_path / "upload"
        path.write_bytes(data)
        layout, _total = inspect(path, lambda headings: sum(each in PARTS for each in headings))
        return Layout.from_json(layout.to_json()), list(data_rows(path, layout))

    return read_bytes


def test_headings_in_several_rows_are_put_together(read_parts):
    rows = [
        ("Report of sales",),
        ("no", "name", "mobile", "cover", None),
        (None, None, None, "from", "until"),
        (1, "Ali", "09121234567", "1405/1/1", "1406/1/1"),
        ("no", "name", "mobile", "cover", None),
        (None, None, None, "from", "until"),
        (2, "Sara", None, "1405/1/1", "1406/1/1"),
    ]
    layout, found = read_parts(merged_workbook(rows, "A1:E1", "A2:A3", "D2:E2"))
    assert layout.headings == ("no", "name", "mobile", "cover from", "cover until")
    assert [row.number for row in found] == [4, 7], "the heading is left out where it is repeated"


def test_data_are_no_heading_though_they_bear_names_of_fields(read_parts):
    layout, found = read_parts(merged_workbook([("name", "cover"), ("mobile", "from 1405")]))
    assert layout.heading_row == 1
    assert [row.cells for row in found] == [["mobile", "from 1405"]]


def test_a_cell_that_is_merged_over_rows_holds_for_each(read_parts):
    rows = [("name", "mobile"), ("Ali", 1), (None, 2), (None, 3), ("Sara", 4)]
    _layout, found = read_parts(merged_workbook(rows, "A2:A4"))
    assert [row.cells for row in found] == [["Ali", 1], [Merged("Ali"), 2], [Merged("Ali"), 3], ["Sara", 4]]
    assert value_for(Text("name", "Name"), found[1].cells[0]) == "Ali"
    with pytest.raises(FieldError):
        value_for(Money("sum", "Sum"), found[1].cells[0])


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1405/07/02 12:00", "1405/07/02"),
        ("1405/07/02 - 24:00", "1405/07/02"),
        ("2026-09-24T00:00:00", "2026-09-24"),
        ("شنبه 1405/07/04", "1405/07/04"),
        ("سه‌شنبه، ۱۴۰۵/۷/۷ ساعت ۱۰:۳۰", "۱۴۰۵/۷/۷"),
        ("hello 1405/07/04", "hello 1405/07/04"),
        ("2 مهر 1405", "2 مهر 1405"),
    ],
)
def test_what_a_program_writes_beside_a_day_is_left_out(written, day):
    assert value_for(Day("on", "On"), written) == day


PAGE = """<meta charset=utf-8><style>td{{mso-number-format:"\\@"}}</style><h1>{0}</h1>
<table><tr><td colspan=3>گزارش</table>
<TABLE border=1><tr><th colspan="0">نام<th colspan="x">موبایل</tr>
<tr><td colspan=9>&nbsp;
<tr><td rowspan="2">علی &amp; پسران<td>۰۹۱۲</td><td>a<br>b &nbsp; c<table><tr><td>inner</table></td></tr>
<tr><td>0913<tr><td>&nbsp;</td></tr><tr><td>سارا</td><td></td><td>x</td></tr></TABLE>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_page_that_is_called_a_workbook(read, encoding):
    layout, rows = read(PAGE.format("x" * 70_000).encode(encoding))
    assert layout.format == "html"
    assert layout.headings[:2] == ("نام", "موبایل")
    assert rows[0].cells == ["علی & پسران", "۰۹۱۲", "a b cinner"]
    assert rows[1].cells == [Merged("علی & پسران"), "0913"]
    assert (rows[2].number, rows[2].cells) == (7, ["سارا", None, "x"])


@pytest.mark.parametrize(
    "page",
    [
        b"\xef\xbb\xbf <!DOCTYPE html>",
        b"<?xml version='1.0'?><Workbook/>",
        b"<html><body>Please sign in",
        b"<html><table><tr><td " + b"x" * (3 << 20),
        b"<table><tr>" + b"<td>1" * 300,
    ],
)
def test_a_page_without_a_table_is_refused_in_words(read, page):
    with pytest.raises(Invalid) as refused:
        read(page)
    assert refused.value.problems[0].field == "file"


OLD = Path(__file__).parent / "files" / "insurer.xls"


def test_a_row_of_very_many_empty_cells_takes_no_memory(read):
    wide = "<td colspan=256 rowspan=9></td>" * 20_000
    _layout, rows = read(f"<table><tr><td>name</td>{wide}</tr><tr><td>x</td>{wide}</tr></table>".encode())
    assert [row.cells for row in rows] == [["x"]]


def test_an_old_workbook(read):
    layout, rows = read(OLD.read_bytes())
    assert (layout.format, layout.sheet, layout.heading_row) == ("xls", "صدور", 3)
    assert layout.headings[:4] == ("نام", "موبایل", "تاریخ", "حق بیمه")
    day = datetime(2026, 9, 24)  # noqa: DTZ001
    assert rows[0].cells == ["علی", "۰۹۱۲", day, 52_000_000, True]
    assert (rows[1].number, rows[1].cells) == (6, ["سارا", None, None, 12.5])


@pytest.mark.parametrize("cut", [513, 1_500, 3_000, 5_000])
def test_a_damaged_old_workbook_is_refused_in_words(read, cut):
    """Cut off or spoilt, it is refused, or what is left of it is read: nothing else becomes of it."""
    whole = OLD.read_bytes()
    for data in (whole[:cut], whole[:cut] + b"\xff" * 64 + whole[cut + 64 :]):
        with suppress(Invalid):
            read(data)


def test_an_old_workbook_is_not_read_beyond_its_bounds(read, monkeypatch):
    monkeypatch.setattr(old_workbooks, "MOST_BYTES", 1_000)
    with pytest.raises(Invalid, match="20 MB"):
        read(OLD.read_bytes())
