# ruff: noqa: F401, F811 - fixtures of the tests of printing
"""Letters as a sending through the browser and the worker: prepared, printed, posted, come back, paused, stopped."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import text

from kernel.documents import making
from kernel.fa.calendar import format_date
from kernel.messages.kinds import seed_kinds
from tests.web.conftest import ALL
from tests.web.test_printing import (
    blank,
    boss,
    file_of,
    firm,
    ground,
    number_of,
    person,
    post_at,
    shiraz,
    words_of,
    work,
)

WRITER = {
    **ALL,
    ("party", "print"): "all",
    ("party", "send"): "all",
    **{("message", action): "all" for action in ("view", "send", "again")},
    **{("opt_out", action): "all" for action in ("view", "create", "edit")},
}
LETTER = {
    "language": "fa",
    "subject": "دعوت",
    "body": "{{ party.addressed }}\nنامهٔ {{ letter.number }}",
    "readers": "contacts",
    "numbering": "first",
    "number": "ص/۱۲۰",
    "paper": "A5",
    "letterhead": "1",
}


@pytest.fixture
def kinds(runtime):
    with runtime.system_work("test", "test.kinds") as context:
        seed_kinds(context)
        found = context.session.execute(text("SELECT code, id FROM kernel.message_kind"))
        return {row.code: row.id for row in found}


@pytest.fixture
def sara(sign_in):
    """An ordinary user who may print and send to everybody."""
    return sign_in("sara", WRITER)


def made(browser, kinds, ids, **values):
    form = {**LETTER, "kind_id": kinds["greeting"], "source": json.dumps({"parties": list(ids)}), **values}
    answer = browser.post("/outbox/letters/new", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def states(run):
    found = run("SELECT state, reason FROM kernel.message ORDER BY id")
    return [f"{state} {reason}".strip() for state, reason in found]


def fails(document, target, **_options):
    raise making.DocumentFault("no paper")


def test_letters_are_prepared_reviewed_printed_posted_and_come_back(sara, ground, kinds, shiraz, work, run):
    mina = person(sara, "مینا راد", "خیابان زند ۱۲")
    twin = person(sara, "همزاد راد", "خیابان زند ۱۲")
    nowhere = person(sara, "بی‌نشان راد")
    pars = firm(sara, "شرکت پارس", "میدان ونک ۳")
    chief = person(sara, "نادر کیا", **post_at(pars, contact=True))
    page = sara.post("/persons/bulk", data={"do": "message", "id": [str(mina)]}).text
    source = re.search(r'name="source" value="([^"]+)"', page)[1].replace("&#34;", '"')
    assert 'action="/outbox/letters/new"' in page
    fresh = sara.post("/outbox/letters/new", data={"source": source, "fresh": "1"}).text
    assert 'name="numbering"' in fresh
    url = made(sara, kinds, [mina, twin, nowhere, pars])
    work()
    shown = sara.get(url).text
    assert "نشانی پستی" in shown
    assert "همین شماره یا نشانی" in shown
    assert states(run) == ["prepared", "left_out duplicate", "left_out no_postal", "prepared"]
    preview = re.search(r'href="(/printing/\d+/preview)"', shown)[1]
    assert sara.get(preview).mimetype == "application/pdf"
    assert sara.post(f"{url}/start").status_code == 303
    assert states(run) == ["queued", "left_out duplicate", "left_out no_postal", "queued"]
    work()
    assert states(run) == ["sent printed", "left_out duplicate", "left_out no_postal", "sent printed"]
    assert run("SELECT state FROM kernel.sending") == [("done",)]
    pdf = file_of(sara, url)
    assert len(pdf.pages) == 2
    assert run("SELECT reference, body FROM kernel.message WHERE state = 'sent' ORDER BY id") == [
        ("ص/۱۲۰", "مینا راد\nنامهٔ ص/۱۲۰"),
        ("ص/۱۲۱", "نادر کیا\nنامهٔ ص/۱۲۱"),
    ]
    assert "نادر" in words_of(pdf, 1)
    timeline = sara.get(f"/persons/{chief}").text
    assert "چاپ‌شده" in timeline
    assert "ص/۱۲۱" in timeline
    assert "ص/۱۲۱" in sara.get(f"/organisations/{pars}").text
    ((letter,),) = run("SELECT id FROM kernel.message WHERE reference = 'ص/۱۲۰'")
    assert "خیابان زند" in sara.get(f"/messages/{letter}").text
    tomorrow = sara.post("/outbox/letters/posted", data={"sending": number_of(url), "day": "1500/01/01"})
    assert tomorrow.status_code == 422
    today = format_date(run("SELECT (now() AT TIME ZONE 'Asia/Tehran')::date")[0][0], "short", digits="en")
    answer = sara.post("/outbox/letters/posted", data={"sending": number_of(url), "day": today})
    assert answer.status_code == 303, answer.text
    assert run("SELECT count(*) FROM kernel.message WHERE state = 'delivered'") == [(2,)]
    refused = sara.post("/outbox/letters/returned", data={"id": letter, "reason": "", "day": today})
    assert refused.status_code == 422
    page = sara.post("/messages/bulk", data={"do": "returned", "id": [str(letter)]}).text
    assert f'name="id" value="{letter}"' in page
    assert "%(n)d" not in page
    told = {"id": letter, "reason": "نقل مکان", "day": today, "dead": "1"}
    assert sara.post("/outbox/letters/returned", data=told).status_code == 303
    assert run("SELECT state, reason FROM kernel.message WHERE id = :id", id=letter) == [
        ("failed", "نقل مکان")
    ]
    assert "برگشت" in sara.get(f"/persons/{mina}").text
    again = made(sara, kinds, [mina])
    work()
    assert run(f"SELECT reason FROM kernel.message WHERE sending_id = {number_of(again)}") == [("dead",)]


def test_an_address_that_wants_none_gets_none_also_after_the_review(sara, ground, kinds, work, run, blank):
    ids = [person(sara, "مینا راد", "خیابان زند ۱۲"), person(sara, "نادر کیا", "کوچهٔ بهار ۴")]
    url = made(sara, kinds, ids)
    work()
    out = {"channel": "letter", "address": "خیابان زند ۱۲", "kind": kinds["greeting"], "source": "office"}
    assert sara.post("/opt-outs/new", data=out).status_code == 303
    sara.post(f"{url}/start")
    work()
    assert states(run) == ["left_out opted_out", "sent printed"]
    assert run("SELECT reference FROM kernel.message ORDER BY id") == [("",), ("ص/۱۲۰",)]


def test_a_worker_killed_between_pdf_and_commit_prints_each_letter_once(
    sara,
    ground,
    kinds,
    work,
    run,
    monkeypatch,
    blank,
):
    ids = [person(sara, "مینا راد", "خیابان زند ۱۲"), person(sara, "نادر کیا", "کوچهٔ بهار ۴")]
    url = made(sara, kinds, ids)
    work()
    sara.post(f"{url}/start")
    keep = making._keep

    def dies(*arguments):
        keep(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert states(run) == ["sending", "sending"]
    monkeypatch.setattr(making, "_keep", keep)
    run("UPDATE kernel.work SET due_at = now() - interval '1 hour' WHERE state = 'running'")
    work()
    assert states(run) == ["sent printed", "sent printed"]
    assert run("SELECT count(*) FROM kernel.message_step WHERE state = 'sent'") == [(2,)]
    assert run("SELECT count(DISTINCT number), count(*) FROM kernel.print_item") == [(2, 2)]


def test_paused_while_it_is_printed_nothing_of_the_old_file_counts(
    sara,
    ground,
    kinds,
    work,
    run,
    monkeypatch,
    blank,
):
    ids = [person(sara, "مینا راد", "خیابان زند ۱۲"), person(sara, "نادر کیا", "کوچهٔ بهار ۴")]
    url = made(sara, kinds, ids)
    work()
    sara.post(f"{url}/start")
    make = making.make_pdf

    def paused_meanwhile(document, target, *, tell, **_options):
        sara.post(f"{url}/pause")
        return make(document, target, tell=lambda _done: None)

    monkeypatch.setattr(making, "make_pdf", paused_meanwhile)
    work()
    assert states(run) == ["prepared", "prepared"]
    assert run("SELECT state FROM kernel.sending") == [("paused",)]
    assert run("SELECT count(*) FROM kernel.work WHERE file_hash IS NOT NULL") == [(0,)]
    monkeypatch.setattr(making, "make_pdf", make)
    sara.post(f"{url}/resume")
    work()
    assert states(run) == ["sent printed", "sent printed"]
    assert run("SELECT reference FROM kernel.message ORDER BY id") == [("ص/۱۲۰",), ("ص/۱۲۱",)]


def test_what_cannot_be_printed_waits_with_the_reason_and_can_be_stopped(
    sara,
    ground,
    kinds,
    work,
    run,
    monkeypatch,
):
    url = made(sara, kinds, [person(sara, "مینا راد", "خیابان زند ۱۲")])
    work()
    sara.post(f"{url}/start")
    monkeypatch.setattr(making, "make_pdf", fails)
    work()
    assert states(run) == ["prepared"]
    assert "no paper" in sara.get(url).text
    sara.post(f"{url}/stop")
    assert states(run) == ["stopped"]
    ((number,),) = run("SELECT id FROM kernel.print_run")
    sara.post(f"/printing/{number}/again")
    work()
    assert states(run) == ["stopped"]
    assert run("SELECT state FROM kernel.sending") == [("stopped",)]


def test_planned_letters_begin_by_themselves_and_their_file_is_of_whoever_made_them(
    sara,
    ground,
    kinds,
    work,
    run,
    runtime,
    blank,
):
    from kernel.messages import watching

    url = made(sara, kinds, [person(sara, "مینا راد", "خیابان زند ۱۲")], planned_at="1480/01/01 08:00")
    work()
    sara.post(f"{url}/start")
    assert run("SELECT state FROM kernel.sending") == [("planned",)]
    run("UPDATE kernel.sending SET planned_at = now() - interval '1 hour'")
    with runtime.system_work("test", "test.watch") as context:
        watching.look_after(context)
    work()
    assert states(run) == ["sent printed"]
    assert sara.get(re.search(r'href="(/work/\d+/file)"', sara.get(url).text)[1]).status_code == 200


def test_a_letter_for_each_recipient_where_that_is_wanted(sara, ground, kinds, work, run):
    ids = [person(sara, "مینا راد", "خیابان زند ۱۲"), person(sara, "همزاد راد", "خیابان زند ۱۲")]
    made(sara, kinds, ids, each="1")
    work()
    assert states(run) == ["prepared", "prepared"]


def test_letters_take_both_rights_and_go_only_to_who_may_be_reached(boss, sign_in, ground, kinds, work, run):
    hers = person(boss, "مینا راد", "خیابان زند ۱۲")
    without = sign_in(
        "reza", {right: scope for right, scope in WRITER.items() if right != ("party", "print")}
    )
    assert without.get("/outbox/letters/new").status_code == 403
    narrow = sign_in("nima", {**WRITER, ("party", "send"): "own"})
    own = person(narrow, "نادر کیا", "کوچهٔ بهار ۴")
    made(narrow, kinds, [hers, own])
    work()
    assert states(run) == ["left_out no_right", "prepared"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"body": "سلام {{ party.shoe }}"}, "party.shoe"),
        ({"number": ""}, "شمارهٔ نامه را بنویسید"),
        ({"source": "{}"}, "گیرندگان"),
        ({"kind_id": ""}, "نوع پیام"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(sara, ground, kinds, run, wrong, words):
    source = json.dumps({"parties": [person(sara, "مینا راد", "خیابان زند ۱۲")]})
    form = {**LETTER, "kind_id": kinds["greeting"], "source": source, **wrong}
    answer = sara.post("/outbox/letters/new", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert run("SELECT count(*) FROM kernel.sending") == [(0,)]
