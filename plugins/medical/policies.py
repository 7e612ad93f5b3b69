"""Who sees and changes the clinic's rows.

Doctors, hours and services are for everybody who works here. What the clinic knows of a patient needs a right of its own
besides seeing the person; an appointment is seen by grant, and only together with its patient.
"""

from __future__ import annotations

from kernel.api import Party, child, public, rows
from plugins.medical.models import Appointment, Doctor, HoursException, Patient, Service, WeeklyHours

POLICIES = (
    public(Doctor, "medical.doctor"),
    child(WeeklyHours, parent=Doctor, key="doctor_id"),
    child(HoursException, parent=Doctor, key="doctor_id"),
    public(Service, "medical.service"),
    child(Patient, parent=Party, key="party_id", resource="medical.patient"),
    rows(Appointment, "medical.appointment", own=("created_by", "doctor_user_id"), party="patient_id"),
)
