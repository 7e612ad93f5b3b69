"""Sheets of grades from files: columns and rows found as people name them, all of a sheet or nothing of it."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from kernel.resources.errors import Invalid
from plugins.education.models import Enrolment, Grade, GradeChange
from plugins.education.tests.conftest import GRANTS, Academy


class Course:
    """A calendar course with two items and three students, of whom two have one name."""

    def __init__(self, academy: Academy) -> None:
        self.academy = academy
        self.offering = academy.offering(9)
        self.items = [academy.item(self.offering, title=title) for title in ("میان‌ترم", "پایان‌ترم")]
        self.students = []
        for first, last, code in (("سارا", "احمدی", "0071"), ("علی", "پارسا", "72"), ("علی", "پارسا", "73")):
            person = academy.run(
                "record.create",
                resource="person",
                values={"first_name": first, "last_name": last},
                facets={"education": {"student_number": code}},
            )
            self.students.append(academy.run("education.enrol", offering=self.offering, student=person))

    def take(self, headings, *rows, **more):
        numbered = [(place, row) for place, row in enumerate(rows, 2)]
        return self.academy.run(
            "education.import_grades", offering=self.offering, headings=headings, rows=numbered, **more
        )

    def wrong(self, headings, *rows, **more):
        with pytest.raises(Invalid) as caught:
            self.take(headings, *rows, **more)
        return [str(each.message) for each in caught.value.problems]

    @property
    def marks(self):
        return {
            (self.items.index(each.item_id), self.students.index(each.enrolment_id)): each.mark or each.kind
            for each in self.academy.rows(Grade)
        }


@pytest.fixture
def course(academy: Academy) -> Course:
    return Course(academy)


def test_rows_are_named_by_code_or_name_and_columns_by_items(course: Course, academy: Academy) -> None:
    numbers = [academy.row(Enrolment, each).number for each in course.students]
    taken = course.take(
        ("شماره دانشجويي", "نام", "نام خانوادگی", "ميان ترم", "پایان‌ترم", "توضیح"),
        ("71", "سارا", "احمدی", "17/5", "غ", "x"),
        (numbers[1], "", "", "۱۲", "", ""),
        ("۷۳", "", "", "0", "E", ""),
        ("", "میانگین", "", "", "", ""),
    )
    assert (taken.changed, taken.students, taken.others) == (5, 3, ["توضیح"])
    assert course.marks == {
        (0, 0): Decimal("17.50"),
        (1, 0): "absent",
        (0, 1): 12,
        (0, 2): "mark",  # nought
        (1, 2): "excused",
    }
    again = course.take(("نام و نام خانوادگی", "پایان‌ترم", "میان‌ترم"), ("احمدی، سارا", "16", ""))
    assert again.changed == 1
    assert course.marks[0, 0] == Decimal("17.50"), "an empty cell takes nothing back"
    assert len(academy.rows(GradeChange)) == 1


def test_all_that_is_wrong_is_named_by_row_and_column_and_nothing_is_saved(course: Course) -> None:
    said = course.wrong(
        ("کد", "شماره دانشجویی", "نام", "میان‌ترم", "پایان‌ترم"),
        ("", "72", "", "15", "20.5"),
        ("", "99", "", "15", ""),
        ("", "", "علی پارسا", "15", ""),
        ("", "", "", "15", ""),
        ("", "72", "", "11", ""),
        ("", "71", "علی پارسا", "10", ""),
        ("", "73", "", "پانزده", "2"),
    )
    assert [each.partition(":")[0] for each in said] == [
        "Row 3",
        "Row 4",
        "Row 5",
        "Row 6",
        "Row 7",
        "Row 2, column “پایان‌ترم”",
        "Row 8, column “میان‌ترم”",
    ]
    assert not course.marks
    assert "(2" in said[3] or "2 already" in said[3]


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        (("میان‌ترم", "پایان‌ترم"), "No column names"),
        (("نام", "میانی"), "میان‌ترم، پایان‌ترم"),
        (("نام", "میان‌ترم", "میان ترم"), "two columns"),
        ((), "No column names"),
    ],
)
def test_headings_that_say_too_little_are_told(course: Course, headings, words: str) -> None:
    said = course.wrong(headings, ("سارا احمدی", "10", "10")[: len(headings)])
    assert any(words in each for each in said), said


def test_many_wrong_cells_are_not_all_listed(course: Course) -> None:
    said = course.wrong(("نام", "میان‌ترم"), *[(f"ناشناس {n}", "1") for n in range(100)])
    assert len(said) == 31
    assert "70" in said[-1]


def test_files_are_taken_in_by_whoever_grades(browse, course: Course, academy: Academy) -> None:
    head = browse("manager", GRANTS["head"])
    link = f"/education/classes/{course.offering}/sheet"
    assert link in head.get(f"/education/classes/{course.offering}/grades").text
    empty = head.get(f"{link}/empty").data
    book = openpyxl.load_workbook(io.BytesIO(empty))
    sheet = book.active
    titles = [cell.value for cell in sheet[1]]
    assert titles[2:] == ["میان‌ترم", "پایان‌ترم"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["سارا احمدی", "علی پارسا", "علی پارسا"]
    sheet["C2"], sheet["C3"], sheet["D3"] = 17.25, "18/5", "غ"
    sheet["D2"] = 25
    assert head.post(link, {}).status_code == 422

    def send(content: bytes, name: str, **more: str):
        return head.post(link, {"file": (io.BytesIO(content), name), **more})

    def saved() -> bytes:
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    answer = send(saved(), "grades.xlsx")
    assert answer.status_code == 422
    assert "ردیف ۲" in answer.text
    assert not course.marks
    sheet["D2"] = None
    assert send(saved(), "grades.xlsx").status_code == 303
    assert course.marks == {(0, 0): Decimal("17.25"), (0, 1): Decimal("18.50"), (1, 1): "absent"}
    for content, name in ((b"%PDF-1.4 x", "x.pdf"), (b"", "x.csv"), (b"PK\x03\x04rubbish", "x.xlsx")):
        assert send(content, name).status_code == 422
    academy.run("education.finalise", offering=course.offering)
    text = "کد دانشجویی;پایان‌ترم\n۷۱;14\n".encode("utf-8-sig")
    assert send(text, "x.csv").status_code == 422
    assert send(text, "x.csv", reason="Counted anew").status_code == 303
    assert course.marks[1, 0] == 14
    early = {right: scope for right, scope in GRANTS["head"].items() if right[1] != "change_late"}
    refused = browse("early", early).get(link)
    assert refused.location.endswith("/grades"), "the form leads back where nothing can be sent"
    assert browse("desk", GRANTS["desk"]).get(link).status_code == 403
    teacher = browse("teacher", GRANTS["teacher"])
    for address in (link, f"{link}/empty"):
        assert teacher.get(address).status_code == 404, "of somebody else's course"
