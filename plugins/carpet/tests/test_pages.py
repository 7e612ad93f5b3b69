"""Pages: the guarantee desk's day, what a dealer sees, what everybody sees, cards handed out."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from kernel.data.engines import Engines
from kernel.data.files import FileStore
from kernel.resources.errors import CommandError, Forbidden, Invalid, Refused
from kernel.resources.models import BaseValue
from kernel.testing.browser import Browser
from kernel.testing.users import add_user, keep_fields
from kernel.web.wsgi import PeyvandWSGI
from plugins.carpet import codes
from plugins.carpet.documents import sample_cards
from plugins.carpet.models import Batch, Claim, Scratch, Serial, Transfer
from plugins.carpet.outcomes import REGISTERED
from plugins.carpet.serials import serial_of
from plugins.carpet.tests.conftest import House, enter

NOBODY = "10.0.0.1"


def registered(house: House, place: int = 1, person: int = 0, **more: Any) -> int:
    """Register a carpet by staff; gives the guarantee's id."""
    found = house.run(
        "carpet.register", serial=house.serial(place), party=house.persons[person], consent=True, **more
    )
    assert found.kind == REGISTERED
    number: int = found.guarantee_id
    return number


def claimed(house: House, guarantee: int) -> int:
    """Bring a claim to where it is accepted."""
    claim = reported(house, guarantee)
    house.run("carpet.send_inspector", claim=claim, inspector=house.administrator.user_id)
    house.run("carpet.inspect", claim=claim, inspected_on="2026-11-21", findings="درست است")
    house.run("carpet.decide_claim", claim=claim, verdict="accepted", decision="ایراد بافت")
    return claim


def test_what_a_pattern_keeps_of_a_guarantee_is_neither_shown_nor_written_by_its_forms(
    house: House, carpet_wsgi: PeyvandWSGI, engines: Engines
) -> None:
    guarantee = registered(house)
    claim = reported(house, guarantee)
    head = house.administrator.user_id
    house.run("carpet.send_inspector", claim=claim, inspector=head, inspect_on="2027-01-05")
    grants = {
        ("party", "view"): "all",
        **{("carpet.guarantee", action): "all" for action in ("view", "edit")},
        **{("carpet.claim", action): "all" for action in ("view", "send")},
    }
    kept = {("carpet.guarantee", "consent"): "read_only", ("carpet.claim", "inspect_on"): "hidden"}
    with engines.owner(house.runtime.site).begin() as owner:
        actor = keep_fields(owner, add_user(owner, "kept", grants).user_id or 0, kept)
    browser = enter(house, carpet_wsgi, engines, actor, "kept")
    assert browser.get(f"/carpet/guarantee/{guarantee}/consent").status_code == 403
    with pytest.raises(Forbidden):
        house.run("carpet.set_consent", actor, guarantee=guarantee, consent=False)
    assert house.guarantees()[0].consent
    page = browser.get(f"/carpet/claim/{claim}/send").text
    assert 'name="inspector"' in page
    assert 'name="inspect_on"' not in page
    house.run("carpet.send_inspector", actor, claim=claim, inspector=head)
    with house.runtime.reading(house.administrator) as context:
        assert str(context.session.get_one(Claim, claim).inspect_on) == "2027-01-05"


def test_a_claim_ends_with_another_carpet_and_both_serials_linked(house: House) -> None:
    guarantee = registered(house)
    claim = claimed(house, guarantee)
    with pytest.raises(Invalid):
        house.run("carpet.replace", claim=claim, serial=house.serial(1))
    new = house.run("carpet.replace", claim=claim, serial=house.serial(25))
    former, made = house.guarantees()
    assert (former.state, made.id, made.replaces_id, made.ends_on) == (
        "replaced",
        new,
        guarantee,
        former.ends_on,
    )
    assert made.dealer_id == house.dealers[0]
    (settled,) = house.all(Claim)
    assert settled.state == "replaced"
    states = {row.number: row.state for row in house.all(Serial)}
    assert (states[house.serial(1)], states[house.serial(25)]) == ("replaced", "registered")
    with pytest.raises(Refused):
        house.run("carpet.report_claim", guarantee=guarantee, fault=settled.fault_id, description="باز هم")


def test_a_claim_needs_a_guarantee_that_covers_the_day(house: House) -> None:
    guarantee = registered(house)
    house.pass_days(800)
    with pytest.raises(Invalid):
        reported(house, guarantee)
    assert reported(house, guarantee, goodwill=True)


