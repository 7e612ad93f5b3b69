"""Surveys: asked once for an occasion, answered once whatever the way, rewarded once, reckoned exactly by Jalali month."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from fractions import Fraction

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from kernel.messages.inbound.models import CALLBACK, Inbound
from kernel.messages.models import Message
from kernel.resources.errors import Invalid, NotFound, Refused
from plugins.club.answering import answer_message
from plugins.club.models import Answer, Asked, Member, Survey
from plugins.club.surveys.results import nps, results_of, tenth
from plugins.club.tests.conftest import MILLION, TODAY, Club, enter

QUESTIONS = (
    {"place": "1", "title": "ما را به دیگران پیشنهاد می‌کنید؟", "kind": "nps", "required": "1"},
    {"place": "2", "title": "برخورد فروشنده", "kind": "scale", "required": ""},
    {
        "place": "3",
        "title": "از کجا آشنا شدید؟",
        "kind": "choice",
        "options": "دوستان\nاینترنت\nمحله",
        "required": "",
    },
    {"place": "4", "title": "سخن شما", "kind": "text", "required": ""},
)


@pytest.fixture
def asking(club: Club) -> Club:
    """The club, its members with a mobile each."""
    for place, person in enumerate(club.persons):
        values = {"mobile": f"0912000000{place}"}
        club.run("record.edit", resource="person", record_id=person, values=values)
    return club


def survey(club: Club, **values: object) -> int:
    values = {"title": "رضایت شما", "points": "20", "rest_days": "30", **values}
    parts = {"questions": list(QUESTIONS)}
    made: int = club.run("record.create", resource="club.survey", values=values, parts=parts)
    return made


def rows(club: Club, model: type) -> list:
    with club.runtime.reading(club.administrator) as context:
        found = list(context.session.execute(select(model).order_by(model.id)).scalars())
        for row in found:
            context.session.expunge(row)
        return found


def messages(club: Club) -> list[str]:
    with club.runtime.system_work("tests", "tests") as context:
        return list(context.session.execute(select(Message.body).order_by(Message.id)).scalars())


def codes(club: Club) -> list[str]:
    return [found.group(1) for body in messages(club) if (found := re.search(r"/club/survey/(\S+)", body))]


def question_ids(club: Club) -> list[int]:
    from plugins.club.models import Question

    return [row.id for row in rows(club, Question)]


def answers(club: Club, *given: object) -> dict[str, object]:
    return {f"q{number}": value for number, value in zip(question_ids(club), given, strict=False)}


def sms(club: Club, place: int, text: str) -> str | None:
    """Let a member send an SMS; gives the answer."""
    with club.runtime.system_work("tests", "tests") as context:
        message = Inbound(
            channel="sms",
            way=CALLBACK,
            sender=f"+98912000000{place}",
            raw_sender=f"0912000000{place}",
            raw_text=text,
            body=text,
            keyword=text.split(maxsplit=1)[0],
            party_id=club.persons[place],
        )
        context.session.add(message)
        context.session.flush()
        return answer_message(context, message.id)


def test_a_group_is_asked_once_and_each_answers_once_and_gets_points_once(asking: Club) -> None:
    club = asking
    number = survey(club)
    assert club.run("club.send_survey", survey=number) == 3
    assert club.run("club.send_survey", survey=number) == 0, "within the days of rest"
    first, second, third = codes(club)
    assert all(code not in row.code_hash for row in rows(club, Asked) for code in (first, second))
    club.run("club.answer_by_link", code=first, answers=answers(club, "۱۰", "5", "2", "خوب بود"))
    with pytest.raises(Refused):
        club.run("club.answer_by_link", code=first, answers=answers(club, "0"))
    assert [club.member(place).balance for place in range(3)] == [20, 0, 0]
    with pytest.raises(Invalid) as error:
        club.run("club.answer_by_link", code=second, answers=answers(club, "", "3"))
    assert [problem.field for problem in error.value.problems] == [f"q{question_ids(club)[0]}"]
    with pytest.raises(Invalid):
        club.run("club.answer_by_link", code=second, answers=answers(club, "11"))
    with pytest.raises(NotFound):
        club.run("club.answer_by_link", code="x" * 12, answers=answers(club, "3"))
    assert sms(club, 1, "۱۱").endswith("۰ تا ۱۰ پاسخ دهید.")
    first = sms(club, 1, "۷")
    assert first.split("\n")[0].endswith("شما ۲۰ امتیاز گرفتید.") or "۲۰" in first
    assert first.split("\n")[1] == "برخورد فروشنده (از ۱ تا ۵)"
    assert sms(club, 1, "8").endswith("۱ تا ۵ پاسخ دهید."), "it answers the next question"
    assert sms(club, 0, "سلام") is None
    club.pass_days(15)
    with pytest.raises(Refused):
        club.run("club.answer_by_link", code=third, answers=answers(club, "3"))
    assert [(row.number, row.words) for row in rows(club, Answer)] == [
        (10, None),
        (5, None),
        (2, None),
        (None, "خوب بود"),
        (7, None),
    ]
    club.check()


def test_by_sms_one_question_after_another_is_answered_once(asking: Club) -> None:
    club = asking
    club.run("club.send_survey", survey=survey(club))
    assert "(از ۰ تا ۱۰)" in messages(club)[0]
    assert "۱) دوستان\n۲) اینترنت\n۳) محله" in [sms(club, 0, each) for each in ("9", "۴")][1]
    assert sms(club, 0, "4").endswith("۱ تا ۳ پاسخ دهید.")
    assert "\n" not in sms(club, 0, "2"), "words are not asked for by SMS"
    assert sms(club, 0, "2") is None, "nothing is left to be asked"
    assert [(row.number, row.words) for row in rows(club, Answer)] == [(9, None), (4, None), (2, None)]
    assert club.member(0).balance == 20
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda number: sms(club, 1, number), ("1", "2", "3")))
    assert None not in found
    assert len({row.question_id for row in rows(club, Answer)[3:]}) == 3
    assert club.member(1).balance == 20
    club.check()


def test_of_two_surveys_the_number_goes_to_the_question_asked_last(asking: Club) -> None:
    club = asking
    for title in ("یکم", "دوم"):
        club.run("club.send_survey", survey=survey(club, title=title))
    assert "برخورد" in sms(club, 0, "9")
    assert "دوستان" in sms(club, 0, "5")
    sms(club, 0, "1")
    asked = {row.id: row.survey_id for row in rows(club, Asked)}
    told = [asked[row.asked_id] for row in rows(club, Answer)]
    assert told == [told[0]] * 3
    assert "برخورد" in sms(club, 0, "8"), "then the other one"
    assert len({asked[row.asked_id] for row in rows(club, Answer)}) == 2


def test_answers_at_once_count_once(asking: Club) -> None:
    club = asking
    club.run("club.send_survey", survey=survey(club))
    code = codes(club)[0]

    def answer(number: int) -> bool:
        try:
            club.run("club.answer_by_link", code=code, answers=answers(club, str(number)))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(answer, range(4))) == 1
    assert len(rows(club, Answer)) == 1
    assert club.member().balance == 20


def test_purchases_are_asked_about_by_the_rule(asking: Club) -> None:
    club = asking
    survey(club, occasion="purchase", after_days="2", least=str(MILLION))
    club.buy(5 * MILLION, day=TODAY)
    club.buy(MILLION - 1, member=1, day=TODAY)
    returned = club.buy(3 * MILLION, member=2, day=TODAY)
    club.run("club.return_purchase", purchase=returned, amount=str(3 * MILLION))
    assert club.run("club.ask_after_purchases") == 0, "it is not two days ago yet"
    club.pass_days(3)
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _n: club.run("club.ask_after_purchases"), range(3)))
    assert sum(found) == 1
    (asked,) = rows(club, Asked)
    assert (asked.member_id, asked.occasion.split()[0]) == (club.members[0], "purchase")
    club.buy(9 * MILLION, day=TODAY + timedelta(days=3))
    club.pass_days(5)
    assert club.run("club.ask_after_purchases") == 0, "asked within the days of rest"


@given(st.lists(st.integers(0, 10), min_size=1, max_size=40))
def test_the_net_promoter_score_by_another_way(numbers: list[int]) -> None:
    weights = {**dict.fromkeys(range(7), -1), 7: 0, 8: 0, 9: 1, 10: 1}
    assert nps(numbers) == Fraction(sum(weights[each] for each in numbers) * 100, len(numbers))
    assert -100 <= tenth(nps(numbers)) <= 100


def test_results_stand_by_jalali_months(asking: Club) -> None:
    club = asking
    number = survey(club)
    club.run("club.send_survey", survey=number)
    days = [(1405, 6, 31), (1405, 7, 1), (1405, 7, 30)]
    for code, value in zip(codes(club), ("9", "6", "10"), strict=True):
        club.run("club.answer_by_link", code=code, answers=answers(club, value, "4" if value == "6" else ""))
    with club.runtime.system_work("tests", "tests") as context:
        for row, day in zip(rows(club, Asked), days, strict=True):
            moment = datetime.combine(
                jdatetime.date(*day).togregorian(), datetime.min.time(), club.runtime.site.time_zone
            )
            late = moment.replace(hour=23, minute=50)
            context.session.execute(update(Asked).where(Asked.id == row.id).values(answered_at=late))
    with club.runtime.reading(club.administrator) as context:
        found = results_of(context, context.session.get_one(Survey, number))
    recommend, scale, *_rest = found.questions
    assert (found.asked, found.answered, str(found.rate)) == (3, 3, "100.0")
    assert [(y, m, n, str(score)) for y, m, n, score in recommend.months] == [
        (1405, 7, 2, "0.0"),
        (1405, 6, 1, "100.0"),
    ]
    assert str(recommend.score) == "33.3"
    assert (scale.count, str(scale.score)) == (1, "4.0")


def test_a_question_that_was_answered_stays_what_it_was(asking: Club) -> None:
    club = asking
    number = survey(club)
    first = question_ids(club)[0]
    club.run("club.send_survey", survey=number)
    club.run("club.answer_by_link", code=codes(club)[0], answers=answers(club, "3"))
    row = {"id": str(first), "place": "1", "title": "دیگر", "kind": "text"}
    edit = {"resource": "club.survey", "record_id": number, "values": {}}
    with pytest.raises(Invalid):
        club.run("record.edit", **edit, parts={"questions": [row]})
    bad = {"place": "1", "title": "x", "kind": "choice", "options": "تنها"}
    values = {"title": "دیگر"}
    with pytest.raises(Invalid):
        club.run("record.create", resource="club.survey", values=values, parts={"questions": [bad]})


def test_a_member_answers_on_the_open_page_and_the_manager_reads_the_results(
    asking: Club, club_wsgi, engines, boss
) -> None:
    club = asking
    number = survey(club, words="لطفاً پاسخ دهید.")
    assert boss.post(f"/club/surveys/{number}/send").status_code == 303
    code = codes(club)[0]
    address = f"/club/survey/{code}"
    from kernel.testing.browser import Browser

    guest = Browser(club_wsgi, club.runtime.site.hosts[0])
    page = guest.get(address)
    assert "لطفاً پاسخ دهید." in page.text
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert "Sara" not in page.text, "the page tells nobody's name"
    first = question_ids(club)[0]
    assert guest.post(address, {f"q{first}": ""}).status_code == 422
    assert "۲۰ امتیاز" in guest.post(address, {f"q{first}": "9"}).text
    assert "پیش‌تر پاسخ" in guest.get(address).text
    assert guest.get("/club/survey/nobody-has-it").status_code == 404
    found = boss.get(f"/club/surveys/{number}/results").text
    assert "۱۰۰" in found
    assert f"/club/asked?f.survey.is={number}" in found
    asked = rows(club, Asked)[1]
    form = boss.get(f"/club/asked/{asked.id}/answer").text
    assert "برخورد فروشنده" in form
    assert boss.post(f"/club/asked/{asked.id}/answer", {f"q{first}": "2"}).status_code == 303
    assert [row.answered_by for row in rows(club, Asked)] == ["link", "hand", None]


def test_only_who_may_sees_and_sends(asking: Club, club_wsgi, engines) -> None:
    from kernel.testing.users import add_user

    club = asking
    number = survey(club)
    with engines.owner(club.runtime.site).begin() as owner:
        actor = add_user(owner, "clerk", grants={("club.survey", "view"): "all"})
    clerk = enter(club, club_wsgi, engines, actor, "clerk")
    assert clerk.get(f"/club/surveys/{number}").status_code == 200
    assert clerk.get(f"/club/surveys/{number}/results").status_code == 403
    assert clerk.post(f"/club/surveys/{number}/send").status_code == 403


def test_merging_members_keeps_one_answer_for_an_occasion(asking: Club) -> None:
    club = asking
    club.run("club.send_survey", survey=survey(club))
    club.run("club.answer_by_link", code=codes(club)[0], answers=answers(club, "9"))
    club.run("party.merge", kept=club.persons[0], dropped=club.persons[1])
    found = rows(club, Asked)
    assert sorted(row.member_id for row in found) == sorted([club.members[0], club.members[2]])
    assert isinstance(found[0].day, date)
    assert rows(club, Member)
    club.check()
