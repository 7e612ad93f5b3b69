"""Entries of the main menu."""

from __future__ import annotations

from kernel.api import MenuItem, _

MENU = (
    MenuItem(
        label=_("Calendar courses"),
        target="/education/offerings",
        icon="school",
        permission=("education.offering", "view"),
        order=330,
        key="KeyE",
        help=_(
            "Courses as they are held. The class page of each plans the sessions, enrols students, takes attendance and"
            " grades and shows how it stands."
        ),
    ),
    MenuItem(
        label=_("Sessions"),
        target="/education/sessions",
        icon="calendar-event",
        permission=("education.session", "view"),
        order=331,
        help=_("All sessions, as a list or as a calendar by place or by teacher."),
    ),
    MenuItem(
        label=_("Sessions on days off"),
        target="education.replan",
        icon="calendar-off",
        permission=("education.session", "edit"),
        order=331,
        help=_(
            "Sessions whose day became a holiday, a closed day or one of the teacher’s absence, each with"
            " another time that is free for all."
        ),
    ),
    MenuItem(
        label=_("Enrolments"),
        target="/education/enrolments",
        icon="user-plus",
        permission=("education.enrolment", "view"),
        order=332,
    ),
    MenuItem(
        label=_("Certificates"),
        target="/education/certificates",
        icon="certificate",
        permission=("education.certificate", "view"),
        order=333,
    ),
    MenuItem(
        label=_("Debts and balances"),
        target="education.debts",
        icon="report-money",
        permission=("education.money", "view"),
        order=334,
        help=_("What students owe, and what stands to the account of teachers; both can be sent by SMS."),
    ),
    MenuItem(
        label=_("Payments of students"),
        target="/education/receipts",
        icon="cash",
        permission=("education.money", "view"),
        order=335,
    ),
    MenuItem(
        label=_("Refunds to students"),
        target="/education/refunds",
        icon="arrow-back-up",
        permission=("education.money", "view"),
        order=335,
    ),
    MenuItem(
        label=_("Payments to teachers"),
        target="/education/teacher_payments",
        icon="coins",
        permission=("education.money", "view"),
        order=336,
    ),
    MenuItem(
        label=_("Costs of courses"),
        target="/education/costs",
        icon="receipt",
        permission=("education.money", "view"),
        order=337,
    ),
    MenuItem(
        label=_("Courses"),
        target="/education/courses",
        icon="book",
        permission=("education.course", "view"),
        order=338,
    ),
    MenuItem(
        label=_("Teachers"),
        target="/education/teachers",
        icon="users",
        permission=("education.teacher", "view"),
        order=339,
    ),
    MenuItem(
        label=_("Places"),
        target="/education/rooms",
        icon="building",
        permission=("education.room", "view"),
        order=340,
    ),
    MenuItem(
        label=_("Terms"),
        target="/education/terms",
        icon="calendar",
        permission=("education.term", "edit"),
        order=341,
    ),
    MenuItem(
        label=_("Closed days"),
        target="/education/closed_days",
        icon="calendar-off",
        permission=("education.closed_day", "edit"),
        order=342,
    ),
)
