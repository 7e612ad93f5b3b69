"""The clinic's rights, the patterns in which they usually go together, its settings, and its places in the menu."""

from __future__ import annotations

from kernel.api import MenuItem, PatternSuggestion, Permission, Setting, _

STAFF = ("view", "create", "edit")

PERMISSIONS = (
    Permission(
        resource="medical.appointment", action="outside_hours", title=_("Book outside a doctor's hours")
    ),
    Permission(resource="medical.appointment", action="bill", title=_("Write invoices of visits")),
    Permission(resource="medical.illness", action="send", title=_("Send educational messages")),
)


def _all(resource: str, *actions: str) -> dict[tuple[str, str], str]:
    return {(resource, action): "all" for action in actions}


_READING = {
    **_all("medical.doctor", "view"),
    **_all("medical.service", "view"),
    **_all("medical.facility", "view"),
    **_all("medical.illness", "view"),
    **_all("medical.cover", "view"),
}
# Interactions are seen with the people that they were with: a doctor of few patients sees few of them.
_NOTING = {
    ("interaction", "view"): "all",
    ("interaction", "create"): "all",
    ("interaction", "edit"): "own",
}
_DESK = {
    **_all("party", *STAFF, "print", "send"),
    **{("message", action): "own" for action in ("view", "send", "again")},
    **_all("interaction", *STAFF),
    **_all("call", "view", "edit"),
    **_all("medical.appointment", *STAFF, "print", "report", "bill"),
    **_all("medical.waiting", *STAFF, "delete", "restore"),
    **_all("medical.referral", "view", "edit"),
    **_all("medical.patient", *STAFF),
    **_READING,
    **_all("base_data", "create"),
    **_all("consent", *STAFF),
    **_all("party", "import"),
    **{("import", action): "own" for action in STAFF},
    # Invoices of visits are seen and their money is taken at the desk, where the plugin for sales is there.
    **_all("sales.document", "view", "print"),
    **_all("sales.payment", "view", "create"),
}
_TREATING = {
    ("party", "see_sensitive"): "all",
    ("medical.patient", "see_sensitive"): "all",
    ("medical.referral", "see_sensitive"): "all",
    **_NOTING,
    **_READING,
    ("base_data", "create"): "all",
}

PATTERNS = (
    PatternSuggestion(name="receptionist", title=_("Receptionist"), grants=_DESK),
    PatternSuggestion(
        name="doctor",
        title=_("Doctor"),
        grants={
            **{("medical.appointment", action): "own" for action in ("view", "edit", "print", "report")},
            **{("medical.referral", action): "own" for action in ("view", "edit")},
            **_all("medical.referral", "create"),
            **_all("medical.document", *STAFF, "print"),
            **_all("medical.patient", *STAFF),
            **_all("medical.illness", "create", "edit", "send"),
            **_all("party", "view", "edit"),
            **_all("party_family", *STAFF),
            **_all("party_health", *STAFF),
            **_all("consent", *STAFF),
            **_TREATING,
        },
    ),
    PatternSuggestion(
        name="doctor_own_patients",
        title=_("Doctor (own patients only)"),
        grants={
            **{("medical.appointment", action): "own" for action in ("view", "edit", "print", "report")},
            **{("medical.referral", action): "own" for action in ("view", "edit")},
            **_all("medical.referral", "create"),
            **_all("medical.document", *STAFF, "print"),
            ("party", "view"): ("own", "medical.own_patients"),
            **{("party", action): "medical.own_patients" for action in ("edit", "print")},
            **{
                (resource, action): "medical.own_patients"
                for resource in ("medical.patient", "party_family", "party_health", "consent")
                for action in STAFF
            },
            **_TREATING,
        },
    ),
    PatternSuggestion(
        name="manager",
        title=_("Manager of the clinic"),
        grants={
            **_DESK,
            **_all("medical.appointment", "outside_hours", "export", "delete", "restore"),
            **{
                (f"medical.{name}", action): "all"
                for name in ("doctor", "service", "facility", "cover", "illness")
                for action in ("create", "edit", "delete", "restore", "export")
            },
            **_all("medical.referral", "create", "export", "report"),
            **_all("medical.waiting", "export", "report"),
            **_all("saved_view", "share"),
        },
    ),
)

