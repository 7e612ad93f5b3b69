"""Forms that come twice: what was done is not done again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from kernel.administration.housekeeping import forget_old_work
from kernel.i18n import _
from kernel.messages.kinds import seed_kinds
from kernel.resources.commands import Command
from kernel.resources.runtime import Runtime
from kernel.testing.plugin import MakeUser
from tests.web.conftest import ALL, Browser, SignIn

PERSON = {"first_name": "مینا", "last_name": "راد", "mobile": "09121112233"}
ONCE = re.compile(r'name="_once" value="([^"]+)"')
Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def clerk(sign_in: SignIn) -> Browser:
    return sign_in("clerk", {**ALL, ("interaction", "view"): "all", ("interaction", "create"): "all"})


def word(browser: Browser, path: str) -> str:
    found = ONCE.search(browser.get(path).text)
    assert found, f"the form at {path} carries no word of its own"
    return found[1]


def persons(run: Run) -> int:
    return int(run("SELECT count(*) FROM kernel.party WHERE last_name = 'راد'")[0][0])


def test_a_form_that_is_sent_twice_makes_one_record(clerk: Browser, run: Run) -> None:
    form = {**PERSON, "_once": word(clerk, "/persons/new")}
    answers = [clerk.post("/persons/new", form) for _time in range(3)]
    assert [each.status_code for each in answers] == [303] * 3
    assert len({each.headers["Location"] for each in answers}) == 1
    assert persons(run) == 1


def test_two_forms_are_two_and_so_is_one_that_was_changed_meanwhile(clerk: Browser, run: Run) -> None:
    first, second = (word(clerk, "/persons/new") for _form in range(2))
    assert first != second
    person = {**PERSON, "mobile": ""}
    for once, name in ((first, "مینا"), (second, "مانی"), (second, "مهران")):
        assert clerk.post("/persons/new", {**person, "first_name": name, "_once": once}).status_code == 303
    assert persons(run) == 3


def test_what_was_refused_was_not_done(clerk: Browser, run: Run) -> None:
    once = word(clerk, "/persons/new")
    for _time in range(2):
        assert clerk.post("/persons/new", {**PERSON, "mobile": "12", "_once": once}).status_code == 422
    assert clerk.post("/persons/new", {**PERSON, "_once": once}).status_code == 303
    assert persons(run) == 1


def test_the_word_of_a_form_says_nothing_to_another_user(clerk: Browser, sign_in: SignIn, run: Run) -> None:
    form = {**PERSON, "mobile": "", "_once": word(clerk, "/persons/new")}
    other = sign_in("other", ALL)
    made = {
        each.post("/persons/new", {**form, "_anyway": "1"}).headers["Location"] for each in (clerk, other)
    }
    assert len(made) == 2


def test_an_edit_that_is_sent_twice_is_no_conflict(clerk: Browser) -> None:
    page = clerk.made("/persons/new", **PERSON)
    shown = clerk.get(f"{page}/edit").text
    version = re.search(r'name="_version" value="(\d+)"', shown)
    found = ONCE.search(shown)
    assert version
    assert found
    form = {**PERSON, "first_name": "مانا", "_version": version[1], "_once": found[1]}
    assert [clerk.post(f"{page}/edit", form).status_code for _time in range(2)] == [303, 303]
    form["_once"] = "another"
    assert clerk.post(f"{page}/edit", {**form, "first_name": "مونا"}).status_code == 409


def test_notes_files_and_interactions_are_entered_once(clerk: Browser, run: Run) -> None:
    page = clerk.made("/persons/new", **PERSON)
    number = page.rpartition("/")[2]
    for _time in range(2):
        clerk.post(f"{page}/notes", {"body": "زنگ زد", "_once": "note"})
        clerk.post(f"{page}/files", {"file": (io.BytesIO(b"abc"), "a.txt"), "_once": "file"})
        sent = {"party": number, "channel": "letter", "text": "نامه", "_once": "letter"}
        clerk.post("/interactions/record", sent)
    for table in ("note", "attachment", "interaction"):
        assert run(f"SELECT count(*) FROM kernel.{table}") == [(1,)], table
    clerk.post(f"{page}/files", {"file": (io.BytesIO(b"xyz"), "a.txt"), "_once": "file"})
    assert run("SELECT count(*) FROM kernel.attachment") == [(2,)], "another file of the same name"


def test_a_sending_is_made_once(sign_in: SignIn, runtime: Runtime, run: Run) -> None:
    with runtime.system_work("test", "test.kinds") as context:
        seed_kinds(context)
    rights = {**ALL, ("party", "send"): "all", ("message", "send"): "all", ("message", "view"): "all"}
    clerk = sign_in("sends", rights)
    person = clerk.made("/persons/new", **PERSON).rpartition("/")[2]
    ((kind,),) = run("SELECT min(id) FROM kernel.message_kind")
    form = {
        "source": f'{{"parties": [{person}]}}',
        "channel": "sms",
        "kind_id": str(kind),
        "body": "سلام",
        "_once": word(clerk, "/outbox/sendings/new?to=segment"),
    }
    answers = [clerk.post("/outbox/sendings/new", form) for _time in range(2)]
    assert [each.status_code for each in answers] == [303, 303], answers[0].text
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert run("SELECT count(*) FROM kernel.sending") == [(1,)]


def test_at_the_same_moment_it_is_done_once(runtime: Runtime, make_user: MakeUser, run: Run) -> None:
    actor = make_user("quick", ALL)

    def create(_time: int) -> Any:
        values = {"first_name": "مینا", "last_name": "راد"}
        arguments = {"resource": "person", "values": values, "parts": {}, "facets": {}}
        return runtime.execute(actor, "record.create", repeat_key="double click", **arguments)

    with ThreadPoolExecutor(6) as pool:
        numbers = set(pool.map(create, range(6)))
    assert len(numbers) == 1
    assert persons(run) == 1


def test_what_gave_a_file_is_done_again(
    runtime: Runtime, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def give(context: Any) -> bytes:
        done.append(context.now)
        return b"a file"

    command = Command("test.give", _("Test"), give, None, None, checks_itself=True)
    monkeypatch.setattr(type(runtime), "command", lambda _self, _name: command)
    actor = make_user("reader", ALL)
    assert [runtime.execute(actor, "test.give", repeat_key="k") for _time in range(2)] == [b"a file"] * 2
    assert len(done) == 2


def test_a_change_is_made_again_after_a_while(
    runtime: Runtime, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    command = Command("test.change", _("Test"), lambda context: done.append(context.now), None, None, True)
    monkeypatch.setattr(type(runtime), "command", lambda _self, _name: command)
    actor, now = make_user("changes", ALL), runtime.clock()
    for minutes, times in ((0, 1), (1, 1), (3, 2), (4, 2), (600, 3)):
        runtime.clock = lambda at=now + timedelta(minutes=minutes): at
        runtime.execute(actor, "test.change", repeat_key="k")
        assert len(done) == times, minutes


def test_words_of_long_ago_are_forgotten(clerk: Browser, runtime: Runtime, run: Run) -> None:
    clerk.post("/persons/new", {**PERSON, "_once": "long ago"})
    assert run("SELECT count(*) FROM kernel.submission") != [(0,)]
    now = runtime.clock()
    runtime.clock = lambda: now + timedelta(days=3)
    with runtime.system_work("test", "test.forget") as context:
        forget_old_work(context)
    assert run("SELECT count(*) FROM kernel.submission") == [(0,)]
