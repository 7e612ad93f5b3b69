"""One field of many records: who may, what is refused and why, more in the background, and putting it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kernel.jobs import run as jobs
from kernel.web.views import bulk
from tests.web.conftest import ALL, Browser, SignIn

Run = Callable[..., Any]
ADDRESS = "/persons/edit-field"
FIRMS = "/organisations/edit-field"
OWN_EDIT = {("party", "view"): "all", ("party", "create"): "all", ("party", "edit"): "own"}


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", ALL)


@pytest.fixture
def people(sara: Browser) -> list[str]:
    genders = ("female", "female", "male")
    return [
        sara.made("/persons/new", first_name="آذر", last_name=name, gender=gender).rpartition("/")[2]
        for name, gender in zip(("احمدی", "بهرامی", "پاکزاد"), genders, strict=True)
    ]


def dialog(browser: Browser, ids: Sequence[str], field: str = "", **more: Any) -> str:
    answer = browser.post(ADDRESS, {"do": "field", "id": ids, "field": field, **more}, htmx=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def versions(text: str) -> dict[str, str]:
    return dict(re.findall(r'name="(version-\d+)" value="(\d+)"', text))


def save(
    browser: Browser, ids: Sequence[str], field: str, value: Any, *, htmx: bool = False, **more: Any
) -> Any:
    sent = {"do": "save", "id": ids, "field": field, "value": value, "back": "/persons?q=x", **more}
    return browser.post(ADDRESS, sent, htmx=htmx)


def genders(run: Run) -> list[str]:
    return [row[0] for row in run("SELECT gender FROM kernel.party ORDER BY id")]


def edits(run: Run) -> int:
    return int(run("SELECT count(*) FROM kernel.history WHERE action = 'edit'")[0][0])


def rule(run: Run, user: str, field: str, kind: str) -> None:
    run(
        "INSERT INTO kernel.pattern_field (pattern_id, resource, field, rule)"
        " SELECT pattern_id, 'party', :field, :kind FROM kernel.user_pattern WHERE user_id = :user",
        field=field,
        kind=kind,
        user=int(user),
    )


def offer(page: str) -> str:
    found = re.search(r'name="offer" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_the_dialog_offers_what_may_be_edited_with_the_fields_own_control(
    sara: Browser, people: list[str]
) -> None:
    assert 'hx-post="/persons/edit-field"' in sara.get("/persons").text
    first = dialog(sara, people)
    assert "۳ ردیف" in first
    offered = set(re.findall(r'<option value="([^"]+)"', first))
    assert {"last_name", "gender", "birth_date"} <= offered
    assert not {"id", "display_name", "created_at"} & offered
    assert 'value="save"' not in first
    second = dialog(sara, people, "gender")
    assert re.search(r'<select[^>]*name="value"', second)
    assert 'name="empty"' in second
    assert len(versions(second)) == 3


def test_each_record_is_edited_with_one_entry_of_history_and_those_that_held_it_have_none(
    sara: Browser, people: list[str], run: Run
) -> None:
    before = edits(run)
    assert save(sara, people, "gender", "male").headers["Location"] == "/persons?q=x"
    assert genders(run) == ["male"] * 3
    assert edits(run) == before + 2
    page = sara.get("/persons").text
    assert "۲ رکورد تغییر کرد" in page
    assert "۱ رکورد از پیش" in page


def test_it_is_emptied_only_where_that_is_asked_for_and_never_where_it_is_required(
    sara: Browser, people: list[str], run: Run
) -> None:
    firm = sara.made("/organisations/new", name="بنگاه نمونه").rpartition("/")[2]
    sent = {"do": "save", "id": [firm], "field": "name", "value": "", "empty": "1"}
    for answer in (save(sara, people, "gender", "", htmx=True), sara.post(FIRMS, sent, htmx=True)):
        assert answer.status_code == 422
        assert 'id="edited-value-error"' in answer.text
    assert 'name="empty"' not in answer.text
    assert edits(run) == 0
    save(sara, people, "gender", "", empty="1")
    assert genders(run) == [None] * 4


def test_what_does_not_fit_is_said_beside_the_control_and_nothing_is_saved(
    sara: Browser, people: list[str], run: Run
) -> None:
    answer = save(sara, people, "birth_date", "1370/13/1", htmx=True)
    assert answer.status_code == 422
    assert "۱۳۷۰/۱۳/۱" in answer.text
    assert 'id="edited-value-error"' in answer.text
    assert edits(run) == 0


def test_what_somebody_else_changed_meanwhile_and_what_is_not_ones_own_is_named_and_stays(
    sara: Browser, people: list[str], sign_in: SignIn, run: Run
) -> None:
    own = sign_in("own", OWN_EDIT)
    mine = [
        own.made("/persons/new", last_name=name, gender="female").rpartition("/")[2]
        for name in ("تقوی", "ثابتی")
    ]
    asked = dialog(own, [*people, *mine], "gender")
    assert save(sara, mine[:1], "last_name", "جلالی").status_code == 303
    answer = save(own, [*people, *mine, "999999"], "gender", "male", htmx=True, **versions(asked))
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith("<header")
    assert (
        answer.text.count("<li>") == 5
    )  # two of Sara's that would change, one that would not, one changed, one absent
    assert "sara" in answer.text
    assert f"/persons/{people[0]}" in answer.text
    assert genders(run) == ["female", "female", "male", "female", "male"]
    assert save(own, people[:1], "gender", "male").status_code == 422


@pytest.mark.parametrize("kind", ["hidden", "masked", "read_only"])
def test_a_rule_on_a_field_keeps_it_out_of_the_dialog_and_out_of_what_is_sent(
    sara: Browser, people: list[str], run: Run, id_of: Callable[[str], str], kind: str
) -> None:
    rule(run, id_of("sara"), "gender", kind)
    assert 'value="gender"' not in dialog(sara, people)
    assert save(sara, people, "gender", "male").status_code == 404
    assert sara.post(ADDRESS, {"id": people, "field": "gender"}).status_code == 404
    assert edits(run) == 0


@pytest.mark.parametrize("field", ["id", "display_name", "created_at", "contacts-value", "nothing"])
def test_nothing_else_is_taken(sara: Browser, people: list[str], field: str) -> None:
    assert save(sara, people, field, "1").status_code == 404


def test_readers_have_neither_the_button_nor_the_address(sign_in: SignIn, people: list[str]) -> None:
    reader = sign_in("reader", {("party", "view"): "all"})
    assert "edit-field" not in reader.get("/persons").text
    assert save(reader, people, "gender", "male").status_code == 403
    assert reader.post(ADDRESS, {"id": people}, token="wrong").status_code in (400, 403)


def test_all_rows_of_the_filter_are_those_that_one_sees_and_their_number_is_kept_to(
    sara: Browser, people: list[str], sign_in: SignIn, run: Run
) -> None:
    only_own = sign_in("own", dict.fromkeys(ALL, "own"))
    mine = only_own.made("/persons/new", last_name="تقوی", gender="female")
    whole = {"whole": "1", "list.f.gender.is": "female"}
    assert "۱ ردیف" in dialog(only_own, [], "gender", **whole)
    told = dialog(sara, people, "gender", **whole)
    assert "۳ ردیف" in told
    assert 'name="list.f.gender.is" value="female"' in told
    answer = save(sara, [], "gender", "male", htmx=True, count="2", **whole)
    assert answer.status_code == 422
    assert 'name="count" value="3"' in answer.text
    assert edits(run) == 0
    assert save(only_own, people, "gender", "male", count="1", **whole).status_code == 303
    assert genders(run) == ["female", "female", "male", "male"]
    assert only_own.get(mine).status_code == 200


def test_the_rule_of_a_record_refuses_its_share_only(sara: Browser, people: list[str], run: Run) -> None:
    answer = save(sara, people, "national_code", "0084575948", htmx=True)
    assert answer.status_code == 422
    assert answer.text.count("<li>") == 2
    assert run("SELECT count(*) FROM kernel.party WHERE national_code IS NOT NULL") == [(1,)]


def test_undo_puts_back_what_nobody_changed_since(sara: Browser, people: list[str], run: Run) -> None:
    save(sara, people, "gender", "male")
    offered = offer(sara.get("/persons").text)
    save(sara, people[1:2], "last_name", "جلالی")
    before = edits(run)
    assert sara.post("/undo", {"offer": offered, "back": "/persons"}).headers["Location"] == "/persons"
    assert genders(run) == ["female", "female", "male"]
    assert edits(run) == before + 2
    assert "۲ رکورد" in sara.get("/persons").text
    assert sara.post("/undo", {"offer": offered}).status_code == 303
    assert edits(run) == before + 2


def test_undo_leaves_and_names_what_was_changed_again_or_may_not_be_edited(
    sara: Browser, people: list[str], sign_in: SignIn, run: Run, id_of: Callable[[str], str]
) -> None:
    save(sara, people, "gender", "male")
    offered = offer(sara.get("/persons").text)
    assert (
        sign_in("omid", ALL)
        .post(ADDRESS, {"do": "save", "id": people[:1], "field": "gender", "value": "", "empty": "1"})
        .status_code
        == 303
    )
    answer = sara.post("/undo", {"offer": offered})
    assert answer.status_code == 422
    assert "دوباره تغییر کرده" in answer.text
    assert f"/persons/{people[0]}" in answer.text
    assert genders(run) == [None, "female", "male"]
    save(sara, people, "gender", "male")
    offered = offer(sara.get("/persons").text)
    rule(run, id_of("sara"), "gender", "read_only")
    assert sara.post("/undo", {"offer": offered}).status_code == 404
    assert genders(run) == ["male"] * 3
    run("DELETE FROM kernel.pattern_field")
    run("DELETE FROM kernel.access_grant WHERE action = 'edit'")
    assert sara.post("/undo", {"offer": offered}).status_code in (403, 404)
    assert genders(run) == ["male"] * 3


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("birth_date", ("1370/1/1", "1371/2/2")),
        ("national_code", ("0084575948", "0013542419")),
        ("mobile", ("09121234567", "09351234567")),
        ("note", ("الف\nب", "پ")),
    ],
)
def test_undo_knows_values_of_each_kind(
    sara: Browser, people: list[str], run: Run, field: str, values: tuple[str, str]
) -> None:
    save(sara, people[:1], field, values[0])
    held = run(f"SELECT {field} FROM kernel.party ORDER BY id")
    sara.get("/persons")
    assert save(sara, people[:1], field, values[1]).status_code == 303
    assert run(f"SELECT {field} FROM kernel.party ORDER BY id") != held
    sara.post("/undo", {"offer": offer(sara.get("/persons").text)})
    assert run(f"SELECT {field} FROM kernel.party ORDER BY id") == held


def test_many_go_in_the_background(
    sara: Browser, people: list[str], run: Run, runtime: Any, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    asked = dialog(sara, people, "gender")
    sign_in("omid", ALL).post(
        ADDRESS, {"do": "save", "id": people[:1], "field": "last_name", "value": "جلالی"}
    )
    answer = save(sara, people, "gender", "male", **versions(asked))
    assert answer.headers["Location"] == "/work"
    assert genders(run) == ["female", "female", "male"]
    ((number,),) = run("SELECT max(id) FROM kernel.work")
    assert jobs.work(runtime, number) == "done"
    assert genders(run) == ["female", "male", "male"]
    page = sara.get("/work").text
    assert "«جنسیت»: ۱ رکورد تغییر کرد. ۱ رکورد از پیش" in page
    assert f"/persons/{people[0]}" in page
    assert "omid" in page
    assert f'action="/work/{number}/undo"' in page
    assert sign_in("boss", administrator=True).post(f"/work/{number}/undo").status_code == 404
    assert sara.post(f"/work/{number}/undo").headers["Location"] == "/work"
    assert f"/work/{number}/undo" not in sara.get("/work").text
    assert sara.post(f"/work/{number}/undo").status_code == 404
    ((undoing,),) = run("SELECT max(id) FROM kernel.work")
    assert jobs.work(runtime, undoing) == "done"
    assert genders(run) == ["female", "female", "male"]
    assert "مقدار پیشین ۱ رکورد" in sara.get("/work").text


def test_an_edit_in_the_background_is_undone_for_a_day_and_only_where_nobody_changed_it_since(
    sara: Browser, people: list[str], run: Run, runtime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    whole = {"whole": "1", "list.f.gender.is": "female"}
    assert save(sara, [], "gender", "male", count="2", **whole).headers["Location"] == "/work"
    ((number,),) = run("SELECT max(id) FROM kernel.work")
    assert jobs.work(runtime, number) == "done"
    run("UPDATE kernel.work SET finished_at = finished_at - interval '25 hours'")
    assert f"/work/{number}/undo" not in sara.get("/work").text
    assert sara.post(f"/work/{number}/undo").status_code == 404
    run("UPDATE kernel.work SET finished_at = now()")
    save(sara, people[:1], "gender", "", empty="1")
    assert sara.post(f"/work/{number}/undo").status_code == 303
    ((undoing,),) = run("SELECT max(id) FROM kernel.work")
    assert jobs.work(runtime, undoing) == "done"
    assert genders(run) == [None, "female", "male"]
    assert "دوباره تغییر کرده" in sara.get("/work").text


def test_a_field_that_applies_at_times_keeps_its_rule_and_comes_back_with_the_other(
    sign_in: SignIn, run: Run
) -> None:
    browser = sign_in("sara", {("message_template", each): "all" for each in ("view", "create", "edit")})
    ((kind,),) = run("SELECT min(id) FROM kernel.message_kind")
    given = {"language": "fa", "kind": str(kind), "body": "سلام"}
    mail = browser.made(
        "/message-templates/new", **given, name="نامه", channel="email", subject="سلام بر شما"
    )
    text = browser.made("/message-templates/new", **given, name="پیامک", channel="sms")
    ids = [address.rpartition("/")[2] for address in (mail, text)]

    def held() -> Any:
        return run(
            "SELECT channel, subject FROM kernel.message_template WHERE id = ANY(:ids) ORDER BY id",
            ids=[int(each) for each in ids],
        )

    def saved(field: str, value: str) -> Any:
        sent = {"do": "save", "id": ids, "field": field, "value": value}
        return browser.post("/message-templates/edit-field", sent, htmx=True)

    asked = browser.post("/message-templates/edit-field", {"id": ids, "field": "subject"}, htmx=True).text
    assert "فقط با برخی" in asked
    assert "data-when" not in asked
    refused = saved("subject", "خوش آمدید")
    assert refused.text.count("<li>") == 1
    assert "کاربرد ندارد" in refused.text
    assert held() == [("email", "خوش آمدید"), ("sms", None)]
    assert "HX-Redirect" in saved("channel", "sms").headers
    assert held() == [("sms", None), ("sms", None)]
    browser.post(
        "/undo",
        {"offer": re.findall(r'name="offer" value="([^"]+)"', browser.get("/message-templates").text)[-1]},
    )
    assert held() == [("email", "خوش آمدید"), ("sms", None)]


def test_a_handing_over_is_undone_too(
    sara: Browser, people: list[str], sign_in: SignIn, run: Run, id_of: Callable[[str], str]
) -> None:
    sign_in("omid", ALL)
    assert save(sara, people, "owner", id_of("omid")).status_code == 303
    assert {row[0] for row in run("SELECT owner_id FROM kernel.party")} == {int(id_of("omid"))}
    sara.post("/undo", {"offer": offer(sara.get("/persons").text)})
    assert {row[0] for row in run("SELECT owner_id FROM kernel.party")} == {int(id_of("sara"))}


def test_undo_of_work_leaves_what_another_edit_wrote_meanwhile_and_knows_what_was_done_before_a_kill(
    sara: Browser, people: list[str], run: Run, runtime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    assert save(sara, people[1:], "gender", "male").headers["Location"] == "/work"
    ((number,),) = run("SELECT max(id) FROM kernel.work")
    assert save(sara, people[:1], "gender", "male").headers["Location"] == "/persons?q=x"
    assert jobs.work(runtime, number) == "done"
    assert genders(run) == ["male"] * 3
    run(
        "UPDATE kernel.work SET state = 'due', result = '{}'::jsonb, done = 0, due_at = now() WHERE id = :n",
        n=number,
    )
    assert jobs.work(runtime, number) == "done"
    assert sara.post(f"/work/{number}/undo").status_code == 303
    ((undoing,),) = run("SELECT max(id) FROM kernel.work")
    assert jobs.work(runtime, undoing) == "done"
    assert genders(run) == ["male", "female", "male"]
