"""Reminders in the outbox: each once, in the words of its template, with the rights of whoever planned it."""

from datetime import date, time

import pytest

from kernel.messages.kinds import seed_kinds
from kernel.resources.errors import Invalid
from tests.reminders.conftest import PLANNING, Planner

MESSAGES = "SELECT channel, address, body, state, reason FROM kernel.message ORDER BY id"
SENDING = {
    **PLANNING,
    ("message", "send"): "all",
    ("message", "view"): "all",
    ("message_template", "view"): "all",
    ("message_template", "create"): "all",
}


@pytest.fixture
def sara(runtime, make_user):
    with runtime.system_work("kinds of messages", "test") as context:
        seed_kinds(context)
    return Planner(runtime, make_user("maryam", SENDING))


@pytest.fixture
def template(sara):
    """Make a template and give its number."""

    def make(body="{{ party.first_name }} گرامی، {{ reminder.days }} روز تا {{ reminder.day }}", **values):
        ((kind,),) = sara.rows("SELECT id FROM kernel.message_kind WHERE code = 'greeting'")
        with sara.runtime.system_work("a template", "test") as context:
            return context.run(
                "record.create",
                resource="message_template",
                values={"name": f"قالب {len(body)}", "body": body, "kind": kind, "channel": "sms", **values},
            )

    return make


def person(sara, **values):
    given = {"first_name": "رویا", "last_name": "شریفی", "birth_date": date(1990, 10, 8)}
    return sara.person(**{**given, "mobile": "09121234567", **values})


def test_it_is_queued_once_in_the_words_of_its_template(sara, template, clock):
    person(sara)
    sara.ladder(3, channel="sms", template=template())
    for _again in range(3):
        sara.sweep()
        clock.advance(minutes=5)
    ((channel, address, body, state, _reason),) = sara.rows(MESSAGES)
    assert (channel, address, state) == ("sms", "+989121234567", "queued")
    assert body.startswith("رویا گرامی، ۳ روز تا ")
    assert "۱۶ مهر ۱۴۰۵" in body
    assert sara.states() == ["queued"]


def test_it_is_not_sent_before_its_time(sara, template, clock):
    person(sara)
    clock.advance(hours=-6)
    sara.ladder(3, channel="sms", template=template())
    sara.sweep()
    assert sara.rows(MESSAGES) == []
    clock.advance(hours=3)
    sara.sweep()
    assert len(sara.rows(MESSAGES)) == 1


def test_who_cannot_be_reached_stays_on_the_page_with_the_reason(sara, template):
    person(sara, mobile=None)
    sara.ladder(3, channel="sms", template=template())
    sara.sweep()
    assert sara.rows("SELECT state, reason <> '' FROM kernel.reminder") == [("left_out", True)]


def test_an_empty_variable_is_told_and_nothing_is_sent(sara, template):
    person(sara)
    sara.ladder(3, channel="sms", template=template("ساعت {{ reminder.time }}"))
    sara.sweep()
    ((state, reason),) = sara.rows("SELECT state, reason FROM kernel.reminder")
    assert state == "left_out"
    assert "reminder.time" in reason


def test_whoever_may_not_send_plans_no_messages_and_nothing_goes_when_the_right_is_lost(
    sara, planner, template
):
    with pytest.raises(Invalid, match="may not send"):
        planner.ladder(3, channel="sms", template=None)
    person(sara)
    sara.ladder(3, channel="sms", template=template())
    sara.rows("DELETE FROM kernel.access_grant WHERE resource = 'message' RETURNING 1")
    sara.sweep()
    assert sara.rows(MESSAGES) == []
    assert sara.states() == ["left_out"]


def test_a_template_of_another_way_or_none_is_refused(sara, template):
    with pytest.raises(Invalid, match="Choose the template"):
        sara.ladder(3, channel="sms")
    with pytest.raises(Invalid, match="another way"):
        sara.ladder(3, channel="email", template=template())


def test_whoever_is_in_charge_is_told_by_e_mail(sara, template):
    person(sara)
    sara.rows(
        "UPDATE kernel.user_account SET email = 'maryam@example.org' WHERE username = 'maryam' RETURNING 1"
    )
    number = template("زادروز {{ party.name }}", channel="email", subject="یادآوری")
    parts = {"rungs": [{"days_before": 3, "at": time(8, 0)}]}
    sara.create("reminder_ladder", parts, name="مسئول", source="kernel.birthday", channel="email",
                recipient="owner", template=number)  # fmt: skip
    sara.sweep()
    ((channel, address, body, _state, _reason),) = sara.rows(MESSAGES)
    assert (channel, address, body) == ("email", "maryam@example.org", "زادروز رویا شریفی")
