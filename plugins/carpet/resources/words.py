"""The words for states, channels and reasons, with the tones of their badges."""

from __future__ import annotations

from kernel.api import _

BATCH_STATES = {
    "new": _("Codes not handed out yet"),
    "printing": _("Being printed"),
    "printed": _("Handed out"),
    "void": _("Not valid"),
}
BATCH_COLOURS = {"new": "amber", "printing": "blue", "printed": "green", "void": "red"}
SERIAL_STATES = {
    "stock": _("Not sold yet"),
    "sold": _("Sold, not registered"),
    "registered": _("Registered"),
    "replaced": _("Replaced by another"),
    "void": _("Not valid"),
}
SERIAL_COLOURS = {
    "stock": "grey",
    "sold": "amber",
    "registered": "green",
    "replaced": "violet",
    "void": "red",
}
GUARANTEE_STATES = {
    "active": _("Registered"),
    "replaced": _("Replaced by another"),
    "void": _("Not valid"),
}
GUARANTEE_COLOURS = {"active": "green", "replaced": "violet", "void": "red"}
CHANNELS = {
    "sms": _("By SMS"),
    "web": _("By the web form"),
    "staff": _("By staff"),
    "replacement": _("As a replacement"),
}
TRANSFER_REASONS = {
    "sold": _("Sold to another"),
    "gift": _("Given as a present"),
    "dispute": _("Decision of a dispute"),
    "mistake": _("Registered for the wrong person"),
}
CLAIM_STATES = {
    "open": _("Reported"),
    "inspection": _("To be inspected"),
    "accepted": _("Accepted"),
    "refused": _("Refused"),
    "repaired": _("Repaired"),
    "replaced": _("Replaced"),
}
CLAIM_COLOURS = {
    "open": "amber",
    "inspection": "blue",
    "accepted": "cyan",
    "refused": "red",
    "repaired": "green",
    "replaced": "violet",
}
DISPUTE_STATES = {
    "open": _("Waits for a decision"),
    "kept": _("Stays with the owner"),
    "moved": _("Went to the other one"),
}
DISPUTE_COLOURS = {"open": "amber", "kept": "grey", "moved": "blue"}
