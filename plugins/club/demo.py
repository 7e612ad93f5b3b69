"""The club of the demonstration: ranks, rates, a campaign, members with a year of purchases, coupons, a draw."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Demo
from plugins.club.models import Asked, Contact, Member, Question

MILLION = 1_000_000
MEMBERS = 24
YEAR = timedelta(days=365)
RANKS = (
    ("برنزی", 0, 0, 100, "grey"),
    ("نقره‌ای", 80 * MILLION, 3, 120, "blue"),
    ("طلایی", 250 * MILLION, 5, 150, "amber"),
    ("الماس", 600 * MILLION, 8, 200, "violet"),
)
"""Title, purchases, discount, points in hundredths, colour."""
GROUPS = ("لوازم خانگی", "پوشاک", "لوازم جانبی")
AMOUNTS = (3_800_000, 12_500_000, 27_900_000, 6_450_000, 48_000_000, 95_000_000, 18_750_000)
WISHES = ("جاروبرقی کم‌صدا", "مانتوی پاییزه، سایز ۴۰", "ماشین لباس‌شویی ۹ کیلویی", "کیف چرم قهوه‌ای")


def make(demo: Demo) -> None:
    """Make the programme, members and what they did in the last year; called once, on a new site."""
    demo.add_user(
        "club",
        "مهسا نیک‌فر",
        "club.counter",
        "پیشخوان باشگاه: خرید و کوپن ثبت می‌کند · counter of the club: enters purchases, gives coupons",
    )
    members = list(demo.persons[: MEMBERS * 2 : 2])
    with demo.working(at=_morning(demo, demo.today - YEAR)) as context:
        groups = _programme(context, demo.today)
        ids = [_join(context, demo, person) for person in members]
        _introduce(context, members)
    for ago in (330, 250, 170, 110, 70, 45, 26, 15, 6, 2):
        with demo.working(at=_morning(demo, demo.today - timedelta(days=ago))) as context:
            context.run("club.settle")
            _purchases(context, demo, ids, groups, ago)
    with demo.working() as context:
        context.run("club.settle")
        context.run("club.judge_ranks")
        _recent(context, demo, ids)
        _draws(context, demo, ids)
        _survey(context, demo)
        _contacts(context, demo)


def _morning(demo: Demo, day: date) -> datetime:
    return datetime.combine(day, time(10, 30), demo.runtime.site.time_zone)


def _new(context: Context, resource: str, **values: Any) -> int:
    made: int = context.run("record.create", resource=f"club.{resource}", values=values)
    return made


def _programme(context: Context, today: date) -> list[int]:
    for title, threshold, discount, multiplier, colour in RANKS:
        _new(
            context,
            "rank",
            title=title,
            threshold=threshold,
            discount=discount,
            multiplier=multiplier,
            colour=colour,
        )
    groups = [_new(context, "product_group", title=title) for title in GROUPS]
    begins = (today - YEAR * 2).isoformat()
    _new(context, "rate", title="نرخ پایه", points=1, per_amount=100_000, begins=begins)
    _new(context, "rate", title="پوشاک", points=2, per_amount=100_000, begins=begins, group=groups[1])
    _new(context, "rate", title="لوازم جانبی", points=3, per_amount=100_000, begins=begins, group=groups[2])
    _new(
        context,
        "campaign",
        title="جشنوارهٔ پاییزه",
        begins=(today - timedelta(days=20)).isoformat(),
        ends=(today + timedelta(days=10)).isoformat(),
        multiplier=200,
        group=groups[1],
    )
    _new(
        context,
        "campaign",
        title="هدیهٔ بازگشت",
        begins=(today - timedelta(days=30)).isoformat(),
        ends=(today + timedelta(days=30)).isoformat(),
        bonus=50,
        least=20 * MILLION,
    )
    return groups


def _join(context: Context, demo: Demo, person: int) -> int:
    member: int = context.run("club.join", party=person, with_card=demo.random.random() < 0.75)
    return member


def _introduce(context: Context, persons: list[int]) -> None:
    from kernel.api import relate

    for place in range(1, len(persons), 5):
        relate(context, "introducer", persons[place - 1], persons[place], since=context.today)


def _purchases(context: Context, demo: Demo, ids: list[int], groups: list[int], ago: int) -> None:
    for place, member in enumerate(ids):
        if demo.random.random() < (0.5 if place % 4 else 0.15) and not (place % 7 == 3 and ago < 120):
            amount = demo.random.choice(AMOUNTS) * (3 if place % 6 == 0 else 1)
            context.run(
                "club.enter_purchase",
                member=member,
                day=context.today,
                amount=amount,
                group=demo.random.choice([None, *groups]),
                number=f"{1000 + ago * 30 + place}",
            )


def _recent(context: Context, demo: Demo, ids: list[int]) -> None:
    rich = select(Member.id, Member.balance).where(Member.balance >= 200).order_by(Member.id).limit(5)
    coupons = [
        context.run("club.spend", member=number, points=balance // 3)
        for number, balance in context.session.execute(rich).all()
    ]
    for coupon in coupons[:2]:
        context.run("club.use_coupon", coupon=coupon)
    context.run(
        "club.correct",
        member=ids[1],
        points=120,
        reason=demo.base_value("club.reason", "complaint"),
        note="تأخیر در تحویل",
    )
    for place, title in enumerate(WISHES):
        _new(
            context,
            "wish",
            member=ids[place * 3],
            title=title,
            wanted_on=(demo.today + timedelta(days=7 * place + 3)).isoformat(),
            state="open" if place else "ready",
        )


QUESTIONS = (
    ("چقدر ما را به دوستانتان پیشنهاد می‌کنید؟", "nps", None),
    ("برخورد فروشنده چگونه بود؟", "scale", None),
    ("از کجا با ما آشنا شدید؟", "choice", "دوستان و آشنایان\nاینترنت\nهمین محله"),
    ("چه چیزی را بهتر کنیم؟", "text", None),
)
SAID = ("بسته‌بندی عالی بود.", "صف صندوق طولانی است.", "تنوع رنگ‌ها را بیشتر کنید.", "")


def _survey(context: Context, demo: Demo) -> None:
    """A survey that asked lately, with what some have answered at the counter."""
    rows = [
        {"place": place, "title": title, "kind": kind, "options": options, "required": place == 1}
        for place, (title, kind, options) in enumerate(QUESTIONS, start=1)
    ]
    values = {"title": "نظر شما دربارهٔ خرید", "occasion": "purchase", "after_days": 2, "points": 20}
    survey = context.run("record.create", resource="club.survey", values=values, parts={"questions": rows})
    context.run("club.ask_after_purchases")
    questions = context.session.scalars(
        select(Question.id).where(Question.survey_id == survey).order_by(Question.place)
    ).all()
    asked = context.session.scalars(
        select(Asked.id).where(Asked.survey_id == survey).order_by(Asked.id)
    ).all()
    for place, number in enumerate(asked[: len(asked) * 2 // 3]):
        score = demo.random.choice((10, 10, 9, 9, 8, 7, 5))
        given = (score, (score + 1) // 2, 1 + place % 3, SAID[place % len(SAID)])
        answers = {f"q{question}": str(value) for question, value in zip(questions, given, strict=True)}
        context.run("club.answer_at_counter", asked=number, answers=answers)


def _contacts(context: Context, demo: Demo) -> None:
    """Plans of contact with the calls of today, of which some are noted."""
    words = "بپرسید از آخرین خرید راضی‌اند و چه چیزی کم داشتند."
    _new(context, "contact_plan", title="احوال‌پرسی فصلی", every_months=3, words=words, most_a_day=8)
    words = "یک جعبه گز اصفهان با کارت دست‌نویس."
    _new(
        context,
        "contact_plan",
        title="هدیهٔ زادروز",
        occasion="birthday",
        way="surprise",
        days_before=2,
        words=words,
    )
    context.run("club.plan_contacts")
    due = context.session.scalars(select(Contact.id).where(Contact.state == "due").order_by(Contact.id)).all()
    for place, number in enumerate(due[:4]):
        note = "راضی بود و برای عید سفارش دارد." if place % 2 else "گفت هفتهٔ آینده سر می‌زند."
        context.run("club.note_contact", contact=number, answered=bool(place % 2), note=note)


def _draws(context: Context, demo: Demo, ids: list[int]) -> None:
    past = _new(
        context,
        "draw",
        title="قرعه‌کشی تابستان",
        prize="سه کارت هدیهٔ پنج میلیون تومانی",
        begins=(demo.today - timedelta(days=150)).isoformat(),
        ends=(demo.today - timedelta(days=60)).isoformat(),
        chances="points",
        per_points=100,
        winners=3,
        reserves=2,
        public_source="شاخص کل بورس تهران در پایان روز قرعه‌کشی",
    )
    context.run("club.freeze_draw", draw=past)
    context.run("club.draw", draw=past, public_word="2148736")
    coming = _new(
        context,
        "draw",
        title="قرعه‌کشی یلدا",
        prize="سفر دو نفره به شیراز",
        begins=(demo.today - timedelta(days=10)).isoformat(),
        ends=(demo.today + timedelta(days=20)).isoformat(),
        registered_only=True,
        winners=1,
        reserves=2,
        public_source="شاخص کل بورس تهران در پایان روز قرعه‌کشی",
    )
    for member in ids[:9]:
        context.run("club.register_for_draw", draw=coming, member=member)
