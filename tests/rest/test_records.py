"""Records by the interface: the same declarations, rights and commands as the pages, as JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kernel.data.site import Site
from kernel.resources.build import build_runtime
from kernel.testing.users import keep_fields
from plugins.medical.tests.conftest import Clinic
from tests.rest.conftest import DESK, OWN, Browser, MakeProgram, Program


def next_saturday() -> date:
    today = datetime.now(UTC).date()
    return today + timedelta(days=7 + (5 - today.weekday()) % 7)


PERSON = {"first_name": "رویا", "last_name": "کریمی", "birth_date": "1990-03-21", "mobile": "09121234567"}


@pytest.fixture
def desk_program(program: MakeProgram) -> Program:
    return program("desk-program", DESK)


def test_a_record_is_made_read_changed_and_removed(desk_program: Program) -> None:
    made = desk_program.ask("POST", "/person", {"values": PERSON})
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    assert made.json == {"id": int(path.rpartition("/")[2]), "version": 1}
    found = desk_program.ask("GET", path)
    assert found.headers["ETag"] == made.headers["ETag"] == '"1"'
    values = found.json["values"]
    assert values["birth_date"] == "1990-03-21"
    assert values["mobile"] == "+989121234567"
    assert values["owner"] == {"id": desk_program.actor.user_id, "title": "desk-program"}
    assert values["created_at"].endswith("Z")
    changed = desk_program.ask("PATCH", path, {"values": {"last_name": "رضایی"}}, If_Match='"1"')
    assert changed.status_code == 200, changed.text
    assert changed.json["version"] == 2
    assert changed.json["values"]["first_name"] == "رویا"
    assert changed.json["title"] == "رویا رضایی"
    assert desk_program.ask("DELETE", path, If_Match='"2"').status_code == 204
    assert desk_program.ask("GET", path).status_code == 404
    assert desk_program.ask("POST", f"{path}/restore").status_code == 200
    assert desk_program.get(path)["title"] == "رویا رضایی"


def test_parts_and_facets_come_along(desk_program: Program, program: MakeProgram) -> None:
    boss = program("boss", administrator=True)
    number = boss.make(
        "person",
        {**PERSON, "facts.times": "عصرها", "facts.do_not_call": True},
        parts={"contacts": [{"kind": "mobile", "value": "09351112233"}]},
    )
    found = boss.get(f"/person/{number}")
    assert found["values"]["facts.times"] == "عصرها"
    assert found["values"]["facts.do_not_call"] is True
    (contact,) = found["parts"]["contacts"]
    assert contact["value"] == "+989351112233"
    answer = boss.change(
        f"/person/{number}",
        {"facts.times": None},
        parts={
            "contacts": [
                {"id": contact["id"], "kind": "mobile", "value": "09351112234"},
                {"kind": "mobile", "value": "09350000000"},
            ]
        },
    )
    assert answer.status_code == 200, answer.text
    assert answer.json["values"]["facts.times"] is None
    assert [row["value"] for row in answer.json["parts"]["contacts"]] == ["+989351112234", "+989350000000"]
    (item,) = boss.get(f"/person?f.last_name.is={PERSON['last_name']}&parts=contacts")["items"]
    assert item["parts"]["contacts"][0]["id"] == contact["id"]


def test_who_changes_must_say_which_version(desk_program: Program) -> None:
    path = f"/person/{desk_program.make('person', PERSON)}"
    body = {"values": {"last_name": "x"}}
    assert desk_program.ask("PATCH", path, body).status_code == 428
    assert desk_program.ask("DELETE", path).status_code == 428
    assert desk_program.ask("PATCH", path, body, If_Match='"7"').status_code == 412
    assert desk_program.ask("DELETE", path, If_Match='"7"').status_code == 412
    assert desk_program.ask("PATCH", path, body, If_Match="1").status_code == 412
    assert desk_program.ask("PATCH", path, body, If_Match='W/"1"').status_code == 412
    assert desk_program.get(path)["version"] == 1
    assert desk_program.ask("PATCH", path, body, If_Match="*").status_code == 200
    assert desk_program.ask("DELETE", path, If_Match='"1"').status_code == 412
    assert desk_program.ask("DELETE", path, If_Match='"2"').status_code == 204


def test_every_problem_names_its_place_in_the_language_asked_for(desk_program: Program) -> None:
    body = {
        "values": {"mobile": "123", "birth_date": "1405-01-01", "gender": 7, "no_such": 1},
        "parts": {"contacts": [{"kind": "mobile", "value": 5}], "x": []},
    }
    answer = desk_program.ask("POST", "/person", body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    places = {each["pointer"] for each in answer.json["errors"]}
    assert places == {
        "#/values/birth_date",
        "#/values/gender",
        "#/values/no_such",
        "#/parts/contacts/0/value",
        "#/parts/x",
    }
    assert answer.json["type"] == "urn:peyvand:problem:invalid"
    later = desk_program.ask(
        "POST", "/person", {"values": {"last_name": "x", "mobile": "123"}}, Accept_Language="fa"
    )
    assert [each["pointer"] for each in later.json["errors"]] == ["#/values/mobile"]
    assert not later.json["errors"][0]["detail"].isascii()
    english = desk_program.ask("POST", "/person", {"values": {"last_name": "x", "mobile": "123"}})
    assert english.json["errors"][0]["detail"].isascii()


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/person", b"{", {}, 400),
        ("POST", "/person", b'{"values": {"last_name": NaN}}', {}, 400),
        ("POST", "/person", b'{"values": {}, "values": {}}', {}, 400),
        ("POST", "/person", b"[" * 100_000, {}, 400),
        ("POST", "/person", b"[]", {}, 422),
        ("POST", "/person", b'{"values": {"last_name": "a\\u0000b"}}', {}, 422),
        ("POST", "/person", b'{"values": {"last_name": "\\ud800"}}', {}, 422),
        ("POST", "/person", b'{"values": {"last_name": ["a"]}}', {}, 422),
        ("POST", "/person", b"{}", {"Content_Type": "text/plain"}, 415),
        ("POST", "/person", b"a=1", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ("POST", "/person", b" " * (1024 * 1024 + 1), {}, 413),
        ("GET", "/person", None, {"Accept": "text/html"}, 406),
        ("GET", "/person?limit=0", None, {}, 400),
        ("GET", "/person?limit=x", None, {}, 400),
        ("GET", "/person?cols=no_such", None, {}, 400),
        ("GET", "/person?sort=no_such", None, {}, 400),
        ("GET", "/person?f.no_such.is=1", None, {}, 400),
        ("GET", "/person?f.last_name.is=%00", None, {}, 400),
        ("GET", "/person?after=x", None, {}, 400),
        ("GET", "/person?lmit=3", None, {}, 400),
        ("GET", "/person?after=a&before=b", None, {}, 400),
        ("GET", "/nothing", None, {}, 404),
        ("GET", "/person/99999999", None, {}, 404),
        ("GET", f"/person/{'9' * 30}", None, {}, 404),
        ("GET", "/a/b/c/d", None, {}, 404),
        ("PUT", "/person/1", b"{}", {}, 405),
        ("POST", "/party", b"{}", {}, 405),
        ("POST", "/commands/account.forgotten", b"{}", {}, 404),
        ("POST", "/commands/nothing", b"{}", {}, 404),
        ("POST", "/person/1/restore", b'{"x": 1}', {}, 422),
    ],
)
def test_what_cannot_be_is_answered_as_a_problem(
    desk_program: Program, method: str, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    answer = desk_program.ask(method, path, body, **headers)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"]
    if status == 405:
        assert answer.headers["Allow"]


def test_lists_are_paged_filtered_and_counted(desk_program: Program) -> None:
    numbers = [
        desk_program.make("person", {"last_name": name, "birth_date": "1980-01-01"})
        for name in ("الف", "ب", "پ", "ت", "ث")
    ]
    path = "/person?f.birth_date.is=1980-01-01&limit=2&count=1&cols=last_name"
    first = desk_program.ask("GET", path)
    assert first.json["count"] == {"number": 5, "more": False}
    assert first.json["prev"] is None
    assert f'<{first.json["next"]}>; rel="next"' in first.headers["Link"]
    assert set(first.json["items"][0]["values"]) == {"last_name"}
    seen, address = [], first.json["next"]
    seen += [item["id"] for item in first.json["items"]]
    while address:
        page = desk_program.get(address)
        seen += [item["id"] for item in page["items"]]
        back, address = page["prev"], page["next"]
    assert sorted(seen) == sorted(numbers)
    assert [item["id"] for item in desk_program.get(back)["items"]] == seen[2:4]
    assert "count" not in desk_program.get("/person")
    (found,) = desk_program.get("/person?q=پ&f.birth_date.is=1980-01-01")["items"]
    assert found["title"] == "پ"


def test_every_kind_can_be_listed_and_read(program: MakeProgram, clinic: Clinic) -> None:
    boss = program("boss", administrator=True)
    visit = clinic.book("2026-11-21 9:00")
    read = 0
    for kind, entry in boss.get("")["resources"].items():
        for item in boss.get(f"{entry['url']}?count=1&limit=3")["items"]:
            whole = boss.get(f"{entry['url']}/{item['id']}")
            assert set(item["values"]) <= set(whole["values"]), kind
            read += 1
    assert read > 10
    appointment = boss.get(f"/medical.appointment/{visit}")
    assert appointment["values"]["starts_at"] == "2026-11-21T05:30:00Z"
    assert appointment["values"]["doctor"] == {"id": clinic.doctors[0], "title": "Dr One"}


def test_commands_of_plugins_are_called_with_typed_arguments(program: MakeProgram, clinic: Clinic) -> None:
    desk = program("desk-program", DESK)
    body = {
        "doctor": clinic.doctors[0],
        "patient": clinic.persons[0],
        "service": clinic.services[0],
        "starts_at": f"{next_saturday()}T05:30:00Z",
    }
    booked = desk.ask("POST", "/commands/medical.book", body)
    assert booked.status_code == 200, booked.text
    visit = booked.json["result"]
    assert desk.get(f"/medical.appointment/{visit}")["values"]["state"] == "booked"
    again = desk.ask("POST", "/commands/medical.book", body)
    assert again.status_code == 422
    wrong = desk.ask("POST", "/commands/medical.book", {**body, "starts_at": "1405/08/30 9:00", "x": 1})
    assert {each["pointer"] for each in wrong.json["errors"]} == {"#/starts_at", "#/x"}
    missing = desk.ask("POST", "/commands/medical.cancel", {})
    assert {each["pointer"] for each in missing.json["errors"]} == {"#/appointment", "#/by"}
    done = desk.ask("POST", "/commands/medical.cancel", {"appointment": visit, "by": "patient"})
    assert done.status_code == 200, done.text
    refused = desk.ask("POST", "/commands/medical.cancel", {"appointment": visit, "by": "patient"})
    assert refused.status_code == 409
    viewer = program("viewer", {("medical.appointment", "view"): "all"})
    assert viewer.ask("POST", "/commands/medical.book", body).status_code == 403


def test_a_user_of_his_own_records_sees_no_others(program: MakeProgram, clinic: Clinic, site: Site) -> None:
    own = program("own", OWN)
    mine = own.make("person", {"last_name": "دیدنی"})
    for kind in build_runtime(site, clinic.runtime.engines, isolate=False).resources:
        answer = own.ask("GET", f"/{kind}")
        assert answer.status_code in (200, 403), kind
        if kind in ("person", "party"):
            assert [item["id"] for item in answer.json["items"]] == [mine]
    for method, body in (("GET", None), ("PATCH", {"values": {"last_name": "x"}}), ("DELETE", None)):
        texts = {
            own.ask(method, f"/person/{number}", body, If_Match='"1"').text
            for number in (clinic.persons[0], 99_999_999)
        }
        assert len(texts) == 1
        assert own.ask(method, f"/person/{clinic.persons[0]}", body, If_Match='"1"').status_code == 404


def test_masked_and_hidden_fields_stay_so(
    program: MakeProgram, run_pattern: Any, desk_program: Program
) -> None:
    number = desk_program.make("person", {**PERSON, "email": "roya@example.com"})
    run_pattern({"mobile": "masked", "email": "hidden", "last_name": "read_only"})
    limited = program("limited", actor=run_pattern.actor)
    values = limited.get(f"/person/{number}")["values"]
    assert "email" not in values
    assert values["mobile"].endswith("4567")
    assert "0912" not in values["mobile"]
    for name in ("mobile", "email", "last_name"):
        answer = limited.change(f"/person/{number}", {name: None})
        assert [each["pointer"] for each in answer.json["errors"]] == [f"#/values/{name}"]
    assert limited.ask("GET", "/person?f.mobile.is=09121234567").status_code == 400


def test_a_command_takes_and_tells_nothing_of_fields_that_are_kept(
    program: MakeProgram, clinic: Clinic, make_user: Any, site: Site, engines: Any
) -> None:
    rights = {("medical.appointment", action): "all" for action in ("view", "create")}
    free = make_user("free", {**rights, ("party", "view"): "all"})
    with engines.owner(site).begin() as owner:
        kept = keep_fields(owner, free.user_id, {("medical.appointment", "note"): "hidden"})

    def told(by: Program) -> Any:
        path = by.get("/openapi.json")["paths"]["/api/v1/commands/medical.book"]
        return path["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]

    limited = program("limited", actor=kept)
    assert "note" not in told(limited)
    assert "starts_at" in told(limited)
    answer = limited.ask("POST", "/commands/medical.book", {"note": "پنهان"})
    assert "#/note" in [each["pointer"] for each in answer.json["errors"]]


@pytest.fixture
def run_pattern(site: Site, desk: Browser, engines: Any, make_user: Any) -> Any:
    """Give a user a pattern with rules for fields of parties."""
    from sqlalchemy import insert, select

    from kernel.access.actor import load_actor
    from kernel.access.models import PatternField, UserPattern

    actor = make_user("limited", {("party", action): "all" for action in ("view", "edit")})

    def give(rules: dict[str, str]) -> None:
        with engines.owner(site).begin() as owner:
            pattern = owner.execute(
                select(UserPattern.pattern_id).where(UserPattern.user_id == actor.user_id)
            ).scalar_one()
            for name, rule in rules.items():
                owner.execute(
                    insert(PatternField).values(pattern_id=pattern, resource="party", field=name, rule=rule)
                )
            give.actor = load_actor(owner, actor.user_id)  # type: ignore[attr-defined]

    return give
