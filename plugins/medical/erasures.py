"""What becomes of the clinic's rows when a person's data are erased on request.

What is known of a patient goes, the documents of the file with it. Appointments stay, without a word of the patient: times,
services and doctors are the clinic's own book. A doctor stays under the name that replaces the person's, since appointments
of others stand in that calendar.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from kernel.api import Context, Erasure, Refused, _, sort_key, squeeze
from plugins.medical.models import Appointment, BookingLink, Proposal
from plugins.medical.wording import clock_words, day_words

ERASURES = (
    Erasure(table="medical.patient", key="party_id", what="delete"),
    Erasure(table="medical.file_entry", key="party_id", what="delete"),
    Erasure(table="medical.referral", key="patient_id", what="delete"),
    Erasure(table="medical.waiting", key="patient_id", what="delete"),
    Erasure(table="medical.booking_link", key="party_id", what="delete"),
    Erasure(table="medical.proposal", key="party_id", what="delete"),
    Erasure(
        table="medical.appointment",
        key="patient_id",
        what="replace",
        values={"note": None, "cancel_reason": None},
        reason=_("Appointments are the clinic's own book of times and services."),
    ),
    Erasure(
        table="medical.doctor",
        key="party_id",
        what="replace",
        values={"name": str, "search_key": squeeze, "sort_key": sort_key, "room": None},
        reason=_("Appointments of patients stand in the calendar of this doctor."),
    ),
)


def refuse_overlaps(session: Session, context: Context, kept: int, dropped: int) -> None:
    """Say in words which appointments keep two records from being one person: nobody is in two places."""
    one, other = aliased(Appointment), aliased(Appointment)
    standing = ("cancelled", "missed")
    statement = (
        select(one.starts_at)
        .join(other, (one.starts_at < other.ends_at) & (other.starts_at < one.ends_at))
        .where(one.patient_id == kept, other.patient_id == dropped)
        .where(*(each.state.not_in(standing) & each.binned_at.is_(None) for each in (one, other)))
        .order_by(one.starts_at)
    )
    at = session.execute(statement.limit(1)).scalar_one_or_none()
    if at is not None:
        when = f"{day_words(context, at)} {clock_words(context, at)}"
        raise Refused(
            _("Both have an appointment at the same time: %(when)s. Cancel one of them first.", when=when)
        )


def leave_links(session: Session, dropped: int) -> None:
    """Of two parties that become one, the link and the told times of the one that goes end: each party has one of each."""
    session.execute(delete(BookingLink).where(BookingLink.party_id == dropped))
    session.execute(delete(Proposal).where(Proposal.party_id == dropped))