SETTINGS = (
    Setting(
        key="slot_minutes",
        title=_("Minutes between two possible beginnings"),
        kind="whole",
        default=15,
        bounds=(1, 240),
        order=10,
    ),
    Setting(
        key="today_sms",
        title=_("Remind patients by SMS on the morning of the appointment"),
        kind="yes_no",
        default=True,
        help=_("At 07:30; turn it off where a ladder of reminders does this."),
        order=20,
    ),
    Setting(
        key="ask_sms",
        title=_("Ask patients by SMS on the evening before whether they come"),
        kind="yes_no",
        default=False,
        help=_("At 18:00; an answer confirms or cancels."),
        order=30,
    ),
    Setting(
        key="offer_minutes",
        title=_("Minutes for which a time is held for somebody who waits"),
        kind="whole",
        default=30,
        bounds=(0, 1440),
        help=_("0: nobody on the waiting list is asked."),
        order=40,
    ),
    Setting(
        key="cancel_hours",
        title=_("Hours before the appointment until which patients may cancel themselves"),
        kind="whole",
        default=2,
        bounds=(0, 720),
        order=50,
    ),
    Setting(
        key="self_most",
        title=_("Appointments to come that a patient may book himself"),
        kind="whole",
        default=3,
        bounds=(1, 50),
        order=60,
    ),
    Setting(
        key="visit_points",
        title=_("Points of the customers' club for a visit"),
        kind="whole",
        default=0,
        bounds=(0, 1_000_000),
        help=_("Only members get them, and only where the club is in use."),
        order=65,
    ),
    Setting(
        key="confirm_words",
        title=_("Words that confirm by SMS"),
        default="1، تایید، تأیید، بله، بلی",
        help=_("Several stand between commas."),
        order=70,
    ),
    Setting(key="cancel_words", title=_("Words that cancel by SMS"), default="0، لغو، کنسل، خیر", order=80),
    Setting(
        key="book_words",
        title=_("Words that ask for a time by SMS"),
        default="نوبت",
        help=_("After the word may stand the name of a service."),
        order=90,
    ),
)

MENU = (
    MenuItem(
        label=_("Appointments of the day"),
        target="medical.day",
        icon="calendar",
        permission=("medical.appointment", "view"),
        order=300,
        key="KeyA",
        help=_(
            "The day of the clinic, a column for each doctor. Press a free time to book it; press an appointment to "
            "confirm it, note that the patient has arrived, move or cancel it. The doctor is told at once who "
            "has arrived."
        ),
    ),
    MenuItem(
        label=_("Free times"),
        target="medical.search",
        icon="search",
        permission=("medical.appointment", "create"),
        order=302,
        help=_(
            "Free times of a service, with one doctor or several, between two days and in a part of the day."
        ),
    ),
    MenuItem(
        label=_("Waiting list"),
        target="medical.line",
        icon="hourglass",
        permission=("medical.waiting", "view"),
        order=304,
        help=_(
            "Who waits for a time. A time that comes free is held for the first in line, who is asked by SMS; without an "
            "answer it goes to the next."
        ),
    ),
    MenuItem(
        label=_("To be planned anew"),
        target="medical.replan",
        icon="calendar-off",
        permission=("medical.appointment", "edit"),
        order=306,
    ),
    MenuItem(
        label=_("Referrals"),
        target="/medical/referrals",
        icon="share",
        permission=("medical.referral", "view"),
        order=308,
    ),
    MenuItem(
        label=_("Doctors"),
        target="/medical/doctors",
        icon="stethoscope",
        permission=("medical.doctor", "view"),
        order=310,
        help=_(
            "The doctors with their weekly hours. Only within these hours can be booked, unless somebody holds the "
            "right to book outside them. A doctor's own user sees the appointments and patients of that doctor."
        ),
    ),
    MenuItem(
        label=_("Services"),
        target="/medical/services",
        icon="clipboard-list",
        permission=("medical.service", "view"),
        order=320,
        help=_("What can be booked, with how long it takes; an appointment is as long as its service."),
    ),
    MenuItem(
        label=_("Rooms and devices"),
        target="/medical/facilities",
        icon="building",
        permission=("medical.facility", "create"),
        order=330,
    ),
    MenuItem(
        label=_("Kinds of illness"),
        target="/medical/illnesses",
        icon="heartbeat",
        permission=("medical.illness", "create"),
        order=340,
    ),
    MenuItem(
        label=_("Documents of the file"),
        target="/medical/documents",
        icon="file-text",
        permission=("medical.document", "view"),
        order=350,
    ),
    MenuItem(
        label=_("Shares of insurers"),
        target="/medical/covers",
        icon="percentage",
        permission=("medical.cover", "create"),
        order=360,
    ),
    MenuItem(
        label=_("Load of the doctors"),
        target="medical.load",
        icon="chart-bar",
        permission=("medical.appointment", "report"),
        order=370,
    ),
)
