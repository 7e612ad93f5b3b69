"""Courses, terms, places, closed days, teachers, and the student's facet of a person."""

from __future__ import annotations

from kernel.api import Charge, Facet, Part, Resource, Search, Section, Sort, Tab, _, fields
from plugins.education.models import ClosedDay, Course, CourseItem, Leave, Room, Student, Teacher, Term
from plugins.education.preparing import catalogue as preparing
from plugins.education.words import (
    FIELDS,
    GROUPS,
    LEVELS,
    graded_fields,
    judge_item,
    rule_fields,
)

RULE = rule_fields(inherited=False)
RULE_NAMES = tuple(item.name for item in RULE)

COURSE = Resource(
    name="education.course",
    model=Course,
    title=_("Course"),
    plural=_("Courses"),
    path="education/courses",
    icon="book",
    label="title",
    unruled=("title",),
    fields=(
        fields.Text("title", _("Title"), required=True, limit=150),
        fields.Text(
            "latin_title",
            _("Title in English"),
            limit=150,
            in_list=False,
            help=_("For certificates in English."),
        ),
        fields.Code("code", _("Code"), limit=30),
        fields.BaseChoice("group", _("Group"), source=GROUPS, attribute="group_id"),
        fields.Whole("hours", _("Hours of teaching"), least=1, most=5000),
        fields.Whole("session_count", _("Number of sessions"), least=1, most=400),
        fields.Money("fee", _("Fee (Rials)"), least=0),
        fields.YesNo("active", _("On offer"), default=True),
        fields.LongText("syllabus", _("Syllabus"), limit=10_000),
        *RULE,
    ),
    list_columns=("title", "code", "group", "hours", "session_count", "fee", "active"),
    sections=(
        Section(
            _("Course"),
            ("title", "latin_title", "code", "group", "hours", "session_count", "fee", "active", "syllabus"),
        ),
        Section(_("How it is graded"), RULE_NAMES, tab="grading"),
    ),
    tabs=(Tab("grading", _("Grading")),),
    parts=(
        Part(
            "items",
            _("Graded items"),
            CourseItem,
            "course_id",
            graded_fields(),
            prepare=judge_item,
            add_title=_("Add an item"),
            most=40,
            ruled=False,
            tab="grading",
        ),
    ),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(held=("code",)),
    quick_filters=("group", "active"),
    prepare=preparing.prepare_course,
    importable=True,
    constraints={"uq_course_search_key": ("title", _("There is already a course of this name."))},
    help=_(
        "The catalogue: what is taught, for how long, for how much and how it is graded. Each time it is held it becomes a"
        " calendar course, which takes fee, items and rule from here and may differ from then on."
    ),
)

TERM = Resource(
    name="education.term",
    model=Term,
    title=_("Academic term"),
    plural=_("Terms"),
    path="education/terms",
    icon="calendar",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=60),
        fields.Day("begins_on", _("First day"), required=True),
        fields.Day("ends_on", _("Last day"), required=True),
    ),
    list_columns=("title", "begins_on", "ends_on"),
    sections=(Section(_("Academic term"), ("title", "begins_on", "ends_on")),),
    sorts=(Sort("newest", _("Newest first"), ("begins_on",), descending=True),),
    search=Search(),
    quick=("title", "begins_on", "ends_on"),
    prepare=preparing.prepare_term,
    constraints={
        "uq_term_search_key": ("title", _("There is already a term of this name.")),
        "ck_term_days": ("ends_on", _("The end must not be before the beginning.")),
    },
)

ROOM = Resource(
    name="education.room",
    model=Room,
    title=_("Place of the sessions"),
    plural=_("Places"),
    path="education/rooms",
    icon="building",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=80),
        fields.Whole("capacity", _("Seats"), required=True, least=1, most=1000),
        fields.Text("address", _("Address"), limit=300),
        fields.LongText("note", _("Note"), limit=2000),
    ),
    list_columns=("title", "capacity", "address"),
    sections=(Section(_("Place of the sessions"), ("title", "capacity", "address", "note")),),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(),
    quick=("title", "capacity"),
    prepare=preparing.prepare_titled,
    constraints={"uq_room_search_key": ("title", _("There is already a place of this name."))},
)

CLOSED_DAY = Resource(
    name="education.closed_day",
    model=ClosedDay,
    title=_("Closed day"),
    plural=_("Closed days"),
    path="education/closed_days",
    icon="calendar-off",
    label="title",
    fields=(
        fields.Day("day", _("Day"), required=True),
        fields.Text("title", _("Why"), required=True, limit=100),
    ),
    list_columns=("day", "title"),
    sections=(Section(_("Closed day"), ("day", "title")),),
    sorts=(Sort("day", _("Day"), ("day",), descending=True),),
    quick_filters=("day",),
    constraints={"uq_closed_day_day": ("day", _("This day is closed already."))},
    help=_("Days on which the academy is closed besides the holidays: no session is planned on them."),
)

TEACHER = Resource(
    name="education.teacher",
    model=Teacher,
    title=_("Teacher of the course"),
    plural=_("Teachers"),
    path="education/teachers",
    icon="school",
    faces=True,
    label="name",
    unruled=("name",),
    fields=(
        fields.Link("party", _("Person"), to="person", attribute="party_id", required=True),
        fields.Text(
            "name", _("Name in class lists"), limit=100, help=_("The person's own name where this is empty.")
        ),
        fields.BaseChoice("field", _("Field of teaching"), source=FIELDS, attribute="field_id"),
        fields.UserLink(
            "user",
            _("Sign-in"),
            attribute="user_id",
            help=_("With it, the teacher sees and grades the own calendar courses."),
        ),
        fields.YesNo("active", _("Teaches at present"), default=True),
    ),
    list_columns=("name", "field", "user", "active"),
    sections=(Section(_("Teacher of the course"), ("party", "name", "field", "user", "active")),),
    parts=(
        Part(
            "leaves",
            _("Days of absence"),
            Leave,
            "teacher_id",
            (
                fields.Day("begins_on", _("First day"), required=True),
                fields.Day("ends_on", _("Last day"), help=_("The first day where this is empty.")),
            ),
            order="begins_on",
            prepare=preparing.prepare_leave,
            add_title=_("Add days of absence"),
            most=100,
            ruled=False,
        ),
    ),
    sorts=(Sort("name", _("Name"), ("sort_key",)),),
    search=Search(),
    quick_filters=("field", "active"),
    prepare=preparing.prepare_teacher,
    follow=preparing.follow_teacher,
    charges=(Charge("user_id"),),
    constraints={"uq_teacher_party_id": ("party", _("This person is a teacher here already."))},
)

STUDENT = Facet(
    resource="person",
    plugin="education",
    title=_("Student"),
    model=Student,
    key="party_id",
    fields=(
        fields.Code("student_number", _("Student number"), limit=30),
        fields.Text(
            "latin_name",
            _("Name in Latin letters"),
            limit=120,
            help=_("As it stands in the passport, for certificates in English."),
        ),
        fields.BaseChoice("level", _("Level of education"), source=LEVELS, attribute="level_id"),
        fields.Text("school", _("School or place of work"), limit=150),
        fields.LongText("note", _("Note on the student"), limit=2000),
    ),
    permission="education.student",
)
