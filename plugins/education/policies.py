"""Who sees and changes the plugin's rows.

Courses, terms, places, teachers and closed days are for everybody to look up. A calendar course is seen by grant; what
belongs to it by a grant of its own kind, and only together with it. An enrolment is seen only together with the student;
money needs a right of its own, which teachers do not have.
"""

from __future__ import annotations

from kernel.api import Party, child, public, rows
from plugins.education.models import (
    Attendance,
    Certificate,
    Charge,
    ClosedDay,
    Cost,
    Course,
    CourseItem,
    Enrolment,
    Grade,
    GradeChange,
    Item,
    Leave,
    Offering,
    Payment,
    Room,
    Seat,
    Session,
    Slot,
    Student,
    Teacher,
    Term,
)

MONEY = "education.money"

POLICIES = (
    public(Course, "education.course"),
    child(CourseItem, parent=Course, key="course_id"),
    public(Term, "education.term"),
    public(Room, "education.room"),
    public(ClosedDay, "education.closed_day"),
    public(Teacher, "education.teacher"),
    child(Leave, parent=Teacher, key="teacher_id"),
    child(Student, parent=Party, key="party_id", resource="education.student"),
    rows(Offering, "education.offering", own=("created_by",)),
    child(Slot, parent=Offering, key="offering_id"),
    child(Seat, parent=Offering, key="offering_id"),
    rows(Session, "education.session", own=("created_by",), party="offering_id"),
    rows(Enrolment, "education.enrolment", own=("created_by",), party="student_id"),
    child(Attendance, parent=Session, key="session_id", also=("enrolment_id",)),
    rows(Item, "education.grade", own=("created_by",), party="offering_id"),
    child(Grade, parent=Item, key="item_id", also=("enrolment_id",)),
    child(GradeChange, parent=Item, key="item_id", also=("enrolment_id",)),
    rows(Certificate, "education.certificate", own=("created_by",), party="party_id"),
    rows(Charge, MONEY, own=("created_by",), party="enrolment_id"),
    rows(Payment, MONEY, own=("created_by",), party="party_id"),
    rows(Cost, MONEY, own=("created_by",), party="offering_id"),
)
