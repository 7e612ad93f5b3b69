"""Reports of progress: each period once, only what the customer may see, nothing where nothing changed, and their end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import jdatetime
import pytest
from sqlalchemy import select, update

from kernel.messages.models import Message
from kernel.resources.errors import Invalid, NotFound, Refused
from plugins.tasks.models import ProgressIssue, ProgressReport, Task
from plugins.tasks.progress.sending import send_all
from plugins.tasks.tests.conftest import OWN, PARTIES, number_of

RIGHT = "tasks.progress_report"
TELLS = {
    **OWN,
    **PARTIES,
    **{(RIGHT, action): "own" for action in ("view", "create", "edit", "delete", "print")},
}


@pytest.fixture
def sara(house):
    house.user("sara", TELLS)
    return house


def customer(house, **values):
    values = {"last_name": "کریمی", "mobile": "09121234567", **values}
    return house.run("sara", "record.create", resource="person", values=values)


def report(house, party, **values):
    values = {"title": "خانهٔ لواسان", "repeat": "days", "channel": "sms", **values}
    return house.run("sara", "tasks.report_progress", resource="person", record_id=party, **values)


def pass_to(house, number, day):
    """Let a report be due on a day, as if the days before had passed."""
    with house.runtime.system_work("tests", "tests") as context:
        context.session.execute(update(ProgressReport).where(ProgressReport.id == number).values(next_on=day))


def send(house):
    with house.runtime.system_work("tests", "tests") as context:
        return send_all(context)


def today(house):
    with house.runtime.system_work("tests", "tests") as context:
        return context.today


def issues(house, number):
    return [(row.outcome, row.text) for row in house.rows(ProgressIssue, ProgressIssue.report_id == number)]


def sent(house):
    with house.runtime.system_work("tests", "tests") as context:
        return list(context.session.scalars(select(Message.body).order_by(Message.id)))


def test_each_period_tells_once_and_only_of_what_the_customer_may_see(sara):
    house = sara
    party = customer(house)
    shown = house.make("sara", title="نصب سقف", party=party, customer_sees="1", result="محرمانه")
    house.make("sara", title="گرفتن بدهی مشتری", party=party)
    number = report(house, party)
    now = today(house)
    pass_to(house, number, now - timedelta(days=3))
    assert send(house) == 1
    assert send(house) == 0, "missed periods are made up for by one report"
    assert issues(house, number) == [("sent", "نصب سقف: ۰٪")]
    (body,) = sent(house)
    assert "خانهٔ لواسان" in body
    assert "نصب سقف: ۰٪" in body
    assert "بدهی" not in body
    assert "محرمانه" not in body
    (row,) = house.rows(ProgressReport)
    assert row.next_on == now + timedelta(days=1)
    pass_to(house, number, now)
    send(house)
    assert issues(house, number)[1:] == [("unchanged", "نصب سقف: ۰٪")]
    house.runtime.clock.advance(minutes=1)
    house.edit("sara", shown, percent="100")
    for back, expected in ((1, ("sent", "نصب سقف: انجام شد")), (2, ("unchanged", ""))):
        house.runtime.clock.advance(minutes=1)
        pass_to(house, number, now - timedelta(days=back))
        send(house)
        assert issues(house, number)[-1] == expected
    assert len(sent(house)) == 2


def test_workers_that_send_at_once_send_once(sara):
    house = sara
    party = customer(house)
    house.make("sara", title="نصب سقف", party=party, customer_sees="1")
    number = report(house, party)
    pass_to(house, number, today(house))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: send(house), range(4)))
    assert len(issues(house, number)) == 1
    assert len(sent(house)) == 1


def test_a_report_of_one_task_ends_with_it_and_one_of_a_cancelled_task_without_a_word(sara):
    house = sara
    party = customer(house)
    done, dropped = (house.make("sara", title=title, party=party) for title in ("یک", "دو"))
    numbers = [
        house.run("sara", "tasks.report_progress", resource="tasks.task", record_id=task, repeat="month_end")
        for task in (done, dropped)
    ]
    house.run("sara", "tasks.finish", task=done, result="شد")
    house.run("sara", "tasks.cancel", task=dropped)
    for number in numbers:
        pass_to(house, number, today(house))
    send(house)
    assert [issues(house, number) for number in numbers] == [[("sent", "انجام‌شده: ۱۰۰٪")], []]
    assert [(row.state, row.ended_why) for row in house.rows(ProgressReport)] == [
        ("stopped", "done"),
        ("stopped", "gone"),
    ]
    assert send(house) == 0


def test_stopping_going_on_and_sending_out_of_turn(sara):
    house = sara
    party = customer(house)
    house.make("sara", title="نصب سقف", party=party, customer_sees="1")
    number = report(house, party, repeat="weeks")
    assert house.run("sara", "tasks.send_progress", report=number) == "sent"
    with pytest.raises(Refused):
        house.run("sara", "tasks.send_progress", report=number)
    house.run("sara", "tasks.stop_progress", report=number)
    pass_to(house, number, today(house))
    assert send(house) == 0
    with pytest.raises(Refused):
        house.run("sara", "tasks.stop_progress", report=number)
    house.run("sara", "tasks.resume_progress", report=number)
    (row,) = house.rows(ProgressReport)
    assert (row.state, row.next_on) == ("running", today(house) + timedelta(days=7))
    with pytest.raises(NotFound):
        house.run("omid", "tasks.stop_progress", report=number) if house.user("omid", TELLS) else None


def test_whom_no_message_reaches_is_told_to_the_one_in_charge_and_letters_wait_for_the_printer(sara):
    house = sara
    party = customer(house, mobile="")
    house.make("sara", title="نصب سقف", party=party, customer_sees="1")
    without, paper = report(house, party), report(house, party, channel="letter")
    for number in (without, paper):
        pass_to(house, number, today(house))
    send(house)
    assert [issues(house, number)[0][0] for number in (without, paper)] == ["left_out", "letter"]
    with house.runtime.reading(house.user("sara")) as context:
        from plugins.tasks.progress.letters import letters_of

        letter = letters_of(context, [paper])[paper]["report"]
    assert (letter["title"], letter["progress"]) == ("خانهٔ لواسان", "نصب سقف: ۰٪")


def test_a_mail_bears_the_title_of_the_work(sara):
    house = sara
    party = customer(house, email="karimi@example.com")
    house.make("sara", title="نصب سقف", party=party, customer_sees="1")
    number = report(house, party, channel="email")
    assert house.run("sara", "tasks.send_progress", report=number) == "sent"
    with house.runtime.system_work("tests", "tests") as context:
        (mail,) = context.session.execute(select(Message.channel, Message.subject)).all()
    assert tuple(mail) == ("email", "خانهٔ لواسان")


@pytest.mark.parametrize(
    ("values", "begin"),
    [
        ({"repeat": "months", "repeat_day": "31"}, (1405, 6, 31)),
        ({"repeat": "months", "repeat_day": "30"}, (1403, 12, 30)),
        ({"repeat": "month_end"}, (1404, 11, 30)),
    ],
)
def test_days_follow_the_jalali_months(sara, values, begin):
    house = sara
    number = report(house, customer(house), next_on="1420/01/01", **values)
    day = jdatetime.date(*begin).togregorian()
    pass_to(house, number, day)
    send(house)
    (row,) = house.rows(ProgressReport)
    now = today(house)
    wanted = int(values.get("repeat_day", 31))
    year, month = begin[0], begin[1]
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        length = 31 if month < 7 else 30 if month < 12 or jdatetime.date(year, 1, 1).isleap() else 29
        expected = jdatetime.date(year, month, min(wanted, length)).togregorian()
        if expected > now:
            break
    assert row.next_on == expected
    assert isinstance(row.next_on, date)


def test_a_report_that_would_end_before_it_begins_is_refused(sara):
    house = sara
    party = customer(house)
    with pytest.raises(Invalid) as error:
        report(house, party, until="1390/01/01")
    assert [problem.field for problem in error.value.problems] == ["until"]


def test_a_user_reports_on_a_customer_by_the_pages(browse, house):
    sara = browse("maker", TELLS)
    person = sara.made("/persons/new", last_name="بهرامی", mobile="09121112233")
    number = number_of(person)
    new = f"/tasks/progress/new?resource=person&record_id={number}"
    assert new.replace("&", "&amp;") in sara.get(person).text
    assert "گزارش پیشرفت" in sara.get(new).text
    bad = sara.post(new, {"title": "", "channel": "sms", "repeat": "weeks"})
    assert bad.status_code == 422
    made = sara.post(new, {"title": "باغ", "channel": "sms", "repeat": "weeks", "repeat_interval": "۲"})
    assert made.status_code == 303
    page = made.headers["Location"]
    house_page = sara.get(page).text
    assert "برای نمایش به مشتری نشان نشده" in house_page
    task = sara.made("/tasks/tasks/new", title="کاشت درخت", party=str(number), customer_sees="y")
    assert house.rows(Task)[0].customer_sees, task
    assert "کاشت درخت" in sara.get(page).text
    assert sara.post(f"/tasks/progress/{number_of(page)}/send").status_code == 303
    assert "کاشت درخت: ۰٪" in sara.get(page).text
    assert sara.post(f"/tasks/progress/{number_of(page)}/stop").status_code == 303
    assert house.rows(ProgressReport)[0].state == "stopped"
    assert browse("stranger", TELLS).get(page).status_code == 404
