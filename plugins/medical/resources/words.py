"""Keys of base data, and the words and colours of states."""

from __future__ import annotations

from kernel.api import _

SPECIALTIES = "medical.specialty"
GROUPS = "medical.group"
DOCUMENT_KINDS = "medical.document_kind"
INSURERS = "medical.insurer"

WEEKDAYS = {
    "0": _("Saturday"),
    "1": _("Sunday"),
    "2": _("Monday"),
    "3": _("Tuesday"),
    "4": _("Wednesday"),
    "5": _("Thursday"),
    "6": _("Friday"),
}
STATES = {
    "booked": _("Booked"),
    "confirmed": _("Confirmed"),
    "arrived": _("Arrived"),
    "in_visit": _("In visit"),
    "done": _("Done"),
    "missed": _("Did not come"),
    "cancelled": _("Cancelled"),
    "offered": _("Held for the waiting list"),
}
COLOURS = {
    "booked": "blue",
    "confirmed": "cyan",
    "arrived": "amber",
    "in_visit": "violet",
    "done": "green",
    "missed": "red",
    "cancelled": "grey",
    "offered": "grey",
}
NEXT: dict[str, tuple[str, ...]] = {
    "booked": ("confirmed", "arrived", "missed"),
    "confirmed": ("arrived", "missed"),
    "arrived": ("in_visit", "done", "missed"),
    "in_visit": ("done",),
    "missed": ("arrived",),
    "done": (),
    "cancelled": (),
    "offered": (),
}
"""Which state may follow which; cancelling is a command of its own."""
STEPS = {**STATES, "confirmed": _("Confirm"), "in_visit": _("Begin the visit"), "done": _("End the visit")}
"""What is pressed for a state."""
BACK = {
    "confirmed": "booked",
    "arrived": "booked",
    "in_visit": "arrived",
    "done": "in_visit",
    "missed": "booked",
}
"""To what a state is taken back that was noted by mistake."""
BLOOD_GROUPS = {
    "O+": _("O+"),
    "O-": _("O-"),
    "A+": _("A+"),
    "A-": _("A-"),
    "B+": _("B+"),
    "B-": _("B-"),
    "AB+": _("AB+"),
    "AB-": _("AB-"),
}


SOURCES = {
    "desk": _("At the desk"),
    "link": _("By link"),
    "sms": _("By SMS"),
    "ussd": _("By USSD"),
    "waiting": _("From the waiting list"),
}
CANCELLERS = {"patient": _("Patient"), "clinic": _("Clinic"), "offer": _("Offer was not taken")}
