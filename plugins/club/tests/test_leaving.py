"""Two customers become one, a person is erased, a member is asked for by SMS: the ledger stays whole."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text

from kernel.api import UssdStep
from kernel.documents.designs.kinds import document_kinds
from kernel.documents.designs.making import record_values
from kernel.messages.inbound.models import Inbound
from kernel.resources.errors import Refused
from plugins.club.answering import USSD, answer_message
from plugins.club.checking import checks
from plugins.club.models import Card, DrawRegistration, Member
from plugins.club.reminding import DATES
from plugins.club.tests.conftest import MILLION, Club

SECRET = "zqxvj"


def test_two_memberships_become_one_and_apart_again(club: Club) -> None:
    club.give(100)
    club.buy(20 * MILLION, member=1)
    club.run("club.issue_card", member=club.members[0], card_number="1")
    club.run("club.issue_card", member=club.members[1], card_number="2")
    merge = club.run("party.merge", kept=club.persons[0], dropped=club.persons[1])
    held = club.member(0)
    assert (held.balance, held.pending, held.card_number) == (100, 200, "1")
    club.check()
    with club.runtime.reading(club.administrator) as context:
        assert context.session.get(Member, club.members[1]) is None
        states = {row.number: row.state for row in context.session.execute(select(Card)).scalars()}
    assert states == {"1": "active", "2": "replaced"}
    club.run("party.undo_merge", merge_id=merge.merge_id)
    assert (club.member(0).balance, club.member(1).pending) == (100, 200)
    club.check()


def test_an_erased_person_leaves_points_without_a_word(club: Club, engines) -> None:
    club.run("club.set_state", member=club.members[0], state="active", note=SECRET)
    club.buy(MILLION, note=SECRET)
    club.run("party.erase", party_id=club.persons[0], confirmed=club.persons[0])
    with engines.owner(club.runtime.site).connect() as owner:
        for table in ("member", "purchase", "entry"):
            rows = owner.execute(text(f"SELECT t::text FROM club.{table} t")).all()
            assert SECRET not in str(rows)
            assert "Rad" not in str(rows)
    assert club.member().state == "left"
    club.check()


def test_who_has_points_is_not_deleted(club: Club) -> None:
    club.give(5)
    for resource, number in (("person", club.persons[0]), ("club.member", club.members[0])):
        with pytest.raises(Refused):
            club.run("record.delete", resource=resource, record_id=number)
    club.run("record.delete", resource="club.member", record_id=club.members[2])
    club.run("record.delete", resource="person", record_id=club.persons[2])


def test_an_sms_is_answered_with_the_balance_and_others_are_left_alone(club: Club) -> None:
    club.give(1234)
    with club.runtime.system_work("test", "test") as context:
        answers = []
        for words in ("امتیاز", "سلام"):
            row = Inbound(
                channel="sms", way="callback", sender="+989120000000", raw_sender="1", raw_text=words, body=words,
                keyword=words, party_id=club.persons[0],
            )  # fmt: skip
            context.session.add(row)
            context.session.flush()
            answers.append(answer_message(context, row.id))
    assert answers[0] is not None
    assert "۱٬۲۳۴" in answers[0]
    assert answers[1] is None


def test_ussd_tells_points_and_takes_part_in_draws(club: Club) -> None:
    club.give(40)
    club.make(
        "draw",
        title="یلدا",
        begins="2026-11-01",
        ends="2026-12-30",
        winners=1,
        reserves=0,
        registered_only=True,
    )
    points, draw = USSD
    step = UssdStep(number="+989120000000", party_id=club.persons[0], inputs=())
    with club.runtime.system_work("test", "test") as context:
        assert points.shown is not None
        assert points.shown(context, club.persons[0])
        assert "۴۰" in context.text(points.answer(context, step).text)
        assert draw.shown is not None
        assert draw.shown(context, club.persons[0])
        assert "۱" in context.text(draw.answer(context, step).text)
        assert context.session.execute(select(DrawRegistration.member_id)).scalar_one() == club.members[0]


def test_a_birthday_gives_points_once_a_year(club: Club) -> None:
    club.set(birthday_points=30)
    club.run("record.edit", resource="person", record_id=club.persons[0], values={"birth_date": "1370/08/30"})
    assert [club.run("club.congratulate") for _again in range(2)] == [1, 0]
    assert club.member().balance == 30
    club.pass_days(365)
    assert club.run("club.congratulate") == 1


def test_accounts_that_do_not_add_up_are_told_of(club: Club, engines) -> None:
    club.give(40)

    def well() -> bool:
        with club.runtime.system_work("test", "test") as context:
            return all(each.ok for each in checks(context))

    assert well()
    with engines.owner(club.runtime.site).begin() as owner:
        owner.execute(text("UPDATE club.member SET balance = 41 WHERE balance = 40"))
    assert not well()


def test_documents_hold_what_they_say(club: Club) -> None:
    club.give(70)
    card = club.run("club.issue_card", member=club.members[0], card_number="555")
    coupon = club.run("club.spend", member=club.members[0], points=60)
    kinds = document_kinds(club.runtime)
    with club.runtime.reading(club.administrator) as context:
        assert record_values(context, kinds["club.card"], card)["card"]["number"] == "555"
        statement = record_values(context, kinds["club.statement"], club.members[0])
        assert [row["points"] for row in statement["entries"]] == [-60, 70]
        assert record_values(context, kinds["club.coupon"], coupon)["coupon"]["amount"] == 60_000


def test_dates_are_found_by_their_days(club: Club) -> None:
    club.give(10)
    club.make("wish", member=club.members[0], title="کیف", wanted_on="2026-12-01", state="open")
    found = {}
    with club.runtime.system_work("test", "test") as context:
        for each in DATES:
            days = [date(2026, 12, 1), date(2026, 11, 21), club_last(club), date(2025, 10, 17)]
            found[each.key] = len(list(each.find(context, days)))
    assert found["wish"] == 1
    assert found["expiring"] == 1
    assert found["joined"] == found["last_purchase"] == 3


def club_last(club: Club) -> date:
    from plugins.club.terms import terms_of

    last = terms_of(club.runtime).expires_on(date(2026, 11, 21))
    assert last is not None
    return last
