"""Layouts of sites: what they may be made of, what harm they cannot do, codes, blocks, and pages."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError, TemplateError

from kernel.documents.designs import sandbox, writing
from kernel.documents.designs.blocks import TYPES, block_problems, body_of, cleaned
from kernel.documents.designs.kinds import DocumentKind
from kernel.documents.designs.language import layout_faults
from kernel.documents.designs.page import PageSettings, page_style, quoted
from kernel.documents.designs.sandbox import written_by
from kernel.documents.designs.shipped import KINDS
from kernel.documents.designs.style import style_faults
from kernel.documents.designs.values import DocumentGroup, DocumentRows, DocumentValue, filled, sample_of
from kernel.documents.engine import Document, DocumentFault, TooLong, layout, make_pdf, make_pictures
from kernel.fa.calendar import parse_date
from kernel.fa.money import number_in_words

INVOICE = DocumentKind(
    key="invoice",
    title="Invoice",
    values=(
        DocumentGroup(
            name="buyer",
            title="Buyer",
            items=(
                DocumentValue(name="name", title="Name", sample="سارا"),
                DocumentValue(name="lines", title="Address", kind="lines", sample=["تهران", "ولیعصر"]),
            ),
        ),
        DocumentValue(name="day", title="Day", kind="day", sample=parse_date("1405/08/30")),
        DocumentValue(name="total", title="Total", kind="money", sample=1_250_000),
        DocumentRows(
            name="rows",
            title="Lines",
            items=(
                DocumentValue(name="title", title="Title", sample="قالی"),
                DocumentValue(name="price", title="Price", kind="money", sample=625_000),
            ),
            samples=2,
        ),
    ),
    body="<p>{{ buyer.name }}</p>",
)
SHAPE = INVOICE.shape


def faults(body, shape=SHAPE):
    return [(each.line, str(each.message)) for each in layout_faults(body, shape)]


def values(**given):
    return filled(INVOICE.items, {**sample_of(INVOICE.items, str), **given})


def filled_in(body, language="fa", **given):
    return written_by(body, values(**given), language)


def printed(body, style="", *, limit=30, pieces=None, **options):
    common = {"direction": "rtl", "title": "t", "page_style": "", "letterhead": False}
    document = Document(
        layout("page"), pieces or [{"values": values()}], common, body=body, style=style, **options
    )
    content = io.BytesIO()
    make_pdf(document, content, limit=limit)
    return pypdf.PdfReader(content)


def test_values_rows_and_filters_are_written_as_persian_readers_expect():
    body = (
        "{{ day }}|{{ day|jalali('weekday') }}|{{ total|rial }}|{{ total|toman }}|{{ total|in_words('toman') }}|"
        "{% for row in rows %}{{ loop.index }}.{{ row.title }} {{ row.price|number }};{% endfor %}|"
        "{{ rows|sum(attribute='price') }}|{{ buyer.lines|address }}|{{ 1404|digits }}"
    )
    assert faults(body) == []
    assert filled_in(body).split("|") == [
        "۱۴۰۵/۰۸/۳۰",
        "شنبه ۳۰ آبان ۱۴۰۵",
        "۱٬۲۵۰٬۰۰۰ ریال",
        "۱۲۵٬۰۰۰ تومان",
        f"{number_in_words(125_000)} تومان",
        "۱.قالی ۶۲۵٬۰۰۰;۲.قالی ۶۲۵٬۰۰۰;",
        "۱۲۵۰۰۰۰",
        "تهران<br>ولیعصر",
        "۱۴۰۴",
    ]
    assert filled_in("{{ day }} {{ total }}", "en") == "2026-11-21 1250000"


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("<p>\n{{ buyer.nme }}", 2, "no variable “buyer.nme”"),
        ("{{ settings }}", 1, "no variable “settings”"),
        ("\n\n{% for x in total %}{% endfor %}", 3, "“total” has no rows"),
        ("{{ rows }}", 1, "not one value"),
        ("{{ buyer }}", 1, "not one value"),
        ("{{ row.title }}", 1, "no variable “row.title”"),
        ("{% for row in rows %}{{ row.cost }}{% endfor %}", 1, "no variable “row.cost”"),
        ("{% for row in rows %}{% endfor %}\n{{ row.title }}", 2, "no variable “row.title”"),
        ("ok\n{% if %}", 2, "Not understood"),
    ],
)
def test_what_is_not_there_is_told_with_its_line(body, line, words):
    found = faults(body)
    assert found[0][0] == line
    assert words in found[0][1]


HARM = (
    "{% for a in rows %}" * 21 + "{% endfor %}" * 21,
    "{{ ''.__class__ }}",
    "{{ buyer.__class__.__mro__ }}",
    "{{ buyer['__class__'] }}",
    "{{ ().__class__ }}",
    "{{ buyer|attr('__class__') }}",
    "{{ rows|map(attribute='__class__')|join }}",
    "{{ rows|selectattr('x') }}",
    "{{ range(10**9) }}",
    "{{ 10**9 }}",
    "{{ lipsum() }}",
    "{{ cycler }}",
    "{{ buyer.name.upper() }}",
    "{{ total.__add__(1) }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ namespace(a=1) }}",
    "{{ buyer.name|safe }}",
    "{{ buyer.name ~ buyer.name }}",
    "{{ '%s'|format(buyer) }}",
    "{{ buyer.name|replace('a', 'b') }}",
    "{{ buyer.name|center(100000000) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in rows recursive %}{{ loop(rows) }}{% endfor %}",
    "{% for a in rows %}{{ loop.__class__ }}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% from 'x' import y %}",
    "{% set x %}{{ buyer.name }}{% endset %}",
    "{% filter upper %}x{% endfilter %}",
    "{% call buyer() %}{% endcall %}",
    "{% block a %}{% endblock %}",
    "{% autoescape false %}{% endautoescape %}",
    "<script>alert(1)</script>",
    "<svg><script>x</script></svg>",
    "<svg onload=x></svg>",
    "<svg><image href='http://127.0.0.1'/></svg>",
    "<img src='http://127.0.0.1/a.png'>",
    "<img src='file:///etc/passwd'>",
    "<img src='{{ buyer.name }}'>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href=javascript:x>x</a>",
    "<link rel=attachment href=/etc/passwd>",
    "<style>@import 'x'</style>",
    "<base href='http://127.0.0.1'>",
    "<p style='background: url(http://127.0.0.1)'>",
    "<object data='/etc/passwd'></object>",
    "<iframe></iframe>",
    "<form action=x><input></form>",
)


@pytest.mark.parametrize("body", HARM)
def test_harm_is_refused_when_it_is_saved(body):
    assert faults(body), body


@pytest.mark.parametrize(
    "body",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ buyer.name + buyer.name }}",
        "{{ total * total * total * total }}",
        "{{ rows * 1000000 }}",
        "{{ -buyer.name }}",
    ],
)
def test_what_grows_is_stopped_when_it_is_filled(body):
    with pytest.raises(SecurityError):
        filled_in(body)


def test_the_process_refuses_what_stands_in_the_database_without_having_been_saved():
    for body in (
        "{{ ''.__class__ }}",
        "<scr{{ '' }}ipt>x</script>",
        "{{ '<'|default }}<img src=http://127.0.0.1:9>",
    ):
        with pytest.raises(DocumentFault, match=r"line 1|cannot be used|not given"):
            printed(body)
    for style in (
        "@import 'http://127.0.0.1:9/x.css';",
        "p { background: url(file:///etc/passwd) }",
        "</style>",
    ):
        with pytest.raises(DocumentFault, match="cannot"):
            printed("<p>x</p>", style)
    with pytest.raises(
        DocumentFault, match="not given"
    ):  # a tag put together of pieces reaches the fetcher, and no further
        printed("<im{{ '' }}g src{{ '' }}='file:///etc/passwd'>")


def test_a_layout_that_goes_on_for_ever_is_ended_in_time():
    many = [{"title": "", "price": 0}] * 3000
    body = "{% for a in rows %}{% for b in rows %}{% for c in rows %}{% endfor %}{% endfor %}{% endfor %}"
    with pytest.raises(TooLong):
        printed(body, limit=1, pieces=[{"values": values(rows=many)}])


def test_a_layout_that_writes_without_end_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "MOST", 1000)
    with pytest.raises(SecurityError, match="more than a document"):
        filled_in("{% for a in rows %}" + "x" * 600 + "{% endfor %}")


NAMES = st.sampled_from(["buyer", "rows", "total", "day", "x", "__class__", "name", "title", "loop", "own"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(".".join)
SAID = st.one_of(
    PATHS,
    st.tuples(
        PATHS, st.sampled_from(["rial", "qr", "barcode", "in_words", "jalali", "lines", "attr('x')", "sum"])
    ).map("|".join),
    st.tuples(PATHS, st.sampled_from(["+", "*", "-", "//", "%"]), PATHS).map(" ".join),
)
BODIES = st.lists(
    st.one_of(
        SAID.map("{{{{ {} }}}}".format),
        PATHS.map("{{% for row in {} %}}{{{{ row.title }}}}{{% endfor %}}".format),
        SAID.map("{{% if {} %}}a{{% endif %}}".format),
        st.text("<>ab'\"=/ {}%", max_size=12),
    ),
    max_size=5,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(BODIES)
def test_what_has_no_faults_is_filled_or_says_why_not(body):
    if layout_faults(body, SHAPE):
        return
    try:
        text = filled_in(body)
    except (TemplateError, ArithmeticError, TypeError, ValueError):
        return
    assert "class '" not in text
    assert "object at 0x" not in text


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("@import 'x';", 1),
        ("p {}\n@font-face { font-family: x }", 2),
        ("p { background: u\\72l('x') }", 1),
        ("p { background: URL(x) }", 1),
        ("\n\np { content: image-set('x' 1x) }", 3),
        ("@media print { p { list-style: url(x) } }", 1),
        ("@\\69mport 'x';", 1),
        ("p {} </style><script>", 1),
        ("p { color: red", 0),
        (
            "@page { margin: 1cm; @bottom-center { content: counter(page, persian) } } p::after { content: 'x' }",
            0,
        ),
    ],
)
def test_a_style_lays_out_and_loads_nothing(style, line):
    assert [each.line for each in style_faults(style)][:1] == ([line] if line else [])


def test_codes_are_drawn_and_read_back():
    svg = str(writing.barcode_svg("۱۲۳۴AB"))
    bars = [int(each) for each in re.findall(r"h(\d+)v10", svg)]
    assert 1 <= min(bars) <= max(bars) <= 4  # Code 128 has bars of one to four modules
    # Each sign takes three bars, the stop four: start, four digits as two or four signs, a change of set, letters, check.
    assert (len(bars) - 4) % 3 == 0
    assert 'viewBox="0 0 ' in svg
    assert writing.qr_svg("") == ""
    assert str(writing.qr_svg("https://example.ir/1", 30)).count('width="30.0mm"') == 1
    for value in ("س", "x" * 61):
        with pytest.raises(TemplateError):
            writing.barcode_svg(value)
    with pytest.raises(TemplateError):
        writing.qr_svg("x" * 501)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_what_ships_is_sound_and_knows_its_values(kind):
    assert layout_faults(kind.body, kind.shape) == []
    written_by(kind.body, filled(kind.items, sample_of(kind.items, str)), "fa")


def test_a_kind_whose_layout_is_faulty_is_not_declared():
    with pytest.raises(ValueError, match=r"line 1: There is no variable “wrong”"):
        DocumentKind(key="x", title="X", values=(), body="{{ wrong }}")


def test_blocks_become_a_layout_that_is_sound():
    blocks = cleaned(
        [
            {"type": "heading", "text": "فاکتور <b> {{ buyer.name }}", "size": "xl"},
            {"type": "text", "text": "یک\nدو {{ total|rial }}"},
            {"type": "facts", "columns": [{"title": "روز", "value": "{{ day }}"}]},
            {"type": "table", "rows": "rows", "columns": [{"title": "کالا", "value": "{{ row.title }}"}]},
            {"type": "barcode", "value": "{{ total }}"},
            {"type": "qr", "value": "https://example.ir/'}}{{ x"},
            {"type": "signature", "text": "مهر و امضا"},
            {"type": "picture"},
            {"type": "line"},
            {"type": "space", "millimetres": "nonsense"},
            {"type": "unknown"},
        ]
    )
    assert [each["type"] for each in blocks][-1] == "space"
    assert set(TYPES) == {each["type"] for each in blocks}
    assert (blocks[0]["size"], blocks[1]["size"], blocks[1]["align"]) == ("xl", "m", "start")
    assert block_problems(blocks, INVOICE) == []
    body = body_of(blocks, INVOICE)
    assert faults(body) == []
    text = filled_in(body)
    assert "فاکتور &lt;b&gt; سارا" in text
    assert "یک<br>دو ۱٬۲۵۰٬۰۰۰ ریال" in text
    assert text.count("<td>قالی</td>") == 2
    assert text.count("<svg") == 2


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "text", "text": "{{ nobody.name }}"}, "no variable “nobody.name”"),
        ({"type": "text", "text": "{% for x in rows %}"}, "no statements"),
        ({"type": "table", "rows": "buyer", "columns": []}, "Choose what the rows"),
        ({"type": "qr", "value": ""}, "Say what the code holds"),
        (
            {"type": "table", "rows": "rows", "columns": [{"title": "", "value": "{{ row.cost }}"}]},
            "row.cost",
        ),
    ],
)
def test_what_is_wrong_with_a_block_is_told_by_its_place(block, words):
    (problem, *_more) = block_problems(cleaned([{"type": "line"}, block]), INVOICE)
    assert "Block 2" in str(problem.message)
    assert words in str(problem.message)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_whatever_stands_in_a_block_or_at_the_edge_of_a_page_stays_words(text):
    body = body_of(cleaned([{"type": "text", "text": text}]), INVOICE)
    if not layout_faults(body, SHAPE) and "{{" not in text and "{%" not in text and "{#" not in text:
        plain = re.sub(r"<br>|<div[^>]*>|</div>", "", filled_in(body))
        assert "<" not in plain
    assert style_faults(f"@page {{ @top-center {{ content: {quoted(text)} }} }}") == []


def test_a_page_has_its_size_margins_and_numbers():
    page = PageSettings(paper="A5", landscape=True, header="سربرگ «ما»", footer="پا", margin_side=20)
    style = page_style(page, "fa")
    assert style_faults(style) == []
    pdf = printed_on("<p>x</p>", style)
    width, height = (float(pdf.pages[0].mediabox[side]) * 25.4 / 72 for side in (2, 3))
    assert (round(width), round(height)) == (210, 148)
    text = pdf.pages[0].extract_text()
    assert "سربرگ" in text
    assert "۱" in text


def printed_on(body, page):
    common = {"direction": "rtl", "title": "t", "page_style": page, "letterhead": False}
    content = io.BytesIO()
    make_pdf(Document(layout("page"), [{"values": values()}], common, body=body), content)
    return pypdf.PdfReader(content)


def test_the_first_pages_are_drawn_as_pictures():
    common = {"direction": "rtl", "title": "t", "page_style": "", "letterhead": False}
    pieces = [{"values": values()} for _each in range(3)]
    document = Document(layout("page"), pieces, common, body=INVOICE.body, chunk=3)
    pictures, total = make_pictures(document, 2, limit=30)
    assert (len(pictures), total) == (2, 3)
    assert all(each.startswith(b"\x89PNG") for each in pictures)
