"""What must not come out, and what must not happen: others' registrations, days before production, carpets in dispute."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from kernel.fa.digits import to_persian_digits
from kernel.messages.models import OptOut
from kernel.resources.errors import Forbidden, Invalid, Refused
from kernel.testing.browser import Browser
from plugins.carpet.models import Claim
from plugins.carpet.outcomes import CLAIMED, REGISTERED, YOURS
from plugins.carpet.tests.conftest import House
from plugins.carpet.tests.test_pages import claimed, registered, reported

OWNER, OTHER = "+989121110001", "+989125550002"


def by_web(house: House, mobile: str, place: int, code: int, **more: Any) -> Any:
    values = {"serial": house.serial(place), "code": house.code(code), "last_name": "کسی", "mobile": mobile}
    with house.runtime.system_work("the form", "test.form") as context:
        return context.run("carpet.register_by_web", network="10.0.0.9", **values, **more).outcome


def notices(house: House, kind: str) -> list[tuple[int, str, int]]:
    return house.rows(  # type: ignore[return-value]
        f"SELECT user_id, resource, record_id FROM kernel.notice WHERE kind = 'carpet.{kind}' ORDER BY id"
    )


def test_the_open_form_does_not_tell_whose_a_carpet_is(house: House) -> None:
    registered(house, 1, 0)
    asked = [by_web(house, mobile, place, 9) for mobile in (OWNER, OTHER) for place in (1, 2)]
    assert {(each.kind, each.ends_on) for each in asked} == {("wrong", None)}
    assert by_web(house, OTHER, 1, 1).kind == CLAIMED
    assert by_web(house, OWNER, 1, 1).kind == YOURS


def test_of_two_parties_with_one_mobile_the_owner_is_known_by_the_form(house: House) -> None:
    double = house.make("person", first_name="Sara", last_name="Rad", mobile=OWNER)
    house.run("carpet.register", serial=house.serial(1), party=double)
    assert by_web(house, OWNER, 1, 1).kind == YOURS
    assert house.disputes() == []


def test_a_carpet_that_was_replaced_says_so_and_opens_no_dispute(house: House) -> None:
    guarantee = registered(house, 1, 0)
    house.run("carpet.replace", claim=claimed(house, guarantee), serial=house.serial(25))
    text = f"{house.serial(1)} {house.code(1)}"
    for sender in (OWNER, OTHER):
        assert "تعویض شده" in house.say(sender, text)
        house.pass_days(1)
    assert "به نام شما" in house.say(OWNER, f"{house.serial(25)} {house.code(25)}")
    assert house.disputes() == []


def test_a_guarantee_that_was_ended_is_not_valid_for_anybody(house: House) -> None:
    house.run("carpet.void_guarantee", guarantee=registered(house, 1, 0), reason="تقلب")
    for sender in (OWNER, OTHER):
        assert "معتبر نیست" in house.say(sender, f"{house.serial(1)} {house.code(1)}")
    assert house.disputes() == []


def test_nothing_is_sold_before_it_was_made_and_the_dealers_day_counts(house: House) -> None:
    house.change_batch(start_rule="sale", term_months=12)
    before = {"sold_on": "2026-08-31"}
    ((number,),) = house.rows(f"SELECT id FROM carpet.serial WHERE number = '{house.serial(1)}'")
    for refused in (
        lambda: house.run("carpet.sell", serial=number, **before),
        lambda: registered(house, 1, 0, **before),
        lambda: by_web(house, OTHER, 1, 1, **before),
    ):
        with pytest.raises(Invalid) as error:
            refused()
        assert [problem.field for problem in error.value.problems] == ["sold_on"]
    house.run("carpet.sell", house.dealer_user, serial=number, sold_on="2026-10-01")
    assert by_web(house, OTHER, 1, 1, sold_on="2026-11-20").kind == REGISTERED
    (made,) = house.guarantees()
    assert str(made.starts_on) == "2026-10-01"


def test_who_decides_is_told_of_disputes_and_claims(house: House) -> None:
    head = house.administrator.user_id
    guarantee = registered(house, 1, 0)
    house.say(OTHER, f"{house.serial(1)} {house.code(1)}")
    (dispute,) = house.disputes()
    assert notices(house, "dispute") == [(head, "carpet.dispute", dispute.id)]
    claim = reported(house, guarantee)
    assert notices(house, "claim") == [], "who enters it knows"
    values = {"claim": claim, "inspected_on": "2026-11-21", "findings": "درست است"}
    with house.runtime.system_work("by another", "test.other") as context:
        context.run("carpet.inspect", **values)
    assert notices(house, "claim") == [(head, "carpet.claim", claim)]


def test_a_carpet_in_dispute_is_not_replaced_and_who_gets_it_disputes_no_more(house: House) -> None:
    guarantee = registered(house, 1, 0)
    claim = claimed(house, guarantee)
    house.say(OTHER, f"{house.serial(1)} {house.code(1)}")
    with pytest.raises(Refused):
        house.run("carpet.replace", claim=claim, serial=house.serial(25))
    (dispute,) = house.disputes()
    house.run("carpet.transfer", guarantee=guarantee, reason="mistake", party=dispute.party_id)
    assert house.disputes()[0].state == "moved"
    house.run("carpet.replace", claim=claim, serial=house.serial(25))
    assert house.all(Claim)[0].state == "replaced"


def test_whoever_opted_out_stands_in_no_list_for_offers(house: House, boss: Browser) -> None:
    registered(house, 1, 0)
    registered(house, 2, 1)
    assert "Sara" in boss.get("/carpet/crossing").text
    with house.runtime.system_work("an opt-out", "test.opt_out") as context:
        context.session.add(OptOut(channel="sms", address=OWNER))
    page = boss.get("/carpet/crossing").text
    assert "Omid" in page
    assert "Sara" not in page
    content = load_workbook(io.BytesIO(boss.get("/carpet/crossing.xlsx").data)).active
    assert [row[0] for row in content.iter_rows(min_row=2, values_only=True)] == ["Omid Kia"]


def test_the_desk_opens_what_a_reader_reads_from_the_card(house: House, boss: Browser) -> None:
    ((number,),) = house.rows(f"SELECT id FROM carpet.serial WHERE number = '{house.serial(1)}'")
    for asked in (
        f"https://garanti.example.ir/carpet/card/{house.serial(1)}",
        "۱۰۰۱‌۰۰۰۰\u200f۰۱۷",
        "1001 · 0000 · 017",
    ):
        answer = boss.get("/carpet/desk", query_string={"q": asked})
        assert answer.headers.get("Location", "").endswith(f"/carpet/serials/{number}"), asked
    assert "Nothing" not in boss.get("/carpet/desk", query_string={"q": "سریال فرش"}).text


def test_a_dispute_shows_both_and_how_to_reach_them(house: House, boss: Browser) -> None:
    registered(house, 1, 0)
    house.say(OTHER, f"{house.serial(1)} {house.code(1)}")
    page = boss.get(f"/carpet/disputes/{house.disputes()[0].id}").text
    assert f"/persons/{house.persons[0]}" in page
    assert "۰۹۱۲ ۱۱۱ ۰۰۰۱" in page
    assert "۰۹۱۲ ۵۵۵ ۰۰۰۲" in page


def test_serials_are_written_in_the_readers_digits_wherever_they_name_a_record(
    house: House, boss: Browser
) -> None:
    guarantee = registered(house, 1, 0)
    claim = reported(house, guarantee)
    house.say(OTHER, f"{house.serial(1)} {house.code(1)}")
    persian = to_persian_digits(house.serial(1))
    for address in (
        f"/carpet/claims/{claim}",
        "/carpet/claims",
        f"/carpet/disputes/{house.disputes()[0].id}",
        f"/carpet/dispute/{house.disputes()[0].id}/decide",
        "/carpet/disputes",
        "/carpet/desk",
        f"/carpet/guarantees/{guarantee}",
    ):
        text = re.sub(r"<[^>]*>", "", boss.get(address).text)
        assert persian in text.replace(" ", ""), address
        assert house.serial(1) not in text, address
    content = load_workbook(io.BytesIO(boss.get("/carpet/claims/export").data)).active
    cells = [cell for row in content.iter_rows(values_only=True) for cell in row]
    assert house.serial(1) in cells
    assert persian not in cells


def test_a_wrong_code_makes_no_person(house: House) -> None:
    values = {"serial": house.serial(1), "last_name": "کسی", "mobile": "09127770077"}
    assert house.run("carpet.register", house.dealer_user, code=house.code(2), **values).kind == "wrong"
    assert house.rows("SELECT count(*) FROM kernel.party WHERE mobile = '+989127770077'") == [(0,)]


def test_a_batch_is_changed_for_the_cards_that_are_still_to_be_registered(
    house: House, boss: Browser
) -> None:
    registered(house, 1, 0)
    batch = house.batches[0]
    house.change_batch(closes_on=date(2026, 11, 20))
    late = f"{house.serial(2)} {house.code(2)}"
    assert "مهلت ثبت" in house.say(OTHER, late)
    page = boss.get(f"/carpet/batch/{batch}/change").text
    assert "۱۴۰۵/۰۸/۲۹" in page
    values = {
        "start_rule": "registration",
        "term_months": "۱۲",
        "closes_on": "۱۴۰۶/۱۲/۲۹",
        "grace_months": "",
    }
    assert (
        boss.post(f"/carpet/batch/{batch}/change", {**values, "closes_on": "۱۴۰۴/۰۱/۰۱"}).status_code == 422
    )
    boss.made(f"/carpet/batch/{batch}/change", **values)
    assert "ثبت شد، تا ۱۴۰۶/۰۸/۳۰" in house.say(OTHER, f"باز {late}")
    former, made = house.guarantees()
    assert (str(former.ends_on), str(made.ends_on)) == ("2028-11-20", "2027-11-21")
    house.run("carpet.change_batch", batch=batch, closes_on=None)
    assert house.rows("SELECT closes_on, term_months, start_rule FROM carpet.batch") == [
        (None, 12, "registration")
    ], "what is not said stays"
    with pytest.raises(Forbidden):
        house.run("carpet.change_batch", house.dealer_user, batch=batch, closes_on=None)
    house.run("carpet.void_batch", batch=batch, reason="دزدیده شد")
    with pytest.raises(Refused):
        house.run("carpet.change_batch", batch=batch, closes_on=None)


def test_a_carpet_of_a_batch_that_is_not_valid_is_neither_sold_nor_given_instead(house: House) -> None:
    claim = claimed(house, registered(house, 1, 0))
    house.run("carpet.void_batch", batch=house.batches[0], reason="دزدیده شد")
    with pytest.raises(Invalid):
        house.run("carpet.replace", claim=claim, serial=house.serial(25))
    ((number,),) = house.rows(f"SELECT id FROM carpet.serial WHERE number = '{house.serial(2)}'")
    with pytest.raises(Refused):
        house.run("carpet.sell", serial=number, sold_on="2026-11-20")
