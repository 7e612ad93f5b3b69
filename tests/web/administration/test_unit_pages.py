"""Units of the house and places of patterns, through the pages of administration; and what follows for others at once."""

import re

import pytest
from sqlalchemy import text

UNITS = "/administration/units"


@pytest.fixture
def unit_of(boss):
    """Make a unit by its form; gives its id."""

    def make(name, **values):
        boss.made(f"{UNITS}/new", name=name, **values)
        return re.search(
            rf'data-id="(\d+)"(?:(?!data-id).)*?title="[‹ ]*{name}"', boss.get(UNITS).text, re.S
        )[1]

    return make


def number_of(engines, site, name):
    with engines.owner(site).connect() as owner:
        return owner.execute(
            text("SELECT id FROM kernel.user_account WHERE username = :name"), {"name": name}
        ).scalar_one()


def put_into(boss, number, unit, **more):
    page = boss.get(f"/administration/users/{number}").text
    patterns = re.findall(r'name="patterns" value="(\d+)" checked', page)
    name = re.search(r'name="username"[^>]*value="([^"]*)"', page)[1]
    values = {"username": name, "display_name": name, "locale": "fa", "active": "1", "unit": unit}
    answer = boss.post(f"/administration/users/{number}", {**values, "patterns": patterns, **more})
    assert answer.status_code == 303, answer.text


def test_a_head_sees_the_records_of_the_units_beneath_at_once(boss, sign_in, unit_of, engines, site):
    grants = {("party", "view"): "team", ("party", "create"): "own", ("party", "edit"): "own"}
    head, clerk, other = (sign_in(name, grants) for name in ("head", "clerk", "other"))
    clerk.made("/persons/new", last_name="کریمی")
    other.made("/persons/new", last_name="بهرامی")
    assert "کریمی" not in head.get("/persons").text
    top = unit_of("شعبه", head_id=number_of(engines, site, "head"))
    below = unit_of("فروش", parent_id=top)
    put_into(boss, number_of(engines, site, "clerk"), below)
    page = head.get("/persons").text
    assert "کریمی" in page
    assert "بهرامی" not in page
    assert "کریمی" in clerk.get("/persons").text
    put_into(boss, number_of(engines, site, "clerk"), "")
    assert "کریمی" not in head.get("/persons").text


def test_members_of_a_unit_share_their_records_and_nobody_else_does(boss, sign_in, unit_of, engines, site):
    grants = {("party", "view"): "team", ("party", "create"): "own", ("party", "edit"): "own"}
    one, two, three = (sign_in(name, grants) for name in ("one", "two", "three"))
    address = one.made("/persons/new", last_name="کریمی")
    unit = unit_of("فروش")
    for name in ("one", "two"):
        put_into(boss, number_of(engines, site, name), unit)
    assert "کریمی" in two.get(address).text
    assert two.get(f"{address}/edit").status_code == 403
    assert three.get(address).status_code == 404


def test_a_unit_keeps_its_order(boss, unit_of):
    top = unit_of("شعبه")
    below = unit_of("فروش", parent_id=top)
    circle = boss.post(f"{UNITS}/{top}", {"name": "شعبه", "parent_id": below})
    assert circle.status_code == 422
    assert "parent_id-error" in circle.text
    assert boss.post(f"{UNITS}/new", {"name": "فروش "}).status_code == 422
    assert boss.post(f"{UNITS}/new", {"name": " "}).status_code == 422
    assert boss.post(f"{UNITS}/new", {"name": "x", "parent_id": "999999"}).status_code == 422
    assert boss.post(f"{UNITS}/new", {"name": "x", "head_id": "999999"}).status_code == 422
    assert boss.post(f"{UNITS}/{top}", {"name": "شعبه", "_version": "99"}).status_code == 409
    assert boss.post(f"{UNITS}/{top}/delete").headers["Location"].endswith(f"{UNITS}/{top}")
    assert boss.post(f"{UNITS}/{below}/delete").headers["Location"].endswith(UNITS)
    assert boss.get(f"{UNITS}/{below}").status_code == 404


