"""Tables of the plugin, in the schema `education`."""

from plugins.education.models.base import EducationBase
from plugins.education.models.catalogue import (
    ClosedDay,
    Course,
    CourseItem,
    Leave,
    Room,
    Slot,
    Student,
    Teacher,
    Term,
)
from plugins.education.models.classes import Attendance, Enrolment, Offering, Seat, Session
from plugins.education.models.money import Charge, Cost, Payment
from plugins.education.models.results import Certificate, Grade, GradeChange, Item

__all__ = [
    "Attendance",
    "Certificate",
    "Charge",
    "ClosedDay",
    "Cost",
    "Course",
    "CourseItem",
    "EducationBase",
    "Enrolment",
    "Grade",
    "GradeChange",
    "Item",
    "Leave",
    "Offering",
    "Payment",
    "Room",
    "Seat",
    "Session",
    "Slot",
    "Student",
    "Teacher",
    "Term",
]
