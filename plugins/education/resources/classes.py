"""Calendar courses, their sessions, and who is enrolled."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.api import Action, Board, Calendar, Context, Part, Resource, Search, Section, Sort, Tab, _, fields
from plugins.education import following
from plugins.education.models import Enrolment, Offering, Session, Slot
from plugins.education.preparing import classes as preparing
from plugins.education.words import (
    ENROLMENT_COLOURS,
    ENROLMENT_STATES,
    OFFERING_COLOURS,
    OFFERING_STATES,
    OUTCOME_COLOURS,
    OUTCOMES,
    SESSION_COLOURS,
    SESSION_STATES,
    SHARE_KINDS,
    Weekday,
    rule_fields,
)

RULE = rule_fields(inherited=True)


def offering_actions(context: Context, number: int) -> Sequence[Action]:
    """The ways from a calendar course to the work with it."""
    wanted = (
        (_("Class page"), f"/education/classes/{number}", "school", ("education.offering", "view")),
        (_("Grades"), f"/education/classes/{number}/grades", "table", ("education.grade", "view")),
        (_("Class list"), _printed("class_list", number), "printer", ("education.offering", "print")),
        (_("Results"), _printed("results", number), "printer", ("education.offering", "print")),
    )
    return [Action(label=label, url=url, icon=icon, permission=right) for label, url, icon, right in wanted]


def _printed(kind: str, number: int) -> str:
    return f"/printing/documents/education.{kind}/{number}"


OFFERING = Resource(
    name="education.offering",
    model=Offering,
    title=_("Calendar course"),
    plural=_("Calendar courses"),
    path="education/offerings",
    icon="school",
    label="title",
    unruled=(
        "title",
        "code",
        "course",
        "teacher",
        "room",
        "state",
        "capacity",
        "taken",
        "waiting",
        "begins_on",
        "ends_on",
        "results_on",
    ),
    fields=(
        fields.Link("course", _("Course"), to="education.course", attribute="course_id", required=True),
        fields.Link("term", _("Academic term"), to="education.term", attribute="term_id"),
        fields.Text("title", _("Title"), limit=200, help=_("The course and the term where this is empty.")),
        fields.Code("code", _("Code"), limit=30, help=_("The next number is given where this is empty.")),
        fields.Choice("state", _("State"), options=OFFERING_STATES, colours=OFFERING_COLOURS, default="open"),
        fields.Link("teacher", _("Teacher of the course"), to="education.teacher", attribute="teacher_id"),
        fields.Link("room", _("Place of the sessions"), to="education.room", attribute="room_id"),
        fields.Whole(
            "capacity",
            _("Capacity"),
            least=1,
            most=1000,
            help=_("The seats of the place where this is empty. Whoever comes when all are taken waits."),
        ),
        fields.Whole("taken", _("Enrolled"), read_only=True),
        fields.Whole("waiting", _("Waiting"), read_only=True),
        fields.Day("begins_on", _("First day"), required=True),
        fields.Day(
            "ends_on",
            _("Last day"),
            help=_(
                "The last session where this is empty; that of the term where their number is empty, too."
            ),
        ),
        fields.Whole("session_count", _("Number of sessions"), least=1, most=400),
        fields.Whole("hours", _("Hours of teaching"), least=1, most=5000, in_list=False),
        fields.Money("fee", _("Fee (Rials)"), least=0),
        fields.Whole(
            "instalments",
            _("Instalments"),
            least=1,
            most=36,
            default=1,
            in_list=False,
            help=_("A month apart."),
        ),
        fields.Choice(
            "share_kind", _("Share of the teacher"), options=SHARE_KINDS, default="none", in_list=False
        ),
        fields.Percent(
            "share_percent",
            _("Share in per cent"),
            in_list=False,
            when=fields.When("share_kind", ("percent",)),
        ),
        fields.Money(
            "share_amount",
            _("Share (Rials)"),
            least=0,
            in_list=False,
            when=fields.When("share_kind", ("session", "fixed")),
        ),
        fields.Day("results_on", _("Results final since"), read_only=True),
        fields.LongText("note", _("Note"), limit=5000),
        *RULE,
    ),
    list_columns=("code", "title", "teacher", "room", "state", "begins_on", "capacity", "taken", "waiting"),
    sections=(
        Section(
            _("Calendar course"),
            (
                "course",
                "term",
                "title",
                "code",
                "state",
                "teacher",
                "room",
                "capacity",
                "taken",
                "waiting",
                "note",
            ),
        ),
        Section(_("Times"), ("begins_on", "ends_on", "session_count", "hours", "results_on")),
        Section(
            _("Fee and share"),
            ("fee", "instalments", "share_kind", "share_percent", "share_amount"),
            tab="money",
        ),
        Section(_("How it is graded"), tuple(item.name for item in RULE), tab="grading"),
    ),
    tabs=(Tab("money", _("Fee and share")), Tab("grading", _("Grading"))),
    parts=(
        Part(
            "slots",
            _("Times in the week"),
            Slot,
            "offering_id",
            (
                Weekday("weekday", _("Day"), required=True),
                fields.TimeOfDay("starts", _("From"), required=True),
                fields.TimeOfDay("ends", _("Until"), required=True),
            ),
            order="weekday",
            prepare=preparing.prepare_slot,
            add_title=_("Add a time"),
            most=20,
            ruled=False,
        ),
    ),
    sorts=(
        Sort("title", _("Title"), ("sort_key",)),
        Sort("newest", _("Newest first"), ("begins_on",), descending=True),
    ),
    search=Search(held=("code",)),
    quick_filters=("state", "term", "course", "teacher", "room", "begins_on"),
    prepare=preparing.prepare_offering,
    follow=following.follow_offering,
    actions=offering_actions,
    constraints={
        "uq_offering_code": ("code", _("Another calendar course has this code.")),
        "ck_offering_days": ("ends_on", _("The end must not be before the beginning.")),
    },
    help=_(
        "A course as it is held: when, where, by whom, for how many and for how much. On its class page sessions are"
        " planned from the times in the week, students enrolled, attendance and grades entered."
    ),
    views=(Board(lane="state", fields=("teacher", "begins_on", "taken", "capacity"), sum="taken"),),
)

SESSION = Resource(
    name="education.session",
    model=Session,
    title=_("Session"),
    plural=_("Sessions"),
    path="education/sessions",
    icon="calendar-event",
    label="starts_at",
    unruled=("starts_at", "ends_at", "offering", "teacher", "room", "state"),
    fields=(
        fields.Link(
            "offering", _("Calendar course"), to="education.offering", attribute="offering_id", required=True
        ),
        fields.Instant("starts_at", _("Begins at"), required=True),
        fields.Instant("ends_at", _("Ends at"), required=True),
        fields.Link("teacher", _("Teacher of the course"), to="education.teacher", attribute="teacher_id"),
        fields.Link("room", _("Place of the sessions"), to="education.room", attribute="room_id"),
        fields.Choice(
            "state", _("State"), options=SESSION_STATES, colours=SESSION_COLOURS, default="planned"
        ),
        fields.Text("topic", _("Topic"), limit=300),
    ),
    list_columns=("starts_at", "ends_at", "offering", "teacher", "room", "state", "topic"),
    sections=(
        Section(_("Session"), ("offering", "starts_at", "ends_at", "teacher", "room", "state", "topic")),
    ),
    sorts=(
        Sort("latest", _("Latest first"), ("starts_at",), descending=True),
        Sort("earliest", _("Earliest first"), ("starts_at",)),
    ),
    quick_filters=("offering", "teacher", "room", "state", "starts_at"),
    prepare=preparing.prepare_session,
    follow=following.follow_session,
    actions=lambda context, number: [
        Action(
            label=_("Attendance"),
            url=f"/education/sessions/{number}/attendance",
            icon="user-check",
            permission=("education.session", "edit"),
        )
    ],
    constraints={
        "ex_session_teacher": ("teacher", _("The teacher has another session at this time.")),
        "ex_session_room": ("room", _("The place is taken by another session at this time.")),
        "ex_session_offering": ("starts_at", _("This calendar course has another session at this time.")),
        "ck_session_times": ("ends_at", _("The end must be later than the beginning.")),
    },
    views=(
        Calendar(
            start="starts_at",
            end="ends_at",
            by="room",
            tone="state",
            label="offering",
            fields=("teacher",),
            longest=1,
        ),
        Calendar(
            title=_("Calendar by teacher"),
            key="teachers",
            start="starts_at",
            end="ends_at",
            by="teacher",
            tone="state",
            label="offering",
            fields=("room",),
            longest=1,
        ),
    ),
)

ENROLMENT = Resource(
    name="education.enrolment",
    model=Enrolment,
    title=_("Enrolment"),
    plural=_("Enrolments"),
    path="education/enrolments",
    icon="user-plus",
    label="number",
    page="/education/enrolled/{id}",
    unruled=(
        "number",
        "student",
        "offering",
        "state",
        "entered_on",
        "ended_on",
        "end_reason",
        "attended",
        "final",
        "outcome",
    ),
    fields=(
        fields.Code("number", _("Number of the enrolment"), limit=40, read_only=True),
        fields.Link("student", _("Student"), to="person", attribute="student_id", read_only=True),
        fields.Link(
            "offering", _("Calendar course"), to="education.offering", attribute="offering_id", read_only=True
        ),
        fields.Choice(
            "state", _("State"), options=ENROLMENT_STATES, colours=ENROLMENT_COLOURS, read_only=True
        ),
        fields.Day("entered_on", _("Since"), read_only=True),
        fields.Day("ended_on", _("Enrolment ended on"), read_only=True, in_list=False),
        fields.Text("end_reason", _("Reason of the withdrawal"), read_only=True, in_list=False),
        fields.Money("fee", _("Fee (Rials)"), read_only=True),
        fields.Money("discount", _("Discount (Rials)"), read_only=True),
        fields.Text("discount_reason", _("Reason of the discount"), read_only=True, in_list=False),
        fields.Whole("attended", _("Attendance (per cent)"), read_only=True),
        fields.Decimal("final", _("Grade"), read_only=True),
        fields.Choice("outcome", _("Outcome"), options=OUTCOMES, colours=OUTCOME_COLOURS, read_only=True),
    ),
    list_columns=("number", "student", "offering", "state", "entered_on", "attended", "final", "outcome"),
    sections=(
        Section(
            _("Enrolment"),
            (
                "number",
                "student",
                "offering",
                "state",
                "entered_on",
                "ended_on",
                "end_reason",
                "fee",
                "discount",
                "discount_reason",
                "attended",
                "final",
                "outcome",
            ),
        ),
    ),
    sorts=(Sort("newest", _("Newest first"), ("id",), descending=True),),
    quick_filters=("offering", "student", "state", "outcome", "entered_on"),
    editable=False,
    constraints={
        "uq_enrolment_offering_id": ("student", _("This student is enrolled or waits already.")),
        "uq_enrolment_seat_id": (None, _("Somebody else has just taken this seat.")),
    },
)
