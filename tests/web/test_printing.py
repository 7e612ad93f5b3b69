"""Labels, envelopes and letters through the browser and the worker; the PDF that comes out is read back."""

from __future__ import annotations

import io
import json
import re

import pypdf
import pytest
from sqlalchemy import text

from kernel.documents import making, recording
from kernel.documents.formats import seed_formats
from kernel.jobs import run as jobs
from kernel.jobs.app import store_rows
from kernel.resources import base_data
from tests.web.conftest import ALL

PRINTER = {
    **ALL,
    ("party", "print"): "all",
    **{("interaction", action): "all" for action in ("view", "create")},
}


@pytest.fixture
def ground(runtime):
    """Formats, places and positions, as every site has them; gives ids by name."""
    store_rows()
    with runtime.system_work("test", "test.seed") as context:
        base_data.seed(context, [item for part in runtime.declared.parts for item in part.base_lists])
        seed_formats(context)
        found = context.session.execute(
            text(
                "SELECT code AS name, id FROM kernel.label_format UNION ALL"
                " SELECT code, id FROM kernel.envelope_format UNION ALL"
                " SELECT code, id FROM kernel.base_value WHERE code = 'managing_director'"
            )
        )
        return {row.name: str(row.id) for row in found}


@pytest.fixture
def shiraz(run):
    """A city: Shiraz in Fars."""
    ((country,),) = run(
        "INSERT INTO kernel.country (name, search_key, sort_key, code) VALUES ('ایران', 'ایران', 'a', 'IR')"
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id"
    )
    ((province,),) = run(
        "INSERT INTO kernel.province (country_id, name, search_key, sort_key) VALUES (:c, 'فارس', 'فارس', 'b')"
        " ON CONFLICT (country_id, search_key) DO UPDATE SET name = excluded.name RETURNING id",
        c=country,
    )
    ((city,),) = run(
        "INSERT INTO kernel.city (province_id, name, search_key, sort_key) VALUES (:p, 'شیراز', 'شیراز', 'c')"
        " ON CONFLICT (province_id, search_key) DO UPDATE SET name = excluded.name RETURNING id",
        p=province,
    )
    return str(city)


@pytest.fixture
def work(runtime):
    """Do what is due in the background."""

    def do():
        for _round in range(4):
            due = []
            jobs.sweep(runtime, lambda task, _queue, arguments: due.append((task, *arguments)))  # noqa: B023
            for task, what in due:
                if task == "work":
                    jobs.work(runtime, what)

    return do


@pytest.fixture
def blank(monkeypatch):
    """A printer that makes no PDF: for what does not look into it."""

    def make(document, target, *, tell, **_options):
        target.write(b"%PDF-")
        tell(len(document.pieces))
        return len(document.pieces)

    monkeypatch.setattr(making, "make_pdf", make)


@pytest.fixture
def boss(sign_in):
    return sign_in("boss", administrator=True)


@pytest.fixture
def sara(sign_in):
    """An ordinary user who may print everybody."""
    return sign_in("sara", PRINTER)


def number_of(address):
    return int(address.rsplit("/", 1)[-1])


def person(browser, name="مینا راد", street="", **values):
    first, _space, last = name.partition(" ")
    if street:
        values |= {"addresses-rows": "1", "addresses-0-street": street}
    form = {"first_name": first, "last_name": last, "_anyway": "1", **values}
    return number_of(browser.made("/persons/new", **form))


def firm(browser, name="شرکت پارس", street="", **values):
    if street:
        values |= {"addresses-rows": "1", "addresses-0-street": street}
    return number_of(browser.made("/organisations/new", name=name, _anyway="1", **values))


def post_at(organisation, position="", contact=False):
    row = {"employments-rows": "1", "employments-0-organisation": str(organisation)}
    if position:
        row["employments-0-position"] = position
    if contact:
        row |= {"employments-0-is_contact": "1", "employments-0-is_main_contact": "1"}
    return row


def ask(browser, kind, ids=(), *, source=None, **values):
    form = {"kind": kind, "source": json.dumps(source or {"parties": list(ids)}), **values}
    return browser.post("/printing/new", form)


