"""Fees, payments and balances of students, the share of teachers, and what is sent about them; without sales."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.resources.errors import CommandError, Invalid
from plugins.education.billing import accounts_of
from plugins.education.models import Charge, Offering, Payment, Teacher
from plugins.education.printing.statement import statements_of
from plugins.education.shares import share_of, standings_of
from plugins.education.tests.conftest import GRANTS, Academy


def account(academy: Academy, number: int):
    return academy.look(lambda context: accounts_of(context, [number])[number])


def standing(academy: Academy, number: int):
    return academy.look(lambda context: standings_of(context, [context.session.get(Offering, number)])[0])


def taught(academy: Academy, **share: object) -> int:
    person = academy.person("Teacher", mobile="09121234567")
    teacher = academy.make("teacher", party=person)
    return academy.offering(10, teacher=teacher, fee=10_000_000, **share)


def test_payments_go_to_the_oldest_charges_and_more_stays_as_credit(academy: Academy) -> None:
    number = academy.enrol(academy.offering(5, fee=9_000, instalments=3))
    academy.make("receipt", enrolment=number, amount=4_000)
    found = account(academy, number)
    assert [part.settled for part in found.parts] == [3_000, 1_000, 0]
    assert (found.charged, found.paid, found.balance) == (9_000, 4_000, 5_000)
    academy.make("receipt", enrolment=number, amount=6_000)
    found = account(academy, number)
    assert (found.balance, found.credit) == (-1_000, 1_000)
    paid = academy.rows(Payment)[0]
    academy.run("record.delete", resource="education.receipt", record_id=paid.id)
    assert account(academy, number).balance == 3_000


def test_the_statement_of_a_student_adds_up_over_all_courses(academy: Academy, browse, make_actor) -> None:
    person = academy.person("احمدی")
    for fee in (1_000, 3_000):
        number = academy.run("education.enrol", offering=academy.offering(5, fee=fee), student=person)
    academy.make("receipt", enrolment=number, amount=3_500)

    def printed(whose: int, actor=None):
        return academy.look(lambda context: statements_of(context, [whose]).get(whose), actor)

    found = printed(person)
    sums = found["student"]
    assert (sums["charged"], sums["paid"], sums["balance"], sums["credit"]) == (4_000, 3_500, 500, 500)
    rows = [(row["amount"], row["paid"], row["remaining"]) for row in found["charges"]]
    assert rows == [(1_000, 0, 1_000), (3_000, 3_000, 0)]
    assert [row["amount"] for row in found["payments"]] == [3_500]
    assert printed(academy.person("Nobody")) is None
    assert printed(person, make_actor("teacher", GRANTS["teacher"])) is None
    desk = browse("desk", GRANTS["desk"])
    link = f"/printing/documents/education.statement/{person}"
    assert link in desk.get(f"/persons/{person}").text
    assert desk.get(link).mimetype == "application/pdf"


def test_only_what_is_due_is_overdue(academy: Academy) -> None:
    number = academy.enrol(academy.offering(5, fee=9_000, instalments=3))
    found, today = account(academy, number), academy.today
    assert found.overdue(today) == 0
    assert found.overdue(today + timedelta(days=1)) == 3_000
    assert found.overdue(today + timedelta(days=100)) == 9_000


def test_charges_besides_the_fee_are_entered_and_taken_back(academy: Academy) -> None:
    number = academy.enrol(academy.offering(5, fee=1_000))
    book = academy.run("education.add_charge", enrolment=number, title="Book", amount="۵۰۰")
    assert account(academy, number).balance == 1_500
    academy.run("education.cancel_charge", charge=book, reason="Has it")
    assert account(academy, number).balance == 1_000
    with pytest.raises(CommandError):
        academy.run("education.cancel_charge", charge=book, reason="Has it")


def test_a_teacher_has_per_cent_of_what_students_paid_of_the_fee_alone(academy: Academy) -> None:
    offering = taught(academy, share_kind="percent", share_percent="33.33")
    number = academy.enrol(offering)
    academy.run("education.add_charge", enrolment=number, title="Book", amount=500)
    assert standing(academy, offering).share == 0
    academy.make("receipt", enrolment=number, amount=1_000_001)
    found = standing(academy, offering)
    assert (found.charged, found.received, found.share) == (10_000_500, 1_000_001, 333_300)
    academy.make("cost", offering=offering, title="Room", amount=7_000)
    academy.make("teacher_payment", offering=offering, amount=300_000)
    found = standing(academy, offering)
    assert (found.owed, found.costs, found.paid) == (33_300, 7_000, 300_000)
    assert found.surplus == found.charged - found.share - found.costs


def test_a_payment_to_a_teacher_goes_to_the_person(academy: Academy) -> None:
    offering = taught(academy, share_kind="fixed", share_amount=50)
    academy.make("teacher_payment", offering=offering, amount=20)
    teacher = academy.rows(Teacher)[0]
    assert academy.rows(Payment)[0].party_id == teacher.party_id
    assert standing(academy, offering).owed == 30
    with pytest.raises(CommandError):
        academy.make("teacher_payment", offering=academy.offering(2), amount=20)


@given(
    st.sampled_from(("none", "percent", "session", "fixed")),
    st.integers(0, 10_000),
    st.integers(0, 10**9),
    st.integers(0, 10**12),
    st.integers(0, 60),
)
def test_a_share_is_exact_and_rounded_down(
    kind: str, percent: int, amount: int, fees: int, held: int
) -> None:
    found = share_of(kind, Decimal(percent) / 100, amount, fees=fees, held=held)
    expected = {
        "none": Fraction(0),
        "percent": Fraction(fees * percent, 10_000),
        "session": Fraction(held * amount),
        "fixed": Fraction(amount),
    }[kind]
    assert 0 <= expected - found < 1


def test_debts_are_told_once_a_day_and_only_where_something_is_overdue(academy: Academy) -> None:
    offering = academy.offering(5, fee=1_000)
    person = academy.person("Student", mobile="09123456789")
    owing = academy.run("education.enrol", offering=offering, student=person)
    unreachable = academy.enrol(offering)
    assert academy.run("education.tell_debts", enrolments=[owing]) == 0
    make_late(academy)
    assert academy.run("education.tell_debts", enrolments=[owing, unreachable]) == 1
    assert academy.run("education.tell_debts", enrolments=[owing, unreachable]) == 0
    teachers = taught(academy, share_kind="fixed", share_amount=50)
    assert academy.run("education.tell_teachers", offerings=[teachers, offering]) == 1
    assert academy.run("education.tell_teachers", offerings=[teachers]) == 0


def make_late(academy: Academy) -> None:
    with academy.runtime.system_work("test", "test") as context:
        for charge in academy.rows(Charge):
            context.session.get(Charge, charge.id).due = context.today - timedelta(days=3)


def test_a_student_who_leaves_gets_back_what_is_not_charged_any_more_to_the_rial(academy: Academy) -> None:
    offering = taught(academy, share_kind="percent", share_percent="50")
    number = academy.enrol(offering, fee=10_000_001, instalments=3)
    academy.make("receipt", enrolment=number, amount=5_000_000)
    with pytest.raises(Invalid) as caught:
        academy.make("refund", enrolment=number, amount=1)
    assert [each.field for each in caught.value.problems] == ["amount"]
    academy.run("education.withdraw", enrolment=number, reason="Moved", cancel_charges=True)
    assert account(academy, number).balance == 3_333_335 + 3_333_333 - 5_000_000
    second = [part.charge.id for part in account(academy, number).parts if part.remaining]
    academy.run("education.cancel_charge", charge=second[0], reason="Left")
    found = account(academy, number)
    assert (found.charged, found.paid, found.credit) == (3_333_335, 5_000_000, 1_666_665)
    with pytest.raises(Invalid):
        academy.make("refund", enrolment=number, amount=1_666_666)
    made = academy.make("refund", enrolment=number, amount=1_000_000)
    with pytest.raises(Invalid):
        academy.edit("refund", made, amount="1666666")
    academy.edit("refund", made, amount="1666665")
    found = account(academy, number)
    assert (found.charged, found.paid, found.balance) == (3_333_335, 3_333_335, 0)
    with pytest.raises(Invalid):
        academy.make("refund", enrolment=number, amount=1)
    assert standing(academy, offering).received == 3_333_335
    assert standing(academy, offering).share == 1_666_667
    academy.run("record.delete", resource="education.receipt", record_id=academy.rows(Payment)[0].id)
    assert account(academy, number).balance == 5_000_000


class Ledger:
    """An account kept beside the plugin: charges by their day, money in and out, and nothing else."""

    def __init__(self) -> None:
        self.charges: dict[int, tuple[date, int, bool]] = {}
        self.money: dict[int, int] = {}

    @property
    def charged(self) -> int:
        return sum(amount for _due, amount, _fee in self.charges.values())

    @property
    def paid(self) -> int:
        return sum(self.money.values())

    def overdue(self, today: date) -> int:
        return max(0, sum(amount for due, amount, _fee in self.charges.values() if due < today) - self.paid)

    def fees_received(self) -> int:
        """What is paid counts rial by rial from the oldest charge on."""
        left, found = self.paid, 0
        for _number, (_due, amount, fee) in sorted(
            self.charges.items(), key=lambda item: (item[1][0], item[0])
        ):
            part = max(0, min(left, amount))
            left -= part
            found += part if fee else 0
        return found


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_charged_paid_returned_and_cancelled_the_account_is_that_of_a_ledger(
    academy: Academy, seed: int
) -> None:
    chance, today, book = Random(seed), academy.today, Ledger()
    offering = taught(academy, share_kind="percent", share_percent="37.5")
    number = academy.enrol(
        offering, fee=9_000_001, discount=chance.randint(1, 99_999), discount_reason="x", instalments=4
    )

    def take_up() -> None:
        book.charges = {
            each.id: (each.due, each.amount, each.fee)
            for each in academy.rows(Charge, Charge.state == "open")
        }

    take_up()
    assert book.charged == sum(amount for _due, amount, _fee in book.charges.values())
    receipts: list[int] = []
    for _turn in range(20):
        what = chance.choice(
            ("receipt", "receipt", "receipt", "refund", "refund", "charge", "cancel", "delete")
        )
        amount = chance.randint(1, 3_000_000)
        if what == "receipt":
            receipts.append(academy.make("receipt", enrolment=number, amount=amount))
            book.money[receipts[-1]] = amount
        elif what == "refund":
            spare = book.paid - book.charged
            amount = chance.choice((amount, max(1, spare), max(1, spare) + 1))
            if amount <= spare:
                book.money[academy.make("refund", enrolment=number, amount=amount)] = -amount
            else:
                with pytest.raises(Invalid):
                    academy.make("refund", enrolment=number, amount=amount)
        elif what == "charge":
            due = today + timedelta(days=chance.randint(-60, 60))
            academy.run(
                "education.add_charge", enrolment=number, title="x", amount=amount, due=due.isoformat()
            )
            take_up()
        elif what == "cancel" and book.charges:
            academy.run("education.cancel_charge", charge=chance.choice(list(book.charges)), reason="x")
            take_up()
        elif what == "delete" and receipts:
            gone = receipts.pop(chance.randrange(len(receipts)))
            academy.run("record.delete", resource="education.receipt", record_id=gone)
            del book.money[gone]
        found, stand = account(academy, number), standing(academy, offering)
        assert (found.charged, found.paid, found.balance) == (
            book.charged,
            book.paid,
            book.charged - book.paid,
        )
        for day in (today, today + timedelta(days=45), today + timedelta(days=400)):
            assert found.overdue(day) == book.overdue(day)
        assert stand.share == book.fees_received() * 375 // 1000
        assert (stand.charged, stand.received) == (book.charged, book.paid)
