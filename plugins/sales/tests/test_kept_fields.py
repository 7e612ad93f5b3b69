"""Fields of documents, receipts and cheques that a pattern keeps from somebody: neither shown, nor written, nor emptied."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from kernel.access.actor import load_actor
from kernel.access.models import UserAccount
from kernel.api import Invalid
from kernel.testing.users import keep_fields
from plugins.sales.kept import AMOUNTS
from plugins.sales.money.declarations import GRANTS
from plugins.sales.tests.conftest import HEAD_OF_SALES
from plugins.sales.tests.test_pages import NEW, filled, number_of

HEAD = {"subject": "موضوع پنهان", "ends_on": "1406/02/01", "marketer": ""}


@pytest.fixture
def kept(shop, enter, engines):
    """Make a user from whom some fields are kept and give a browser in which he has signed in."""

    def kept(*names: str, rule: str = "hidden", grants=HEAD_OF_SALES):
        browser = enter("kept", grants)
        with engines.owner(shop.runtime.site).begin() as owner:
            number = owner.scalar(select(UserAccount.id).where(UserAccount.username == "kept"))
            rules = {tuple(name.rsplit(".", 1)): rule for name in names}
            keep_fields(owner, number, rules)
        return browser

    return kept


@pytest.mark.parametrize("rule", ["hidden", "masked", "read_only"])
def test_the_form_of_a_draft_leaves_what_is_kept_as_it_is(shop, kept, rule):
    draft = shop.draft([shop.line("lamp")], "quote", **HEAD | {"valid_until": "1405/12/01"})
    names = ("subject", "ends_on", "valid_until", "marketer")
    sara = kept(*(f"sales.document.{name}" for name in names), rule=rule)
    page = sara.get(f"/sales/documents/{draft}/edit").text
    assert not any(f'name="{name}"' in page for name in names)
    line = {**shop.line("lamp", 3), "id": str(shop.lines(draft)[0].id)}
    version = str(shop.row(draft).version)
    sent = filled(shop, line, kind="quote", version=version, note="تازه")
    assert sara.post(f"/sales/documents/{draft}/edit", sent).status_code == 303
    row = shop.row(draft)
    assert (row.subject, row.note, row.ends_on) == ("موضوع پنهان", "تازه", date(2027, 4, 21))
    assert row.valid_until == date(2027, 2, 20)
    again = sara.post(f"/sales/documents/{draft}/edit", {**sent, "version": "", "subject": "از من"})
    assert again.status_code == 303, "the page takes no field that it does not show"
    assert shop.row(draft).subject == "موضوع پنهان"


def test_the_command_refuses_what_is_kept_and_a_copy_carries_it(shop, kept):
    kept("sales.document.subject")
    draft = shop.draft([shop.line("lamp")], **HEAD)
    with shop.runtime.system_work("tests", "tests") as context:
        number = context.session.scalar(select(UserAccount.id).where(UserAccount.username == "kept"))
        actor = load_actor(context.session, number)
    with pytest.raises(Invalid) as caught:
        shop.draft([shop.line("lamp")], actor=actor, subject="از من")
    assert [each.field for each in caught.value.problems] == ["subject"]
    with pytest.raises(Invalid):
        shop.run("sales.edit_document", actor, document=draft, head={"subject": "از من"})
    shop.run("sales.edit_document", actor, document=draft, head={"note": "تازه"})
    assert (shop.row(draft).subject, shop.row(draft).note) == ("موضوع پنهان", "تازه")
    copied = shop.run("sales.copy", actor, document=draft)
    assert shop.row(copied).subject == "موضوع پنهان"


def test_who_may_not_see_amounts_sees_none_and_enters_no_document(shop, kept):
    invoice = shop.issued([shop.line("fitting", 2)], subject="نصب")
    sara = kept(*(f"sales.document.{name}" for name in AMOUNTS))
    shown = sara.get(f"/sales/invoices/{invoice}")
    assert shown.status_code == 200
    assert "The fitting" in shown.text
    assert not any(amount in shown.text for amount in ("۵٬۰۰۰", "۱۰٬۰۰۰", "۱۱٬۰۰۰"))
    assert "جمع خرید" not in sara.get(f"/persons/{shop.parties[0]}").text
    assert "۱۱٬۰۰۰" not in sara.get(f"/persons/{shop.parties[0]}").text
    answer = sara.get(f"{NEW}?kind=quote")
    assert answer.status_code == 422
    assert "مبلغ سندها" in answer.text
    sent = filled(shop, shop.line("lamp"), kind="quote")
    assert sara.post(NEW, sent).status_code == 422
    assert sara.post("/sales/documents/reckon", sent, htmx=True).status_code == 422


def test_what_is_kept_of_receipts_and_cheques_is_neither_shown_nor_taken(shop, kept):
    grants = {**HEAD_OF_SALES, **GRANTS["accountant"]}
    names = [f"sales.cheque.{name}" for name in ("drawer", "sayad", "note", "holder")]
    sara = kept(*names, "sales.payment.tracking", "sales.payment.note", grants=grants)
    page = sara.get("/sales/money/receipts/new").text
    assert 'name="number"' in page
    assert not any(f'name="{name}"' in page for name in ("drawer", "sayad", "tracking", "note"))
    sent = {
        "party": shop.parties[0],
        "amount": "500",
        "day": "1405/08/30",
        "method": "cheque",
        "number": "778",
        "due": "1405/10/30",
        "drawer": "پنهانی",
        "note": "پنهانی",
    }
    payment = number_of(sara.made("/sales/money/receipts/new", **sent))
    row = shop.row(payment, "payment")
    cheque = shop.row(row.cheque_id, "cheque")
    assert (row.note, cheque.drawer, cheque.note, cheque.number) == (None, None, None, "778")
    given = {"party": shop.parties[1], "amount": "70", "day": date(2026, 11, 21), "due": date(2026, 12, 21)}
    told = shop.run("sales.receive", method="cheque", number="9", drawer="مالک", note="راز", **given)
    held = shop.row(told, "payment").cheque_id
    shop.run("sales.move_cheque", cheque=held, state="deposited", day=date(2026, 11, 21), note="پنهان‌تر")
    shown = sara.get(f"/sales/cheques/{held}").text
    assert not any(word in shown for word in ("مالک", "راز", "پنهان‌تر"))
    assert 'name="note"' not in sara.get(f"/sales/money/cheques/{held}/move").text
    assert "مالک" not in sara.get("/palette?q=9").text
