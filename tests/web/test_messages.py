"""Messages through the browser: writing, counting, sendings with their review, lines, templates, stored texts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import text

from kernel.jobs import run as jobs
from kernel.jobs.app import store_rows
from kernel.messages import answers, worker
from kernel.messages.kinds import seed_kinds
from kernel.web.views.messages import sendings
from tests.web.conftest import ALL

SENDER = {
    **ALL,
    ("party", "send"): "all",
    **{("message", action): "all" for action in ("view", "send", "again")},
}
WRITER = {
    **SENDER,
    **{
        (kind, action): "all"
        for kind in ("message_template", "snippet")
        for action in ("view", "create", "edit")
    },
}


@pytest.fixture
def kinds(runtime):
    store_rows()
    with runtime.system_work("test", "test.kinds") as context:
        seed_kinds(context)
        found = context.session.execute(text("SELECT code, id FROM kernel.message_kind"))
        return {row.code: row.id for row in found}


@pytest.fixture
def work(runtime, monkeypatch):
    """Do what is due in the background, whatever the hour."""
    monkeypatch.setattr(worker, "is_quiet", lambda _context: False)

    def do():
        for _round in range(6):
            due = []
            jobs.sweep(runtime, lambda task, _queue, arguments: due.append((task, *arguments)))  # noqa: B023
            for task, what in due:
                if task == "work":
                    jobs.work(runtime, what)

    return do


@pytest.fixture
def boss(sign_in):
    return sign_in("boss", administrator=True)


def person(browser, first, mobile):
    values = {"first_name": first, "last_name": "راد", "mobile": mobile, "_anyway": "1"}
    return int(browser.made("/persons/new", **values).rsplit("/", 1)[-1])


def make_line(boss, **values):
    form = {
        "gateway": "kernel.console",
        "channel": "sms",
        "name": "نمایشی",
        "kind": "both",
        "enabled": "1",
        **values,
    }
    answer = boss.post("/outbox/lines/new", data=form)
    assert answer.status_code == 303, answer.text


def token_of(page):
    return re.search(r'name="token" value="(\w+)"', page)[1]


def test_a_message_is_written_counted_sent_and_told_on_the_timeline(boss, kinds, work):
    make_line(boss, price="1500")
    mina = person(boss, "مینا", "09121111111")
    page = boss.get(f"/outbox/write?party={mina}").text
    (channels,) = re.findall(r'<select[^>]*name="channel".*?</select>', page, re.S)
    assert re.findall(r'value="(\w+)"', channels) == ["sms", "email", "fax"]
    measured = boss.post(
        "/outbox/measure",
        data={
            "body": "سلام {{ party.first_name }}",
            "party": str(mina),
            "channel": "sms",
            "kind_id": kinds["service"],
        },
    ).text
    assert "سلام مینا" in measured
    assert "۱٬۵۰۰" in measured or "۱۵۰" in measured
    form = {
        "party": str(mina),
        "token": token_of(page),
        "channel": "sms",
        "kind_id": kinds["service"],
        "language": "fa",
    }
    answer = boss.post(f"/outbox/write?party={mina}", data={**form, "body": "سلام {{ party.first_name }}"})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    again = boss.post(f"/outbox/write?party={mina}", data={**form, "body": "سلام {{ party.first_name }}"})
    assert again.status_code == 422
    work()
    shown = boss.get(address).text
    assert "سلام مینا" in shown
    assert "ارسال‌شده" in shown
    assert "سلام مینا" in boss.get(f"/persons/{mina}").text
    assert "سلام مینا" in boss.get("/messages?cols=body").text or boss.get("/messages").status_code == 200


def test_a_text_with_a_fault_is_refused_beside_its_field(boss, kinds):
    mina = person(boss, "مینا", "09121111111")
    form = {"party": str(mina), "channel": "sms", "kind_id": kinds["service"], "language": "fa", "token": "a"}
    answer = boss.post(f"/outbox/write?party={mina}", data={**form, "body": "سلام\n{{ party.nam }}"})
    assert answer.status_code == 422
    assert "سطر ۲" in answer.text
    answer = boss.post(f"/outbox/write?party={mina}", data={**form, "body": "شهر {{ party.city }}"})
    assert answer.status_code == 422
    assert "party.city" in answer.text
    assert "None" not in answer.text


def test_a_selection_is_prepared_reviewed_and_sent(boss, kinds, work, monkeypatch):
    make_line(boss)
    people = [person(boss, f"شخص{place}", f"0912111111{place}") for place in range(3)]
    twin = person(boss, "همزاد", "09121111110")
    silent = person(boss, "بی‌شماره", "")
    ticked = [("id", str(number)) for number in (*people, twin, silent)]
    page = boss.post("/persons/bulk", data={"do": "message", "id": [number for _name, number in ticked]}).text
    source = re.search(r'name="source" value="([^"]+)"', page)[1].replace("&#34;", '"')
    form = {
        "source": source,
        "name": "نوروز",
        "channel": "sms",
        "kind_id": kinds["greeting"],
        "language": "fa",
        "body": "سلام {{ party.first_name }}",
    }
    answer = boss.post("/outbox/sendings/new", data=form)
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    work()
    review = boss.get(address).text
    assert "همین شماره یا نشانی یک بار در فهرست هست" in review
    assert "شماره یا نشانی در این کانال ندارد" in review
    assert "سلام شخص۰" in review or "سلام شخص0" in review
    assert boss.post(f"{address}/start").status_code == 303
    for quiet in (True, False):
        monkeypatch.setattr(sendings, "is_quiet", lambda _context: quiet)  # noqa: B023
        assert ("ساعت‌های سکوت" in boss.get(address).text) is quiet
    work()
    shown = boss.get(address).text
    assert "ارسال‌شده" in shown
    assert boss.get("/outbox/").status_code == 200
    assert boss.get("/sendings").status_code == 200
    assert boss.get("/outbox/report").status_code == 200


def test_a_range_is_a_hundred_numbers_with_zeros_kept(boss, kinds, work, run):
    form = {
        "source": '{"range": ["", ""]}',
        "first": "09121111200",
        "last": "۰۹۱۲۱۱۱۱۲۹۹",
        "channel": "sms",
        "kind_id": kinds["advertising"],
        "language": "fa",
        "body": "حراج",
    }
    refused = boss.post("/outbox/sendings/new", data={**form, "body": "{{ party.name }}"})
    assert refused.status_code == 422
    refused = boss.post("/outbox/sendings/new", data={**form, "last": "09221111299"})
    assert refused.status_code == 422
    refused = boss.post("/outbox/sendings/new", data={**form, "channel": "email", "subject": "حراج"})
    assert refused.status_code == 422
    shown = boss.get("/outbox/sendings/new?to=range").text
    assert 'value="sms"' in shown
    assert 'value="email"' not in shown
    address = boss.post("/outbox/sendings/new", data=form).headers["Location"]
    work()
    rows = run("SELECT address, state FROM kernel.message ORDER BY address")
    assert len(rows) == 100
    assert rows[0] == ("+989121111200", "prepared")
    assert rows[-1][0] == "+989121111299"
    boss.post(f"{address}/stop")
    assert {row[0] for row in run("SELECT state FROM kernel.message")} == {"stopped"}


def test_a_large_sending_needs_its_number(boss, kinds, work, run):
    run("INSERT INTO kernel.setting (key, value) VALUES ('messages.confirm_above', '5')")
    run("UPDATE kernel.site_state SET epoch = epoch + 1")
    form = {
        "source": '{"range": ["", ""]}',
        "first": "09121111200",
        "last": "09121111299",
        "channel": "sms",
        "kind_id": kinds["service"],
        "language": "fa",
        "body": "سلام",
    }
    address = boss.post("/outbox/sendings/new", data=form).headers["Location"]
    work()
    assert 'name="count"' in boss.get(address).text
    boss.post(f"{address}/start", data={"count": "99"})
    assert run("SELECT count(*) FROM kernel.message WHERE state = 'queued'") == [(0,)]
    boss.post(f"{address}/start", data={"count": "۱۰۰"})
    assert run("SELECT count(*) FROM kernel.message WHERE state = 'queued'") == [(100,)]


def test_secrets_of_a_line_are_not_shown_and_lines_are_for_administrators(boss, sign_in, kinds):
    make_line(boss)
    page = boss.get("/outbox/lines").text
    assert "نمایشی" in page
    number = re.search(r"/outbox/lines/(\d+)", page)[1]
    assert boss.get(f"/outbox/lines/{number}").status_code == 200
    tested = boss.post(f"/outbox/lines/{number}/test", data={"address": "09121111111"})
    assert tested.headers["Location"].startswith("/messages/")
    clerk = sign_in("clerk", SENDER)
    assert clerk.get("/outbox/lines").status_code == 403
    assert clerk.get("/outbox/").status_code == 200


def test_a_template_is_checked_when_it_is_saved_and_used_in_the_composer(sign_in, kinds):
    writer = sign_in("writer", WRITER)
    values = {"name": "خوشامد", "channel": "sms", "language": "fa", "kind": kinds["service"], "active": "1"}
    refused = writer.post("/message-templates/new", data={**values, "body": "سلام\n{{ party.nam }}"})
    assert refused.status_code == 422
    assert "سطر ۲" in refused.text
    number = writer.made("/message-templates/new", **values, body="سلام {{ party.addressed }}").rsplit(
        "/", 1
    )[-1]
    mina = person(writer, "مینا", "09121111111")
    assert "سلام {{ party.addressed }}" in writer.get(f"/outbox/write?party={mina}&template={number}").text


def test_stored_texts_are_picked_and_kept(sign_in):
    writer = sign_in("writer", WRITER)
    assert 'hx-get="/outbox/snippets?into=' in writer.get("/persons/new").text
    stored = writer.post("/outbox/snippets?into=body", data={"name": "سلام", "body": "با سلام و احترام"})
    assert stored.status_code in (200, 204, 303)
    assert "با سلام و احترام" in writer.get("/outbox/snippets?into=body").text
    assert 'hx-get="/outbox/snippets' not in sign_in("reader", ALL).get("/persons/new").text


def test_who_sees_a_sending_only_within_his_scope(boss, sign_in, kinds, work):
    make_line(boss)
    mina = person(boss, "پنهان", "09121111111")
    page = boss.get(f"/outbox/write?party={mina}").text
    form = {
        "party": str(mina),
        "token": token_of(page),
        "channel": "sms",
        "kind_id": kinds["service"],
        "language": "fa",
    }
    address = boss.post(f"/outbox/write?party={mina}", data={**form, "body": "محرمانه"}).headers["Location"]
    own = sign_in("own", {("party", "view"): "own", ("message", "view"): "all", ("message", "send"): "all"})
    assert own.get(address).status_code == 404
    assert "محرمانه" not in own.get("/messages").text
    assert own.post(f"/outbox{address}/stop").status_code == 404
    mine = sign_in("mine", {("party", "view"): "all", ("message", "view"): "own"})
    assert mine.get(address).status_code == 404


def test_a_sending_by_an_approved_template_is_told_in_the_review_and_plain_only_by_choice(
    boss, kinds, work, run, monkeypatch
):
    from plugins.kavenegar.plugin import gateways

    (approving,) = gateways()
    monkeypatch.setattr(
        answers, "gateways", lambda: (replace(approving, name="console", fields=(), pretends=True),)
    )
    make_line(boss, price="1500")
    people = [person(boss, "مینا", "09121111111"), person(boss, "نادر", "09121111112")]
    run("UPDATE kernel.party SET email = 'a@example.org' WHERE id = :id", id=people[0])
    form = {
        "name": "خوشامد",
        "channel": "sms",
        "language": "fa",
        "kind": kinds["service"],
        "body": "سلام {{ party.first_name }}",
        "approved": "kernel.console: welcome (token=party.number, token2=party.email)",
        "active": "1",
    }
    template = boss.made("/message-templates/new", **form).rsplit("/", 1)[-1]
    source = f'{{"parties": [{people[0]}, {people[1]}]}}'
    fresh = boss.post(
        "/outbox/sendings/new", data={"source": source, "fresh": "1", "template": template}
    ).text
    assert 'name="plain"' in fresh
    assert f'name="template" value="{template}"' in fresh
    sending = {
        "source": source,
        "template": template,
        "channel": "sms",
        "kind_id": kinds["service"],
        "language": "fa",
        "body": form["body"],
    }
    for plain, ways in ((None, [1, 0]), ("1", [1, 1])):
        values = sending | ({"plain": plain} if plain else {})
        answer = boss.post("/outbox/sendings/new", data=values)
        assert answer.status_code == 303, answer.text
        work()
        shown = boss.get(answer.headers["Location"]).text
        found = re.findall(r"(?:الگوی تأییدشده|متن ساده)</div><b>(.*?)</b>", shown)
        assert [int(re.search(r"\d", each)[0]) for each in found] == ways
