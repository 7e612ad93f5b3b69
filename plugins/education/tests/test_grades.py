"""Grades through the commands: entered, changed, made final, changed later; and certificates that follow."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from kernel.resources.errors import CommandError, Forbidden, Invalid, Refused
from kernel.resources.fields import FieldError
from plugins.education.commands.grading import typed
from plugins.education.models import Certificate, Enrolment, Grade, GradeChange, Item
from plugins.education.tests.conftest import Academy


def outcome(academy: Academy, number: int) -> tuple[Decimal | None, str]:
    record = academy.row(Enrolment, number)
    return record.final, record.outcome


def test_a_new_calendar_course_has_the_items_and_the_rule_of_its_course(academy: Academy) -> None:
    items = [
        {"title": "Exam", "weight": "3", "maximum": "20", "least": "8"},
        {"title": "Work", "weight": "1", "maximum": "10"},
    ]
    course = academy.course("Python", items, pass_mark="12", rounding_step="0.5")
    offering = academy.offering(5, course)
    made = academy.rows(Item, Item.offering_id == offering)
    assert [(each.title, each.weight, each.maximum, each.least) for each in made] == [
        ("Exam", 3, 20, 8),
        ("Work", 1, 10, None),
    ]
    student = academy.enrol(offering)
    academy.grade(offering, (made[0].id, student, "12"), (made[1].id, student, "۵٫۵"))
    assert outcome(academy, student) == (Decimal("12.00"), "passed")  # 11.75 in halves, up from its middle
    academy.grade(offering, (made[0].id, student, "7.5"))
    assert outcome(academy, student)[1] == "failed"


def test_empty_nought_absent_and_excused_are_entered_and_kept_apart(academy: Academy) -> None:
    offering = academy.offering(5)
    first, second = academy.item(offering), academy.item(offering)
    student = academy.enrol(offering)
    academy.grade(offering, (first, student, "16"))
    assert outcome(academy, student) == (16, "open")
    for entered, expected in (
        ("0", (8, "failed")),
        ("غ", (8, "failed")),
        ("م", (16, "passed")),
        ("a", (8, "failed")),
        ("", (16, "open")),
    ):
        academy.grade(offering, (second, student, entered))
        assert outcome(academy, student) == expected, entered
    changes = academy.rows(GradeChange)
    assert [(each.old_kind, each.new_kind) for each in changes] == [
        ("mark", "absent"),
        ("absent", "excused"),
        ("excused", "absent"),
        ("absent", "empty"),
    ]


def test_marks_are_read_as_people_write_them(academy: Academy) -> None:
    def read(text: object) -> tuple[str, Decimal | None]:
        found = academy.look(lambda context: typed(text, context))
        return found.kind, found.mark

    for text in ("17.5", "۱۷٫۵", "17/5", "۱۷/۵", "۱۷٫۵۰", " ۱۷ ٫ ۵ ", "17,5", "۱۷،۵", "١٧٫٥", "+17.5", 17.5):
        assert read(text) == ("mark", Decimal("17.5")), text
    assert read("1,000") == read("۱٬۰۰۰") == ("mark", 1000)
    assert read(0) == read("۰") == read("00") == ("mark", 0)
    for text in ("غايب", "غائب", "غ", "A", "غیبت"):
        assert read(text)[0] == "absent", text
    assert read("موجّه"[:2] + "جه")[0] == read("E")[0] == "excused"
    assert read("")[0] == read(None)[0] == read("\u200c ")[0] == "empty"
    for text in ("1e1", "NaN", "inf", "17/5/2", "17/555", "1/2/3", "x", "/", "5-", "½", "1 7", "۱۷ ۵"):
        with pytest.raises(FieldError):
            read(text)


def test_wrong_cells_are_named_and_nothing_of_the_rest_is_saved(academy: Academy) -> None:
    offering = academy.offering(5)
    item, student = academy.item(offering), academy.enrol(offering)
    other = academy.enrol(offering)
    for entered in ("20.01", "-1", "x", "1.234", "۱۲۳۴۵۶"):
        with pytest.raises(Invalid) as caught:
            academy.grade(offering, (item, other, "10"), (item, student, entered))
        assert [each.field for each in caught.value.problems] == [f"cell-{item}-{student}"]
    assert academy.rows(Grade) == []


def test_what_somebody_else_entered_meanwhile_is_not_run_over(academy: Academy) -> None:
    offering = academy.offering(5)
    item, student = academy.item(offering), academy.enrol(offering)
    academy.grade(offering, (item, student, "15"))
    cell = {"item": item, "enrolment": student, "entered": "17", "before": ""}
    with pytest.raises(Invalid) as caught:
        academy.run("education.enter_grades", offering=offering, cells=[cell])
    (told,) = caught.value.problems
    assert (told.field, "meanwhile" in str(told.message)) == (f"cell-{item}-{student}", True)
    cell["before"] = "15"
    assert academy.run("education.enter_grades", offering=offering, cells=[cell]) == 1


def test_final_results_are_changed_with_a_reason_by_whoever_may(academy: Academy, make_actor) -> None:
    offering = academy.offering(5)
    item, student, late = academy.item(offering), academy.enrol(offering), academy.enrol(offering)
    academy.grade(offering, (item, student, "9"))
    assert academy.run("education.finalise", offering=offering) == 0
    assert outcome(academy, late) == (None, "incomplete")
    with pytest.raises(Invalid) as caught:
        academy.grade(offering, (item, student, "10"))
    assert [each.field for each in caught.value.problems] == ["reason"]
    rights = {
        **{
            (f"education.{kind}", action): "all"
            for kind in ("offering", "grade", "enrolment")
            for action in ("view", "edit")
        },
        ("party", "view"): "all",
    }
    plain = make_actor("plain", rights)
    cell = {"item": item, "enrolment": student, "entered": "10"}
    with pytest.raises(Refused):
        academy.run("education.enter_grades", plain, offering=offering, cells=[cell], reason="x")
    academy.grade(offering, (item, student, "10"), reason="Counted wrongly")
    change = academy.rows(GradeChange)[-1]
    assert (change.late, change.reason, change.old_mark, change.new_mark) == (True, "Counted wrongly", 9, 10)
    assert outcome(academy, student) == (10, "passed")


def test_lowering_a_maximum_below_a_mark_is_refused_and_weights_count_at_once(academy: Academy) -> None:
    offering = academy.offering(5)
    first, second, student = academy.item(offering), academy.item(offering), academy.enrol(offering)
    academy.grade(offering, (first, student, "20"), (second, student, "10"))
    assert outcome(academy, student)[0] == 15
    academy.edit("item", second, weight="3")
    assert outcome(academy, student)[0] == Decimal("12.5")
    with pytest.raises(Invalid) as caught:
        academy.edit("item", first, maximum="19")
    assert [each.field for each in caught.value.problems] == ["maximum"]
    academy.edit("offering", offering, pass_mark="13")
    assert outcome(academy, student)[1] == "failed"


def certified(academy: Academy) -> tuple[int, int]:
    offering = academy.offering(5, academy.course("Python", latin_title="Python programming"))
    item = academy.item(offering)
    person = academy.run(
        "record.create",
        resource="person",
        values={"first_name": "مینا", "last_name": "راد"},
        facets={"education": {"latin_name": "Mina Rad"}},
    )
    student = academy.run("education.enrol", offering=offering, student=person)
    academy.grade(offering, (item, student, "18.5"))
    return offering, student


def test_a_certificate_is_a_copy_of_the_day_and_revoked_with_a_reason(academy: Academy) -> None:
    offering, student = certified(academy)
    with pytest.raises(Refused):
        academy.run("education.issue_certificate", enrolment=student)
    academy.run("education.finalise", offering=offering)
    number = academy.run("education.issue_certificate", enrolment=student)
    with pytest.raises(CommandError):
        academy.run("education.issue_certificate", enrolment=student)
    with pytest.raises(Refused):
        academy.run("education.reopen", offering=offering)
    with pytest.raises(Refused):
        academy.run("education.withdraw", enrolment=student, reason="x")
    person = academy.row(Enrolment, student).student_id
    academy.run("record.edit", resource="person", record_id=person, values={"last_name": "دیگر"})
    issued = academy.row(Certificate, number)
    assert (issued.holder, issued.holder_latin, issued.grade) == ("مینا راد", "Mina Rad", Decimal("18.50"))
    assert (issued.course, issued.course_latin, len(issued.code)) == ("Python", "Python programming", 12)
    with pytest.raises(Invalid):
        academy.run("education.revoke_certificate", certificate=number, reason=" ")
    academy.run("education.revoke_certificate", certificate=number, reason="Copied")
    again = academy.run("education.issue_certificate", enrolment=student)
    assert academy.row(Certificate, again).number != issued.number
    assert academy.row(Certificate, number).state == "revoked"


def test_certificates_of_a_whole_course_go_to_those_who_passed_and_once(academy: Academy) -> None:
    offering, _student = certified(academy)
    item = academy.rows(Item)[0].id
    failed = academy.enrol(offering)
    academy.grade(offering, (item, failed, "3"))
    academy.run("education.finalise", offering=offering)
    assert academy.run("education.issue_certificates", offering=offering) == 1
    assert academy.run("education.issue_certificates", offering=offering) == 0


def test_only_whoever_may_change_all_items_makes_results_final(academy: Academy, make_actor) -> None:
    offering, _student = certified(academy)
    rights = {
        ("education.offering", "view"): "all",
        ("education.grade", "view"): "all",
        ("education.grade", "finalise"): "all",
        ("education.grade", "edit"): "own",
    }
    with pytest.raises(Forbidden):
        academy.run("education.finalise", make_actor("other", rights), offering=offering)


def test_what_results_depend_on_stays_once_they_are_final(academy: Academy) -> None:
    offering = academy.offering(5)
    item, student = academy.item(offering), academy.enrol(offering)
    begin = academy.look(lambda context: context.now) - timedelta(hours=3)
    ends = (begin + timedelta(hours=2)).isoformat()
    session = academy.make("session", offering=offering, starts_at=begin.isoformat(), ends_at=ends)
    academy.run("education.take_attendance", session=session, states={student: "present"})
    academy.grade(offering, (item, student, "15"))
    academy.run("education.finalise", offering=offering)
    for kind, number, field, value in (
        ("item", item, "weight", "3"),
        ("item", item, "maximum", "40"),
        ("offering", offering, "rounding_step", "1"),
        ("offering", offering, "pass_mark", "16"),
        ("session", session, "state", "cancelled"),
    ):
        with pytest.raises(Invalid):
            academy.edit(kind, number, **{field: value})
    with pytest.raises(Invalid):
        academy.item(offering)
    with pytest.raises(Refused):
        academy.run("education.take_attendance", session=session, states={student: "absent"})
    academy.run("education.take_attendance", session=session, states={student: "present"}, topic="Loops")
    academy.edit("item", item, title="Final exam")
    academy.edit("offering", offering, note="Well done")
    assert outcome(academy, student) == (15, "passed")
    academy.run("education.reopen", offering=offering)
    academy.edit("item", item, weight="3")


def test_items_and_sessions_with_entries_are_not_deleted_and_others_let_grades_follow(
    academy: Academy,
) -> None:
    offering = academy.offering(5)
    item, student = academy.item(offering), academy.enrol(offering)
    empty = academy.item(offering, title="Empty")
    academy.grade(offering, (item, student, "15"))
    assert outcome(academy, student)[1] == "open"
    with pytest.raises(CommandError, match="نمره"):
        academy.run("record.delete", resource="education.item", record_id=item)
    academy.run("record.delete", resource="education.item", record_id=empty)
    assert outcome(academy, student) == (15, "passed")
