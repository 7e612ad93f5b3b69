from __future__ import annotations

import io
import re

import pytest

from tests.web.conftest import ALL, Browser, SignIn

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf0000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def sara(sign_in: SignIn) -> Browser:
    return sign_in("sara", ALL)


@pytest.fixture
def person(sara: Browser) -> str:
    return sara.made("/persons/new", first_name="سارا", last_name="کریمی", gender="female")


def test_one_value_is_edited_in_place(sara: Browser, person: str) -> None:
    control = sara.get(f"{person}/field/mobile", htmx=True).text
    assert 'name="value"' in control
    wrong = sara.post(f"{person}/field/mobile", {"value": "۱۲۳"}, htmx=True)
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert 'value="۱۲۳"' in wrong.text
    right = sara.post(f"{person}/field/mobile", {"value": "۰۹۱۲۱۲۳۴۵۶۷"}, htmx=True)
    assert right.status_code == 200
    assert "۰۹۱۲ ۱۲۳ ۴۵۶۷" in right.text
    assert "۰۹۱۲ ۱۲۳ ۴۵۶۷" in sara.get(person).text


def test_a_choice_is_edited_in_place(sara: Browser, person: str) -> None:
    assert "<select" in sara.get(f"{person}/field/gender", htmx=True).text
    assert "مرد" in sara.post(f"{person}/field/gender", {"value": "male"}, htmx=True).text


@pytest.mark.parametrize("name", ["created_at", "search_key", "kind", "contacts-value", "nothing"])
def test_what_is_not_to_be_edited_is_not(sara: Browser, person: str, name: str) -> None:
    assert sara.post(f"{person}/field/{name}", {"value": "x"}, htmx=True).status_code in {403, 404}


def test_who_may_only_look_edits_nothing(sign_in: SignIn, sara: Browser, person: str) -> None:
    reader = sign_in("omid", {("party", "view"): "all"})
    assert "سارا کریمی" in reader.get(person).text
    assert 'class="edit"' not in reader.get(person).text
    assert reader.post(f"{person}/field/mobile", {"value": "09121234567"}, htmx=True).status_code == 403
    assert reader.get(f"{person}/edit").status_code == 403
    assert reader.post(f"{person}/notes", {"body": "یادداشت"}).status_code == 403
    assert reader.post(f"{person}/delete").status_code == 403


def test_history_tells_who_changed_what_from_what_to_what(sara: Browser, person: str) -> None:
    sara.post(f"{person}/field/gender", {"value": "male"}, htmx=True)
    sara.post(f"{person}/field/birth_date", {"value": "1370/05/06"}, htmx=True)
    page = sara.get(f"{person}?tab=history").text.partition('class="day"')[2]
    assert "sara" in page
    assert "جنسیت" in page
    assert page.find("زن") < page.find("مرد")
    assert "۱۳۷۰/۰۵/۰۶" in page
    assert "search_key" not in page


def test_notes_are_written_changed_and_deleted_by_their_writer(
    sign_in: SignIn, sara: Browser, person: str
) -> None:
    sara.post(f"{person}/notes", {"body": "فردا <b>تماس</b> بگیرید"})
    page = sara.get(person).text
    assert "فردا &lt;b&gt;تماس&lt;/b&gt; بگیرید" in page
    note = sara.link(page, "/notes/", attribute="hx-get")
    other = sign_in("omid", ALL)
    assert "تماس" in other.get(person).text
    assert other.post(note, {"body": "نه"}, htmx=True).status_code == 403
    assert sara.post(note, {"body": ""}, htmx=True).status_code == 422
    assert sara.post(note, {"body": "پس‌فردا"}, htmx=True).status_code == 204
    assert "پس‌فردا" in sara.get(person).text
    assert sara.post(f"{note}/delete").status_code == 303
    assert "پس‌فردا" not in sara.get(person).text


def test_a_file_is_attached_and_comes_back_as_a_download(sara: Browser, person: str) -> None:
    sara.post(f"{person}/files", {"file": (io.BytesIO(PNG), "کارت ملی.png")})
    page = sara.get(f"{person}?tab=files").text
    assert "کارت ملی.png" in page
    answer = sara.get(sara.link(page, "/files/"))
    assert answer.data == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "icons" in sara.get("/persons").text
    assert 'title="پرونده‌ها"' in sara.get("/persons").text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("photo.png", b"MZ\x90\x00"),
        ("empty.pdf", b""),
    ],
)
def test_files_that_could_do_harm_are_refused(sara: Browser, person: str, name: str, content: bytes) -> None:
    sara.post(f"{person}/files", {"file": (io.BytesIO(content), name)})
    page = sara.get(f"{person}?tab=files").text
    assert "notice bad" in page
    assert f"<bdi>{name}</bdi>" not in page


