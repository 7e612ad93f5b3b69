"""What a user sees and why, rights at a glance, and the leak check: by the pages, and against what he really gets."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from kernel.access.models import Deputy, Pattern, PatternPlace, Unit, UserAccount, UserPattern
from kernel.access.session import allowed_ids
from kernel.administration import explaining, reasons
from kernel.parties.models import Party
from kernel.testing.rows import add_parties
from kernel.web.leaks import RIGHTS
from kernel.web.views.routes import ROUTES, VIEW_ROUTES

VIEW = {("party", "view"): "own", ("party", "edit"): "own"}


@pytest.fixture
def owner_of(engines, site):
    return lambda: engines.owner(site).begin()


def page(boss, record, user=None, kind="person"):
    return boss.get(f"/administration/access/{kind}/{record}" + (f"?user={user}" if user else ""))


def lines(answer):
    """Each action with yes or no, and its reasons, as they stand on the page."""
    found = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", answer.text, re.S):
        name = re.search(r'<span class="plain"><bdi>([^<]*)', row)
        if name:
            said = re.findall(r"<li><bdi>(.*?)</bdi>", row, re.S)
            found[name[1]] = ("بله" in row, [re.sub(r"<[^>]+>", "", each) for each in said])
    return found


def test_the_owner_is_told_by_his_pattern(boss, make_user, owner_of):
    sara, omid = make_user("sara", VIEW), make_user("omid", VIEW)
    with owner_of() as owner:
        (mine,) = add_parties(owner, sara.user_id, ["سپیدار"])
        title = owner.scalar(
            select(Pattern.title).join(UserPattern).where(UserPattern.user_id == sara.user_id)
        )
    hers = lines(page(boss, mine, sara.user_id))
    assert hers["دیدن"][0]
    assert any(title in each and "خود این کاربر" in each for each in hers["دیدن"][1])
    assert hers["ویرایش"][0]
    assert not hers["خروجی"][0]
    assert "هیچ الگوی این کاربر" in hers["خروجی"][1][0]
    his = lines(page(boss, mine, omid.user_id))
    assert not his["دیدن"][0]
    assert "sara" in his["دیدن"][1][0]


def test_units_places_and_the_bin_are_named(boss, make_user, owner_of):
    head = make_user("head", {("party", "view"): "team"})
    local = make_user("local", {("party", "view"): "location"})
    clerk = make_user("clerk")
    with owner_of() as owner:
        unit = owner.scalar(
            insert(Unit).values(name="فروش", search_key="فروش", head_id=head.user_id).returning(Unit.id)
        )
        owner.execute(update(UserAccount).where(UserAccount.id == clerk.user_id).values(unit_id=unit))
        pattern = owner.scalar(select(UserPattern.pattern_id).where(UserPattern.user_id == local.user_id))
        owner.execute(insert(PatternPlace).values(pattern_id=pattern, kind="province", place_id=8))
        (party,) = add_parties(owner, clerk.user_id, ["سپیدار"])
        owner.execute(update(Party).where(Party.id == party).values(province_id=8))
    assert "فروش" in lines(page(boss, party, head.user_id))["دیدن"][1][0]
    assert "از مکان‌های انتخاب‌شده" in lines(page(boss, party, local.user_id))["دیدن"][1][0]
    assert boss.post(f"/persons/{party}/delete").status_code == 303
    seen, why = lines(page(boss, party, head.user_id))["دیدن"]
    assert not seen
    assert "در بازیافت" in " ".join(why)


def test_a_deputy_is_explained_by_whom_he_stands_in_for(boss, make_user, owner_of):
    absent, deputy = make_user("absent", VIEW), make_user("deputy", {("medical.service", "view"): "all"})
    today = datetime.now(UTC).date()
    with owner_of() as owner:
        (theirs,) = add_parties(owner, absent.user_id, ["سپیدار"])
        days = {"since": today - timedelta(days=2), "until": today + timedelta(days=2)}
        named = {"named_at": datetime.now(UTC), "named_by": absent.user_id}
        owner.execute(
            insert(Deputy).values(user_id=absent.user_id, deputy_id=deputy.user_id, **days, **named)
        )
    answer = page(boss, theirs, deputy.user_id)
    seen, why = lines(answer)["دیدن"]
    assert seen
    assert "absent" in why[0]
    assert "جانشین اوست" in why[0]
    assert 'role="alert"' not in answer.text
    assert 'role="alert"' not in boss.get(f"/administration/leaks?user={deputy.user_id}&kind=person").text


def test_all_users_stand_beside_each_other(boss, make_user, owner_of):
    sara = make_user("sara", VIEW)
    with owner_of() as owner:
        (mine,) = add_parties(owner, sara.user_id, ["سپیدار"])
    answer = page(boss, mine)
    assert answer.status_code == 200
    row = re.search(r"<tr[^>]*>(?:(?!</tr>).)*sara.*?</tr>", answer.text, re.S)[0]
    badges = re.findall(r'class="badge[^>]*>(?:<[^>]*>)*(بله|خیر)', row)
    assert badges == ["بله", "بله", "خیر", "خیر"]
    assert f"/administration/access/person/{mine}" in boss.get(f"/persons/{mine}").text


@pytest.mark.parametrize("path", ["access/person/1", "users/1/rights", "patterns/overview", "leaks"])
def test_only_administrators_open_these_pages(sign_in, path):
    browser = sign_in("sara", {("party", "view"): "all"})
    assert browser.get(f"/administration/{path}").status_code == 403
    assert "/administration/" not in browser.get("/persons").text


@pytest.mark.parametrize(
    "path", ["access/person/999999", "access/nothing/1", "access/user/1", "users/999/rights", "leaks?user=999&kind=person",
             "leaks?user=1&kind=x", "access/organisation/{person}"]
)  # fmt: skip
def test_what_is_not_there_is_not_found(boss, owner_of, path):
    with owner_of() as owner:
        (person,) = add_parties(owner, None, ["سپیدار"])
    assert boss.get(f"/administration/{path.format(person=person)}").status_code == 404


def test_the_verdicts_are_what_the_users_session_returns(runtime, make_user, owner_of):
    """Random grants, units and places: what is explained, and what the user gets, for every party and action."""
    chance = random.Random(5)
    boss = make_user("boss", administrator=True)
    users = []
    for number in range(6):
        grants = {
            ("party", action): chance.sample(["own", "team", "location"], chance.randint(1, 2))
            for action in ("view", "edit", "delete", "export", "print")
            if chance.random() < 0.8
        }
        users.append(make_user(f"user{number}", grants))
    with owner_of() as owner:
        heads = [chance.choice(users).user_id for _ in range(3)]
        units = [
            owner.scalar(
                insert(Unit).values(name=f"u{place}", search_key=f"u{place}", head_id=head).returning(Unit.id)
            )
            for place, head in enumerate(heads)
        ]
        for user in users:
            values = {"unit_id": chance.choice([*units, None])}
            owner.execute(update(UserAccount).where(UserAccount.id == user.user_id).values(values))
        for pattern in owner.scalars(select(UserPattern.pattern_id)).all():
            owner.execute(
                insert(PatternPlace).values(
                    pattern_id=pattern, kind="province", place_id=chance.randint(1, 3)
                )
            )
        parties = []
        for place in range(8):
            (party,) = add_parties(owner, chance.choice(users).user_id, [f"party {place}"])
            owner.execute(update(Party).where(Party.id == party).values(province_id=chance.randint(1, 3)))
            parties.append(party)
    person = runtime.resources["person"]
    answers = set()
    for user in users:
        for party in parties:
            with runtime.reading(boss) as context:
                explained = explaining.explain(context, person, party, user.user_id)
            confirmed = explaining.confirm(runtime, explained, person, party, "fa")
            assert confirmed.differing == ()
            assert all(verdict.reasons for verdict in explained.verdicts)
            with runtime.reading(explained.actor) as theirs:
                got = bool(allowed_ids(theirs.session, Party, [party], "view"))
            answers.add(got)
            assert explained.verdicts[0].allowed is got
    assert answers == {True, False}


def test_a_difference_is_told(boss, make_user, owner_of, monkeypatch):
    sara = make_user("sara", VIEW)
    with owner_of() as owner:
        (mine,) = add_parties(owner, sara.user_id, ["سپیدار"])
    monkeypatch.setattr(explaining, "allowed_ids", lambda *_arguments: set())
    answer = page(boss, mine, sara.user_id)
    assert 'role="alert"' in answer.text
    assert "پاسخ دیگری" in answer.text


def test_rights_of_a_user_are_the_union_with_its_patterns(boss, make_user, owner_of):
    sara = make_user("sara", VIEW)
    with owner_of() as owner:
        titles = owner.scalars(
            select(Pattern.title).join(UserPattern).where(UserPattern.user_id == sara.user_id)
        ).all()
    text = boss.get(f"/administration/users/{sara.user_id}/rights").text
    assert all(title in text for title in titles)
    assert text.count("<b>رکوردهای خود</b>") == 2
    assert (
        f"/administration/users/{sara.user_id}/rights"
        in boss.get(f"/administration/users/{sara.user_id}").text
    )
    overview = boss.get("/administration/patterns/overview")
    assert overview.status_code == 200
    assert all(title in overview.text for title in titles)


def test_the_leak_check_lists_paths_and_the_walls_agree(boss, make_user, owner_of):
    sara = make_user("sara", VIEW)
    with owner_of() as owner:
        add_parties(owner, sara.user_id, ["یک", "دو"])
        add_parties(owner, None, ["سه"])
    text = boss.get(f"/administration/leaks?user={sara.user_id}&kind=person").text
    assert 'role="alert"' not in text
    assert "درست همان ردیف‌ها" in text
    for rule in ("/persons/export", "/persons/suggest", "/persons/&lt;int:record_id&gt;/print"):
        assert f"GET {rule}" in text or f"GET POST {rule}" in text
    row = re.search(r"GET /persons</.*?</tr>", text, re.S)[0]
    assert "۲" in row or ">2<" in row
    export = re.search(r"GET /persons/export</.*?</tr>", text, re.S)[0]
    assert "خیر" in export


def test_the_leak_check_shows_walls_that_disagree(boss, make_user, owner_of, engines, site):
    sara = make_user("sara", VIEW)
    with owner_of() as owner:
        add_parties(owner, None, ["سه"])
        owner.exec_driver_sql("CREATE POLICY kernel__hole ON kernel.party FOR SELECT USING (true)")
    try:
        text = boss.get(f"/administration/leaks?user={sara.user_id}&kind=person").text
    finally:
        with owner_of() as owner:
            owner.exec_driver_sql("DROP POLICY kernel__hole ON kernel.party")
    assert 'role="alert"' in text


def test_every_generic_address_says_what_it_asks():
    assert {endpoint for _rule, endpoint, _methods, _view in (*ROUTES, *VIEW_ROUTES)} == set(RIGHTS)


def test_words_of_columns_are_those_of_the_site(runtime):
    assert set(reasons.COLUMNS) >= {"owner_id", "province_id", "city_id", "district_id"}