def asked(browser, kind, ids=(), **values):
    answer = ask(browser, kind, ids, **values)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def file_of(browser, run_url):
    page = browser.get(run_url).text
    answer = browser.get(re.search(r'href="(/work/\d+/file)"', page)[1])
    assert answer.status_code == 200, answer.text
    return pypdf.PdfReader(io.BytesIO(answer.data))


def words_of(pdf, page=0):
    return pdf.pages[page].extract_text()


def labels(ground, code="a4-3x7", **values):
    return {"format": ground[code], "start": "1", "whose": "own", **values}


def digits_of(text):
    """The text with its digits in both directions: the reader of PDF turns them round with the letters."""
    return text + re.sub("[۰-۹]+", lambda found: found[0][::-1], text)


LETTER = {
    "readers": "contacts",
    "language": "fa",
    "subject": "دعوت",
    "body": "سلام {{ party.addressed }}\n\nبفرمایید.",
    "signature": "مدیرعامل",
    "numbering": "none",
    "paper": "A4",
    "letterhead": "1",
    "record": "1",
}


def test_labels_of_ticked_persons_come_as_a_pdf_with_place_street_code_and_name(sara, ground, shiraz, work):
    mina = person(
        sara,
        "مینا راد",
        "خیابان زند 12",
        form_of_address="سرکار خانم دکتر",
        **{"addresses-0-city": shiraz, "addresses-0-postal_code": "1619735744"},
    )
    homeless = person(sara, "رضا کیانی")
    form = sara.post("/persons/bulk", {"do": "print", "id": [str(mina), str(homeless)]})
    assert "برچسب پستی" in form.text
    assert html_source(form.text) == {"parties": [mina, homeless]}
    run = asked(sara, "labels", [mina, homeless], **labels(ground, start="3"))
    work()
    page = sara.get(run).text
    assert "رضا کیانی" in page
    assert "نشانی ندارد" in page
    pdf = file_of(sara, run)
    assert len(pdf.pages) == 1
    size = pdf.pages[0].mediabox
    assert (round(float(size.width) * 25.4 / 72), round(float(size.height) * 25.4 / 72)) == (210, 297)
    found = words_of(pdf)
    order = [found.index(word) for word in ("فارس", "شیراز", "زند", "کد پستی", "سرکار")]
    assert order == sorted(order)
    assert "۳۵۷۴۴" in digits_of(found)
    assert not re.search("[0-9]", found)
    assert "کیانی" not in found
    assert "سرکار خانم دکتر مینا راد" not in sara.get("/printing/").text
    assert run in sara.get("/printing/").text
    (left,) = text_places(pdf.pages[0], "راد")
    assert left < 70  # the third label from the right stands at the left edge


def html_source(page):
    found = re.search(r'name="source" value="([^"]*)"', page)[1]
    return json.loads(found.replace("&#34;", '"'))


def text_places(page, word):
    """Where, from the left in millimetres, text begins that holds a word."""
    found = []

    def visit(text, _cm, tm, _font, _size):
        if word in text:
            found.append(tm[4] * 25.4 / 72)

    page.extract_text(visitor_text=visit)
    return found


def test_staff_of_one_firm_are_listed_with_the_address_that_was_asked_for(sara, ground, work):
    pars = firm(sara, "شرکت پارس", "بلوار ارم")
    mina = person(sara, "مینا راد", "خیابان زند", **post_at(pars, ground["managing_director"]))
    reza = person(sara, "رضا کیانی", **post_at(pars))
    person(sara, "بیگانه دور", "جای دیگر")
    own = sara.get(f"/printing/staff?company={pars}&whose=own").text
    table, without = own.split("بدون این نشانی", 1)
    assert "مینا راد" in table
    assert "رضا کیانی" not in table.split("<tbody>")[1]
    assert "رضا کیانی" in without
    assert "بیگانه" not in own
    both = sara.get(f"/printing/staff?company={pars}&whose=firm").text
    assert both.count('name="id"') == 2
    assert "بلوار ارم" in both
    form = sara.post(
        "/printing/new", {"fresh": "1", "company": str(pars), "whose": "firm", "id": [str(mina), str(reza)]}
    )
    assert "شرکت پارس" in form.text
    run = asked(sara, "labels", [mina, reza], company=str(pars), **labels(ground, "a4-2x7", whose="firm"))
    work()
    found = words_of(file_of(sara, run))
    assert found.count("ارم") == 2
    assert found.count("پارس") == 2
    assert "زند" not in found