def test_units_are_for_administrators(sign_in):
    clerk = sign_in("clerk", {("party", "view"): "all"})
    for address in (UNITS, f"{UNITS}/new", "/administration/patterns/1/places"):
        assert clerk.get(address).status_code == 403


def places(engines, site):
    with engines.owner(site).connect() as owner:
        rows = owner.execute(
            text(
                "SELECT p.name AS province, p.id AS province_id, c.name AS city, c.id AS city_id FROM kernel.city c"
                " JOIN kernel.province p ON p.id = c.province_id WHERE c.name IN ('شیراز', 'مرودشت', 'اصفهان')"
            )
        )
        return {row.city: row for row in rows}


def test_a_pattern_reaches_the_places_that_are_ticked_and_nothing_else(boss, sign_in, engines, site):
    clerk = sign_in("clerk", {("party", "view"): "location"})
    known = places(engines, site)
    for name, city in (("کریمی", "شیراز"), ("بهرامی", "مرودشت"), ("نادری", "اصفهان"), ("بی‌جا", None)):
        boss.made("/persons/new", last_name=name)
        if city is None:
            continue
        with engines.owner(site).begin() as owner:
            owner.execute(
                text("UPDATE kernel.party SET province_id = :p, city_id = :c WHERE last_name = :name"),
                {"p": known[city].province_id, "c": known[city].city_id, "name": name},
            )
    with engines.owner(site).connect() as owner:
        pattern = owner.execute(text("SELECT max(id) FROM kernel.pattern")).scalar_one()

    def seen():
        page = clerk.get("/persons").text
        return [name for name in ("کریمی", "بهرامی", "نادری", "بی‌جا") if name in page]

    address = f"/administration/patterns/{pattern}/places"
    assert seen() == []
    assert boss.post(address, {"places": [f"city:{known['مرودشت'].city_id}"]}).status_code == 303
    assert seen() == ["بهرامی"]
    assert boss.post(address, {"places": [f"province:{known['شیراز'].province_id}"]}).status_code == 303
    assert seen() == ["کریمی", "بهرامی"]
    assert f'value="province:{known["شیراز"].province_id}" checked' in boss.get(address).text
    summaries = re.findall(r"<summary>(.*?)</summary>", boss.get(address).text, re.S)
    assert any("شهرهای" in each for each in summaries)
    assert [each for each in summaries if "<input" in each] == [], "one control inside another"
    assert boss.post(address, {}).status_code == 303
    assert seen() == []


@pytest.mark.parametrize("place", ["country:1", "province:999999", "city:x", "user:1", "district"])
def test_places_that_are_none_are_refused_or_left_aside(boss, sign_in, engines, site, place):
    sign_in("clerk", {("party", "view"): "location"})
    with engines.owner(site).connect() as owner:
        pattern = owner.execute(text("SELECT max(id) FROM kernel.pattern")).scalar_one()
    boss.post(f"/administration/patterns/{pattern}/places", {"places": [place]})
    with engines.owner(site).connect() as owner:
        assert owner.execute(text("SELECT count(*) FROM kernel.pattern_place")).scalar_one() == 0


def test_what_would_be_out_of_reach_is_refused_in_words_and_nothing_is_saved(boss, sign_in, engines, site):
    clerk = sign_in("clerk", {("party", action): "location" for action in ("view", "create", "edit")})
    known = places(engines, site)
    with engines.owner(site).connect() as owner:
        pattern = owner.execute(text("SELECT max(id) FROM kernel.pattern")).scalar_one()
    boss.post(f"/administration/patterns/{pattern}/places", {"places": [f"city:{known['شیراز'].city_id}"]})
    answer = clerk.post("/persons/new", {"last_name": "بی‌جا"})
    assert answer.status_code == 403
    assert "دسترسی شما" in answer.text
    with engines.owner(site).connect() as owner:
        assert owner.execute(text("SELECT count(*) FROM kernel.party")).scalar_one() == 0