def test_a_file_of_a_hidden_record_is_not_found(sign_in: SignIn, sara: Browser, person: str) -> None:
    sara.post(f"{person}/files", {"file": (io.BytesIO(PNG), "a.png")})
    address = sara.link(sara.get(f"{person}?tab=files").text, "/files/")
    own = sign_in("omid", {("party", action): "own" for action in ("view", "create", "edit")})
    mine = own.made("/persons/new", first_name="مریم", last_name="دیدنی")
    assert own.get(address).status_code == 404
    number = address.rpartition("/")[2]
    assert own.get(f"{mine}/files/{number}").status_code == 404


def test_the_page_steps_through_the_list_it_was_opened_from(sara: Browser, person: str) -> None:
    sara.made("/persons/new", first_name="بابک", last_name="رحیمی", gender="male")
    after = sara.made("/persons/new", first_name="لیلا", last_name="نادری", gender="female")
    in_all = sara.get(person).text
    assert "رکورد قبلی" in in_all
    in_filter = sara.get(f"{person}?f.gender.is=female").text
    assert "رکورد قبلی" not in in_filter
    assert f"{after}?f.gender.is=female" in in_filter


def test_what_stands_in_the_way_of_deleting_is_named_with_links(sara: Browser) -> None:
    firm = sara.made("/organisations/new", name="پخش مهرگان")
    number = firm.rpartition("/")[2]
    sara.made("/persons/new", first_name="رضا", last_name="مقدم", **{"employments-0-organisation": number})
    answer = sara.post(f"{firm}/delete")
    assert answer.status_code == 422
    assert "حذف‌شدنی نیست" in answer.text
    assert sara.get(firm).status_code == 200


def test_a_record_given_to_somebody_else_may_leave_the_giver(sign_in: SignIn, sara: Browser) -> None:
    own = {("party", action): "own" for action in ("view", "create", "edit", "assign")}
    omid = sign_in("omid", own)
    person = omid.made("/persons/new", first_name="مریم", last_name="دیدنی")
    form = sara.get(f"{person}/edit").text
    owner = re.search(r'name="owner" value="(\d+)"', form)
    assert owner
    sara_id = str(int(owner[1]) - 1)
    answer = omid.post(
        f"{person}/edit",
        {
            "first_name": "مریم",
            "last_name": "دیدنی",
            "owner": sara_id,
            "_version": omid.version(f"{person}/edit"),
        },
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/persons")
    assert "در اختیار کس دیگری است" in omid.get("/persons").text
    assert omid.get(person).status_code == 404


def test_a_record_goes_to_the_bin_comes_back_and_goes_for_good(sara: Browser, person: str) -> None:
    number = person.rpartition("/")[2]
    assert sara.post(f"{person}/delete").status_code == 303
    assert sara.get(person).status_code == 404
    assert "«سارا کریمی» به بازیافت رفت" in sara.get("/search").text
    assert "سارا کریمی" in sara.get("/persons/bin").text
    sara.post("/persons/bin/act", {"do": "restore", "id": number})
    assert sara.get(person).status_code == 200
    sara.post(f"{person}/delete")
    assert "به بازیافت رفت" in sara.get("/search").text
    sara.post("/persons/bin/act", {"do": "purge", "id": number})
    assert "سارا کریمی" not in sara.get("/persons/bin").text
    assert sara.get(person).status_code == 404


def test_deleting_for_good_is_a_right_of_its_own(sign_in: SignIn, sara: Browser, person: str) -> None:
    number = person.rpartition("/")[2]
    sara.post(f"{person}/delete")
    other = sign_in("omid", {("party", action): "all" for action in ("view", "delete", "restore")})
    assert "سارا کریمی" in other.get("/persons/bin").text
    assert 'value="purge"' not in other.get("/persons/bin").text
    assert other.post("/persons/bin/act", {"do": "purge", "id": number}).status_code == 403
    assert "سارا کریمی" in other.get("/persons/bin").text


def test_a_record_of_a_kind_without_a_bin_is_said_to_be_deleted(sign_in: SignIn) -> None:
    head = sign_in("head", ALL | {("party_group", key[1]): "all" for key in ALL})
    group = head.made("/person-groups/new", name="هم‌سفران")
    page = head.get(group).text
    assert "به بازیافت نمی‌رود" in page
    assert head.post(f"{group}/delete").status_code == 303
    after = head.get("/person-groups").text
    assert "حذف شد." in after
    assert "به بازیافت رفت" not in after
    person = head.made("/persons/new", last_name="کریمی")
    assert "به بازیافت نمی‌رود" not in head.get(person).text
    head.post(f"{person}/delete")
    assert "به بازیافت رفت" in head.get("/persons").text