def reported(house: House, guarantee: int, **more: Any) -> int:
    with house.runtime.reading(house.administrator) as context:
        wanted = select(BaseValue.id).where(BaseValue.list == "carpet.fault", BaseValue.code == "edge")
        fault = context.session.execute(wanted).scalar_one()
    values = {"guarantee": guarantee, "fault": fault, "description": "لبه باز است", **more}
    made: int = house.run("carpet.report_claim", **values)
    return made


def test_one_open_claim_for_a_carpet(house: House) -> None:
    guarantee = registered(house)
    reported(house, guarantee)
    with pytest.raises(CommandError):
        reported(house, guarantee)


def test_a_transfer_takes_the_owner_and_his_consent_along(house: House) -> None:
    guarantee = registered(house)
    before = house.guarantees()[0].ends_on
    house.run("carpet.transfer", guarantee=guarantee, reason="gift", last_name="خواهر", mobile="09127000001")
    (made,) = house.guarantees()
    (moved,) = house.all(Transfer)
    assert (moved.from_id, moved.to_id) == (house.persons[0], made.party_id)
    assert (made.consent, made.ends_on) == (False, before)
    with pytest.raises(Invalid):
        house.run("carpet.transfer", guarantee=guarantee, reason="gift", party=made.party_id)


def test_a_dispute_is_decided_by_people(house: House) -> None:
    registered(house)
    house.say("+989125550002", f"{house.serial(1)} {house.code(1)}")
    (dispute,) = house.disputes()
    house.run("carpet.decide_dispute", dispute=dispute.id, verdict="moved", reason="فاکتور دارد")
    assert house.guarantees()[0].party_id == dispute.party_id
    assert house.disputes()[0].state == "moved"
    with pytest.raises(Refused):
        house.run("carpet.decide_dispute", dispute=dispute.id, verdict="kept", reason="باز هم")


def test_a_day_at_the_desk(house: House, boss: Browser) -> None:
    page = boss.get(f"/carpet/desk?q={house.serial(1)}", follow_redirects=True).text
    assert "/carpet/register?serial=" in page
    refused = boss.post(
        "/carpet/register", {"serial": house.serial(1), "code": "99999999", "party": str(house.persons[0])}
    )
    assert refused.status_code == 422
    assert "رمز درست نیست" in refused.text
    address = boss.made(
        "/carpet/register", serial=house.serial(1), code="۰۰۰۰ ۰۰۰۱", party=str(house.persons[0]), consent="1"
    )
    assert "/carpet/guarantees/" in address
    assert "/claim" in boss.get(address).text
    for person, words in ((0, "به نام همین خریدار"), (1, "به نام کس دیگری")):
        again = boss.post(
            "/carpet/register", {"serial": house.serial(1), "party": str(house.persons[person])}
        )
        assert (again.status_code, words in again.text) == (422, True)
    found = boss.get("/carpet/desk?q=09121110001").text
    assert address.partition("?")[0] in found
    page = boss.get("/carpet/crossing").text
    assert "Sara" in page
    assert f"/persons/{house.persons[0]}" in page
    assert boss.get("/carpet/crossing.xlsx").status_code == 200
    none = boss.get(f"/carpet/crossing?no_model={house.models[0]}").text
    assert "Sara" not in none


def test_a_dealer_sees_his_own_carpets_and_buyers_only(house: House, carpet_wsgi: Any, engines: Any) -> None:
    registered(house, 1, 0)
    registered(house, 11, 1)
    seen = enter(house, carpet_wsgi, engines, house.dealer_user, "dealer1")
    assert len(seen.ids("/carpet/guarantees")) == 1
    assert len(seen.ids("/carpet/serials")) == 10
    page = seen.get("/carpet/guarantees").text
    assert "Sara" in page
    assert "Omid" not in page
    other = house.guarantees()[1].id
    assert seen.get(f"/carpet/guarantees/{other}").status_code == 404
    assert seen.get("/carpet/batches").status_code == 403
    assert seen.get(f"/persons/{house.persons[1]}").status_code == 404
    assert seen.get(f"/persons/{house.persons[0]}").status_code == 200
    assert f"/carpet/card/{house.serial(12)}" in seen.get(f"/carpet/desk?q={house.serial(12)}").text
    stranger = {
        "serial": house.serial(12),
        "code": house.code(12),
        "last_name": "خریدار",
        "mobile": "09127770001",
    }
    assert seen.post("/carpet/register", stranger).status_code == 422
    address = seen.made("/carpet/register", **{**stranger, "serial": house.serial(2), "code": house.code(2)})
    assert "خریدار" in seen.get(address).text


