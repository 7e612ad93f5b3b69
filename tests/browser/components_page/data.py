"""Invented parties, appointments and events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import SimpleNamespace as Item
from typing import Any

from werkzeug.datastructures import MultiDict

from kernel.web.shortcuts import ANYWHERE, LISTS, OPEN

LONG = "شرکت تعاونی تولیدکنندگان فرش دستباف شهرستان‌های شرق آذربایجان"
NAMES = (
    ("الهام کریمی", False),
    ("آموزشگاه پویا", True),
    (LONG, True),
    ("شرکت Nikan Tech (مرکزی)", True),
    ("پریسا قاسمی", False),
    ("بابک رحیمی", False),
    ("یاسمن رحیمی", False),
    ("چاپ و نشر نگین مرکزی", True),
    ("مریم کاظمی", False),
    ("تولیدی پوشاک ترنج شعبه ۲", True),
    ("رضا مقدم", False),
    ("لیلا قاسمی", False),
    ("امیر موسوی", False),
    ("گروه ساختمانی ایرانشهر", True),
    ("کیان قاسمی", False),
)
STATES = (
    ("مشتری فعال", "green"),
    ("سرنخ", "blue"),
    ("ویژه", "violet"),
    ("غیرفعال", "grey"),
    ("بدهکار", "red"),
)
CITIES = ("تبریز", "شیراز", "اهواز", "رشت", "مشهد", "اصفهان")
OWNERS = ("نگار رحیمی", "سارا کاظمی", "امیر صادقی")
COLUMNS = (
    ("name", "نام", "name"),
    ("state", "وضعیت", "state"),
    ("phone", "تلفن", "phone"),
    ("city", "شهر", "text"),
    ("owner", "مسئول", "owner"),
    ("balance", "مانده حساب", "money"),
    ("last", "آخرین تماس", "date"),
)


def _party(number: int) -> Item:
    name, organisation = NAMES[number % len(NAMES)]
    state, tone = STATES[number % 2 if number < 10 else number % len(STATES)]
    balance = (number * 734_519_000 + 5_066_000_000) % 9_400_000_000 - 2_400_000_000
    return Item(
        id=number + 1,
        name=name,
        organisation=organisation,
        state=state,
        tone=tone,
        phone=f"+98912{1234567 + number * 4321:07d}",
        city=CITIES[number % len(CITIES)],
        owner=OWNERS[number % len(OWNERS)],
        balance=0 if number % 6 == 2 else balance // 1_000_000 * 1_000_000,
        last=date(2026, 11, 21 - number % 20),
    )


PARTIES = [_party(number) for number in range(30)]


def search(text: str) -> list[Item]:
    """Parties whose name holds the text."""
    return [party for party in PARTIES[: len(NAMES)] if text in party.name][:6]


def listing(args: MultiDict[str, str]) -> dict[str, Any]:
    """What the list page shows for its query."""
    text, state = args.get("q", ""), args.get("state", "مشتری فعال" if "all" not in args else "")
    rows = [party for party in PARTIES if text in party.name and state in ("", party.state)]
    shown = args.getlist("c") or [key for key, _, _ in COLUMNS]
    columns = [Item(key=k, title=t, kind=kind, shown=k in shown, fixed=k == "name") for k, t, kind in COLUMNS]
    chips = (
        [Item(label="وضعیت", value=state, remove_url="/list?all=1", name="state", raw=state)] if state else []
    )
    return {"rows": rows, "columns": columns, "chips": chips, "q": text, "total": 1240}


def shell(path: str, locale: str) -> Item:
    """What the shell reads from the context."""

    def entry(label: str, icon: str, url: str, **more: Any) -> Item:
        return Item(label=label, icon=icon, url=url, current=url == path, **more)

    return Item(
        site_title="پیوند",
        site_note="پخش مهرگان",
        locale="fa-IR" if locale == "fa" else locale,
        direction="rtl" if locale == "fa" else "ltr",
        csrf_token="token-of-the-test",
        today="2026-11-21",
        search_url="/search",
        shortcuts=[
            {
                "title": "همه‌جا",
                "rows": [
                    {"keys": each.keys, "text": each.title.message, "code": each.code, "act": each.act}
                    for each in (*ANYWHERE, *LISTS, OPEN)
                ],
            }
        ],
        sign_out_url="/status/200",
        account=[entry("پروفایل من", "user-circle", "/kit")],
        notices=[Item(text="افزونه «پیامک انبوه» پاسخ نداد؛ بخش آن نمایش داده نشد.", tone="warn")]
        if path == "/kit"
        else [],
        user=Item(display_name="نگار رحیمی", initials="ن‌ر"),
        quick=[
            entry("میز کار", "layout-dashboard", "/dashboard"),
            entry("مخاطبان", "users", "/list", key="KeyP"),
            Item(label="طرف تازه", url="/form", plus=True),
            entry("فرصت‌ها", "target-arrow", "/board"),
        ],
        menu=[
            Item(
                heading="",
                items=[
                    entry("میز کار", "layout-dashboard", "/dashboard"),
                    entry("طرف‌حساب‌ها", "users", "/list", key="KeyP"),
                    entry("فرصت‌ها", "target-arrow", "/board"),
                    entry("تقویم و نوبت‌ها", "calendar", "/day"),
                    entry("فاکتورها", "file-invoice", "/form"),
                    entry("تیکت‌ها", "message", "/empty", count=3),
                    entry("گزارش‌ها", "chart-bar", "/record"),
                ],
            ),
            Item(
                heading="افزونه‌ها",
                items=[
                    entry("نوبت‌دهی درمانگاه", "stethoscope", "/kit", count=4),
                    entry("انبار و کالا", "packages", "#stock"),
                    entry("پیامک انبوه", "device-mobile-message", "#bulk", count=12, hot=True),
                ],
            ),
            Item(
                heading="نماهای ذخیره‌شده",
                items=[entry("بدهکاران", "star", "#debt"), entry("مشتریان ویژه تهران", "star", "#vip")],
            ),
            Item(
                heading="",
                foot=True,
                items=[
                    entry("مدیریت افزونه‌ها", "puzzle", "#plugins"),
                    entry("تنظیمات", "settings", "#settings"),
                ],
            ),
        ],
    )


def doctors() -> list[Item]:
    """Three doctors of a clinic with a day's appointments."""

    def block(start: int, minutes: int, title: str, tone: str, lane: int = 1, lanes: int = 1) -> Item:
        return Item(
            start=start,
            minutes=minutes,
            title=title,
            text="ویزیت",
            url="/record",
            tone=tone,
            lane=lane,
            lanes=lanes,
        )

    noon = [(13 * 60, 60)]
    return [
        Item(
            title="دکتر فرهمند",
            note="داخلی",
            closed=noon,
            free=[Item(start=9 * 60 + 30, minutes=30, url="/form", label="نوبت تازه ۹:۳۰")],
            blocks=[
                block(8 * 60, 20, "الهام کریمی", "green"),
                block(8 * 60 + 20, 40, LONG, "blue"),
                block(10 * 60, 45, "بابک رحیمی", "amber", 1, 2),
                block(10 * 60 + 15, 45, "لیلا قاسمی", "violet", 2, 2),
                block(14 * 60, 5, "امیر موسوی", "red"),
            ],
        ),
        Item(
            title="دکتر سهرابی",
            note="کودکان",
            closed=noon,
            free=[],
            blocks=[block(9 * 60, 90, "یاسمن رحیمی", "cyan")],
        ),
        Item(title="اتاق عمل سرپایی", closed=[(8 * 60, 240)], blocks=[block(15 * 60, 120, "رضا مقدم", "")]),
    ]


def lanes() -> list[Item]:
    """A sales board."""
    titles = ("قرارداد پشتیبانی سالانه", "سفارش ۵۰۰ کارتن", LONG)
    heads = (("new", "جدید", ""), ("need", "ارزیابی نیاز", "cyan"), ("offer", "ارسال پیشنهاد", "violet"))
    return [
        Item(
            key=key,
            title=title,
            tone=tone,
            deals=[
                Item(id=f"{key}-{i}", title=name, party=PARTIES[i].name, amount=75_000_000_000)
                for i, name in enumerate(titles)
            ],
        )
        for key, title, tone in heads
    ]


def timeline() -> Iterable[Item]:
    """Two days of a party's timeline."""
    return [Item(title="امروز، ۳۰ آبان ۱۴۰۵"), Item(title="دیروز")]
