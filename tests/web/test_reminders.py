"""The page of today's reminders: by kind, ticked rows, only parties that the reader sees; ladders made on the form."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import ALL

PLAN = {
    **ALL,
    **{
        (resource, action): "all"
        for resource in ("reminder", "reminder_ladder")
        for action in ("view", "create", "edit", "delete")
    },
}


@pytest.fixture
def sara(sign_in):
    return sign_in("sara", PLAN)


@pytest.fixture
def remind(run, id_of):
    """Enter a reminder of a person for today."""

    def remind(url, source="kernel.birthday", owner="sara"):
        number = int(re.search(r"\d+", url).group())
        run(
            "INSERT INTO kernel.reminder_ladder (name, source, owner_id) VALUES ('تولدها', :source, :owner)",
            source=source,
            owner=int(id_of(owner)),
        )
        ((made,),) = run(
            "INSERT INTO kernel.reminder (ladder_id, source, record_id, party_id, owner_id, days_before, channel,"
            " recipient, target, day, due_at, state) SELECT max(id), :source, :p, :p, :owner, 1, 'list', 'party',"
            " (now() AT TIME ZONE 'Asia/Tehran')::date + 1, (now() AT TIME ZONE 'Asia/Tehran')::date, now(), 'open'"
            " FROM kernel.reminder_ladder RETURNING id",
            source=source,
            p=number,
            owner=int(id_of(owner)),
        )
        return made

    return remind


def test_reminders_stand_by_kind_with_name_and_phone(sara, remind):
    remind(sara.made("/persons/new", first_name="رویا", last_name="شریفی", mobile="09121234567"))
    remind(sara.made("/persons/new", first_name="مریم", last_name="کاوه"), "kernel.occasion")
    page = sara.get("/reminders").text
    assert re.search("زادروز.*رویا شریفی.*مناسبت‌ها.*مریم کاوه", page, re.S)
    assert "tel:+989121234567" in page
    assert "فردا" in page
    assert "/reminders" in sara.get("/").text


def test_ticked_rows_are_seen_to_dismissed_and_opened_again(sara, remind, run):
    numbers = [
        remind(sara.made("/persons/new", first_name="رویا", last_name=f"شریفی{each}")) for each in range(3)
    ]
    sara.post("/reminders", {"do": "done", "id": [str(numbers[0]), str(numbers[1])]})
    sara.post("/reminders", {"do": "dismiss", "id": [str(numbers[2])]})
    assert run("SELECT state FROM kernel.reminder ORDER BY id") == [("done",), ("done",), ("dismissed",)]
    assert "شریفی" not in sara.get("/reminders").text
    assert "شریفی0" in sara.get("/reminders?all=1").text
    sara.post("/reminders", {"do": "reopen", "id": [str(numbers[2])]})
    assert "شریفی2" in sara.get("/reminders").text


def test_nobody_sees_reminders_of_parties_that_he_does_not_see(sara, sign_in, remind, run):
    number = remind(sara.made("/persons/new", first_name="رویا", last_name="پنهان"))
    narrow = sign_in("reza", {**PLAN, ("party", "view"): "own"})
    assert "پنهان" not in narrow.get("/reminders").text
    assert narrow.post("/reminders", {"do": "done", "id": [str(number)]}).status_code == 404
    own = sign_in("omid", {**PLAN, ("reminder", "view"): "own"})
    assert "پنهان" not in own.get("/reminders").text
    assert sign_in("none", ALL).get("/reminders").status_code == 403
    assert run("SELECT state FROM kernel.reminder") == [("open",)]


def test_who_may_only_look_changes_nothing(sara, sign_in, remind, run):
    number = remind(sara.made("/persons/new", first_name="رویا", last_name="شریفی"))
    reader = sign_in("reader", {**ALL, ("reminder", "view"): "all"})
    assert "شریفی" in reader.get("/reminders").text
    assert reader.post("/reminders", {"do": "done", "id": [str(number)]}).status_code == 403
    assert run("SELECT state FROM kernel.reminder") == [("open",)]


def test_a_ladder_is_made_on_its_form(sara, run):
    page = sara.get("/reminder-ladders/new").text
    assert "سالگرد ازدواج" in page
    sara.made(
        "/reminder-ladders/new",
        name="تولد مشتریان",
        source="kernel.birthday",
        channel="list",
        recipient="party",
        on_day_off="earlier",
        active="1",
        **{
            "rungs-0-days_before": "۷",
            "rungs-0-at": "۸:۳۰",
            "rungs-1-days_before": "0",
            "rungs-1-at": "08:00",
        },
    )
    rows = run("SELECT days_before, at::text FROM kernel.reminder_rung ORDER BY days_before")
    assert rows == [(0, "08:00:00"), (7, "08:30:00")]
    assert "زادروز" in sara.get("/reminder-ladders").text


def test_a_date_that_one_may_not_see_is_refused_by_its_field(sara):
    answer = sara.post(
        "/reminder-ladders/new",
        {"name": "ازدواج", "source": "kernel.wedding", "channel": "list", "recipient": "party",
         "on_day_off": "keep"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "اجازهٔ دیدن این تاریخ‌ها" in answer.text


def test_the_owner_of_a_limit_is_told_on_the_page_until_he_knows(sara, sign_in, run, id_of):
    run(
        "INSERT INTO kernel.segment (name, search_key, sort_key, resource, owner_id) VALUES"
        " ('درخواست‌ها', 'x', 'x', 'person', :owner)",
        owner=int(id_of("sara")),
    )
    run(
        "INSERT INTO kernel.threshold (name, segment_id, most, owner_id, counted, crossed_at)"
        " SELECT 'درخواست زیاد', max(id), 5, :owner, 6, now() FROM kernel.segment",
        owner=int(id_of("sara")),
    )
    ((number,),) = run("SELECT id FROM kernel.threshold")
    assert "درخواست زیاد" in sara.get("/reminders").text
    other = sign_in("omid", PLAN)
    assert "درخواست زیاد" not in other.get("/reminders").text
    assert other.post("/reminders", {"do": "seen", "number": str(number)}).status_code == 404
    sara.post("/reminders", {"do": "seen", "number": str(number)})
    assert "درخواست زیاد" not in sara.get("/reminders").text