def test_envelopes_carry_sender_and_recipient_each_on_a_page_of_its_size(boss, ground, work):
    ours = firm(boss, "خانهٔ ما", "کوی ما")
    boss.post(f"/organisations/{ours}/own", {})
    ids = [person(boss, f"نفر {word}", f"کوی {word}") for word in ("یکم", "دوم")]
    run = asked(boss, "envelopes", ids, format=ground["dl"], whose="own", sender="1")
    work()
    pdf = file_of(boss, run)
    size = pdf.pages[0].mediabox
    assert (round(float(size.width) * 25.4 / 72), round(float(size.height) * 25.4 / 72)) == (220, 110)
    assert len(pdf.pages) == 2
    for page, word in enumerate(("یکم", "دوم")):
        assert "فرستنده" in words_of(pdf, page)
        assert "ما" in words_of(pdf, page)
        assert word in words_of(pdf, page)


def test_letters_to_contact_persons_are_looked_at_numbered_printed_and_recorded_once(
    sara, ground, work, runtime, run
):
    pars, tak = firm(sara, "شرکت پارس"), firm(sara, "شرکت تک")
    mina = person(sara, "مینا راد", **post_at(pars, ground["managing_director"], contact=True))
    url = asked(sara, "letters", [pars, tak], **LETTER | {"numbering": "first", "number": "۱۴۰۵/ص/۰۹"})
    work()
    page = sara.get(url).text
    assert "سلام مینا راد" in page
    assert "شرکت تک" in page
    assert "سازمان بدون رابط" in page or "بدون" in page
    preview = pypdf.PdfReader(io.BytesIO(sara.get(f"{url}/preview").data))
    assert "دعوت" in words_of(preview)
    assert run("SELECT count(*) FROM kernel.interaction") == [(0,)]
    assert sara.post(f"{url}/start").status_code == 303
    work()
    found = words_of(file_of(sara, url))
    for word in ("مینا", "شرکت", "پارس", "دعوت", "بفرمایید", "تاریخ", "۰۹"):
        assert word in digits_of(found)
    timeline = sara.get(f"/organisations/{pars}").text
    assert "دعوت" in timeline
    assert "دعوت" in sara.get(f"/persons/{mina}").text
    sara.post(f"{url}/again")
    work()
    assert words_of(file_of(sara, url)) == found
    rows = run("SELECT channel, direction, party_id, number FROM kernel.interaction")
    assert rows == [("letter", "out", pars, "۱۴۰۵/ص/۰۹")]


def test_the_number_series_goes_on_from_run_to_run_and_one_number_is_for_all(sara, ground, work, run, blank):
    ids = [person(sara, f"نفر {word}") for word in ("یکم", "دوم")]
    for _turn in range(2):
        url = asked(sara, "letters", ids, **LETTER | {"numbering": "series", "record": ""})
        work()
        sara.post(f"{url}/start")
    one = asked(sara, "letters", ids, **LETTER | {"numbering": "one", "number": "55", "record": ""})
    work()
    sara.post(f"{one}/start")
    rows = [row[0] for row in run("SELECT number FROM kernel.print_item ORDER BY id")]
    assert [number.split("/")[-1] for number in rows] == ["1", "2", "3", "4", "55", "55"]
    assert run("SELECT count(*) FROM kernel.interaction") == [(0,)]


