import re

PATTERNS = "/administration/patterns"


def first(boss):
    return re.search(r'data-id="(\d+)"', boss.get(PATTERNS).text)[1]


def ticked(page, name):
    return re.findall(rf'name="{name}" value="([^"]+)"[^>]* checked', page)


def test_a_pattern_is_made_out_of_the_table_of_rights_and_shown_again(boss):
    boss.made(f"{PATTERNS}/new", **{"title": "فروش", "grant:party:view": "own", "grant:party:export": "all"})
    page = boss.get(f"{PATTERNS}/{first(boss)}").text
    assert ticked(page, "grant:party:view") == ["own"]
    boss.post(f"{PATTERNS}/{first(boss)}", {"title": "فروش", "grant:party:view": ["own", "team"]})
    page = boss.get(f"{PATTERNS}/{first(boss)}").text
    assert ticked(page, "grant:party:view") == ["own", "team"]
    assert "رکوردهای خود، پرونده‌های واحد من" in page
    overview = boss.get(f"{PATTERNS}/overview").text
    assert "رکوردهای خود، پرونده‌های واحد من" in overview


def test_a_right_is_taken_away_by_choosing_nothing(boss):
    boss.made(f"{PATTERNS}/new", **{"title": "فروش", "grant:party:view": "own"})
    address = f"{PATTERNS}/{first(boss)}"
    assert ticked(boss.get(address).text, "grant:party:view") == ["own"]
    assert boss.post(address, {"title": "فروش", "grant:party:view": ""}).status_code == 303
    assert ticked(boss.get(address).text, "grant:party:view") == []


def test_what_cannot_be_granted_is_refused_and_what_was_chosen_stays(boss):
    page = boss.post(
        f"{PATTERNS}/new", {"title": "ساختگی", "grant:user:edit": "all", "grant:party:view": "own"}
    )
    assert page.status_code == 422
    assert ticked(page.text, "grant:party:view") == ["own"]


def test_a_title_is_needed_and_unique(boss):
    assert boss.post(f"{PATTERNS}/new", {"title": " "}).status_code == 422
    boss.made(f"{PATTERNS}/new", title="فروش")
    assert boss.post(f"{PATTERNS}/new", {"title": "فروش"}).status_code == 422


def test_a_pattern_that_somebody_holds_is_not_deleted(boss, make_user):
    make_user("clerk", {("party", "view"): "own"})
    address = f"{PATTERNS}/{first(boss)}"
    assert boss.post(f"{address}/delete").headers["Location"].endswith(address)
    assert boss.get(address).status_code == 200
    boss.made(f"{PATTERNS}/new", title="بی‌کس")
    empty = re.search(rf'href="({PATTERNS}/\d+)" title="بی‌کس"', boss.get(PATTERNS).text)[1]
    assert boss.post(f"{empty}/delete").headers["Location"].endswith(PATTERNS)
    assert boss.get(empty).status_code == 404


def test_the_rights_of_a_user_follow_the_table_at_once(boss, sign_in):
    clerk = sign_in("clerk", {("party", "view"): "all"})
    assert clerk.get("/persons").status_code == 200
    assert boss.post(f"{PATTERNS}/{first(boss)}", {"title": "هیچ"}).status_code == 303
    assert clerk.get("/persons").status_code == 403
