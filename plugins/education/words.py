"""Base lists, fixed choices, and the fields of the rule of grading, which courses and calendar courses share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.api import BaseList, Context, Problem, _, fields

GROUPS = "education.group"
LEVELS = "education.level"
FIELDS = "education.field"
WAYS = "education.way"
COST_KINDS = "education.cost_kind"

WEEKDAYS = {
    "0": _("Saturday"),
    "1": _("Sunday"),
    "2": _("Monday"),
    "3": _("Tuesday"),
    "4": _("Wednesday"),
    "5": _("Thursday"),
    "6": _("Friday"),
}
OFFERING_STATES = {
    "planned": _("Being planned"),
    "open": _("Enrolment open"),
    "running": _("Running"),
    "finished": _("Finished"),
    "cancelled": _("Cancelled"),
}
OFFERING_COLOURS = {
    "planned": "grey",
    "open": "blue",
    "running": "amber",
    "finished": "green",
    "cancelled": "red",
}
SESSION_STATES = {"planned": _("To come"), "held": _("Took place"), "cancelled": _("Cancelled")}
SESSION_COLOURS = {"planned": "blue", "held": "green", "cancelled": "grey"}
ENROLMENT_STATES = {
    "enrolled": _("Enrolled"),
    "waiting": _("In the waiting list"),
    "withdrawn": _("Withdrawn"),
}
ENROLMENT_COLOURS = {"enrolled": "green", "waiting": "amber", "withdrawn": "grey"}
OUTCOMES = {
    "open": _("Still open"),
    "passed": _("Passed"),
    "failed": _("Not passed"),
    "incomplete": _("Incomplete"),
}
OUTCOME_COLOURS = {"open": "grey", "passed": "green", "failed": "red", "incomplete": "amber"}
ATTENDANCE = {
    "present": _("Was present"),
    "late": _("Came late"),
    "absent": _("Absent"),
    "excused": _("Excused"),
}
GRADE_KINDS = {
    "empty": _("Not entered yet"),
    "mark": _("Mark"),
    "absent": _("Absent"),
    "excused": _("Excused"),
}
TREATMENTS = {
    "counts": _("counts"),
    "waits": _("not entered yet: the grade is provisional"),
    "empty_zero": _("not entered: counts as nought"),
    "absent_zero": _("absent: counts as nought"),
    "absent_out": _("absent: left out, its weight goes to the others"),
    "absent_fails": _("absent: fails the course"),
    "excused": _("excused: left out, its weight goes to the others"),
    "dropped": _("one of the lowest: left out"),
}
REASONS = {
    "waiting": _("There are items without an entry."),
    "key_item": _("A key item was not reached."),
    "absent": _("Absence from an item fails this course."),
    "attendance": _("The attendance is below what is asked."),
    "mark": _("The grade is below the pass mark."),
    "nothing": _("There is no item that counts."),
    "key_excused": _("Excused from a key item: it is still to be taken."),
}
SHARE_KINDS = {
    "none": _("No share"),
    "percent": _("Per cent of the fees"),
    "session": _("For each session held"),
    "fixed": _("A fixed amount"),
}
CERTIFICATE_STATES = {"valid": _("Valid"), "revoked": _("Revoked")}
CERTIFICATE_COLOURS = {"valid": "green", "revoked": "red"}
CHARGE_STATES = {"open": _("Charged"), "cancelled": _("Cancelled")}
CHARGE_COLOURS = {"open": "blue", "cancelled": "grey"}

STEPS = {
    "0.01": _("Hundredths"),
    "0.25": _("Quarters"),
    "0.5": _("Halves"),
    "1": _("Whole marks"),
}
WAYS_OF_ROUNDING = {"nearest": _("To the nearest, halves up"), "up": _("Upwards"), "down": _("Down")}
EMPTY_AS = {"wait": _("They wait: the grade is provisional"), "zero": _("As nought")}
ABSENT_AS = {
    "zero": _("As nought"),
    "leave_out": _("Left out, the weight goes to the others"),
    "fail": _("The course is failed"),
}
MOST_MARK = 1000

BASE_LISTS = (
    BaseList(
        GROUPS,
        _("Groups of courses"),
        {
            "language": _("Languages"),
            "computer": _("Computers"),
            "finance": _("Accounting and finance"),
            "art": _("Art"),
            "technical": _("Technical skills"),
            "exam": _("Preparation for exams"),
        },
    ),
    BaseList(
        LEVELS,
        _("Levels of education"),
        {
            "school": _("School"),
            "diploma": _("Diploma"),
            "bachelor": _("Bachelor"),
            "master": _("Master"),
            "doctor": _("Doctorate"),
        },
    ),
    BaseList(
        FIELDS,
        _("Fields of teachers"),
        {
            "language": _("Languages"),
            "computer": _("Computers"),
            "finance": _("Accounting and finance"),
            "art": _("Art"),
        },
    ),
    BaseList(
        WAYS,
        _("Ways of paying fees"),
        {
            "cash": _("Cash"),
            "card": _("Card reader"),
            "transfer": _("Transfer"),
            "cheque": _("Cheque"),
        },
    ),
    BaseList(
        COST_KINDS,
        _("Kinds of costs of courses"),
        {
            "room": _("Rent of the room"),
            "books": _("Books and copies"),
            "catering": _("Catering"),
            "advertising": _("Advertising"),
        },
    ),
)


class Weekday(fields.Choice):
    """A day of the week, stored as a number from Saturday."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, options=WEEKDAYS, **options)

    def parse(self, raw: Any, context: Context) -> Any:
        """Take the number or the name."""
        return int(super().parse(raw, context))

    def show(self, value: Any, context: Context) -> str:
        """The name."""
        return "" if value is None else super().show(str(value), context)


