import re

import pytest
from sqlalchemy import text

from tests.web.conftest import ALL

SETTINGS = "/administration/settings/parties"
TITLES = "/administration/base-data/title"


def test_settings_are_saved_and_another_request_sees_them(boss, engines, site):
    assert boss.post(SETTINGS, {"area_code": "۰۳۱", "default_role": "customer"}).status_code == 303
    page = boss.get(SETTINGS).text
    assert 'value="۰۳۱"' in page or 'value="031"' in page
    assert '<option selected value="customer">' in page
    with engines.owner(site).connect() as owner:
        audit = owner.execute(
            text("SELECT detail FROM kernel.audit_entry WHERE what = 'settings.save'")
        ).scalar()
    assert audit["parties.default_role"] == ["lead", "customer"]


def test_a_setting_that_does_not_fit_is_refused_beside_its_field(boss):
    page = boss.post("/administration/settings/extension", {"quarantine_failures": "many"})
    assert page.status_code == 422
    assert 'id="quarantine_failures-error"' in page.text


def test_a_setting_that_equals_its_default_is_not_stored(boss, engines, site):
    boss.post(SETTINGS, {"area_code": "", "default_role": "customer"})
    boss.post(SETTINGS, {"area_code": "", "default_role": "lead"})
    with engines.owner(site).connect() as owner:
        assert owner.execute(text("SELECT count(*) FROM kernel.setting")).scalar() == 0


def test_an_emptied_setting_goes_back_to_its_default(boss, engines, site):
    for hours in ("48", ""):
        boss.post(SETTINGS, {"area_code": "", "default_role": "lead", "undo_merge_hours": hours})
    with engines.owner(site).connect() as owner:
        assert owner.execute(text("SELECT count(*) FROM kernel.setting")).scalar() == 0
    assert 'value="24"' in boss.get(SETTINGS).text.replace("۲۴", "24")


def test_a_setting_says_who_changed_it_and_goes_back_to_its_default(boss, engines, site):
    assert "بازگشت به پیش‌فرض" not in boss.get(SETTINGS).text
    boss.post(SETTINGS, {"area_code": "031", "default_role": "customer"})
    page = boss.get(SETTINGS).text
    assert "تغییر از" in page
    assert page.count("بازگشت به پیش‌فرض") == 2
    boss.post(SETTINGS, {"reset": "default_role"})
    with engines.owner(site).connect() as owner:
        kept = owner.execute(text("SELECT key FROM kernel.setting")).scalars().all()
    assert kept == ["parties.area_code"]
    assert boss.post(SETTINGS, {"reset": "nothing"}).status_code in (303, 404)


@pytest.mark.parametrize("path", ["/administration/settings/nothing", "/administration/base-data/nothing"])
def test_what_nobody_declares_is_not_found(boss, path):
    assert boss.get(path).status_code == 404


def values(boss):
    page = boss.get(TITLES).text
    return re.findall(r'<li id="value-(\d+)".*?name="title" value="([^"]*)"', page, re.S)


def test_a_value_is_added_renamed_moved_and_taken_out_of_choice(boss, engines, site):
    before = values(boss)
    boss.made(TITLES, title="سرهنگ")
    number, title = values(boss)[-1]
    assert title == "سرهنگ"
    boss.post(f"{TITLES}/{number}", {"do": "rename", "title": "سرتیپ"})
    boss.post(f"{TITLES}/{number}", {"do": "up"})
    assert values(boss)[-2] == (number, "سرتیپ")
    boss.post(f"{TITLES}/{number}", {"do": "hide"})
    with engines.owner(site).connect() as owner:
        active = text("SELECT active FROM kernel.base_value WHERE id = :id")
        assert owner.execute(active, {"id": number}).scalar() is False
    assert len(values(boss)) == len(before) + 1


