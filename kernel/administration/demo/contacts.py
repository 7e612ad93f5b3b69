"""Interactions and calls of the demonstration: what was talked about, and calls of which nobody wrote anything."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.parties.models import Party

if TYPE_CHECKING:
    from kernel.administration.demo.demo import Demo

MOST = 40
"""Persons with whom something is recorded, at most."""
CALLS = 18
TALKS: tuple[tuple[str, str, str, str, int], ...] = (
    ("call_in", "answered", "question", "پرسید فاکتور ماه گذشته کی آماده می‌شود؛ قرار شد فردا بفرستیم.", 4),
    ("call_out", "no_answer", "payment", "برای یادآوری قسط تماس گرفته شد؛ پاسخ نداد.", 1),
    ("visit", "agreed", "order", "نمونه‌ها را دید و پسندید.\nپیش‌فاکتور تا پایان هفته فرستاده شود.", 35),
    ("sms", "answered", "appointment", "زمان نوبت تأیید شد.", 0),
    ("call_in", "passed_on", "complaint", "از دیرکرد در تحویل گله داشت؛ به پشتیبانی ارجاع شد.", 9),
    ("email", "interested", "introduction", "معرفی‌نامه و فهرست قیمت درخواست کرد.", 0),
    ("letter", "solved", "support", "پاسخ نامه درباره خدمات پس از فروش.", 0),
    ("follow_up", "", "order", "نتیجه بررسی پیش‌فاکتور پرسیده شود.", 0),
)
"""Channel, result, reason, what was said, and how many minutes it took."""


def make_contacts(demo: Demo) -> None:
    """Record interactions over the last months, some with a follow-up; log calls, of which some tell nothing."""
    persons = list(demo.persons[: min(MOST, len(demo.persons))])
    experts = _experts(demo, persons)
    for place, person in enumerate(persons):
        for step in range(1 + place % 3):
            _record(demo, place + 3 * step, person, experts[person])
    _log_calls(demo, persons)


def _experts(demo: Demo, persons: list[int]) -> dict[int, int]:
    """Give whose contact each person is; nobody's are the administrator's."""
    with demo.runtime.reading(demo.administrator) as context:
        rows = context.session.execute(select(Party.id, Party.owner_id).where(Party.id.in_(persons))).all()
    return {row.id: row.owner_id or demo.administrator.user_id or 0 for row in rows}


def _at(demo: Demo, days: int, hour: int, minute: int) -> datetime:
    day = demo.today - timedelta(days=days)
    return datetime.combine(day, time(hour, minute), demo.runtime.site.time_zone)


def _record(demo: Demo, place: int, person: int, expert: int) -> None:
    channel, result, reason, text, minutes = TALKS[place % len(TALKS)]
    since = _at(demo, 2 + place * 5 % 160, 9 + place % 7, place * 7 % 60)
    values: dict[str, Any] = {"channel": channel, "party": person, "text": text, "started_at": since}
    values["done_by"] = values["owner"] = expert
    if result:
        values["result"] = demo.base_value("interaction_result", result)
    values["reason"] = demo.base_value("interaction_reason", reason)
    if channel in ("sms", "email"):
        values["direction"] = "out"
    if channel == "follow_up" or place % 6 == 2:
        values["follow_up_on"] = (demo.today + timedelta(days=place % 9 - 3)).isoformat()
        values["started_at"] = _at(demo, 4 + place % 3, 9 + place % 8, place * 13 % 60)
    demo.run("interaction.record", values=values, minutes=minutes or None)


def _log_calls(demo: Demo, persons: list[int]) -> None:
    """Calls of these persons' numbers and of a few that nobody has; every third was missed."""
    with demo.runtime.reading(demo.administrator) as context:
        statement = select(Party.mobile).where(Party.id.in_(persons), Party.mobile.is_not(None))
        numbers = list(context.session.execute(statement.order_by(Party.id).limit(CALLS - 3)).scalars())
    numbers += ["02100000001", "02100000002", ""]
    for place, number in enumerate(numbers):
        since = _at(demo, 1 + place // 4, 9 + place % 8, place * 11 % 60)
        answered = None if place % 3 == 2 else since + timedelta(seconds=9)
        demo.run(
            "call.log",
            direction="out" if place % 4 == 3 else "in",
            number=number,
            started_at=since,
            answered_at=answered,
            ended_at=since + timedelta(seconds=20 if answered is None else 75 + 31 * place),
            extension=str(100 + place % 3),
            user_id=demo.administrator.user_id,
            source="demo",
            source_key=f"demo-{place}",
        )
