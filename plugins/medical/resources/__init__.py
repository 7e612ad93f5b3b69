"""The clinic's record kinds: doctors with their hours, services, appointments, and what is known of patients."""

from plugins.medical.resources.appointments import APPOINTMENT
from plugins.medical.resources.doctors import DOCTOR, Weekday
from plugins.medical.resources.lists import BASE_LISTS
from plugins.medical.resources.patients import DOCUMENT, ILLNESS, PATIENT
from plugins.medical.resources.referrals import REFERRAL_RECORD
from plugins.medical.resources.services import COVER, FACILITY, SERVICE
from plugins.medical.resources.waiting import WAITING
from plugins.medical.resources.words import (
    BACK,
    BLOOD_GROUPS,
    COLOURS,
    DOCUMENT_KINDS,
    GROUPS,
    INSURERS,
    NEXT,
    SPECIALTIES,
    STATES,
    STEPS,
)

RESOURCES = (APPOINTMENT, COVER, DOCTOR, DOCUMENT, FACILITY, ILLNESS, REFERRAL_RECORD, SERVICE, WAITING)

__all__ = [
    "APPOINTMENT",
    "BACK",
    "BASE_LISTS",
    "BLOOD_GROUPS",
    "COLOURS",
    "COVER",
    "DOCTOR",
    "DOCUMENT",
    "DOCUMENT_KINDS",
    "FACILITY",
    "GROUPS",
    "ILLNESS",
    "INSURERS",
    "NEXT",
    "PATIENT",
    "REFERRAL_RECORD",
    "RESOURCES",
    "SERVICE",
    "SPECIALTIES",
    "STATES",
    "STEPS",
    "WAITING",
    "Weekday",
]