def test_values_are_put_in_order_at_once(boss):
    numbers = [number for number, _title in values(boss)]
    wanted = [numbers[-1], *numbers[:-1]]
    answer = boss.post(f"{TITLES}/order", {"order": [*wanted[:2], "999999", wanted[0]]}, htmx=True)
    assert answer.status_code == 204
    assert [number for number, _title in values(boss)] == wanted
    boss.post("/administration/base-data/nowhere/order", {"order": wanted}, htmx=True)
    boss.post(f"{TITLES}/order", {"order": numbers})
    assert [number for number, _title in values(boss)] == numbers


def test_a_value_has_a_colour_and_says_where_it_is_used(boss, sign_in):
    number, title = values(boss)[2]
    boss.post(f"{TITLES}/{number}", {"do": "rename", "title": title, "colour": "violet"})
    boss.post(f"{TITLES}/{number}", {"do": "rename", "title": title, "colour": "crimson"})
    clerk = sign_in("clerk", ALL | {("base_data", "edit"): "all"})
    persons = [clerk.made("/persons/new", last_name=name, title=number) for name in ("کریمی", "راد")]
    page = clerk.get(persons[0]).text
    assert re.search(rf'class="badge violet"[^>]*>{title}', page)
    assert re.search(
        rf'class="badge violet"[^>]*>{title}', clerk.get("/persons?cols=display_name,title").text
    )
    used = clerk.get(TITLES).text.split(f'id="value-{number}"')[1].split("</li>")[0]
    assert f'href="/persons?f.title.is={number}"' in used
    assert "۲" in used
    assert f'f.title.is={number}"' not in sign_in("other", {("base_data", "edit"): "all"}).get(TITLES).text
    own = sign_in("own", {("party", "view"): "own", ("base_data", "edit"): "all"})
    assert f'f.title.is={number}"' not in own.get(TITLES).text
    boss.post(f"{TITLES}/{number}", {"do": "rename", "title": title, "colour": ""})
    assert 'class="badge violet"' not in clerk.get(persons[0]).text


def test_two_values_of_one_spelling_are_one(boss):
    number, _title = values(boss)[0]
    taken = values(boss)[1][1]
    boss.post(f"{TITLES}/{number}", {"do": "rename", "title": taken})
    assert values(boss)[0] != (number, taken)
    count = len(values(boss))
    boss.post(TITLES, {"title": taken})
    assert len(values(boss)) == count


def test_who_may_edit_base_data_needs_no_administrator(sign_in):
    clerk = sign_in("clerk", {("base_data", "edit"): "all", ("base_data", "create"): "all"})
    assert clerk.get(TITLES).status_code == 200
    assert clerk.post(TITLES, {"title": "سرهنگ"}).status_code == 303


def test_work_that_failed_is_tried_again(boss, engines, site):
    with engines.owner(site).begin() as owner:
        statement = "INSERT INTO kernel.work (kind, queue, state, error) VALUES ('x', 'long', 'failed', 'boom') RETURNING id"
        number = owner.execute(text(statement)).scalar()
    assert "boom" in boss.get("/administration/jobs").text
    boss.post("/administration/jobs", {"do": "retry_work", "number": str(number)})
    with engines.owner(site).connect() as owner:
        assert owner.execute(text("SELECT state, error FROM kernel.work")).one() == ("due", None)
    answer = boss.post("/administration/jobs", {"do": "retry_work", "number": str(number)})
    assert answer.status_code == 303
    boss.post("/administration/jobs", {"do": "stop_work", "number": str(number)})
    with engines.owner(site).connect() as owner:
        assert owner.execute(text("SELECT stop FROM kernel.work")).scalar() is True


def test_the_page_of_jobs_says_when_no_worker_lives(boss, engines, site):
    assert "هیچ کارگری" in boss.get("/administration/jobs").text
    with engines.owner(site).begin() as owner:
        owner.execute(text("INSERT INTO kernel.worker (name) VALUES ('short@here')"))
    page = boss.get("/administration/jobs").text
    assert "هیچ کارگری" not in page
    assert "پیام‌ها و کارهای کوتاه" in page, (
        "workers are named by what they do, not by what the program calls them"
    )
    assert "short@here" not in page
