"""Messages on the page of a party: the composer's tab, the timeline, and the preview of a template."""

from __future__ import annotations

import io
import re

from tests.web.test_messages import SENDER, WRITER, boss, kinds, make_line, person, token_of, work

__all__ = ["boss", "kinds", "work"]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"


def compose(browser, party, kinds, **values):
    page = browser.get(f"/persons/{party}?compose=message").text
    form = {
        "token": token_of(page),
        "party": str(party),
        "channel": "sms",
        "kind_id": kinds["service"],
        "language": "fa",
        **values,
    }
    return browser.post(f"/outbox/compose/person/{party}", htmx=True, data=form)


def test_a_message_is_sent_in_the_composer_and_stands_on_the_timeline_at_once(boss, kinds):
    make_line(boss, price="1500")
    mina = person(boss, "مینا", "09121111111")
    page = boss.get(f"/persons/{mina}?compose=message").text
    assert f'hx-post="/outbox/compose/person/{mina}"' in page
    assert "/outbox/measure" in page
    answer = compose(boss, mina, kinds, body="سلام {{ party.first_name }}")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/persons/{mina}"
    page = boss.get(f"/persons/{mina}").text
    assert "سلام مینا" in page
    assert "سلام مینا" in boss.get(f"/persons/{mina}?kind=messages").text
    assert "سلام مینا" not in boss.get(f"/persons/{mina}?kind=notes").text


def test_what_is_refused_comes_back_in_its_place_with_the_words(boss, kinds):
    mina = person(boss, "مینا", "09121111111")
    answer = compose(boss, mina, kinds, body="سلام {{ party.nam }}")
    assert answer.status_code == 422
    assert 'id="composer"' in answer.text
    assert "سلام {{ party.nam }}" in answer.text
    files = {"files": (io.BytesIO(PDF), "a.pdf")}
    answer = compose(boss, mina, kinds, body="سلام", **files)
    assert answer.status_code == 422
    assert "پرونده فقط همراه ایمیل" in answer.text


def test_a_template_fills_the_composer(boss, kinds):
    mina = person(boss, "مینا", "09121111111")
    made = boss.made(
        "/message-templates/new",
        name="خوشامد",
        channel="sms",
        language="fa",
        kind=str(kinds["service"]),
        body="خوش آمدید {{ party.name }}",
        active="1",
    )
    number = made.rsplit("/", 1)[-1]
    part = boss.get(f"/outbox/compose/person/{mina}?template={number}", htmx=True).text
    assert "خوش آمدید {{ party.name }}" in part
    assert re.search(rf'value="{number}" selected', part)
    shown = boss.get(made).text
    assert f"/outbox/templates/{number}/preview" in shown
    shown = boss.get(f"/outbox/templates/{number}/preview?party={mina}").text
    assert re.search(r"<blockquote[^>]*>خوش آمدید مینا راد", shown)


def test_a_preview_shows_nothing_of_parties_that_are_hidden(boss, kinds, sign_in):
    mina = person(boss, "مینا", "09121111111")
    number = boss.made(
        "/message-templates/new",
        name="خوشامد",
        channel="sms",
        language="fa",
        kind=str(kinds["service"]),
        body="خوش آمدید {{ party.name }}",
        active="1",
    ).rsplit("/", 1)[-1]
    own = sign_in("own", {**WRITER, ("party", "view"): "own", ("party", "send"): "own"})
    answer = own.get(f"/outbox/templates/{number}/preview?party={mina}")
    assert "مینا" not in answer.text
    assert own.get(f"/outbox/compose/person/{mina}", htmx=True).status_code == 404


def test_each_entry_is_under_the_rule_of_messages(boss, kinds, sign_in):
    mina = person(boss, "مینا", "09121111111")
    compose(boss, mina, kinds, body="از مدیر")
    colleague = sign_in("colleague", {**SENDER, ("message", "view"): "own"})
    page = colleague.get(f"/persons/{mina}").text
    assert "از مدیر" not in page
    compose(colleague, mina, kinds, body="از همکار")
    page = colleague.get(f"/persons/{mina}").text
    assert "از همکار" in page
    assert "از مدیر" not in page
    reader = sign_in("reader", {("party", "view"): "all"})
    page = reader.get(f"/persons/{mina}").text
    assert "از مدیر" not in page
    assert "compose=message" not in page
    assert "kind=messages" not in page
