"""Access patterns that the plugin suggests: head of education, enrolment desk, teacher, accounts."""

from __future__ import annotations

from kernel.api import PatternSuggestion, _

BOOKS = ("education.course", "education.term", "education.room", "education.closed_day", "education.teacher")
CLASSES = ("education.offering", "education.session", "education.enrolment", "education.grade")
TAUGHT, LED, STUDENTS = "education.taught", "education.led", "education.own_students"
KEEP = ("view", "create", "edit")
EVERYTHING = (*KEEP, "delete", "restore", "export", "print", "report", "import", "assign")
LOOK = {(book, "view"): "all" for book in BOOKS}
PEOPLE = {
    **{("party", action): "all" for action in (*KEEP, "print", "send")},
    **{("education.student", action): "all" for action in KEEP},
    ("interaction", "view"): "all",
    ("interaction", "create"): "all",
    ("interaction", "edit"): "own",
    **{("message", action): "own" for action in ("view", "send", "again")},
    ("base_data", "create"): "all",
    **{("consent", action): "all" for action in KEEP},
}

# Rights on documents of sales are given beforehand: they reach nothing until the plugin `sales` is there.
PATTERNS = (
    PatternSuggestion(
        name="head",
        title=_("Head of education"),
        grants={
            **PEOPLE,
            **{(kind, action): "all" for kind in (*BOOKS, *CLASSES) for action in EVERYTHING},
            **{
                ("education.certificate", action): "all"
                for action in ("view", "create", "edit", "print", "report", "export", "revoke")
            },
            **{("education.grade", action): "all" for action in ("finalise", "change_late")},
            ("education.enrolment", "discount"): "all",
            **{("education.money", action): "all" for action in (*EVERYTHING, "send")},
            **{("sales.document", action): "all" for action in ("view", "print")},
        },
    ),
    PatternSuggestion(
        name="desk",
        title=_("Enrolment desk"),
        grants={
            **PEOPLE,
            **LOOK,
            **{("education.offering", action): "all" for action in ("view", "print", "report")},
            **{("education.session", action): "all" for action in KEEP},
            **{("education.enrolment", action): "all" for action in (*KEEP, "print", "report", "export")},
            ("education.grade", "view"): "all",
            **{("education.certificate", action): "all" for action in ("view", "create", "print")},
            **{("education.money", action): "all" for action in (*KEEP, "send", "report")},
            **{("sales.document", action): "all" for action in ("view", "print")},
            **{("sales.payment", action): "all" for action in ("view", "create")},
        },
    ),
    PatternSuggestion(
        name="teacher",
        title=_("Teacher (own calendar courses only)"),
        grants={
            **LOOK,
            ("party", "view"): STUDENTS,
            ("education.offering", "view"): TAUGHT,
            ("education.offering", "print"): TAUGHT,
            ("education.session", "view"): TAUGHT,
            ("education.session", "edit"): TAUGHT,
            ("education.enrolment", "view"): TAUGHT,
            ("education.enrolment", "print"): TAUGHT,
            ("education.grade", "view"): TAUGHT,
            ("education.grade", "create"): "all",
            ("education.grade", "edit"): LED,
            ("education.grade", "finalise"): LED,
        },
        fields={
            ("education.offering", "fee"): "hidden",
            ("education.enrolment", "fee"): "hidden",
            ("education.enrolment", "discount"): "hidden",
            ("education.enrolment", "discount_reason"): "hidden",
        },
    ),
)
