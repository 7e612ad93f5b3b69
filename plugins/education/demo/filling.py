"""Students of the academy of the demonstration: enrolled some days before a course begins, with what they paid by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Demo
from plugins.education.demo.names import latin_name
from plugins.education.models import Charge, Enrolment, Offering
from plugins.education.telling import PERSON
from plugins.education.words import COST_KINDS, LEVELS, WAYS


class Desk:
    """Enrols one person after another by the plugin's own commands; the first ones are teachers."""

    def __init__(self, demo: Demo, people: Sequence[int], teachers: int) -> None:
        self.demo, self.people, self.next_person = demo, people, teachers

    def fill(self, number: int, count: int, place: int) -> None:
        """Enrol some days before it begins; every third pays the first instalment, every fourth has a discount."""
        with self.demo.working() as context:
            begins = context.session.get_one(Offering, number).begins_on
        first = min(begins, self.demo.today) - timedelta(days=9)
        with self.demo.working(at=self._moment(first)) as context:
            for each in range(count):
                person = self._person()
                enrolment = context.run("education.enrol", offering=number, student=person, **self._off(each))
                self._facet(context, person, each)
                if (each + place) % 3 != 2:
                    self._pay(context, enrolment, each)
            if place < 5:
                context.run(
                    "record.create",
                    resource="education.cost",
                    values={
                        "offering": number,
                        "title": "کتاب و جزوه",
                        "kind": self.demo.base_value(COST_KINDS, "books"),
                        "amount": 4_000_000 + 500_000 * place,
                        "day": context.today.isoformat(),
                    },
                )

    def _moment(self, day: date, hour: int = 11) -> datetime:
        return datetime.combine(day, time(hour), self.demo.runtime.site.time_zone)

    def _person(self) -> int:
        person = self.people[self.next_person % len(self.people)]
        self.next_person += 1
        return person

    def _off(self, each: int) -> dict[str, Any]:
        return {"discount": 5_000_000, "discount_reason": "معرفی دوستان"} if each % 4 == 3 else {}

    def _facet(self, context: Context, person: int, each: int) -> None:
        levels = ("diploma", "bachelor", "master", "school")
        name = PERSON.labels([person], context).get(person, "")
        values = {
            "student_number": f"{40500000 + person}",
            "latin_name": latin_name(name),
            "level": self.demo.base_value(LEVELS, levels[each % len(levels)]),
        }
        context.run(
            "record.edit", resource="person", record_id=person, values={}, facets={"education": values}
        )

    def _pay(self, context: Context, enrolment: int, each: int) -> None:
        """The first charge, and all of them for every second student; through sales where the charge has an invoice."""
        wanted = select(Charge).where(Charge.enrolment_id == enrolment, Charge.state == "open")
        charges = list(context.session.execute(wanted.order_by(Charge.due, Charge.id)).scalars())
        for charge in charges if each % 2 else charges[:1]:
            if charge.billed:
                self._receive(context, charge)
                continue
            context.run(
                "record.create",
                resource="education.receipt",
                values={
                    "enrolment": enrolment,
                    "amount": charge.amount,
                    "way": self.demo.base_value(WAYS, ("card", "transfer", "cash")[each % 3]),
                    "reference": f"{730000 + charge.id}",
                },
            )

    def _receive(self, context: Context, charge: Charge) -> None:
        from plugins.education.billing import ORIGIN
        from plugins.sales.api import bill_of

        bill = bill_of(context, ORIGIN.format(charge.id))
        party = context.session.get_one(Enrolment, charge.enrolment_id).student_id
        if bill is not None:
            context.run(
                "sales.receive",
                party=party,
                amount=charge.amount,
                method="cash",
                invoice=bill.document_id,
            )