def test_letters_go_to_whoever_holds_a_position_today_anywhere(sara, ground, work):
    pars, tak = firm(sara, "شرکت پارس"), firm(sara, "شرکت تک")
    chief = ground["managing_director"]
    person(sara, "مینا راد", **post_at(pars, chief))
    person(sara, "پیشین بود", **post_at(tak, chief), **{"employments-0-until": "1400/01/01"})
    person(sara, "کارمند عادی", **post_at(tak))
    refused = ask(sara, "letters", source={"everywhere": True}, **LETTER)
    assert refused.status_code == 422
    url = asked(
        sara, "letters", source={"everywhere": True}, **LETTER | {"readers": "position", "position": chief}
    )
    work()
    page = sara.get(url).text
    assert "مینا راد" in page
    assert "مدیرعامل، شرکت پارس" in page
    narrowed = asked(sara, "letters", [tak], **LETTER | {"readers": "position", "position": chief})
    work()
    assert "کسی در آنجا این سمت را ندارد" in sara.get(narrowed).text


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        ("labels", {"start": "22"}, "فقط ۲۱ برچسب"),
        ("labels", {"start": "0"}, "شروع از برچسب"),
        ("labels", {"format": "999"}, "قالب"),
        ("letters", {"body": "سلام {{ party.shoe }}"}, "party.shoe"),
        ("letters", {"body": "{% for a in b %}{% endfor %}"}, "for"),
        ("letters", {"numbering": ""}, "شمارهٔ نامه‌ها"),
        ("letters", {"numbering": "first", "number": "الف"}, "رقم"),
        ("letters", {"numbering": "one"}, "شمارهٔ نامه را بنویسید"),
        ("letters", {"readers": "position"}, "سمت را انتخاب"),
    ],
)
def test_what_cannot_be_printed_is_refused_beside_its_field(sara, ground, run, kind, wrong, words):
    given = {**(labels(ground) if kind == "labels" else LETTER), **wrong}
    answer = ask(sara, kind, [1], **given)
    assert answer.status_code == 422
    assert words in answer.text
    assert run("SELECT count(*) FROM kernel.print_run") == [(0,)]


def test_an_empty_variable_and_a_missing_street_leave_somebody_out_with_the_reason(
    sara, ground, shiraz, work
):
    nameless = person(sara, "مینا راد", **{"addresses-rows": "1", "addresses-0-city": shiraz})
    url = asked(sara, "letters", [nameless], **LETTER | {"body": "{{ party.email }}"})
    work()
    assert "party.email" in sara.get(url).text
    assert sara.post(f"{url}/start").status_code == 303
    assert "آماده" in sara.get(url).text
    run = asked(sara, "labels", [nameless], **labels(ground))
    work()
    page = sara.get(run).text
    assert "خیابان و پلاک ندارد" in page
    assert "کسی نبود" in page


def test_who_prints_own_records_only_prints_no_others_and_learns_nothing_of_hidden_ones(
    boss, sign_in, ground, work, id_of
):
    reza = sign_in("reza", {**{("party", a): "all" for a in ("view",)}, ("party", "print"): "own"})
    mine = person(boss, "مینا راد", "کوی من", owner=id_of("reza"))
    other = person(boss, "دیگری بود", "کوی او")
    run = asked(reza, "labels", [mine, other], **labels(ground))
    work()
    found = words_of(file_of(reza, run))
    assert "من" in found
    assert "دیگری" not in found
    assert "اجازهٔ چاپ این طرف را ندارید" in reza.get(run).text
    blind = sign_in("blind", {("party", action): "own" for action in ("view", "print")})
    seen = person(boss, "خود او", "کوی خود", owner=id_of("blind"))
    run = asked(blind, "labels", [seen, other], **labels(ground))
    work()
    page = blind.get(run).text
    assert "پنهان از شما" in page
    assert "دیگری" not in page
    assert "دیگری" not in words_of(file_of(blind, run))
    for address in (run, f"{run}/preview"):
        assert reza.get(address).status_code == 404
    assert reza.post(f"{run}/again").status_code == 404


def test_without_the_right_nothing_is_offered_or_made(sign_in, ground):
    viewer = sign_in("viewer", {("party", "view"): "all"})
    assert viewer.get("/printing/").status_code == 403
    assert viewer.get("/printing/staff").status_code == 403
    assert ask(viewer, "labels", [1], **labels(ground)).status_code == 403
    assert 'value="print"' not in viewer.get("/persons").text


def test_whoever_may_not_see_streets_prints_no_addresses(boss, sign_in, ground, run, id_of):
    sara = sign_in("sara", PRINTER)
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', 'addresses-street', 'hidden' FROM kernel.user_pattern WHERE user_id = :u",
        u=int(id_of("sara")),
    )
    mina = person(boss, "مینا راد", "خیابان زند")
    answer = ask(sara, "labels", [mina], **labels(ground))
    assert answer.status_code == 422
    assert "نمی‌توانید آن‌ها را چاپ کنید" in answer.text
    assert "زند" not in sara.get("/printing/staff").text


