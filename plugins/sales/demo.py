"""The shop of the demonstration: a catalogue, price lists, and the quotes and invoices of the last Jalali year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Demo, Party
from plugins.sales.commands.common import lines_of
from plugins.sales.models import Document
from plugins.sales.money import demo as money
from plugins.sales.words import COLOURS, PROFIT_CLASSES, UNITS

OWN_SELLERS = ("sales", "sales2")
"""Users of the demonstration who sell to their own contacts."""
AWAITED = (8, 5, 2, 1)
"""How many days ago the quotes were made that customers think about."""
ORDERS: tuple[tuple[int, tuple[str, ...], int], ...] = (
    (34, ("ready", "delivered"), 1),
    (21, ("ready", "delivered"), 2),
    (12, ("ready",), 3),
    (9, ("ready",), 0),
    (4, (), 2),
    (1, (), 0),
)
"""How many days ago orders were given, what became of them, and by what the quantities are divided that are invoiced."""
MONTHS = 12
INVOICES_A_MONTH = 4
CUSTOMERS = 30
GROUPS: tuple[tuple[str, str | None], ...] = (
    ("روشنایی", None),
    ("چراغ سقفی", "روشنایی"),
    ("چراغ رومیزی", "روشنایی"),
    ("لامپ", "روشنایی"),
    ("لوازم برق", None),
    ("سیم و کابل", "لوازم برق"),
    ("کلید و پریز", "لوازم برق"),
    ("خدمات", None),
)
ITEMS: tuple[tuple[str, str, str, str, str, int, str], ...] = (
    ("LU-101", "لوستر کریستال ۸ شعله", "goods", "چراغ سقفی", "piece", 145_000_000, "high"),
    ("LU-102", "چراغ آویز مدرن", "goods", "چراغ سقفی", "piece", 38_500_000, "high"),
    ("LU-201", "چراغ مطالعه", "goods", "چراغ رومیزی", "piece", 12_900_000, "middle"),
    ("LU-202", "آباژور پارچه‌ای", "goods", "چراغ رومیزی", "piece", 18_700_000, "high"),
    ("LA-009", "لامپ ال‌ئی‌دی ۹ وات", "goods", "لامپ", "piece", 850_000, "low"),
    ("LA-012", "لامپ ال‌ئی‌دی ۱۲ وات", "goods", "لامپ", "piece", 1_150_000, "low"),
    ("LA-050", "پنل سقفی ۵۰ وات", "goods", "لامپ", "piece", 9_400_000, "middle"),
    ("CA-15", "سیم افشان ۱٫۵", "goods", "سیم و کابل", "metre", 165_000, "low"),
    ("CA-25", "سیم افشان ۲٫۵", "goods", "سیم و کابل", "metre", 262_000, "low"),
    ("SW-01", "کلید تک‌پل", "goods", "کلید و پریز", "piece", 980_000, "middle"),
    ("SW-02", "پریز ارت‌دار", "goods", "کلید و پریز", "piece", 1_320_000, "middle"),
    ("SV-01", "نصب لوستر", "service", "خدمات", "session", 15_000_000, "high"),
    ("SV-02", "سیم‌کشی ساختمان", "service", "خدمات", "hour", 4_500_000, "middle"),
)
"""Code, title, kind, group, unit, price in Rials, profitability."""
BREAKS = (
    ("LA-009", 10, 790_000),
    ("LA-012", 10, 1_080_000),
    ("CA-15", 100, 149_000),
    ("CA-25", 100, 239_000),
)
"""Prices above a quantity, in the list of the year."""
SET = (("LU-101", 1), ("LA-012", 8), ("SV-01", 1))
"""What the set of the catalogue holds; its price is the sum."""
OFFERED = (
    ("LU-101", "SV-01", "side", "نصب را همکاران خودمان انجام می‌دهند."),
    ("LU-101", "LA-012", "cross", "هشت لامپ می‌خواهد."),
    ("LU-201", "LU-202", "up", "با نور گرم و پایهٔ چوبی."),
    ("SW-01", "SW-02", "side", None),
    ("CA-15", "CA-25", "up", "برای پریز، سیم ۲٫۵ لازم است."),
)
"""What is offered beside which good, how, and what is said with it."""
TAKEN = 0.3
"""How often customers take what is offered."""
REFUSED = ("قیمت بالاتر از برآورد مشتری بود", "از رقیب خرید", "خرید به سال آینده ماند")
PHRASES = (
    ("تحویل در محل", "تحویل کالا در محل مشتری حداکثر سه روز کاری پس از پرداخت انجام می‌شود."),
    ("گارانتی", "همهٔ کالاها هجده ماه گارانتی تعویض دارند."),
)


def make(demo: Demo) -> None:
    """Make the catalogue, a seller, and what was quoted and sold; called once, on a new site."""
    seller = demo.add_user(
        "seller",
        "سپیده رستگار",
        "sales.seller",
        "فروشنده: سندهای خود را می‌بیند · seller: sees own documents only",
    )
    owners = {
        number for name in OWN_SELLERS if (number := demo.give_pattern(name, "sales.own_seller")) is not None
    }
    with demo.working(at=demo.runtime.clock() - timedelta(days=400)) as context:
        items = _catalogue(context, demo)
        _prices(context, demo, items)
    customers = list(demo.persons[:CUSTOMERS])
    if not customers:
        return
    money.rules(demo)
    sellers = _sellers(demo, customers, owners, seller)
    for ahead in range(MONTHS, -1, -1):
        _month(demo, items, customers, sellers, demo.today - timedelta(days=30 * ahead))
    _awaited(demo, items, customers, sellers)
    _orders(demo, items, customers, sellers)
    money.make(demo)


def _sellers(demo: Demo, customers: list[int], owners: set[int], seller: int) -> dict[int, int]:
    """Say who sells to whom: whoever keeps a contact, else the seller."""
    wanted = select(Party.id, Party.owner_id).where(Party.id.in_(customers))
    with demo.runtime.reading(demo.administrator) as context:
        rows = context.session.execute(wanted).all()
    return {row.id: row.owner_id if row.owner_id in owners else seller for row in rows}


def _awaited(demo: Demo, items: dict[str, int], customers: list[int], sellers: dict[int, int]) -> None:
    """Quotes that customers still think about; those whose validity is over have expired."""
    for ago in AWAITED:
        day = demo.today - timedelta(days=ago)
        at = datetime.combine(day, time(11), demo.runtime.site.time_zone)
        with demo.working(at=at) as context:
            number = _draft(context, demo, items, customers, sellers, day, "quote")
            context.run("sales.issue", document=number)
    demo.run("sales.expire")


def _orders(demo: Demo, items: dict[str, int], customers: list[int], sellers: dict[int, int]) -> None:
    """Orders on their way from the customer's yes to the last part invoice."""
    for ago, states, part in ORDERS:
        day = demo.today - timedelta(days=ago)
        at = datetime.combine(day, time(11), demo.runtime.site.time_zone)
        with demo.working(at=at) as context:
            number = _draft(context, demo, items, customers, sellers, day, "order")
            context.run("sales.issue", document=number)
            for state in states:
                context.run("sales.set_state", document=number, state=state)
            if part:
                wanted = {
                    line.id: str(max(1, int(line.quantity) // part)) for line in lines_of(context, number)
                }
                made = context.run("sales.invoice_part", order=number, quantities=wanted)
                context.run("sales.issue", document=made)


def _catalogue(context: Context, demo: Demo) -> dict[str, int]:
    groups: dict[str, int] = {}
    for title, parent in GROUPS:
        values = {"title": title, "parent": groups.get(parent or "")}
        groups[title] = context.run("record.create", resource="sales.item_group", values=values)
    items: dict[str, int] = {}
    for place, (code, title, kind, group, unit, price, profit) in enumerate(ITEMS):
        values = {
            "code": code,
            "title": title,
            "kind": kind,
            "group": groups[group],
            "unit": demo.base_value(UNITS, unit),
            "sale_price": price,
            "purchase_price": price * 7 // 10,
            "tax_class": "standard",
            "profit_class": demo.base_value(PROFIT_CLASSES, profit),
            "active": "1",
        }
        parts: dict[str, Any] = {}
        if kind == "goods":
            parts["barcodes"] = [{"code": f"62600{place:08d}"}]
        if code == "LU-202":
            parts["variants"] = [
                {"colour": str(demo.base_value(COLOURS, colour)), "active": "1"}
                for colour in ("cream", "brown")
            ]
        items[code] = context.run("record.create", resource="sales.item", values=values, parts=parts)
    held = [{"component": str(items[code]), "quantity": str(many)} for code, many in SET]
    values = {"code": "SET-01", "title": "بستهٔ روشنایی پذیرایی", "kind": "goods", "active": "1"}
    values |= {"group": groups["روشنایی"], "unit": demo.base_value(UNITS, "set"), "tax_class": "standard"}
    items["SET-01"] = context.run(
        "record.create", resource="sales.item", values=values, parts={"components": held}
    )
    _suggestions(context, items)
    for place, (title, body) in enumerate(PHRASES):
        values = {"title": title, "body": body, "position": place}
        context.run("record.create", resource="sales.phrase", values=values)
    return items


def _suggestions(context: Context, items: dict[str, int]) -> None:
    for code in dict.fromkeys(row[0] for row in OFFERED):
        rows = [
            {"offered": str(items[offered]), "kind": kind, "position": str(place), "words": words or ""}
            for place, (beside, offered, kind, words) in enumerate(OFFERED)
            if beside == code
        ]
        context.run(
            "record.edit",
            resource="sales.item",
            record_id=items[code],
            values={},
            parts={"suggestions": rows},
        )


def _prices(context: Context, demo: Demo, items: dict[str, int]) -> None:
    year = {"title": "لیست عمومی", "direction": "sale", "active": "1"}
    listed = context.run("record.create", resource="sales.price_list", values=year)
    known = {row[0]: row[5] for row in ITEMS}
    for code, above, price in BREAKS:
        for quantity, cost in ((0, known[code]), (above, price)):
            values = {"price_list": listed, "item": items[code], "above": str(quantity), "price": cost}
            context.run("record.create", resource="sales.price_line", values=values)
    for title, percent in (("برنزی", 2), ("نقره‌ای", 5), ("طلایی", 8)):
        level = {"title": title, "percent": str(percent)}
        number = context.run("record.create", resource="sales.level", values=level)
    for party in demo.persons[:6]:
        context.run(
            "record.edit",
            resource="person",
            record_id=party,
            values={},
            facets={"sales": {"level": str(number)}},
        )


def _month(
    demo: Demo, items: dict[str, int], customers: list[int], sellers: dict[int, int], day: date
) -> None:
    """What was sold and quoted in one month, in one transaction at its day."""
    at = datetime.combine(day, time(11), demo.runtime.site.time_zone)
    with demo.working(at=min(at, demo.runtime.clock())) as context:
        for _place in range(INVOICES_A_MONTH):
            _invoice(context, demo, items, customers, sellers, day)
        _quote(context, demo, items, customers, sellers, day)


def _lines(demo: Demo, items: dict[str, int]) -> list[dict[str, str]]:
    chosen = demo.random.sample([code for code in items if code != "LU-202"], demo.random.randint(1, 4))
    lines = []
    for code in chosen:
        many = {"LA": 24, "CA": 200, "SW": 12}.get(code[:2], 3)
        line = {"what": str(items[code]), "quantity": str(demo.random.randint(1, many))}
        if demo.random.random() < 0.2:
            line |= {"discount_kind": "percent", "discount_value": str(demo.random.choice((3, 5, 10)))}
        lines.append(line)
    for beside, offered, kind, _words in OFFERED:
        if beside in chosen and offered not in chosen and kind != "up" and demo.random.random() < TAKEN:
            lines.append({"what": str(items[offered]), "quantity": "1", "beside": str(items[beside])})
    return lines


def _draft(
    context: Context,
    demo: Demo,
    items: dict[str, int],
    customers: list[int],
    sellers: dict[int, int],
    day: date,
    kind: str,
) -> int:
    party = demo.random.choice(customers)
    head = {"party": party, "day": day.isoformat(), "taxed": "1"}
    if kind == "invoice" and demo.random.random() < 0.4:
        head["marketer"] = demo.random.choice(customers[-3:])
    if demo.random.random() < 0.25:
        head |= {"discount_kind": "rial", "discount_value": str(demo.random.choice((100_000, 250_000)))}
    number: int = context.run("sales.create_document", kind=kind, head=head, lines=_lines(demo, items))
    if demo.random.random() < 0.75:
        context.session.get_one(Document, number).owner_id = sellers[party]
        context.session.flush()
    return number


def _invoice(
    context: Context,
    demo: Demo,
    items: dict[str, int],
    customers: list[int],
    sellers: dict[int, int],
    day: date,
) -> None:
    number = _draft(context, demo, items, customers, sellers, day, "invoice")
    context.run("sales.issue", document=number)
    if demo.random.random() < 0.08:
        line = lines_of(context, number)[0]
        context.run("sales.take_back", invoice=number, quantities={line.id: "1"}, reason="کالا آسیب دیده بود")


def _quote(
    context: Context,
    demo: Demo,
    items: dict[str, int],
    customers: list[int],
    sellers: dict[int, int],
    day: date,
) -> None:
    number = _draft(context, demo, items, customers, sellers, day, "quote")
    context.run("sales.issue", document=number)
    fate = demo.random.random()
    if day > demo.today - timedelta(days=25):
        return
    if fate < 0.5:
        made = context.run("sales.convert", document=number, to="invoice")
        context.run("sales.issue", document=made)
    elif fate < 0.8:
        reason = demo.random.choice(REFUSED)
        context.run("sales.set_state", document=number, state="rejected", reason=reason)
