"""The description of the interface: valid, true of what is answered, and only what the user may see."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from plugins.medical.tests.conftest import Clinic
from tests.rest.conftest import DESK, OWN, Browser, MakeProgram, Program


def problems(document: dict[str, Any], name: str, content: Any) -> list[str]:
    """Say where an answer does not keep to the schema of this name."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(content)
    ]


@pytest.mark.parametrize("locale", ["fa", pytest.param("en", marks=pytest.mark.long)])
def test_it_is_valid_for_users_of_different_rights(program: MakeProgram, locale: str) -> None:
    users = (program("boss", administrator=True), program("own", OWN), program("nothing", {}))
    for user in users:
        document = user.get("/openapi.json", Accept_Language=locale)
        OpenAPIV31SpecValidator(document).validate()
        assert document["openapi"].startswith("3.1")


def test_every_answer_keeps_to_its_schema(program: MakeProgram, clinic: Clinic, desk: Browser) -> None:
    clinic.book("2026-11-21 9:00")
    boss = program("boss", administrator=True)
    document = boss.get("/openapi.json")
    wrong: list[str] = []
    for kind, entry in boss.get("")["resources"].items():
        page = boss.get(f"{entry['url']}?count=true&limit=20")
        wrong += [f"{kind}: {each}" for each in problems(document, f"{kind}.page", page)]
        for item in page["items"][:5]:
            whole = boss.get(f"{entry['url']}/{item['id']}")
            wrong += [f"{kind}: {each}" for each in problems(document, kind, whole)]
    assert not wrong
    assert not problems(document, "Me", boss.get("/me"))
    assert not problems(document, "Index", boss.get(""))
    assert not problems(document, "Problem", boss.ask("GET", "/person/99999").json)


def test_what_a_user_may_not_see_is_not_in_it(program: MakeProgram, desk: Browser) -> None:
    viewer = program("viewer", {("party", "view"): "own"})
    document = viewer.get("/openapi.json")
    assert "/api/v1/medical.appointment" not in document["paths"]
    assert set(document["paths"]["/api/v1/person"]) == {"get"}
    assert not [path for path in document["paths"] if "commands" in path]
    values = document["components"]["schemas"]["person"]["properties"]["values"]["properties"]
    assert "last_name" in values
    assert not [name for name in values if name.startswith(("faith.", "health."))]
    boss = program("boss", administrator=True).get("/openapi.json")
    assert "health.illnesses" in boss["components"]["schemas"]["person"]["properties"]["values"]["properties"]
    desk_document = program("desk2", DESK).get("/openapi.json")
    assert "/api/v1/commands/medical.book" in desk_document["paths"]
    assert set(desk_document["paths"]["/api/v1/party"]) == {"get"}


def test_whoever_is_signed_in_reads_it_as_a_page_and_as_a_file(desk: Browser, nobody: Browser) -> None:
    page = desk.get("/account/interface")
    assert page.status_code == 200
    assert "openapi.json" in page.text
    named = desk.link(page.text, "kind=")
    whole = desk.get(named).text
    assert "/api/v1/" in whole
    assert desk.get("/api/v1/openapi.json").json["openapi"].startswith("3.1")
    assert nobody.get("/api/v1/openapi.json").status_code == 401
    assert desk.get("/account/interface?kind=nothing").status_code == 404


def test_a_record_as_it_was_answered_can_be_sent_back(program: MakeProgram) -> None:
    """What is answered of fields that may be written is a value that may be sent."""
    desk: Program = program("desk-program", DESK)
    document = desk.get("/openapi.json")
    number = desk.make(
        "person", {"last_name": "رفت‌وبرگشت", "birth_date": "1990-03-21", "mobile": "09121234567"}
    )
    whole = desk.get(f"/person/{number}")
    known = document["components"]["schemas"]["person.change"]["properties"]["values"]["properties"]
    body = {"values": {name: value for name, value in whole["values"].items() if name in known}}
    assert not problems(document, "person.change", body)
    answer = desk.ask("PATCH", f"/person/{number}", body, If_Match=f'"{whole["version"]}"')
    assert answer.status_code == 200, answer.text
    assert answer.json["values"] == whole["values"]