def rule_fields(*, inherited: bool) -> tuple[fields.Field, ...]:
    """Give the fields of a rule; `inherited`: what is left empty is as the course has it."""

    def usual(value: Any) -> dict[str, Any]:
        return {"in_list": False} if inherited else {"in_list": False, "default": value, "required": True}

    return (
        fields.Decimal(
            "scale", _("Scale"), least=1, most=MOST_MARK, help=_("The highest grade."), **usual(20)
        ),
        fields.Decimal("pass_mark", _("Pass mark"), least=0, most=MOST_MARK, **usual(10)),
        fields.Choice("rounding_step", _("Rounded to"), options=STEPS, **usual("0.25")),
        fields.Choice("rounding_way", _("Rounded how"), options=WAYS_OF_ROUNDING, **usual("nearest")),
        fields.Choice("empty_as", _("Items without an entry count"), options=EMPTY_AS, **usual("wait")),
        fields.Choice("absent_as", _("Absence from an item counts"), options=ABSENT_AS, **usual("zero")),
        fields.Whole(
            "drop_lowest",
            _("Lowest items left out"),
            least=0,
            most=20,
            help=_("Of those that are marked as such in the list of items."),
            **usual(0),
        ),
        fields.Whole(
            "least_attendance",
            _("Attendance asked (per cent)"),
            least=0,
            most=100,
            help=_("Of the held sessions from which one is not excused; 0 asks for none."),
            **usual(0),
        ),
    )


def graded_fields() -> tuple[fields.Field, ...]:
    """Give the fields of a graded item."""
    return (
        fields.Text("title", _("Item"), required=True, limit=100),
        fields.Decimal("weight", _("Weight"), least=0, most=MOST_MARK, default=1, required=True),
        fields.Decimal("maximum", _("Marked out of"), least=0, most=MOST_MARK, default=20, required=True),
        fields.YesNo("droppable", _("May be left out as the lowest"), default=False),
        fields.Decimal(
            "least",
            _("Least mark (key item)"),
            least=0,
            most=MOST_MARK,
            help=_("Whoever is below it, or absent, fails the course whatever the mean."),
        ),
    )


def judge_item(context: Context, item: Any, values: Mapping[str, Any]) -> list[Problem]:
    """Say what is wrong with an item."""
    problems = []
    if item.weight is not None and item.weight <= 0:
        problems.append(Problem("weight", _("The weight must be more than nought.")))
    if item.maximum is not None and item.maximum <= 0:
        problems.append(Problem("maximum", _("It must be marked out of more than nought.")))
    elif item.least is not None and item.maximum is not None and item.least > item.maximum:
        problems.append(Problem("least", _("It is more than can be reached.")))
    return problems


def judge_rule(context: Context, record: Any) -> list[Problem]:
    """Say what is wrong with a rule."""
    if record.pass_mark is not None and record.scale is not None and record.pass_mark > record.scale:
        return [Problem("pass_mark", _("It is higher than the scale."))]
    return []
