"""Cancelling a calendar course: its sessions, what its students were charged, and everybody told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.api import Context, Invalid, LazyText, Problem, Refused, _, command, editable, fields, load
from plugins.education import billing, marks, seats, telling
from plugins.education.models import Enrolment, Offering
from plugins.education.policies import MONEY
from plugins.education.reading import read
from plugins.education.resources import OFFERING

WHICH = fields.Link("offering", _("Calendar course"), to=OFFERING.name, required=True)
REASON = fields.Text("reason", _("Reason"), required=True, limit=300)
CHARGES = fields.YesNo(
    "cancel_charges",
    _("Cancel what its students were charged"),
    help=_(
        "What they have paid stands to their account then, to be given back. Paid invoices of sales stay."
    ),
)
TELL = fields.YesNo("tell", _("Tell students and teacher by SMS"))


@command(
    "education.cancel_offering",
    _("Cancel a calendar course"),
    resource=OFFERING.name,
    action="edit",
    fields=(WHICH, REASON, CHARGES, TELL),
)
def cancel_offering(
    context: Context, *, offering: Any, reason: Any, cancel_charges: Any = False, tell: Any = False
) -> dict[str, int]:
    """Cancel a calendar course with its sessions to come, so that teacher and place are free.

    Gives how many charges were cancelled, how many are left since their invoices were paid, and how many messages go out.
    """
    given = {"offering": offering, "reason": reason, "cancel_charges": cancel_charges, "tell": tell}
    values = read(context, (WHICH, REASON, CHARGES, TELL), given)
    number = values["offering"]
    editable(context, OFFERING, number)
    with context.system("a calendar course is cancelled") as system:
        seats.locked(system, number)
    record: Offering = load(context, OFFERING, number, lock=True)
    if why := hindrance(record):
        raise Refused(why)
    if values["cancel_charges"] and not context.may(MONEY, "edit"):
        raise Invalid([Problem("cancel_charges", _("You may not cancel charges."))])
    context.run(
        "record.edit", resource=OFFERING.name, record_id=number, values=_cancelled(record, values["reason"])
    )
    done = {"cancelled": 0, "left": 0, "told": 0}
    with context.system("what follows a cancelled calendar course") as system:
        if values["cancel_charges"]:
            done["cancelled"], done["left"] = _take_back(system, number, values["reason"])
        if values["tell"]:
            done["told"] = telling.tell_of_course(system, number)
    marks.expire(context, Offering)
    return done


def hindrance(record: Offering) -> LazyText | None:
    """Say why a calendar course cannot be cancelled."""
    if record.state == "cancelled":
        return _("This calendar course is cancelled.")
    if record.results_on is not None:
        return _("The results are final already.")
    return None


def _cancelled(record: Offering, reason: str) -> dict[str, str]:
    note = "\n".join(each for each in (record.note, reason) if each)
    return {"state": "cancelled", "note": note[:5000]}


def _take_back(system: Context, offering_id: int, reason: str) -> tuple[int, int]:
    enrolled = select(Enrolment.id).where(Enrolment.offering_id == offering_id)
    accounts = billing.accounts_of(system, list(system.session.execute(enrolled).scalars()))
    parts = [
        part for account in accounts.values() for part in account.parts if part.returned < part.charge.amount
    ]
    able = [
        part
        for part in parts
        if not part.resting and not (part.charge.billed and (part.settled or part.returned))
    ]
    for part in able:
        billing.take_back(system, part.charge, reason)
    return len(able), len(parts) - len(able)
