"""The course of the demonstration's policies: calls about what ends soon, claims at every step, endorsements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Demo
from plugins.insurance.demo_things import STREETS
from plugins.insurance.models import Policy
from plugins.insurance.resources.lists import CAUSES

TALKS = (
    ("talked", "می‌خواهد قیمت شرکت دیگر را هم بپرسد"),
    ("no_answer", None),
    ("wants", "مدارک را فردا می‌آورد"),
    ("later", "در سفر است"),
    ("quoted", "اقساط چهارماهه خواست"),
)
CAUSES_OF = {
    "third_party": ("accident", "injury"),
    "body": ("theft", "accident"),
    "fire": ("water", "fire"),
    "health": ("illness",),
}


def make(demo: Demo) -> None:
    """Talk about what ends soon, enter claims and endorsements."""
    _talks(demo)
    _claims(demo)
    _endorsements(demo)


def _talks(demo: Demo) -> None:
    with demo.working() as context:
        open_ = select(Policy.id, Policy.premium).where(Policy.renewal == "upcoming").order_by(Policy.id)
        rows = context.session.execute(open_).all()
        for place, (number, premium) in enumerate(rows):
            if place % 5 >= 3:
                continue
            outcome, note = TALKS[place % len(TALKS)]
            again = demo.today + timedelta(days=place % 4) if outcome == "later" else None
            quoted = premium * 12 // 10 if place % 4 == 0 or outcome == "quoted" else None
            context.run(
                "insurance.talk",
                policy=number,
                outcome=outcome,
                note=note,
                quoted=quoted,
                next_call_on=again,
            )


def _claims(demo: Demo) -> None:
    steps: tuple[tuple[tuple[str, Mapping[str, Any]], ...], ...] = (
        (),
        (("documents", {}),),
        (("documents", {}), ("surveyed", {})),
        (("surveyed", {}), ("approved", {}), ("paid", {"paid": 38_000_000})),
        (("surveyed", {}), ("rejected", {"reject_reason": "خسارت پیش از آغاز پوشش رخ داده است"})),
    )
    with demo.working() as context:
        wanted = (
            select(Policy.id, Policy.line)
            .where(Policy.state == "active", Policy.line.in_(list(CAUSES_OF)))
            .where(Policy.begins_on < demo.today - timedelta(days=60))
        )
        found = context.session.execute(wanted.order_by(Policy.id).limit(10)).all()
        for place, (policy, line) in enumerate(found):
            occurred = demo.today - timedelta(days=8 + 4 * place)
            claim = context.run(
                "record.create",
                resource="insurance.claim",
                values={
                    "policy": policy,
                    "cause": demo.base_value(CAUSES, CAUSES_OF[line][place % len(CAUSES_OF[line])]),
                    "occurred_on": occurred,
                    "reported_on": occurred + timedelta(days=1),
                    "claimed": (30 + 6 * place) * 1_000_000,
                    "place": STREETS[place % len(STREETS)],
                    "next_step_on": demo.today + timedelta(days=place % 6),
                },
            )
            for state, more in steps[place % len(steps)]:
                extra = {**more, "paid_on": demo.today} if state == "paid" else more
                context.run("insurance.set_claim_state", claim=claim, state=state, **extra)


def _endorsements(demo: Demo) -> None:
    with demo.working() as context:
        wanted = select(Policy.id, Policy.line).where(
            Policy.state == "active", Policy.line.in_(("body", "fire"))
        )
        rows = context.session.execute(wanted.order_by(Policy.id).limit(4)).all()
        for place, (number, line) in enumerate(rows):
            words = "افزایش سرمایهٔ خودرو" if line == "body" else "افزودن پوشش سرقت با شکست حرز"
            context.run(
                "insurance.endorse",
                policy=number,
                kind="premium",
                number=f"E{place + 1}",
                premium_change=(4 + place) * 1_000_000,
                description=words,
            )