def test_a_dealer_needs_the_code(house: House) -> None:
    values = {"serial": house.serial(3), "last_name": "خریدار", "mobile": "09127770001"}
    with pytest.raises(Invalid):
        house.run("carpet.register", house.dealer_user, **values)
    for place in range(10, 30):
        found = house.run("carpet.register", house.dealer_user, code=house.code(place), **values)
        assert found.kind == "wrong"
    with pytest.raises(Refused):
        house.run("carpet.register", house.dealer_user, code=house.code(3), **values)


def test_everybody_sees_state_and_last_day_and_never_the_owner(
    house: House, boss: Browser, carpet_wsgi: Any
) -> None:
    registered(house)
    boss.get("/")
    stranger = Browser(carpet_wsgi, house.runtime.site.hosts[0])
    page = stranger.get(f"/carpet/card/{house.serial(1)}").text
    assert "زیر ضمانت" in page
    assert "Sara" not in page
    assert "09121110001" not in page
    assert "هنوز ثبت نشده" in stranger.get(f"/carpet/card/{house.serial(2)}").text
    for number, words in (("10010009999", "رقمی اشتباه است"), (serial_of(2001, 1), "شاید کارت از ما نباشد")):
        unknown = stranger.get(f"/carpet/card/{number}")
        assert (unknown.status_code, words in unknown.text) == (404, True)
    for address in ("?serial=۱۰۰۱ ۰۰۰۰ ۰۱۷", "/۱۰۰۱۰۰۰۰۰۱۷", "/1001-0000-017", "/1001 0000 017"):
        asked = stranger.get(f"/carpet/card{address}")
        assert asked.headers["Location"].endswith(f"/carpet/card/{house.serial(1)}"), address
    assert 'value="10010000017"' in stranger.get("/carpet/activate?serial=۱۰۰۱ ۰۰۰۰ ۰۱۷").text


def test_a_buyer_registers_by_the_open_form(house: House, boss: Browser, carpet_wsgi: Any) -> None:
    boss.get("/")
    stranger = Browser(carpet_wsgi, house.runtime.site.hosts[0])
    values = {"serial": house.serial(4), "last_name": "بهرامی", "mobile": "۰۹۱۲۷۷۷۰۰۰۴", "consent": "1"}
    empty = stranger.post("/carpet/activate", dict.fromkeys(values, ""))
    assert empty.status_code == 422
    assert empty.text.count("لازم است") >= 4, "all that is missing is told at once"
    wrong = stranger.post("/carpet/activate", {**values, "code": house.code(5)})
    assert wrong.status_code == 422
    assert house.attempts() == 2
    answer = stranger.post("/carpet/activate", {**values, "code": "۰۰۰۰-۰۰۰۴"})
    assert "ثبت شد" in answer.text
    (made,) = house.guarantees()
    assert (made.channel, made.consent) == ("web", True)


def test_guesses_from_one_address_come_to_an_end(house: House) -> None:
    house.set(tries_of_network=3)

    def ask(place: int) -> Any:
        with house.runtime.system_work("the form", "test.form") as context:
            values = {"last_name": "حدس", "mobile": "09127770005", "code": house.code(place)}
            return context.run(
                "carpet.register_by_web", network=NOBODY, serial=house.serial(1), **values
            ).outcome

    assert [ask(place).kind for place in (2, 3, 4)] == ["wrong"] * 3
    assert ask(1) is None
    assert house.guarantees() == []


