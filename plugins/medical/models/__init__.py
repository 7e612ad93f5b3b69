"""Tables of the clinic, in the schema `medical`."""

from plugins.medical.models.appointments import (
    OCCUPYING,
    TAKING,
    Appointment,
    BookingLink,
    FacilityUse,
    Proposal,
    Referral,
    Waiting,
)
from plugins.medical.models.base import MedicalBase
from plugins.medical.models.doctors import Doctor, HoursException, WeeklyHours
from plugins.medical.models.patients import FileEntry, Illness, Lesson, Patient
from plugins.medical.models.services import Cover, Facility, Service, ServiceDoctor, ServiceFacility

__all__ = [
    "OCCUPYING",
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
