"""Balances brought in from a file: what each row says, the party it is of, and what stands in the way of taking them out.

The steps (columns, preview, errors by row, undoing) are those of every import; here is only what a row becomes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from kernel.api import Context, Invalid, LazyText, Obstacle, Party, Problem, _, clean, fields, to_ascii_digits
from plugins.sales.holding import hold
from plugins.sales.money.models import Allocation, OpenItem
from plugins.sales.money.resources import words

KIND = "opening"
LARGEST = 10**15
DEBIT = ("بدهکار", "بد", "debtor", "dr")
CREDIT = ("بستانکار", "بستان", "بس", "creditor", "cr")
"""What other programs write for the two sides."""


class KnownParty(fields.Link):
    """A party by its national code, national or economic identifier, card number, mobile, or its whole name.

    A number in a file is never the number of a row of ours: that would name whoever happens to bear it.
    """

    def parse(self, raw: Any, context: Context) -> int:
        """Give the one party that is meant; none, or several, is refused."""
        text = clean(str(raw))
        digits = re.sub(r"[\s\-+]", "", to_ascii_digits(text))
        found = self._by_number(digits, context) if digits.isdecimal() else self.find(text, context)
        if len(found) == 1:
            return found[0]
        if found:
            raise fields.FieldError(
                _("%(field)s: several are called “%(text)s”.", field=self.title, text=text[:60])
            )
        raise fields.FieldError(_("%(field)s: there is no “%(text)s”.", field=self.title, text=text[:60]))

    def _by_number(self, digits: str, context: Context) -> list[int]:
        mobile = f"+98{digits[-10:]}" if re.fullmatch(r"(98|0098|0)?9\d{9}", digits) else ""
        wanted = select(Party.id).where(
            or_(
                Party.national_code == digits.zfill(10),
                Party.legal_id == digits,
                Party.economic_code == digits,
                Party.card_number == digits,
                Party.mobile == mobile,
            )
        )
        return list(context.session.execute(wanted.order_by(Party.id).limit(2)).scalars())


class WhoseDebt(fields.Choice):
    """The side of a balance, also in the words of bookkeepers."""

    def parse(self, raw: Any, context: Context) -> str:
        """Take the key, the title, or debtor and creditor."""
        told = clean(str(raw)).strip().lower()
        for key, known in (("debit", DEBIT), ("credit", CREDIT)):
            if told in known:
                return key
        return super().parse(raw, context)


COLUMNS = (
    KnownParty(
        "party",
        _("Party"),
        to="party",
        attribute="party_id",
        required=True,
        aliases=("طرف حساب", "مشتری", "کد ملی", "شناسه ملی", "نام", "موبایل"),
    ),
    WhoseDebt(
        "side",
        _("Whose debt it is"),
        options=words.SIDES,
        required=True,
        aliases=("ماهیت", "تشخیص", "بدهکار یا بستانکار"),
    ),
    fields.Money(
        "amount", _("Amount (Rials)"), least=1, most=LARGEST, required=True, aliases=("مانده", "مبلغ")
    ),
    fields.Day("day", _("Day"), aliases=("تاریخ",)),
    fields.Day("due", _("Due day"), aliases=("سررسید",)),
    fields.Text("label", _("Number or description"), limit=30, aliases=("شرح", "شماره")),
)
"""Columns of a file of balances."""


def bring_in_many(context: Context, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Enter balances in one go and give the ids of their open items; `Invalid` names bad rows by their place."""
    context.require("sales.account", "bring_in")
    problems = [
        Problem(name, message, row=place)
        for place, row in enumerate(rows)
        for name, message in wrong_days(context, row.get("day") or context.today, row.get("due"))
    ]
    if problems:
        raise Invalid(problems)
    with context.system("bring balances in from a file") as system:
        parties = {int(row["party"]) for row in rows}
        hold(system, parties)
        asked = select(Party.id, Party.owner_id).where(Party.id.in_(parties))
        owners = {row.id: row.owner_id for row in system.session.execute(asked)}
        items = [opening(system, row, owners.get(row["party"])) for row in rows]
        system.session.add_all(items)
        system.session.flush()
        return [item.id for item in items]


def wrong_days(context: Context, day: date, due: date | None) -> list[tuple[str, LazyText]]:
    """Say what is wrong with the days of a balance, by the field."""
    if day > context.today:
        return [("day", _("This day has not come yet."))]
    if due is not None and due < day:
        return [("due", _("It cannot be due before its day."))]
    return []


def opening(system: Context, values: Mapping[str, Any], owner: int | None) -> OpenItem:
    """Make the open item of a balance."""
    day = values.get("day") or system.today
    return OpenItem(
        side=values["side"],
        kind=KIND,
        party_id=values["party"],
        label=values.get("label") or system.text(_("Brought in")),
        day=day,
        due=values.get("due") or day,
        amount=values["amount"],
        owner_id=owner,
        seller_id=owner,
    )


def obstacles_to_delete(
    context: Context, resource: str, ids: Sequence[int]
) -> Mapping[int, Sequence[Obstacle]]:
    """What was brought in and is settled by something stays, also where its import is undone."""
    if resource != "sales.account":
        return {}
    wanted = set(ids)
    pairs = select(Allocation.debit_id, Allocation.credit_id).where(
        or_(Allocation.debit_id.in_(wanted), Allocation.credit_id.in_(wanted))
    )
    with context.system("what settles balances that were brought in") as system:
        touched = {number for pair in system.session.execute(pairs).all() for number in pair}
    reason = Obstacle(text=_("Allocations of receipts and payments"))
    return dict.fromkeys(sorted(touched & wanted), (reason,))
