"""Making results final, and opening them again."""

from __future__ import annotations

from sqlalchemy import select

from kernel.api import Context, Forbidden, Refused, _, changeable, command, editable, fields, load
from plugins.education import marks, seats
from plugins.education.models import Certificate, Enrolment, Item, Offering
from plugins.education.resources import ITEM, OFFERING

WHICH = fields.Link("offering", _("Calendar course"), to=OFFERING.name, required=True)
REASON = fields.Text("reason", _("Reason"), required=True, limit=300)


@command(
    "education.finalise",
    _("Make the results final"),
    resource=ITEM.permission,
    action="finalise",
    fields=(WHICH,),
)
def finalise(context: Context, *, offering: int) -> int:
    """Make the results of a calendar course final: what is still open is incomplete. Gives how many passed."""
    record: Offering = load(context, OFFERING, offering)
    if record.results_on is not None:
        raise Refused(_("The results are final already."))
    _own_items(context, offering)
    with context.system("results are final") as system:
        held = seats.locked(system, offering)
        held.results_on = system.today
        system.session.flush()
        marks.refresh(system, offering)
        passed = select(Enrolment.id).where(
            Enrolment.offering_id == offering, Enrolment.outcome == "passed", Enrolment.state == "enrolled"
        )
        count = len(system.session.execute(passed).all())
    marks.expire(context, Offering)
    return count


def _own_items(context: Context, offering: int) -> None:
    """Results can be made final by whoever may change all of its items."""
    wanted = select(Item.id).where(Item.offering_id == offering)
    with context.system("the items of a calendar course") as system:
        ids = list(system.session.execute(wanted).scalars())
    if not ids:
        raise Refused(_("There is no graded item yet."))
    if len(changeable(context, ITEM, ids)) < len(ids):
        raise Forbidden()


@command(
    "education.reopen",
    _("Open the results again"),
    resource=ITEM.permission,
    action="change_late",
    fields=(WHICH,),
)
def reopen(context: Context, *, offering: int) -> None:
    """Open final results again, as long as no certificate was issued on them."""
    editable(context, OFFERING, offering)
    record: Offering = load(context, OFFERING, offering, lock=True)
    if record.results_on is None:
        raise Refused(_("The results are not final."))
    issued = (
        select(Certificate.id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .where(Enrolment.offering_id == offering, Certificate.state == "valid")
        .limit(1)
    )
    with context.system("certificates of a calendar course") as system:
        if system.session.execute(issued).first() is not None:
            raise Refused(_("Certificates were issued on these results: revoke them first."))
    record.results_on = None
    context.session.flush()
    marks.refresh(context, offering)
