"""The carpet maker of the demonstration: models, dealers, batches, a year of registrations, claims, a dispute."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Demo
from plugins.carpet.handing import new_codes
from plugins.carpet.models import Batch, Guarantee, Serial
from plugins.carpet.registering import Wish, register

OWN_NAME = "شرکت فرش نگارستان"
MODELS = (
    ("AF-700", "افشان شاه‌عباسی ۷۰۰ شانه", "m9", "afshan", "cream", 700, 2100, 24),
    ("LT-1200", "لچک و ترنج اصفهان ۱۲۰۰ شانه", "m12", "lachak", "red", 1200, 3600, 60),
    ("KH-1000", "خشتی بختیاری ۱۰۰۰ شانه", "m9", "kheshti", "blue", 1000, 3000, 36),
    ("GF-1500", "گل‌فرنگ هایبالک ۱۵۰۰ شانه", "m12", "golfarang", "silver", 1500, 4500, 84),
    ("VN-500", "وینتیج کهنه‌نما ۵۰۰ شانه", "m6", "vintage", "walnut", 500, 1500, 12),
    ("MD-700", "مدرن برجسته ۷۰۰ شانه", "m6", "modern", "green", 700, 2550, 24),
)
"""Code, title, size, design, colour, reeds, density, months."""
DEALERS = (
    ("N-11", "فرش سرای نگین کاشان", "centre"),
    ("N-12", "گالری فرش پارسه شیراز", "south"),
    ("N-13", "فرش خزر رشت", "north"),
    ("N-14", "بازار فرش توس مشهد", "east"),
    ("N-15", "فرش آذر تبریز", "west"),
)
FAULTS = (
    ("shedding", "پس از سه ماه پرزدهی زیاد دارد و جاروبرقی پر می‌شود."),
    ("colour", "رنگ حاشیه پس از شست‌وشو به زمینه داده است."),
    ("edge", "شیرازهٔ کنارهٔ چپ باز شده است."),
    ("weave", "در وسط ترنج یک خط بافت دیده می‌شود."),
    ("curl", "گوشه‌ها پس از دو هفته هنوز برگشته است."),
)
PER_BATCH = 120
HELD = 40
"""Carpets of a batch that go to one dealer."""


@dataclass
class House:
    """What was made so far."""

    models: list[int] = field(default_factory=list)
    dealers: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    """Serials at dealers."""


def make(demo: Demo) -> None:
    """Make the trade's year; called once, on a new site."""
    users = _users(demo)
    house = House()
    with demo.working(at=_at(demo, 400)) as context:
        _catalogue(context, demo, house, users)
    for place, ago in enumerate((380, 290, 200, 120)):
        with demo.working(at=_at(demo, ago)) as context:
            _batches(context, house, place)
    buyers = list(demo.persons[5:75])
    for ago in (330, 280, 230, 180, 150, 110, 80, 55, 40, 27, 18, 11, 6, 3, 1):
        with demo.working(at=_at(demo, ago)) as context:
            _registrations(context, demo, house, buyers, ago)
    with demo.working(at=_at(demo, 60)) as context:
        _transfer(context, buyers)
    _claims(demo, users)
    with demo.working() as context:
        _dispute(context, buyers)
        context.run(
            "carpet.make_batch",
            model=house.models[0],
            produced_on=(demo.today - timedelta(days=4)).isoformat(),
            count=PER_BATCH,
            start_rule="sale",
        )


def _at(demo: Demo, ago: int) -> datetime:
    day: date = demo.today - timedelta(days=ago)
    return datetime.combine(day, time(10, 15), demo.runtime.site.time_zone)


def _users(demo: Demo) -> dict[str, int]:
    people = (
        (
            "modir",
            "سهراب معتمد",
            "manager",
            "مدیر ضمانت‌ها: دربارهٔ خسارت و اختلاف تصمیم می‌گیرد · manager of guarantees",
        ),
        ("zamanat", "ریحانه صدیق", "desk", "میز ضمانت: کارت و درخواست خسارت ثبت می‌کند · guarantee desk"),
        (
            "kashan",
            "مرتضی گلابچی",
            "dealer",
            "نمایندهٔ کاشان: تنها فرش‌های خود را می‌بیند · dealer: own carpets only",
        ),
        ("bazdid", "یاسر کریم‌خانی", "inspector", "کارشناس بازدید خسارت · inspector of claims"),
    )
    return {
        name: demo.add_user(name, title, f"carpet.{pattern}", about) for name, title, pattern, about in people
    }


def _new(context: Context, resource: str, parts: Any = None, **values: Any) -> int:
    made: int = context.run("record.create", resource=resource, values=values, parts=parts or {})
    return made


def _catalogue(context: Context, demo: Demo, house: House, users: dict[str, int]) -> None:
    for code, title, size, design, colour, reeds, density, months in MODELS:
        house.models.append(
            _new(
                context,
                "carpet.model",
                code=code,
                title=title,
                size=demo.base_value("carpet.size", size),
                design=demo.base_value("carpet.design", design),
                colour=demo.base_value("carpet.colour", colour),
                reeds=reeds,
                density=density,
                term_months=months,
            )
        )
    for place, (code, title, region) in enumerate(DEALERS):
        party = _new(context, "organisation", name=title)
        works = {"users": [{"user": users["kashan"]}]} if place == 0 else {}
        house.dealers.append(
            _new(
                context,
                "carpet.dealer",
                works,
                code=code,
                title=title,
                party=party,
                region=demo.base_value("carpet.region", region),
            )
        )


