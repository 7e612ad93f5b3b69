"""What the clinic prints: the turn card that a patient takes along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentValue,
    _,
    number_value,
    word_values,
)
from plugins.medical.models import Appointment, Doctor
from plugins.medical.resources import APPOINTMENT, STATES

BODY = """<h2 class="title">{{ words.card }}</h2>
<table class="facts">
<tr><td>{{ words.patient }}</td><td><b>{{ patient.name }}</b></td></tr>
<tr><td>{{ words.doctor }}</td><td>{{ appointment.doctor }}</td></tr>
{% if appointment.room %}<tr><td>{{ words.room }}</td><td>{{ appointment.room }}</td></tr>{% endif %}
<tr><td>{{ words.service }}</td><td>{{ appointment.service }}</td></tr>
<tr><td>{{ words.when }}</td><td><b>{{ appointment.starts|jalali('weekday') }}، {{ appointment.starts|clock }}</b></td></tr>
</table>
<div class="code">{{ appointment.number|barcode(10) }}<p>{{ appointment.number }}</p></div>
"""
STYLE = """.title { text-align: center }
.facts { width: 100% }
.facts td { padding: .8mm 1mm; vertical-align: top }
.facts td:first-child { width: 18mm; color: #444 }
.code { margin-top: 4mm; text-align: center }
"""
SAMPLE = datetime.fromisoformat("2026-11-21T09:30:00+03:30")
_WORDS = {
    "card": _("Turn card"),
    "patient": _("Patient"),
    "doctor": _("Doctor"),
    "room": _("Room"),
    "service": _("Service"),
    "when": _("Time"),
}


def cards_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the cards of these appointments hold; what is closed to the actor is empty."""
    seen = {item.name: item for item in APPOINTMENT.visible_fields(context)}
    statement = (
        select(Appointment, Doctor.room)
        .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
        .where(Appointment.id.in_(list(ids)))
    )
    found = {}
    for record, room in context.session.execute(statement):
        shown = {
            name: seen[name].show(seen[name].value_of(record), context) if name in seen else ""
            for name in ("patient", "doctor", "service")
        }
        starts = record.starts_at.astimezone(context.time_zone)
        found[record.id] = {
            "patient": {"name": shown["patient"]},
            "appointment": {
                "number": record.id,
                "doctor": shown["doctor"],
                "room": room if "doctor" in seen else "",
                "service": shown["service"],
                "starts": starts if "starts_at" in seen else "",
                "state": context.text(STATES[record.state]) if "state" in seen else "",
            },
            "words": {name: context.text(text) for name, text in _WORDS.items()},
        }
    return found


TURN_CARD = DocumentKind(
    key="turn_card",
    title=_("Turn card"),
    resource=APPOINTMENT.name,
    find=cards_of,
    page=DocumentPage(paper="A6", margin_top=8, margin_bottom=10, margin_side=8, numbered=False),
    values=(
        DocumentGroup(
            name="patient",
            title=_("Patient"),
            items=(
                DocumentValue(name="name", title=_("Name of the patient"), sample=_("Name of the patient")),
            ),
        ),
        DocumentGroup(
            name="appointment",
            title=_("Appointment"),
            items=(
                number_value("number", _("Number of the appointment"), 1204),
                DocumentValue(name="starts", title=_("Time"), kind="time", sample=SAMPLE),
                DocumentValue(name="doctor", title=_("Doctor"), sample=_("Name of the doctor")),
                DocumentValue(name="room", title=_("Room"), sample="۲"),
                DocumentValue(name="service", title=_("Service"), sample=_("Service")),
                DocumentValue(name="state", title=_("State"), sample=_("Booked")),
            ),
        ),
        word_values(_WORDS, _("Words of the card")),
    ),
    body=BODY,
    style=STYLE,
    order=100,
)
