"""Record kinds of the plugin."""

from plugins.education.resources.catalogue import CLOSED_DAY, COURSE, ROOM, STUDENT, TEACHER, TERM
from plugins.education.resources.classes import ENROLMENT, OFFERING, SESSION
from plugins.education.resources.money import CHARGE, COST, RECEIPT, REFUND, TEACHER_PAYMENT
from plugins.education.resources.results import CERTIFICATE, ITEM
from plugins.education.words import BASE_LISTS

RESOURCES = (
    COURSE,
    OFFERING,
    SESSION,
    ENROLMENT,
    ITEM,
    CERTIFICATE,
    TEACHER,
    ROOM,
    TERM,
    CLOSED_DAY,
    CHARGE,
    RECEIPT,
    REFUND,
    TEACHER_PAYMENT,
    COST,
)

__all__ = [
    "BASE_LISTS",
    "CERTIFICATE",
    "CHARGE",
    "CLOSED_DAY",
    "COST",
    "COURSE",
    "ENROLMENT",
    "ITEM",
    "OFFERING",
    "RECEIPT",
    "REFUND",
    "RESOURCES",
    "ROOM",
    "SESSION",
    "STUDENT",
    "TEACHER",
    "TEACHER_PAYMENT",
    "TERM",
]
