"""What becomes of the clinic's rows when a person's data are erased on request.

What is known of a patient goes, the documents of the file with it. Appointments stay, without a word of the patient: times,
services and doctors are the clinic's own book. A doctor stays under the name that replaces the person's, since appointments
of others stand in that calendar.
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kernel.api import Erasure, _, sort_key, squeeze
from plugins.medical.models import BookingLink, Proposal

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


def leave_links(session: Session, dropped: int) -> None:
    """Of two parties that become one, the link and the told times of the one that goes end: each party has one of each."""
    session.execute(delete(BookingLink).where(BookingLink.party_id == dropped))
    session.execute(delete(Proposal).where(Proposal.party_id == dropped))
