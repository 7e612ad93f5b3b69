"""Tables of the clinic, in the schema `medical`."""

from plugins.medical.models.appointments import (
    OCCUPYING,
    STANDING,
    TAKING,
    Appointment,
    FacilityUse,
)
from plugins.medical.models.base import MedicalBase
from plugins.medical.models.doctors import Doctor, HoursException, WeeklyHours
from plugins.medical.models.patients import FileEntry, Illness, Lesson, Patient
from plugins.medical.models.services import Cover, Facility, Service, ServiceDoctor, ServiceFacility
from plugins.medical.models.waiting import BookingLink, Proposal, Referral, Waiting

__all__ = [
    "OCCUPYING",
    "STANDING",
    "TAKING",
    "Appointment",
    "BookingLink",
    "Cover",
    "Doctor",
    "Facility",
    "FacilityUse",
    "FileEntry",
    "HoursException",
    "Illness",
    "Lesson",
    "MedicalBase",
    "Patient",
    "Proposal",
    "Referral",
    "Service",
    "ServiceDoctor",
    "ServiceFacility",
    "Waiting",
    "WeeklyHours",
]
