"""The cartable of the demonstration: a firm's work of these weeks, in the hands of three people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from kernel.api import Context, Demo
from plugins.tasks.resources import CATEGORIES, TASK
from plugins.tasks.workflow_resources import WORKFLOW

STAFF = "tasks.staff"
Plan = tuple[str, str, int, str, int, str]
"""Title, category, days until it is due, priority, percent, who holds it (0 to 2 among the users, by letter)."""

WORK: tuple[Plan, ...] = (
    ("تماس با مشتری برای تمدید قرارداد پشتیبانی", "follow_up", -3, "high", 20, "s"),
    ("ارسال پیش‌فاکتور دستگاه‌های اداری", "sales", 0, "urgent", 50, "s"),
    ("پیگیری پرداخت فاکتور معوق", "finance", -6, "urgent", 0, "t"),
    ("هماهنگی زمان نصب در محل مشتری", "delivery", 1, "normal", 0, "t"),
    ("پاسخ به پرسش فنی دربارهٔ گارانتی", "support", 2, "normal", 30, "s"),
    ("تهیهٔ گزارش فروش ماه", "office", 4, "normal", 60, "s"),
    ("به‌روزرسانی فهرست قیمت", "office", 7, "low", 0, "a"),
    ("بازدید از نمایشگاه و گردآوری کارت‌ها", "sales", 9, "normal", 0, "a"),
    ("بررسی شکایت از تأخیر در تحویل", "support", -1, "high", 70, "t"),
    ("ثبت اطلاعات مشتریان تازه", "office", 3, "low", 10, "t"),
    ("تماس برای رضایت‌سنجی پس از خرید", "follow_up", 5, "normal", 0, "s"),
    ("آماده‌سازی قرارداد همکاری", "sales", 12, "high", 40, "a"),
)
DONE: tuple[tuple[str, str, int, str], ...] = (
    ("ارسال کاتالوگ محصولات", "sales", -12, "کاتالوگ با پیک فرستاده شد و مشتری دریافت را تأیید کرد."),
    ("رفع اشکال نرم‌افزار حسابداری", "support", -9, "نسخهٔ تازه نصب شد؛ مشکل چاپ برطرف است."),
    ("تحویل سفارش تابلو", "delivery", -5, "سفارش کامل تحویل شد و رسید امضاشده گرفته شد."),
    ("تسویهٔ علی‌الحساب", "finance", -2, "مبلغ واریز شد."),
)
CHECKS = ("دریافت مدارک از مشتری", "بررسی شرایط پرداخت", "گرفتن تأیید مدیر", "ارسال نسخهٔ نهایی")


def make(demo: Demo) -> None:
    """Give the users of the demonstration the right, and fill their cartables; called once, on a new site."""
    users = {letter: demo.give_pattern(name, STAFF) for letter, name in (("s", "sales"), ("t", "sales2"))}
    boss = demo.administrator.user_id or 0
    holders = {"a": boss, "s": users["s"] or boss, "t": users["t"] or boss}
    parties = list(demo.persons) or [None]
    for place, plan in enumerate(WORK):
        _open_task(demo, plan, holders, parties[(7 * place + 3) % len(parties)], place)
    for place, (title, category, days, result) in enumerate(DONE):
        _done_task(demo, title, category, days, result, holders, parties[(5 * place + 1) % len(parties)])
    _series(demo, holders)
    _workflow(demo, parties[0])
    _progress(demo, holders, parties[0])


def _values(demo: Demo, title: str, category: str, days: int, party: int | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": title,
        "category": demo.base_value(CATEGORIES, category),
        "due": (demo.today + timedelta(days=days)).isoformat(),
    }
    return {**values, "party": party} if party is not None else values


def _at(demo: Demo, days: int) -> datetime:
    return datetime.combine(demo.today - timedelta(days=days), time(9, 20), demo.runtime.site.time_zone)


def _create(context: Context, values: Mapping[str, Any], parts: Mapping[str, Any] | None = None) -> int:
    number: int = context.run("record.create", resource=TASK.name, values=values, parts=parts or {})
    return number


def _open_task(demo: Demo, plan: Plan, holders: Mapping[str, int], party: int | None, place: int) -> None:
    title, category, days, priority, percent, whose = plan
    values = _values(demo, title, category, days, None if category == "office" else party)
    values |= {"priority": priority, "assignee": holders["a" if place % 4 == 0 else whose]}
    lines = [{"title": line, "place": number} for number, line in enumerate(CHECKS, start=1)]
    with demo.working(at=_at(demo, 8 + place % 5)) as context:
        number = _create(context, values, {"checklist": lines} if category == "sales" else None)
    with demo.working(at=_at(demo, 2 + place % 3)) as context:
        if place % 4 == 0 and holders[whose] != holders["a"]:
            words = "لطفاً شما پیگیری کنید و نتیجه را بنویسید."
            context.run("tasks.refer", task=number, to=holders[whose], comment=words)
        if percent:
            context.run("tasks.set_percent", task=number, percent=percent)


def _done_task(
    demo: Demo,
    title: str,
    category: str,
    days: int,
    result: str,
    holders: Mapping[str, int],
    party: int | None,
) -> None:
    values = {**_values(demo, title, category, days, party), "assignee": holders["s"]}
    with demo.working(at=_at(demo, 4 - days)) as context:
        number = _create(context, values)
    with demo.working(at=_at(demo, -days)) as context:
        context.run("tasks.finish", task=number, result=result)


def _series(demo: Demo, holders: Mapping[str, int]) -> None:
    weekly = {"repeat": "weeks", "repeat_weekdays": ["0"], "assignee": holders["s"]}
    monthly = {"repeat": "month_end", "assignee": holders["a"]}
    with demo.working(at=_at(demo, 3)) as context:
        _create(context, {**_values(demo, "جلسهٔ هفتگی فروش", "sales", 2, None), **weekly})
        _create(context, {**_values(demo, "بستن حساب‌های ماه", "finance", 20, None), **monthly})


def _progress(demo: Demo, holders: Mapping[str, int], party: int | None) -> None:
    """Two tasks that a customer hears of every other Saturday, once told already."""
    if party is None:
        return
    with demo.working(at=_at(demo, 15)) as context:
        shown = [
            _create(
                context,
                {
                    **_values(demo, title, "delivery", days, party),
                    "assignee": holders["t"],
                    "customer_sees": "1",
                },
            )
            for title, days in (("ساخت کابینت آشپزخانه", 6), ("نصب و تحویل کابینت", 20))
        ]
        report = context.run(
            "tasks.report_progress",
            resource="person",
            record_id=party,
            title="کابینت آشپزخانه",
            repeat="weeks",
            repeat_interval=2,
            repeat_weekdays=["0"],
        )
        context.run("tasks.send_progress", report=report)
    with demo.working(at=_at(demo, 3)) as context:
        context.run("tasks.set_percent", task=shown[0], percent=65)


def _workflow(demo: Demo, party: int | None) -> None:
    """The workflow that ships, begun for a customer, and one of the house's own."""
    steps = [
        {"place": 1, "title": "آماده‌سازی سفارش در انبار", "who": "starter", "priority": "normal", "days": 1},
        {"place": 2, "title": "هماهنگی ارسال با مشتری", "who": "starter", "priority": "high", "days": 2},
        {
            "place": 3,
            "title": "گرفتن رسید تحویل",
            "who": "starter",
            "priority": "normal",
            "days": 3,
            "needs_result": "1",
        },
    ]
    with demo.working() as context:
        values = {"title": "تحویل سفارش", "about": "person", "description": "از آماده‌سازی تا رسید تحویل."}
        own = context.run("record.create", resource=WORKFLOW.name, values=values, parts={"steps": steps})
        context.run("tasks.take_over")
        if party is not None:
            context.run("tasks.start_workflow", workflow=own, resource="person", record_id=party)
