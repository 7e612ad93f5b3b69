"""Recording and reading interactions in the pages: composer, F9, timeline, follow-ups, what it is about."""

import re
from io import BytesIO

import pytest

EVERYTHING = {
    (resource, action): "all"
    for resource in ("party", "interaction", "call")
    for action in ("view", "create", "edit", "delete", "assign", "import", "export")
}


@pytest.fixture
def staff(sign_in):
    return sign_in("sara", EVERYTHING)


@pytest.fixture
def person(staff):
    return int(made(staff.post("/persons/new", {"last_name": "کریمی", "mobile": "09121234567"})))


def made(answer):
    assert answer.status_code == 303, answer.text
    return re.search(r"/(\d+)", answer.location)[1]


def compose(browser, person, tab, **values):
    return browser.post(f"/interactions/compose/person/{person}/{tab}", values, htmx=True)


def test_the_composer_offers_its_tabs_to_who_may_record(staff, person, sign_in):
    page = staff.get(f"/persons/{person}")
    for tab in ("note", "call", "visit", "follow_up"):
        assert f"compose={tab}" in page.text
    reader = sign_in("reza", {("party", "view"): "all", ("interaction", "view"): "all"})
    assert "compose=" not in reader.get(f"/persons/{person}").text
    assert (
        reader.post(f"/interactions/compose/person/{person}/call", {"channel": "call_in"}).status_code == 403
    )


def test_a_call_is_recorded_and_stands_in_the_timeline(staff, person):
    answer = compose(staff, person, "call", channel="call_in", text="قرار شد فردا بیاید", minutes="۵")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/persons/{person}")
    page = staff.get(f"/persons/{person}").text
    assert "قرار شد فردا بیاید" in page
    assert "۵:۰۰" in page
    assert "قرار شد" not in staff.get(f"/persons/{person}?kind=notes").text
    assert "قرار شد" in staff.get(f"/persons/{person}?kind=interactions").text


def test_what_is_refused_comes_back_with_what_was_typed(staff, person):
    answer = compose(staff, person, "visit", text="متن من", started_at="1500/01/01 10:00")
    assert answer.status_code == 422
    assert "متن من" in answer.text
    assert 'id="visit-started_at-error"' in answer.text
    assert "متن من" not in staff.get("/interactions").text


def test_a_follow_up_is_planned_and_settled(staff, person, run):
    compose(staff, person, "follow_up", text="تماس دوباره", follow_up_on="1406/01/05")
    ((number,),) = run("SELECT id FROM kernel.interaction WHERE channel = 'follow_up'") or [(0,)]
    page = staff.get(f"/persons/{person}").text
    assert f"/interactions/record?follows={number}" in page
    assert staff.post(f"/interactions/{number}/settle", {"_back": f"/persons/{person}"}).status_code == 303
    assert run("SELECT followed_up_at IS NOT NULL FROM kernel.interaction") == [(True,)]


def test_f9_chooses_the_party_of_the_page_and_records(staff, person, run):
    page = staff.get(f"/persons/{person}").text
    assert f"/interactions/record?party={person}&amp;back=/persons/{person}" in page
    assert "/interactions/record" in staff.get("/").text
    dialog = staff.get(f"/interactions/record?party={person}", htmx=True)
    assert "کریمی" in dialog.text
    answer = staff.post("/interactions/record", {"party": person, "channel": "letter", "text": "نامه"})
    assert answer.location == f"/interactions/{made(answer)}"
    assert run("SELECT channel, party_id FROM kernel.interaction") == [("letter", person)]


def test_the_page_of_an_interaction_names_who_took_part_and_what_it_is_about(staff, person):
    household = made(
        staff.post(
            "/households/new", {"name": "خانواده کریمی", "members-0-person": person, "members-0-part": "head"}
        )
    )
    number = made(
        staff.post(f"/interactions/record?about=household:{household}", {"party": person, "channel": "visit"})
    )
    page = staff.get(f"/interactions/{number}")
    assert f"/persons/{person}" in page.text
    assert f'/households/{household}"' in page.text
    assert f"/interactions/{number}" in staff.get(f"/households/{household}").text
    link = re.search(rf"/interactions/{number}/links/(\d+)/remove", page.text)[1]
    staff.post(f"/interactions/{number}/links/{link}/remove")
    assert f'/households/{household}"' not in staff.get(f"/interactions/{number}").text
    staff.post(f"/interactions/{number}/links", {"record": f"https://x.example/households/{household}?a=1"})
    assert f"/households/{household}" in staff.get(f"/interactions/{number}").text


def test_a_file_comes_along(staff, person, run):
    staff.post(
        f"/interactions/compose/person/{person}/visit",
        {"text": "با پیوست", "file": (BytesIO(b"hello"), "letter.txt")},
    )
    assert run("SELECT root, name FROM kernel.attachment") == [("kernel.interaction", "letter.txt")]


def test_the_timeline_is_narrowed_to_one_author(staff, person, sign_in, id_of):
    compose(staff, person, "visit", text="از سارا")
    omid = sign_in("omid", EVERYTHING)
    compose(omid, person, "visit", text="از امید")
    page = staff.get(f"/persons/{person}?by={id_of('omid')}").text
    assert "از امید" in page
    assert "از سارا" not in page


def test_lists_and_search_find_it(staff, person):
    compose(staff, person, "visit", text="درباره ضمانت‌نامه بانکی")
    assert "درباره ضمانت" in staff.get("/interactions").text
    assert "درباره ضمانت" in staff.get("/interactions?q=ضمانتنامه").text
    assert "درباره ضمانت" not in staff.get("/interactions?q=بیمه").text


def test_an_entry_with_a_hidden_main_party_names_only_who_is_seen(staff, person, sign_in, id_of, run):
    guest = made(staff.post("/persons/new", {"last_name": "مهمان"}))
    compose(staff, person, "visit", text="گفتگو", other=guest)
    reza = sign_in("reza", {("party", "view"): "own", ("interaction", "view"): "all"})
    run("UPDATE kernel.party SET owner_id = :u WHERE id = :p", u=int(id_of("reza")), p=int(guest))
    page = reza.get(f"/persons/{guest}").text
    assert "گفتگو" in page
    assert "کریمی" not in page
    (number,) = run("SELECT id FROM kernel.interaction")[0]
    assert "کریمی" not in reza.get(f"/interactions/{number}").text
    assert "کریمی" not in reza.get("/interactions").text