def test_a_format_that_does_not_fit_its_page_is_refused(boss, ground):
    form = {
        "name": "ناجور",
        "active": "1",
        "page_width": "210",
        "page_height": "297",
        "columns": "3",
        "rows": "8",
        "label_width": "70",
        "label_height": "37",
        "margin_top": "5",
        "margin_side": "5",
        "gap_across": "0",
        "gap_down": "0",
        "padding": "3",
    }
    answer = boss.post("/label-formats/new", form)
    assert answer.status_code == 422
    assert "پهنای صفحه" in answer.text
    assert "بلندی صفحه" in answer.text
    saved = boss.post("/label-formats/new", form | {"margin_side": "0", "margin_top": "0.5"})
    assert saved.status_code == 303


def test_templates_of_letters_are_checked_when_saved_and_chosen_in_the_form(boss, ground):
    form = {"name": "عید", "language": "fa", "active": "1", "subject": "نوروز", "body": "{{ party.shoe }}"}
    answer = boss.post("/letter-templates/new", form)
    assert answer.status_code == 422
    assert "party.shoe" in answer.text
    saved = boss.post("/letter-templates/new", form | {"body": "سلام {{ letter.position|default('گرامی') }}"})
    number = number_of(saved.headers["Location"])
    page = boss.post(
        "/printing/new",
        {"fresh": "1", "kind": "letters", "source": '{"parties": [1]}', "template": str(number)},
    ).text
    assert "letter.position" in page
    assert 'value="نوروز"' in page


def test_long_names_are_not_cut_off_and_full_sheets_go_on(sara, ground, work):
    long_one = "ن" * 60
    ids = [person(sara, f"{long_one} {'م' * 60}", "خیابان " + "دراز " * 40)]
    ids += [person(sara, f"نفر شمارهٔ{place}", f"کوی {place}") for place in range(8)]
    run = asked(sara, "labels", ids, **labels(ground, "a4-2x4"))
    work()
    pdf = file_of(sara, run)
    assert len(pdf.pages) == 2
    found = words_of(pdf)
    assert found.count("ن") + found.count("م") >= 120
    assert found.count("دراز") == 40


def test_a_run_killed_while_it_records_goes_on_and_records_each_letter_once(
    sara, ground, work, runtime, run, monkeypatch, blank
):
    ids = [person(sara, f"نفر {word}") for word in ("یکم", "دوم", "سوم")]
    monkeypatch.setattr(recording, "RECORDED", 1)
    url = asked(sara, "letters", ids, **LETTER)
    work()
    sara.post(f"{url}/start")
    once = recording._interaction
    calls = []

    def dies(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return once(*arguments)

    monkeypatch.setattr(recording, "_interaction", dies)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert run("SELECT count(*) FROM kernel.interaction") == [(1,)]
    run("UPDATE kernel.work SET due_at = now() - interval '1 hour' WHERE state = 'running'")
    work()
    assert run("SELECT count(*), count(DISTINCT party_id) FROM kernel.interaction") == [(3, 3)]
    assert run("SELECT state FROM kernel.print_run") == [("done",)]


def test_letters_to_parties_that_were_merged_meanwhile_keep_their_own_numbers(
    sara, ground, work, run, monkeypatch
):
    ids = [person(sara, f"نفر {word}") for word in ("یکم", "دوم")]
    url = asked(sara, "letters", ids, **LETTER | {"numbering": "first", "number": "7", "record": ""})
    work()
    sara.post(f"{url}/start")
    run("UPDATE kernel.print_item SET party_id = :survivor", survivor=ids[0])
    given = []

    def make(document, target, **_options):
        given.extend(piece["values"]["letter"]["number"] for piece in document.pieces)
        target.write(b"%PDF-")
        return len(document.pieces)

    monkeypatch.setattr(making, "make_pdf", make)
    work()
    assert given == ["۷", "۸"]


@pytest.mark.parametrize(
    "source",
    [
        '{"groups": ["x"]}',
        '{"segment": "x"}',
        '{"parties": 5}',
        '{"segment": 99999999999999999999999}',
        "[]",
        "{",
    ],
)
def test_whom_it_is_for_is_asked_again_where_it_cannot_be_read(boss, ground, source):
    for address in ("/printing/new", "/outbox/sendings/new"):
        answer = boss.post(address, data={"kind": "labels", "source": source, **labels(ground)})
        assert answer.status_code == 422