def _batches(context: Context, house: House, place: int) -> None:
    for turn in range(2):
        model = house.models[(place * 2 + turn) % len(house.models)]
        batch = context.run(
            "carpet.make_batch",
            model=model,
            produced_on=(context.today - timedelta(days=10)).isoformat(),
            count=PER_BATCH,
            start_rule=("registration", "sale", "production")[(place + turn) % 3],
            grace_months=6,
        )
        wanted = select(Serial.number).where(Serial.batch_id == batch).order_by(Serial.place)
        numbers = list(context.session.execute(wanted).scalars())
        with context.system("cards of the demonstration are handed out") as system:
            held = system.session.get_one(Batch, batch)
            serials = select(Serial).where(Serial.batch_id == batch).order_by(Serial.place)
            new_codes(system, batch, system.session.execute(serials).scalars().all())
            held.state, held.turn, held.handed_at = "printed", 1, system.now
            system.session.flush()
        for share in range(2):
            part = numbers[share * HELD : (share + 1) * HELD]
            dealer = house.dealers[(place * 2 + turn + share * 2) % len(house.dealers)]
            context.run("carpet.give_serials", first=part[0], last=part[-1], dealer=dealer)
            house.numbers += part


def _registrations(context: Context, demo: Demo, house: House, buyers: list[int], ago: int) -> None:
    """Register some carpets as buyers and dealers do, of batches that had been handed out by then."""
    wanted = (
        select(Serial.number)
        .join(Batch, Batch.id == Serial.batch_id)
        .where(
            Serial.state == "stock",
            Serial.dealer_id.is_not(None),
            Batch.produced_on < context.today - timedelta(days=9),
        )
    )
    free = sorted(context.session.execute(wanted).scalars())
    count = 14 if ago < 60 else 9
    for number in demo.random.sample(free, min(count, len(free) - 20)):
        buyer = demo.random.choice(buyers)
        wish = Wish(
            channel=demo.random.choice(("sms", "sms", "sms", "web", "staff")),
            party=lambda buyer=buyer: buyer,  # type: ignore[misc]
            consent=demo.random.random() < 0.7,
            sold_on=context.today - timedelta(days=demo.random.randint(0, 9)),
            proved=True,
        )
        with context.system("a carpet of the demonstration") as system:
            register(system, number, "", wish)


def _transfer(context: Context, buyers: list[int]) -> None:
    wanted = select(Guarantee.id, Guarantee.party_id).order_by(Guarantee.id).limit(4)
    reasons = (("gift", "جهیزیهٔ دختر خانواده"), ("sold", ""), ("gift", ""), ("mistake", ""))
    for (guarantee, owner), (reason, note) in zip(
        context.session.execute(wanted).all(), reasons, strict=True
    ):
        other = next(each for each in buyers if each != owner)
        context.run("carpet.transfer", guarantee=guarantee, party=other, reason=reason, note=note or None)


def _claims(demo: Demo, users: dict[str, int]) -> None:
    """Claims in every state, with another carpet for one of them."""
    ids: list[int] = []
    with demo.working(at=_at(demo, 25)) as context:
        wanted = select(Guarantee.id).where(Guarantee.state == "active", Guarantee.ends_on > context.today)
        chosen = list(context.session.execute(wanted.order_by(Guarantee.id).offset(6).limit(9)).scalars())
        for place, guarantee in enumerate(chosen):
            code, text = FAULTS[place % len(FAULTS)]
            fault = demo.base_value("carpet.fault", code)
            ids.append(context.run("carpet.report_claim", guarantee=guarantee, fault=fault, description=text))
    with demo.working(at=_at(demo, 18)) as context:
        due = context.today + timedelta(days=30)
        for claim in ids[2:]:
            context.run(
                "carpet.send_inspector", claim=claim, inspector=users["bazdid"], inspect_on=due.isoformat()
            )
    with demo.working(at=_at(demo, 9)) as context:
        for claim in ids[4:]:
            text = "در بازدید محل ایراد تأیید شد؛ چهار عکس گرفته شد."
            context.run("carpet.inspect", claim=claim, inspected_on=context.today.isoformat(), findings=text)
        for place, claim in enumerate(ids[5:]):
            accepted = place != 1
            words = "ایراد از بافت است." if accepted else "آسیب از شوینده است و ضمانت آن را در بر نمی‌گیرد."
            verdict = "accepted" if accepted else "refused"
            context.run("carpet.decide_claim", claim=claim, verdict=verdict, decision=words)
    with demo.working(at=_at(demo, 2)) as context:
        free = select(Serial.number).where(Serial.state == "stock", Serial.dealer_id.is_(None)).limit(1)
        context.run("carpet.replace", claim=ids[7], serial=context.session.execute(free).scalar_one())
        context.run("carpet.repair", claim=ids[8], cost=4_500_000)


def _dispute(context: Context, buyers: list[int]) -> None:
    wanted = select(Guarantee.number, Guarantee.party_id).where(Guarantee.state == "active")
    rows = context.session.execute(wanted.order_by(Guarantee.id.desc()).limit(2)).all()
    for number, owner in rows:
        other = next(each for each in reversed(buyers) if each != owner)
        wish = Wish(channel="sms", party=lambda other=other: other, proved=True)  # type: ignore[misc]
        with context.system("a dispute of the demonstration") as system:
            register(system, number, "", wish)
