"""Money of the demonstration: most invoices are paid, some late, some by cheque; marketers with their commission."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from kernel.api import Context, Demo, Party
from plugins.sales.money.models import Cheque, CommissionEntry, Marketer, OpenItem
from plugins.sales.money.resources.words import BANKS, PLACES

PAID, PARTLY = 0.62, 0.8
"""Below the first an invoice is paid in full, below the second in part, above not at all."""
METHODS = ("card", "card", "transfer", "cash", "cheque", "cheque")
BRANCHES = ("میدان ونک", "بلوار فردوس", "خیابان ولیعصر", "شعبهٔ مرکزی", "چهارراه طالقانی")
LATEST = timedelta(days=45)
"""How long after its invoice money comes at the latest."""
CEILINGS = 40
"""Parties with a ceiling of credit."""


def rules(demo: Demo) -> None:
    """Say what marketers earn; called before invoices are issued."""
    demo.run(
        "record.create",
        resource="sales.commission_rule",
        values={"title": "پورسانت عمومی فروش", "kind": "percent", "rate": "3"},
    )


def make(demo: Demo) -> None:
    """Receive what was paid for the invoices that are there, let cheques take their ways, pay commission."""
    with demo.runtime.reading(demo.administrator) as context:
        items = [
            (item.id, item.party_id, item.document_id, item.day, item.open, item.side)
            for item in context.session.execute(
                select(OpenItem)
                .where(OpenItem.kind.in_(("sale", "purchase")), OpenItem.open > 0)
                .order_by(OpenItem.day, OpenItem.id)
            ).scalars()
        ]
    banks = [demo.base_value(BANKS, code) for code in ("melli", "mellat", "saderat", "pasargad", "saman")]
    places = {code: demo.base_value(PLACES, code) for code in ("cash_desk", "bank")}
    plan = []
    for _item, party, document, day, amount, side in items:
        chance = demo.random.random()
        if chance < PARTLY:
            part = amount if chance < PAID else max(1, amount * demo.random.randint(2, 7) // 10)
            on = min(demo.today, day + timedelta(days=demo.random.randint(0, LATEST.days)))
            plan.append((on, party, document, part, side))
    for on, party, document, part, side in sorted(plan):
        with demo.working(at=_noon(demo, on)) as context:
            _pay(context, demo, party, document, on, part, side, banks, places)
    with demo.working() as context:
        _advances(context, demo, [party for _i, party, *_rest in items][:4], places)
    _cheques(demo)
    _ceilings(demo, sorted({party for _i, party, *_rest in items})[:CEILINGS])
    _commission(demo)


def _pay(
    context: Context,
    demo: Demo,
    party: int,
    document: int,
    on: date,
    amount: int,
    side: str,
    banks: list[int],
    places: dict[str, int],
) -> None:
    """One receipt or payment for a document."""
    method = demo.random.choice(METHODS)
    entered: dict[str, object] = {"party": party, "day": on, "amount": amount, "method": method}
    entered["place"] = places["cash_desk" if method == "cash" else "bank"]
    if method in ("card", "transfer"):
        entered["tracking"] = f"{demo.random.randint(10**5, 10**6 - 1)}"
    if method == "card":
        entered["terminal"] = "61204417"
    if method == "cheque":
        entered |= {
            "number": f"{demo.random.randint(10**5, 10**6 - 1)}",
            "sayad": f"{demo.random.randint(10**15, 10**16 - 1)}",
            "due": on + timedelta(days=demo.random.choice((30, 45, 60, 90, 120))),
            "bank": demo.random.choice(banks),
            "branch": demo.random.choice(BRANCHES),
        }
    context.run("sales.receive" if side == "debit" else "sales.pay", invoice=document, **entered)


def _advances(context: Context, demo: Demo, parties: list[int], places: dict[str, int]) -> None:
    for party in parties:
        context.run(
            "sales.receive",
            party=party,
            day=demo.today,
            amount=demo.random.randint(5, 40) * 1_000_000,
            method="transfer",
            place=places["bank"],
            note="پیش‌دریافت سفارش بعدی",
            allocations=[],
        )


def _cheques(demo: Demo) -> None:
    """Cheques whose day has come are cleared, a few bounce; of the others some are at the bank."""
    with demo.runtime.reading(demo.administrator) as context:
        cheques = [
            (one.id, one.direction, one.due, one.day)
            for one in context.session.execute(select(Cheque).order_by(Cheque.id)).scalars()
        ]
    for number, direction, due, day in cheques:
        chance = demo.random.random()
        if due <= demo.today and chance < 0.95:
            state, on = "bounced" if chance < 0.12 else "cleared", due
        elif due > demo.today and direction == "received" and chance < 0.35:
            state, on = "deposited", min(demo.today, day + timedelta(days=2))
        else:
            continue
        with demo.working(at=_noon(demo, on)) as context:
            context.run("sales.move_cheque", cheque=number, state=state, day=on)


def _ceilings(demo: Demo, parties: list[int]) -> None:
    with demo.runtime.reading(demo.administrator) as context:
        rows = context.session.execute(select(Party.id, Party.kind).where(Party.id.in_(parties)))
        kinds = {row.id: row.kind for row in rows}
    with demo.working() as context:
        for party in parties:
            ceiling = demo.random.choice((200, 500, 1000)) * 1_000_000
            context.run(
                "record.edit",
                resource=kinds[party],
                record_id=party,
                values={},
                facets={"sales": {"credit_ceiling": ceiling, "credit_days": 30}},
            )


def _commission(demo: Demo) -> None:
    """Pay the marketers half of what they earned."""
    with demo.runtime.reading(demo.administrator) as context:
        marketers = list(context.session.execute(select(Marketer.id).order_by(Marketer.id)).scalars())
        earned = {
            number: sum(
                context.session.execute(
                    select(CommissionEntry.amount).where(CommissionEntry.marketer_id == number)
                ).scalars()
            )
            for number in marketers
        }
    with demo.working() as context:
        for number, amount in earned.items():
            if amount > 1:
                context.run(
                    "sales.pay_commission",
                    marketer=number,
                    day=demo.today,
                    amount=amount // 2,
                    method="transfer",
                    tracking=f"{demo.random.randint(10**5, 10**6 - 1)}",
                )


def _noon(demo: Demo, day: date) -> datetime:
    """The noon of a day, or now where it has not come yet."""
    return min(demo.runtime.clock(), datetime.combine(day, time(12), demo.runtime.site.time_zone))
