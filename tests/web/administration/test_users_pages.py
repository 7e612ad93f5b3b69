import re

import pytest

PASSWORD = "بهار-نارنج-۱۴"
USERS = "/administration/users"
SARA = {"username": "sara", "display_name": "سارا رضایی", "locale": "fa", "active": "1", "password": PASSWORD}


def number_of(boss, name):
    return re.search(rf'href="{USERS}/(\d+)" title="{name}"', boss.get(USERS).text)[1]


def test_an_administrator_adds_a_user_who_can_sign_in(boss, nobody):
    assert boss.post(f"{USERS}/new", SARA).status_code == 303
    assert "سارا رضایی" in boss.get(USERS).text
    assert nobody.post("/sign-in", {"username": "sara", "password": PASSWORD}).status_code == 303


def test_what_is_wrong_stands_beside_its_field_and_the_password_does_not_come_back(boss):
    page = boss.post(f"{USERS}/new", {**SARA, "username": ""})
    assert page.status_code == 422
    assert 'id="username-error"' in page.text
    assert "سارا رضایی" in page.text
    assert PASSWORD not in page.text


def test_a_user_is_changed_and_given_patterns(boss):
    boss.post(f"{USERS}/new", SARA)
    made = boss.made("/administration/patterns/new", **{"title": "فروش", "grant:party:view": "own"})
    assert made.endswith("/administration/patterns")
    pattern = re.search(r'data-id="(\d+)"', boss.get("/administration/patterns").text)[1]
    address = f"{USERS}/{number_of(boss, 'سارا رضایی')}"
    version = boss.version(address)
    answer = boss.post(
        address,
        {
            "username": "sara",
            "display_name": "سارا",
            "locale": "en",
            "active": "1",
            "patterns": pattern,
            "_version": version,
        },
    )
    assert answer.status_code == 303
    page = boss.get(address).text
    assert f'name="patterns" value="{pattern}" checked' in page
    assert boss.post(address, {**SARA, "_version": version}).status_code == 409


def test_a_password_is_set_in_the_dialog_and_ends_all_sessions(boss, nobody):
    boss.post(f"{USERS}/new", SARA)
    nobody.post("/sign-in", {"username": "sara", "password": PASSWORD})
    address = f"{USERS}/{number_of(boss, 'سارا رضایی')}"
    assert 'id="dialog-title"' in boss.get(f"{address}/password", htmx=True).text
    assert boss.post(f"{address}/password", {"password": "123"}).status_code == 422
    assert boss.post(f"{address}/password", {"password": "گل-سرخ-باغ-۷"}).status_code == 303
    assert nobody.get("/").status_code in (302, 303)


def test_signing_a_user_out_everywhere(boss, nobody):
    boss.post(f"{USERS}/new", SARA)
    nobody.post("/sign-in", {"username": "sara", "password": PASSWORD})
    address = f"{USERS}/{number_of(boss, 'سارا رضایی')}"
    boss.post(f"{address}/sign-out")
    assert nobody.get("/").status_code in (302, 303)


def test_the_last_administrator_is_told_so(boss):
    address = f"{USERS}/{number_of(boss, 'boss')}"
    page = boss.post(address, {"username": "boss", "display_name": "boss", "locale": "fa", "active": ""})
    assert page.status_code == 422
    assert "این آخرین" in page.text


PLACES = (
    "users",
    "users/new",
    "patterns",
    "patterns/new",
    "plugins",
    "plugins/medical",
    "settings/parties",
    "days-off",
    "jobs",
    "doctor",
    "base-data",
    "base-data/title",
)


@pytest.mark.parametrize("place", PLACES)
def test_every_page_is_shown_to_an_administrator_in_persian(boss, place):
    page = boss.get(f"/administration/{place}")
    assert page.status_code == 200
    words = re.sub(
        r"<(script|style|code)[^>]*>.*?</\1>|<[^>]+>", " ", page.text.partition("<main")[2], flags=re.S
    )
    strange = re.findall(r"\b(?:State|Users|Save|Name|Title|Plugin|Values|Jobs|None|Rights)\b", words)
    assert not strange


@pytest.mark.parametrize("place", PLACES)
def test_nobody_else_gets_in(sign_in, place):
    grants = {(each, "edit"): "all" for each in ("user", "pattern", "plugin", "setting", "job", "site")}
    clerk = sign_in("clerk", grants)
    assert clerk.get(f"/administration/{place}").status_code == 403
