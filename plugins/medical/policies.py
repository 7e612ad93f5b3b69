"""Who sees and changes the clinic's rows.

Doctors, hours, services, rooms and kinds of illness are for everybody who works here. What the clinic knows of a patient
needs a right of its own besides seeing the person; appointments, documents, waits and referrals are seen by grant, and only
together with their patient. Codes of links and what was told by SMS are for nobody to read.
"""

from __future__ import annotations

from kernel.api import Party, child, public, rows, system
from plugins.medical.models import (
    Appointment,
    BookingLink,
    Cover,
    Doctor,
    Facility,
    FacilityUse,
    FileEntry,
    HoursException,
    Illness,
    Lesson,
    Patient,
    Proposal,
    Referral,
    Service,
    ServiceDoctor,
    ServiceFacility,
    Waiting,
    WeeklyHours,
)

BY_DOCTOR = ("created_by", "doctor_user_id")

POLICIES = (
    public(Doctor, "medical.doctor"),
    child(WeeklyHours, parent=Doctor, key="doctor_id"),
    child(HoursException, parent=Doctor, key="doctor_id"),
    public(Facility, "medical.facility"),
    public(Service, "medical.service"),
    child(ServiceDoctor, parent=Service, key="service_id"),
    child(ServiceFacility, parent=Service, key="service_id"),
    public(Cover, "medical.cover"),
    public(Illness, "medical.illness"),
    child(Lesson, parent=Illness, key="illness_id"),
    child(Patient, parent=Party, key="party_id", resource="medical.patient"),
    rows(FileEntry, "medical.document", own=BY_DOCTOR, party="party_id"),
    rows(Appointment, "medical.appointment", own=BY_DOCTOR, party="patient_id"),
    child(FacilityUse, parent=Appointment, key="appointment_id"),
    rows(Waiting, "medical.waiting", own=("created_by",), party="patient_id"),
    rows(Referral, "medical.referral", own=BY_DOCTOR, party="patient_id"),
    system(BookingLink),
    system(Proposal),
)
