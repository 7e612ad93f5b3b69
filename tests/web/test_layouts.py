# ruff: noqa: F401, F811 - fixtures of the tests of printing
"""The designer of documents through the browser: layouts made, saved, faulty, brought back, printed with."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

from kernel.documents.designs.models import DocumentLayout
from kernel.documents.designs.shipped import KINDS
from tests.web.test_printing import (
    PRINTER,
    asked,
    boss,
    file_of,
    ground,
    number_of,
    person,
    sara,
    shiraz,
    work,
)

LABELS = next(each for each in KINDS if each.key == "labels")
RECORD = next(each for each in KINDS if each.key == "record")


def new(browser, kind="labels", form="html", name="طرح ما", language="fa"):
    values = {"kind": kind, "made_of": form, "name": name, "language": language}
    answer = browser.post("/printing/layouts/new", values)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def version_of(browser, url):
    return re.search(r'name="version" value="(\d+)"', browser.get(url).text)[1]


def save(browser, url, **values):
    given = {"name": "طرح ما", "version": version_of(browser, url), "do": "save", "style": "", **values}
    return browser.post(url, given)


PAGE = {"paper": "A5", "margin_top": "10", "margin_bottom": "10", "margin_side": "10"}


def test_only_who_may_design_comes_in(boss, sara, sign_in):
    url = new(boss)
    assert sara.get("/printing/layouts").status_code == 403
    assert "/printing/layouts" not in sara.get("/printing/").text
    for path in (url, f"{url}/versions"):
        assert sara.get(path).status_code == 403
    for path in (url, f"{url}/preview", f"{url}/preview.pdf", f"{url}/use", f"{url}/delete"):
        assert sara.post(path, {"name": "x", "version": "1", "body": "x"}).status_code == 403
    drawer = sign_in("drawer", PRINTER | {("document_layout", "edit"): "all"})
    assert "طرح ما" in drawer.get("/printing/layouts").text
    assert drawer.get(f"{url}0").status_code == 404


def test_a_layout_begins_as_it_ships_and_keeps_every_version(boss, run):
    url = new(boss)
    page = boss.get(url).text
    assert "{{ recipient.place }}" in page
    assert save(boss, url, body="<p>یک {{ recipient.name }}</p>", style="p { color: red }").status_code == 303
    assert save(boss, url, body="<p>دو</p>").status_code == 303
    versions = boss.get(f"{url}/versions").text
    assert re.findall(r"نسخهٔ ([۱-۹])</b>", versions) == ["۳", "۲", "۱"]
    assert boss.post(f"{url}/versions/2/return", {}).status_code == 303
    assert "یک {{ recipient.name }}" in boss.get(url).text
    assert boss.post(f"{url}/versions/9/return", {}).status_code == 404
    assert boss.post(f"{url}/reset", {}).status_code == 303
    assert run("SELECT body, style FROM kernel.document_layout") == [(LABELS.body, LABELS.style)]
    assert [row[0] for row in run("SELECT why FROM kernel.document_layout_version ORDER BY number")] == [
        "made",
        "saved",
        "saved",
        "returned",
        "reset",
    ]
    noted = run("SELECT what FROM kernel.audit_entry WHERE what LIKE 'document_layout.%' ORDER BY id")
    assert [row[0].split(".")[1] for row in noted] == ["create", "save", "save", "revert", "reset"]


def test_faults_are_told_with_their_lines_and_nothing_is_saved(boss, run):
    url = new(boss)
    answer = save(boss, url, body="<p>\n{{ recipient.nobody }}\n{{ ''.__class__ }}</p>", style="@import 'x';")
    assert answer.status_code == 422
    assert "سطر ۲" in answer.text
    assert "recipient.nobody" in answer.text
    assert "سطر ۳" in answer.text
    assert "سبک" in answer.text
    assert "{{ recipient.nobody }}" in answer.text  # what was typed is still there
    assert run("SELECT body FROM kernel.document_layout") == [(LABELS.body,)]
    assert save(boss, url, body=" ").status_code == 422
    assert save(boss, url, body="x", name="").status_code == 422


def test_names_are_their_own_and_a_stale_editor_is_refused(boss):
    url = new(boss)
    again = boss.post(
        "/printing/layouts/new", {"kind": "labels", "made_of": "html", "name": "طرح ما", "language": "fa"}
    )
    assert again.status_code == 422
    assert save(boss, url, body="<p>x</p>").status_code == 303
    stale = boss.post(url, {"name": "x", "version": "1", "do": "save", "body": "<p>y</p>", "style": ""})
    assert stale.status_code == 409
    wrong = boss.post(
        "/printing/layouts/new", {"kind": "labels", "made_of": "html", "name": "y", "language": "en"}
    )
    assert wrong.status_code == 422


def test_labels_are_printed_with_the_layout_in_use_and_with_what_ships_where_it_breaks(
    boss, sara, ground, shiraz, work, run
):
    mina = person(sara, "مینا راد", "خیابان زند", **{"addresses-0-city": shiraz})
    url = new(boss)
    save(boss, url, body="<p>ویژه {{ recipient.name }}</p>{{ recipient.name|length|qr(10) }}")

    def text_of_a_label():
        run_url = asked(sara, "labels", [mina], format=ground["a4-3x8"], start="1", whose="own")
        work()
        return run_url, file_of(sara, run_url).pages[0].extract_text()

    _url, shipped = text_of_a_label()
    assert "ویژه" not in shipped
    assert boss.post(f"{url}/use", {}).status_code == 303
    _url, own = text_of_a_label()
    assert "ویژه" in own
    assert "زند" not in own
    run("UPDATE kernel.document_layout SET body = '<p>{{ recipient.gone.far }}</p>'")
    run_url, fallen_back = text_of_a_label()
    assert "زند" in fallen_back
    assert "طرح این سایت قابل استفاده نبود" in sara.get(run_url).text
    assert boss.post(f"{url}/delete", {}).status_code == 303
    assert boss.get(url).status_code == 200  # one in use stays
    boss.post(f"{url}/leave", {})
    boss.post(f"{url}/delete", {})
    assert boss.get(url).status_code == 404
    assert run("SELECT count(*) FROM kernel.document_layout_version") == [(0,)]


def test_only_one_layout_of_a_kind_and_language_is_in_use(boss, run):
    first, second = new(boss, name="الف"), new(boss, name="ب")
    other = new(boss, kind="letters", name="الف")
    for url in (first, other, second):
        assert boss.post(f"{url}/use", {}).status_code == 303
    found = run("SELECT kind, name FROM kernel.document_layout WHERE is_default ORDER BY kind")
    assert found == [("labels", "ب"), ("letters", "الف")]


def test_blocks_are_added_moved_saved_and_turned_into_html(boss, run):
    url = new(boss, kind="record", form="blocks")
    posted = {"name": "طرح ما", "version": version_of(boss, url), "blocks": "1", **PAGE}
    posted |= {
        "b-0-type": "heading",
        "b-0-text": "پروندهٔ {{ record.name }}",
        "b-0-size": "xl",
        "b-0-align": "center",
    }
    added = boss.post(url, {**posted, "do": "add-table"})
    assert added.status_code == 200
    assert 'name="b-1-type" value="table"' in added.text
    assert "پروندهٔ {{ record.name }}" in added.text
    assert run("SELECT jsonb_array_length(blocks) FROM kernel.document_layout") == [(3,)]  # nothing saved yet
    posted |= {"blocks": "2", "b-1-type": "table", "b-1-rows": "", "b-1-c-0-title": "بخش"}
    posted |= {"b-1-c-0-value": "{{ row.title }}"}
    refused = boss.post(url, {**posted, "do": "save"})
    assert refused.status_code == 422
    assert "بلوک ۲" in refused.text
    posted["b-1-rows"] = "sections"
    moved = boss.post(url, {**posted, "do": "up-1"}).text
    assert moved.index('value="table"') < moved.index('value="heading"')
    assert boss.post(url, {**posted, "do": "save"}).status_code == 303
    ((body, page),) = run("SELECT body, page FROM kernel.document_layout")
    assert "{% for row in sections %}" in body
    assert page["paper"] == "A5"
    assert boss.post(f"{url}/convert", {}).status_code == 303
    text = boss.get(url).text
    assert 'name="body"' in text
    assert "table.rows" in text
    assert boss.post(f"{url}/convert", {}).status_code == 303  # refused in words: it is HTML already
    assert "از پیش HTML" in boss.get(url).text


def test_the_preview_shows_pictures_or_what_is_wrong(boss, sara, ground, shiraz):
    url = new(boss)
    seen = boss.post(f"{url}/preview", {"name": "x", "version": "1", "body": LABELS.body, "style": ""})
    assert 'src="data:image/png;base64,' in seen.text
    wrong = boss.post(f"{url}/preview", {"name": "x", "version": "1", "body": "\n{{ nothing }}", "style": ""})
    assert wrong.status_code == 200
    assert "سطر ۲" in wrong.text
    mina = person(boss, "مینا راد", "خیابان زند", **{"addresses-0-city": shiraz})
    given = {
        "name": "x",
        "version": "1",
        "body": "<p>{{ recipient.name }} {{ recipient.street }}</p>",
        "style": "",
    }
    pdf = boss.post(f"{url}/preview.pdf", {**given, "record": str(mina)})
    text = pypdf.PdfReader(io.BytesIO(pdf.data)).pages[0].extract_text()
    assert "زند" in text
    gone = boss.post(f"{url}/preview", {**given, "record": "999999"})
    assert "چنین پرونده‌ای نیست" in gone.text


def test_a_designer_previews_only_records_that_he_may_print(boss, sign_in, ground):
    mina = person(boss, "مینا راد", "خیابان زند")
    drawer = sign_in(
        "drawer", {("document_layout", "edit"): "all", ("party", "print"): "own", ("party", "view"): "own"}
    )
    url = new(drawer)
    given = {
        "name": "x",
        "version": "1",
        "body": "<p>{{ recipient.name }}</p>",
        "style": "",
        "record": str(mina),
    }
    assert "چنین پرونده‌ای نیست" in drawer.post(f"{url}/preview", given).text


def test_the_sheet_of_a_record_is_a_pdf_of_what_its_reader_may_print(boss, sara, sign_in, run, ground):
    mina = person(sara, "مینا راد", mobile="09121234567")
    answer = sara.get(f"/printing/sheets/person/{mina}")
    assert answer.mimetype == "application/pdf"
    text = pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert "راد" in text
    assert run("SELECT count(*) FROM kernel.audit_entry WHERE what = 'record.print'") == [(1,)]
    url = new(boss, kind="record")
    save(boss, url, body="<h1>برگهٔ ویژه {{ record.number }}</h1>", **PAGE)
    boss.post(f"{url}/use", {})
    again = pypdf.PdfReader(io.BytesIO(sara.get(f"/printing/sheets/person/{mina}").data)).pages[0]
    assert "ویژه" in again.extract_text()
    assert round(float(again.mediabox.width) * 25.4 / 72) == 148
    reader = sign_in("reader", {("party", "view"): "all"})
    assert reader.get(f"/printing/sheets/person/{mina}").status_code == 403
    blind = sign_in("blind", {("party", "print"): "all"})
    assert blind.get(f"/printing/sheets/person/{mina}").status_code == 404
    assert sara.get("/printing/sheets/nothing/1").status_code == 404
    assert sara.get(f"/printing/documents/labels/{mina}").status_code == 404


def test_a_layout_of_blocks_begins_with_what_its_document_holds(boss, run):
    page = boss.get(new(boss, "record", "blocks", "برگهٔ ما")).text
    assert re.findall(r'name="b-\d-type" value="(\w+)"', page) == ["heading", "facts", "table"]
    ((body,),) = run("SELECT body FROM kernel.document_layout")
    assert "{{ record.number }}" in body
    assert "{% for row in sections %}" in body
    labels = boss.get(new(boss, "labels", "blocks", "برچسب ما")).text
    assert re.findall(r'name="b-\d-type" value="(\w+)"', labels) == ["heading"]


def test_what_a_layout_may_not_do_is_told_once_and_as_it_is_written(boss):
    answer = save(
        boss, new(boss), body="{% for i in range(9) %}{% for j in range(9) %}{% endfor %}{% endfor %}"
    )
    assert answer.status_code == 422
    assert answer.text.count("«\u2066range()\u2069»") == 1
    assert "\u2066Expected an expression" in save(boss, new(boss, name="دیگر"), body="{% if %}").text
