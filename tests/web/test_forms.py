from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel.resources.runtime import Runtime
from tests.web.conftest import ALL, SignIn


def test_a_person_is_entered_and_shown(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    person = browser.made(
        "/persons/new",
        first_name="سارا",
        last_name="کریمی",
        mobile="۰۹۱۲۱۲۳۴۵۶۷",
        birth_date="1370/5/6",
        **{"contacts-0-kind": "phone", "contacts-0-value": "02188776655"},
    )
    page = browser.get(person).text
    for shown in ("سارا کریمی", "۰۹۱۲ ۱۲۳ ۴۵۶۷", "۱۳۷۰/۰۵/۰۶", "۰۲۱ ۸۸۷۷ ۶۶۵۵"):
        assert shown in page


def test_what_is_refused_comes_back_with_every_value(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    answer = browser.post(
        "/persons/new",
        {
            "first_name": "سارا",
            "last_name": "کریمی",
            "mobile": "123",
            "birth_date": "1371/12/30",
            "contacts-3-kind": "phone",
            "contacts-3-value": "چرند",
        },
    )
    assert answer.status_code == 422
    for kept in ('value="سارا"', 'value="123"', 'value="۱۳۷۱/۱۲/۳۰"', 'value="چرند"'):
        assert kept in answer.text
    for place in ("mobile-error", "birth_date-error"):
        assert f'id="{place}"' in answer.text
    assert "ردیف" in browser.get("/persons").text or "هنوز چیزی" in browser.get("/persons").text
    assert "کریمی" not in browser.get("/persons").text


def test_a_row_that_is_refused_is_marked_where_it_stands(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    rows = {
        "contacts-2-kind": "phone",
        "contacts-2-value": "02188776655",
        "contacts-5-kind": "phone",
        "contacts-5-value": "چرند",
    }
    answer = browser.post("/persons/new", {"first_name": "سارا", "last_name": "کریمی", **rows})
    assert answer.status_code == 422
    assert 'id="contacts-1-value-error"' in answer.text
    assert 'value="چرند"' in answer.text
    assert 'value="02188776655"' in answer.text


def test_a_smuggled_field_is_refused(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    answer = browser.post(
        "/persons/new", {"first_name": "سارا", "last_name": "کریمی", "kind": "organisation"}
    )
    assert answer.status_code == 422
    assert "kind" in answer.text
    assert "کریمی" not in browser.get("/persons").text


def test_two_who_edit_at_once_do_not_overwrite_each_other(sign_in: SignIn) -> None:
    first, second = sign_in("sara", ALL), sign_in("omid", ALL)
    person = first.made("/persons/new", first_name="رضا", last_name="مقدم")
    opened = second.version(f"{person}/edit")
    saved = first.post(f"{person}/edit", {"first_name": "رضا", "last_name": "مقدمی", "_version": opened})
    assert saved.status_code == 303
    late = second.post(f"{person}/edit", {"first_name": "علیرضا", "last_name": "مقدم", "_version": opened})
    assert late.status_code == 409
    assert 'value="علیرضا"' in late.text
    assert "sara" in late.text
    assert "مقدمی" in first.get(person).text


def test_rows_are_changed_added_and_removed(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    person = browser.made(
        "/persons/new",
        first_name="رضا",
        last_name="مقدم",
        **{
            "contacts-0-kind": "phone",
            "contacts-0-value": "02188776655",
            "contacts-1-kind": "email",
            "contacts-1-value": "reza@example.com",
        },
    )
    stored = browser.row_ids(f"{person}/edit", "contacts")
    answer = browser.post(
        f"{person}/edit",
        {
            "first_name": "رضا",
            "last_name": "مقدم",
            "_version": browser.version(f"{person}/edit"),
            "contacts-rows": "1",
            "contacts-0-id": stored[0],
            "contacts-0-kind": "phone",
            "contacts-0-value": "02188776600",
            "contacts-7-kind": "website",
            "contacts-7-value": "example.com",
        },
    )
    assert answer.status_code == 303
    page = browser.get(person).text
    assert "۰۲۱ ۸۸۷۷ ۶۶۰۰" in page
    assert "example.com" in page
    assert browser.row_ids(f"{person}/edit", "contacts")[0] == stored[0]
    assert "reza@example.com" not in browser.get(f"{person}/edit").text


def test_a_probable_duplicate_is_shown_before_it_is_saved(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    known = browser.made("/persons/new", first_name="سارا", last_name="کریمی", mobile="09121234567")
    again = {"first_name": "سارا", "last_name": "کریمی", "mobile": "09121234567"}
    live = browser.post("/persons/duplicates", again, htmx=True)
    assert f'href="{known}"' in live.text
    asked = browser.post("/persons/new", again)
    assert asked.status_code == 422
    assert f'href="{known}"' in asked.text
    assert "شماره همراه یکسان" in asked.text
    assert browser.get("/persons").text.count("data-row ") == 1
    assert browser.post("/persons/new", {**again, "_anyway": "1"}).status_code == 303
    assert browser.get("/persons").text.count("data-row ") == 2


def test_a_value_missing_from_base_data_is_added_in_place(sign_in: SignIn) -> None:
    grants = {**ALL, ("base_data", "create"): "all", ("base_data", "view"): "all"}
    browser = sign_in("sara", grants)
    offered = browser.get("/persons/options/title?q=سرهنگ", htmx=True).text
    assert "/base-data/title/add" in offered
    assert "سرهنگ" in browser.get("/base-data/title/add?title=سرهنگ", htmx=True).text
    empty = browser.post("/base-data/title/add", {"title": "  "}, htmx=True)
    assert empty.status_code == 422
    added = browser.post("/base-data/title/add", {"title": "سرهنگ"}, htmx=True)
    assert added.status_code == 204
    assert "lookup:pick" in added.headers["HX-Trigger"]
    assert "سرهنگ" in browser.get("/persons/options/title?q=سرهنگ", htmx=True).text


def test_without_the_right_nothing_is_offered_to_add(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    assert "data-create" not in browser.get("/persons/options/title?q=سرهنگ", htmx=True).text
    assert browser.post("/base-data/title/add", {"title": "سرهنگ"}, htmx=True).status_code == 403


def test_what_was_searched_for_in_vain_begins_the_new_record(sign_in: SignIn) -> None:
    page = sign_in("sara", ALL).get("/organisations?q=نیکان").text
    assert "ساختن «نیکان»" in page


def test_an_english_reader_gets_english_from_left_to_right(sign_in: SignIn, runtime: Runtime) -> None:
    page = sign_in("john", ALL, locale="en").get("/persons/new").text
    assert 'dir="ltr"' in page.split("<head>")[0]
    assert "First name" in page
    assert 'type="date"' in page


def test_whoever_may_only_make_parties_makes_them_whole(sign_in: SignIn) -> None:
    desk = sign_in("neda", {("party", "view"): "all", ("party", "create"): "own"})
    person = desk.made(
        "/persons/new",
        last_name="کریمی",
        **{
            "contacts-0-kind": "phone",
            "contacts-0-value": "02188776655",
            "roles-0-role": "customer",
            "addresses-0-street": "خیابان یکم",
        },
    )
    page = desk.get(person).text
    for shown in ("۰۲۱ ۸۸۷۷ ۶۶۵۵", "مشتری", "خیابان یکم"):
        assert shown in page
    assert desk.get(f"{person}/edit").status_code == 403


def test_a_new_record_begins_at_the_first_field_to_type_into(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    assert 'data-focus="first_name"' in browser.get("/persons/new").text
    assert 'data-focus="last_name"' in browser.get("/persons/new?first_name=سارا").text
    assert 'data-focus="name"' in browser.get("/organisations/new").text
    person = browser.made("/persons/new", last_name="کریمی")
    assert "data-focus" not in browser.get(f"{person}/edit").text


def test_a_field_that_does_not_apply_is_not_asked_and_not_stored(
    sign_in: SignIn, run: Callable[..., Any]
) -> None:
    browser = sign_in("sara", {("message_template", each): "all" for each in ("view", "create", "edit")})
    ((kind,),) = run("SELECT min(id) FROM kernel.message_kind")
    form = browser.get("/message-templates/new").text
    assert 'data-when="channel"' in form
    assert 'data-when-values="[&#34;email&#34;]"' in form
    given = {"name": "خوشامد", "language": "fa", "kind": str(kind), "body": "سلام"}
    wrong = browser.post("/message-templates/new", {**given, "channel": "sms", "subject": "سلام"})
    assert wrong.status_code == 422
    assert "کاربرد ندارد" in wrong.text
    template = browser.made("/message-templates/new", **given, channel="email", subject="سلام بر شما")
    assert "سلام بر شما" in browser.get(template).text
    version = browser.version(f"{template}/edit")
    changed = browser.post(f"{template}/edit", {**given, "channel": "sms", "_version": version})
    assert changed.status_code == 303
    assert run("SELECT channel, subject FROM kernel.message_template WHERE name = 'خوشامد'") == [
        ("sms", None)
    ]