@pytest.mark.parametrize("form", ["file", "cards"])
def test_cards_are_handed_out_once_with_codes_that_fit(house: House, form: str) -> None:
    batch = house.run("carpet.make_batch", model=house.models[1], produced_on="2026-11-01", count=12)
    house.run("carpet.hand_out", batch=batch, form=form)
    with pytest.raises(Refused):
        house.run("carpet.hand_out", batch=batch, form=form)
    house.work()
    (held,) = house.all(Batch, Batch.id == batch)
    assert held.state == "printed"
    with pytest.raises(Refused):
        house.run("carpet.hand_out", batch=batch, form=form)
    ((digest, name),) = house.rows(
        "SELECT file_hash, file_name FROM kernel.work WHERE kind = 'carpet.hand_out'"
    )
    content = FileStore(house.runtime.site.files).path(digest).read_bytes()
    if form == "cards":
        assert content.startswith(b"%PDF")
        return
    assert name.endswith(".xlsx")
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 12
    marks = {row.serial_id: row.mark for row in house.all(Scratch)}
    ids = {row.number: row.id for row in house.all(Serial)}
    assert all(codes.matches(str(row[2]), marks[ids[str(row[0])]]) for row in rows)
    assert "ثبت شد" in house.say("+989125550009", f"{rows[0][2]} {rows[0][0]}")
    house.run("carpet.renew_codes", batch=batch, reason="فایل گم شد")
    house.run("carpet.hand_out", batch=batch, form="file")
    house.work()
    assert "رمز درست نیست" in house.say("+989125550009", f"{rows[1][2]} {rows[1][0]}")


def test_no_code_stands_in_the_database(house: House) -> None:
    batch = house.run("carpet.make_batch", model=house.models[1], produced_on="2026-11-01", count=3)
    house.run("carpet.hand_out", batch=batch, form="file")
    house.work()
    ((digest,),) = house.rows("SELECT file_hash FROM kernel.work WHERE kind = 'carpet.hand_out'")
    content = FileStore(house.runtime.site.files).path(digest).read_bytes()
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True))
    found = [str(row[2]) for row in rows]
    tables = house.rows(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema IN ('carpet', 'kernel') AND table_type = 'BASE TABLE'"
    )
    wanted = f"(^|[^0-9a-f])({'|'.join(found)})([^0-9a-f]|$)"
    hits = house.rows(
        " UNION ALL ".join(
            f"SELECT '{schema}.{table}' FROM {schema}.{table} t WHERE t::text ~ '{wanted}'"
            for schema, table in tables
        )
    )
    assert hits == []


def test_serials_go_to_dealers_in_ranges_and_what_is_sold_stays(house: House) -> None:
    registered(house, 2)
    went, stayed = house.run(
        "carpet.give_serials", first=house.serial(1), last=house.serial(5), dealer=house.dealers[1]
    )
    assert (went, stayed) == (4, 1)
    back = house.run("carpet.give_serials", first=house.serial(1), last=house.serial(3))
    assert back == (2, 1)


def test_a_dealer_who_sells_no_more_gets_no_carpets_and_his_page_counts_them(
    house: House, boss: Browser
) -> None:
    registered(house, 2)
    dealer = house.dealers[0]
    page = boss.get(f"/carpet/dealers/{dealer}").text
    for state, count in (("stock", "۹"), ("registered", "۱")):
        link = rf"f\.dealer\.is={dealer}&amp;f\.state\.is={state}\"><bdi>{count}</bdi>"
        assert re.search(link, page), state
    house.run("record.edit", resource="carpet.dealer", record_id=dealer, values={"active": False})
    card = {"first": house.serial(21), "last": house.serial(22)}
    refused = boss.post("/carpet/give", {**card, "dealer": str(dealer)})
    assert (refused.status_code, "دیگر برای ما نمی‌فروشد" in refused.text) == (422, True)


def test_a_guarantee_that_is_over_says_so_at_the_desk_and_nowhere_that_it_is_in_force(
    house: House, boss: Browser
) -> None:
    house.change_batch(start_rule="production", grace_months=0, term_months=1)
    guarantee = registered(house)
    for address in ("/carpet/desk?q=09121110001", f"/carpet/guarantees/{guarantee}", "/carpet/guarantees"):
        page = boss.get(address).text
        assert "برقرار" not in page, address
        assert "پایان‌یافته" in page or address == "/carpet/guarantees", address


def test_what_hangs_on_a_party_or_dealer_forbids_to_delete_them(house: House) -> None:
    registered(house)
    for resource, number in (("person", house.persons[0]), ("carpet.dealer", house.dealers[0])):
        with pytest.raises(CommandError):
            house.run("record.delete", resource=resource, record_id=number)


def test_cards_name_the_number_to_which_buyers_send(house: House) -> None:
    house.set(line="30001234")
    with house.runtime.reading(house.administrator, locale="fa") as context:
        found = sample_cards(context, house.batches)[house.batches[0]]
    assert "۳۰۰۰۱۲۳۴" in found["words"]["how"]
    assert len(found["cards"]) == 30
    assert {card["code"] for card in found["cards"]} == {"•••• ••••"}
