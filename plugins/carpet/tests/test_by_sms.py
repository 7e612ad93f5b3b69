"""Registration by SMS: what a buyer is told in each case, and what is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kernel.fa.digits import to_persian_digits
from kernel.parties.models import Party
from plugins.carpet.models import Attempt, Guarantee
from plugins.carpet.serials import grouped
from plugins.carpet.tests.conftest import TODAY, House

SENDER, OTHER = "+989125550001", "+989125550002"


def shown(house: House, place: int) -> str:
    """A serial as answers write it."""
    return to_persian_digits(grouped(house.serial(place)))


def owner_of(house: House, guarantee: Guarantee) -> Party:
    return house.all(Party, Party.id == guarantee.party_id)[0]


def test_one_message_registers_the_carpet_and_its_buyer(house: House) -> None:
    answer = house.say(SENDER, f"سریال {house.serial(1)} کد {house.code(1)}")
    assert "ثبت شد" in answer
    assert "۱۴۰۷/۰۸/۳۰" in answer
    (made,) = house.guarantees()
    assert (made.channel, made.registered_on, made.dealer_id) == ("sms", TODAY, house.dealers[0])
    assert (made.consent, made.consent_on) == (True, TODAY)
    owner = owner_of(house, made)
    assert owner.mobile == SENDER
    roles = house.rows(f"SELECT role FROM kernel.party_role WHERE party_id = {owner.id}")
    assert ("carpet.buyer",) in roles


def test_a_known_sender_stays_who_he_is(house: House) -> None:
    house.say("+989121110001", f"{house.code(2)} {house.serial(2)}")
    assert [made.party_id for made in house.guarantees()] == [house.persons[0]]


@pytest.mark.parametrize(
    "spelling",
    [
        "۱۰۰۱ ۰۰۰۰ ۰۱۷ — ۰۰۰۰ ۰۰۰۱",
        "١٠٠١٠٠٠٠٠١٧\n٠٠٠٠٠٠٠١",
        "1001-0000-017/0000.0001",
        "با سلام رمز:00000001 شماره سریال:10010000017 با تشکر",
        "1001000001700000001",
    ],
)
def test_spellings_that_people_use(house: House, spelling: str) -> None:
    assert house.serial(1) == "10010000017"
    assert "ثبت شد" in house.say(SENDER, spelling)


def test_several_carpets_in_one_message_get_one_answer(house: House) -> None:
    answer = house.say(
        SENDER, "\n".join(f"{house.serial(place)} {house.code(place)}" for place in (3, 1, 12))
    )
    assert answer.count("ثبت شد") == 1, "what is the same is said once: an SMS costs by its length"
    assert all(shown(house, place) in answer for place in (1, 3, 12))
    assert len(house.guarantees()) == 3
    assert house.rows("SELECT count(*) FROM kernel.message WHERE purpose = 'kernel.answer'") == [(1,)]


def test_sent_again_it_is_the_senders_already(house: House) -> None:
    text = f"{house.serial(1)} {house.code(1)}"
    house.say(SENDER, text)
    house.pass_days(1)
    assert "به نام شما" in house.say(SENDER, text)
    assert len(house.guarantees()) == 1


@pytest.mark.parametrize("sender", ["+982188001234", "30001234", "Afagh"])
def test_who_writes_by_no_mobile_is_the_same_person_the_next_time(house: House, sender: str) -> None:
    for place in (1, 2):
        assert "ثبت شد" in house.say(sender, f"{house.serial(place)} {house.code(place)}")
    house.pass_days(1)
    assert "به نام شما" in house.say(sender, f"{house.serial(1)} {house.code(1)}")
    assert len({made.party_id for made in house.guarantees()}) == 1
    assert house.rows("SELECT count(*) FROM carpet.dispute") == [(0,)]


def test_who_claims_what_is_anothers_learns_nothing_and_opens_a_dispute(house: House) -> None:
    text = f"{house.serial(1)} {house.code(1)}"
    house.say(SENDER, text)
    first = house.guarantees()[0].party_id
    answer = house.say(OTHER, text)
    assert "بررسی" in answer
    assert "۱۴۰۷" not in answer
    house.pass_days(1)
    house.say(OTHER, text)
    (dispute,) = house.disputes()
    assert dispute.party_id != first
    assert house.guarantees()[0].party_id == first


def test_a_wrong_code_for_anothers_carpet_opens_nothing(house: House) -> None:
    house.say(SENDER, f"{house.serial(1)} {house.code(1)}")
    assert "رمز درست نیست" in house.say(OTHER, f"{house.serial(1)} {house.code(2)}")
    assert house.disputes() == []


def test_unknown_serials_and_wrong_codes_are_told_apart_and_counted(house: House) -> None:
    assert "چنین سریالی نداریم" in house.say(
        SENDER, f"20010000010 {house.code(1)}".replace("20010000010", unknown())
    )
    assert "رمز درست نیست" in house.say(SENDER, f"{house.serial(1)} {house.code(2)}")
    assert len(house.all(Attempt, Attempt.who == f"sms:{SENDER}")) == 2
    assert house.guarantees() == []
    assert house.rows(f"SELECT count(*) FROM kernel.party WHERE mobile = '{SENDER}'") == [(0,)]


def unknown() -> str:
    from plugins.carpet.serials import serial_of

    return serial_of(2001, 1)


def test_after_the_limit_nothing_is_told_any_more(house: House) -> None:
    for place in range(2, 7):
        house.say(SENDER, f"{house.serial(1)} {house.code(place)}")
    texts = {
        house.say(SENDER, f"{unknown()} {house.code(1)}"),
        house.say(SENDER, f"{house.serial(1)} {house.code(9)}"),
        house.say(SENDER, f"{house.serial(1)} {house.code(1)}"),
    }
    assert len(texts) == 1
    assert "تلاش‌های نادرست" in texts.pop()
    assert house.guarantees() == []
    house.pass_days(2)
    assert "ثبت شد" in house.say(SENDER, f"{house.serial(1)} {house.code(1)}")


def test_one_message_cannot_guess_beyond_the_limit(house: House) -> None:
    text = "\n".join(f"{house.serial(place)} {house.code(29)}" for place in range(1, 10))
    answer = house.say(SENDER, text)
    assert [place for place in range(1, 10) if shown(house, place) in answer] == [1, 2, 3, 4, 5]
    assert "رمز درست نیست" in answer
    assert "تلاش‌های نادرست" in answer
    assert len(house.all(Attempt, Attempt.who == f"sms:{SENDER}")) == 5


def test_a_serial_that_many_numbers_try_is_shut_for_all(house: House) -> None:
    house.set(tries_of_serial=3)
    for place in range(3):
        house.say(f"+98912555100{place}", f"{house.serial(1)} {house.code(20)}")
    answer = house.say(SENDER, f"{house.serial(1)} {house.code(1)}")
    assert "بررسی نشد" in answer, "his code is right: nothing else may be said of it"
    assert "رمز درست نیست" not in answer
    assert house.guarantees() == []
    assert house.all(Attempt, Attempt.who == f"sms:{SENDER}") == [], "it was no wrong try of his"
    house.pass_days(1)
    assert "ثبت شد" in house.say(SENDER, f"{house.serial(1)} {house.code(1)}")


def test_a_batch_that_is_closed_or_invalid_registers_nothing(house: House) -> None:
    house.change_batch(closes_on=TODAY.replace(day=1))
    assert "مهلت ثبت" in house.say(SENDER, f"{house.serial(1)} {house.code(1)}")
    house.change_batch(closes_on=None)
    house.run("carpet.void_batch", batch=house.batches[0], reason="دزدیده شد")
    assert "معتبر نیست" in house.say(SENDER, f"ضمانت {house.serial(1)} {house.code(1)}")
    assert house.guarantees() == []


def test_the_last_day_of_a_batch_ends_at_midnight_of_the_house(house: House) -> None:
    house.change_batch(closes_on=TODAY)
    house.pass_time(hours=15, minutes=59)
    assert "ثبت شد" in house.say(SENDER, f"{house.serial(1)} {house.code(1)}")
    house.pass_time(minutes=1)
    assert "مهلت ثبت" in house.say(SENDER, f"{house.serial(2)} {house.code(2)}")


def test_words_without_numbers(house: House) -> None:
    assert "سریال روی کارت" in house.say(SENDER, "ضمانت")
    assert "یازده رقم" in house.say(SENDER, "ضمانت 10010000018")
    assert "یازده رقم" in house.say(SENDER, "۱۰۰۱ ۰۰۰۰ ۰۱۸ ۱۲۳۴ ۵۶۷۸")
    assert "یازده رقم" in house.say(SENDER, "سریال ۱۰۰۱ ۰۰۰۰ ۰۱ رمز ۱۲۳۴ ۵۶۷۸")
    assert "یازده رقم" in house.say(SENDER, "code 12345678 serial: 100100000177")
    assert house.say(SENDER, "سریال دستگاه ۱۲۳۴۵۶۷۸۹۰ خراب شده") == ""
    assert house.say(SENDER, "شمارهٔ کارت ۶۰۳۷ ۹۹۱۱ ۱۲۳۴ ۵۶۷۸") == ""
    assert "همراه رمز" in house.say(SENDER, house.serial(1))
    assert house.say(SENDER, "سلام، ساعت کاری شما؟") == ""
    assert house.say(SENDER, "09123456789") == ""


def test_a_number_beside_the_code_does_no_harm_and_is_no_cheap_guess(house: House) -> None:
    assert "ثبت شد" in house.say(SENDER, f"88776655 {house.serial(1)} {house.code(1)}")
    assert "رمز درست نیست" in house.say(OTHER, f"88776655 {house.serial(2)} {house.code(1)} 12345678")
    assert len(house.all(Attempt, Attempt.who == f"sms:{OTHER}")) == 3
    house.say(OTHER, f"باز 88776655 {house.serial(2)} {house.code(1)} 12345678")
    assert len(house.all(Attempt, Attempt.who == f"sms:{OTHER}")) == 5, "no more than the limit are looked at"


def test_at_the_number_on_the_cards_half_a_message_is_told_what_is_missing(house: House) -> None:
    assert house.say(SENDER, house.code(1)) == ""
    house.set(line="۳۰۰۰ ۱۲۳۴")
    assert "سریال روی کارت" in house.say(SENDER, f"رمز {house.code(1)}")
    assert "یازده رقم" in house.say(SENDER, "10010000018")
    assert house.say(SENDER, "سلام، ساعت کاری شما؟") == ""
    assert house.attempts() == 0


def test_ten_carpets_of_any_kind_are_answered_in_few_messages(house: House) -> None:
    text = "\n".join(f"{house.serial(place)} {house.code(place)}" for place in range(1, 11))
    house.say(SENDER, text)
    for sender in (OTHER, SENDER):
        house.say(sender, f"باز {text}")
    assert house.rows("SELECT max(parts) <= 5, count(*) FROM kernel.message") == [(True, 3)]


def test_a_guarantee_that_was_over_before_it_began_says_so(house: House) -> None:
    house.change_batch(start_rule="production", grace_months=0, term_months=1)
    assert "گذشته است" in house.say(SENDER, f"{house.serial(1)} {house.code(1)}")
    assert "گذشته است" in house.say(SENDER, f"باز {house.serial(1)} {house.code(1)}")


def test_by_the_rule_of_production_it_counts_from_there(house: House) -> None:
    house.change_batch(start_rule="production", grace_months=6, term_months=12)
    house.say(SENDER, f"{house.serial(1)} {house.code(1)}")
    (made,) = house.guarantees()
    assert made.starts_on == TODAY
    assert str(made.ends_on) == "2028-02-29"


def test_points_go_nowhere_without_the_club(house: House) -> None:
    house.set(buyer_points=100)
    assert "ثبت شد" in house.say(SENDER, f"{house.serial(1)} {house.code(1)}")
    with house.runtime.reading(house.administrator) as context:
        assert context.session.execute(select(Guarantee.id)).first() is not None
