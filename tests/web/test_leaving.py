"""Leaving the list of advertising e-mails by the link in them: without signing in, by a person or by a mail program."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kernel.messages.leaving import link_of, token_of
from kernel.web.views import leaving


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(leaving, "guesses", leaving.Throttle(5, 60.0))


@pytest.fixture
def path(runtime):
    return f"/leave/{token_of(runtime, 'email', 'Mina.Rad@Example.com')}"


def left(runtime):
    with runtime.system_work("test", "test.left") as context:
        found = context.session.execute(text("SELECT channel, address, kind_id, source FROM kernel.opt_out"))
        return [tuple(row) for row in found]


GONE = [("email", "mina.rad@example.com", None, "link")]


def test_opening_the_link_changes_nothing_and_pressing_the_button_does(nobody, runtime, path):
    page = nobody.get(path)
    assert page.status_code == 200
    assert "mi…@example.com" in page.text
    assert "mina.rad" not in page.text
    assert left(runtime) == []
    assert nobody.post(path).status_code == 200
    assert left(runtime) == GONE
    assert "<form" not in nobody.get(path).text


def test_a_mail_program_leaves_in_one_click(nobody, runtime, path):
    for _time in range(2):
        answer = nobody.client.post(
            path, data={"List-Unsubscribe": "One-Click"}, headers={"Host": nobody.host}
        )
        assert answer.status_code == 200
    assert left(runtime) == GONE


def test_only_tokens_of_this_site_lead_anywhere(nobody, runtime, path):
    for wrong in (path[:-4] + "AAAA", "/leave/x", f"/leave/{'a' * 5000}", "/leave/%D8%A7"):
        assert nobody.post(wrong).status_code in (404, 414), wrong
    assert left(runtime) == []
    for _time in range(6):
        last = nobody.post("/leave/x").status_code
    assert last == 429


def test_the_link_names_the_site(runtime):
    assert link_of(runtime, "email", "a@b.ir").startswith(f"https://{runtime.site.hosts[0]}/leave/")


def test_who_left_stands_among_the_opt_outs_and_can_be_taken_off(nobody, sign_in, path):
    nobody.post(path)
    page = sign_in("boss", administrator=True).get("/opt-outs").text
    assert "با پیوند درون ایمیل" in page
