"""The academy through its pages: a day of the desk, a teacher who sees the own courses only, and the public check."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kernel.access.models import UserAccount
from kernel.testing.browser import Browser
from kernel.testing.users import keep_fields
from kernel.web.wsgi import PeyvandWSGI
from plugins.education.models import Certificate, Enrolment, Grade, Item, Offering, Session
from plugins.education.policies import MONEY
from plugins.education.tests.conftest import GRANTS, Academy


@pytest.fixture
def head(browse):
    return browse("manager", GRANTS["head"])


def number_of(address: str) -> int:
    return int(address.partition("?")[0].rpartition("/")[2])


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def running(academy: Academy, **more) -> tuple[int, list[int], list[int]]:
    """A calendar course with two items and three students, one of whom waits."""
    offering = academy.offering(2, academy.course("پایتون"), fee=3_000_000, **more)
    items = [academy.item(offering, title="میان‌ترم"), academy.item(offering, title="پایان‌ترم", weight="2")]
    students = [academy.enrol(offering, name) for name in ("احمدی", "باقری", "پارسا")]
    return offering, items, students


def test_a_calendar_course_is_opened_planned_and_filled(head, academy: Academy) -> None:
    course = number_of(
        head.made(
            "/education/courses/new",
            title="پایتون مقدماتی",
            session_count="۴",
            fee="۱۲٬۰۰۰٬۰۰۰",
            scale="20",
            pass_mark="12",
            rounding_step="0.25",
            rounding_way="nearest",
            empty_as="wait",
            absent_as="zero",
            drop_lowest="0",
            least_attendance="0",
            **{"items-0-title": "پایان‌ترم", "items-0-weight": "1", "items-0-maximum": "20"},
        )
    )
    address = head.made(
        "/education/offerings/new",
        course=str(course),
        capacity="1",
        begins_on="1405/07/04",
        **{"slots-0-weekday": "0", "slots-0-starts": "17:00", "slots-0-ends": "19:00"},
    )
    offering = number_of(address)
    page = text_of(head.get(f"/education/classes/{offering}/plan").text)
    assert "۱۴۰۵/۰۷/۰۴" in page
    assert head.post(f"/education/classes/{offering}/plan", {}).status_code == 303
    assert len(academy.rows(Session)) == 4
    student = number_of(head.made("/persons/new", last_name="احمدی"))
    enrolled = head.post(f"/education/classes/{offering}/enrol", {"student": str(student)})
    assert enrolled.status_code == 303
    again = head.post(f"/education/classes/{offering}/enrol", {"student": str(student)})
    assert (again.status_code, "این دانشجو پیش‌تر ثبت‌نام کرده" in again.text) == (422, True)
    second = number_of(head.made("/persons/new", last_name="باقری"))
    head.post(f"/education/classes/{offering}/enrol", {"student": str(second)})
    page = text_of(head.get(f"/education/classes/{offering}").text)
    for words in ("پایتون مقدماتی", "احمدی", "فهرست انتظار", "باقری", "۱۲٬۰۰۰٬۰۰۰"):
        assert words in page, words
    person = text_of(head.get(f"/persons/{student}").text)
    assert "دوره‌ها و نمره‌ها" in person
    assert "۱۲٬۰۰۰٬۰۰۰" in person


def test_grades_are_entered_in_the_grid_and_explained_on_the_card(head, academy: Academy) -> None:
    offering, items, students = running(academy)
    address = f"/education/classes/{offering}/grades"
    page = head.get(address).text
    assert f'name="cell-{items[0]}-{students[0]}"' in page
    assert not re.search(rf"cell-\d+-{students[2]}\b", page)  # who waits has no grades
    form = {
        f"cell-{items[0]}-{students[0]}": "۱۷٫۵",
        f"was-{items[0]}-{students[0]}": "",
        f"cell-{items[1]}-{students[0]}": "غ",
        f"was-{items[1]}-{students[0]}": "",
        f"cell-{items[0]}-{students[1]}": "۲۱",
        f"was-{items[0]}-{students[1]}": "",
    }
    wrong = head.post(address, form)
    assert wrong.status_code == 422
    assert 'value="۲۱"' in wrong.text
    assert academy.rows(Grade) == []
    form[f"cell-{items[0]}-{students[1]}"] = "۰"
    assert head.post(address, form).status_code == 303
    first = text_of(head.get(f"/education/enrolled/{students[0]}").text)
    for words in ("۱۷٫۵", "غایب", "صفر حساب می‌شود", "مردود"):
        assert words in first, words
    second = text_of(head.get(f"/education/enrolled/{students[1]}").text)
    assert "هنوز ثبت نشده؛ نمره موقت است" in second
    waiting = text_of(head.get(f"/education/enrolled/{students[2]}").text)
    assert "نفر ۱ فهرست انتظار" in waiting


def test_attendance_is_taken_from_a_phone(head, academy: Academy) -> None:
    offering, _items, students = running(academy)
    now = academy.look(lambda context: context.now)
    session = academy.make(
        "session",
        offering=offering,
        starts_at=(now - timedelta(hours=1)).isoformat(),
        ends_at=now.isoformat(),
    )
    address = f"/education/sessions/{session}/attendance"
    assert head.get(address).text.count('value="present" checked') == 2
    form = {f"state-{students[0]}": "present", f"state-{students[1]}": "absent", "topic": "حلقه‌ها"}
    assert head.post(address, form).status_code == 303
    page = head.get(address).text
    assert re.search(rf'name="state-{students[1]}" value="absent" checked', page)
    assert academy.row(Enrolment, students[1]).attended == 0


def passed(academy: Academy) -> tuple[int, int]:
    offering, items, students = running(academy)
    academy.grade(offering, (items[0], students[0], "17"), (items[1], students[0], "19"))
    academy.run("education.finalise", offering=offering)
    return offering, students[0]


def test_a_certificate_is_issued_printed_checked_and_revoked(head, browse, academy: Academy) -> None:
    offering, student = passed(academy)
    assert head.post(f"/education/enrolled/{student}/certify", {}).status_code == 303
    record = academy.rows(Certificate)[0]
    printed = head.get(f"/printing/documents/education.certificate/{record.id}")
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    nobody = browse()
    page = nobody.get(f"/education/check/{record.code}")
    assert page.status_code == 200
    for words in ("معتبر است", "احمدی", "پایتون"):
        assert words in page.text, words
    assert "۱۸" not in text_of(page.text).replace("۱۴۰", "")  # the grade is nobody's business
    spaced = f"{record.code[:4]}-{record.code[4:].lower()}"
    sent = nobody.get(f"/education/check?code={spaced}")
    assert sent.headers["Location"].endswith(f"/check/{record.code}")
    assert nobody.get("/education/check/AAAABBBBCCCC").status_code == 404
    assert nobody.get("/education/check").status_code == 200
    assert head.post(f"/education/certificate/{record.id}/revoke", {"reason": ""}).status_code == 422
    assert head.post(f"/education/certificate/{record.id}/revoke", {"reason": "x"}).status_code == 303
    page = nobody.get(f"/education/check/{record.code}")
    assert "باطل شده و دیگر معتبر نیست" in page.text
    assert head.post(f"/education/classes/{offering}/certify", {}).status_code == 303
    assert len(academy.rows(Certificate)) == 2


def test_codes_cannot_be_guessed_at_leisure(browse, config, engines, plugin_site, academy: Academy) -> None:
    """Two web processes count together; the addresses of an IPv6 house are one, and others go on."""
    _offering, student = passed(academy)
    code = academy.row(Certificate, academy.run("education.issue_certificate", enrolment=student)).code
    pages = [browse(), Browser(PeyvandWSGI(config, engines=engines), plugin_site.hosts[0])]

    def ask(n: int, code: str, address: str = "2001:db8:1:2::{}") -> int:
        whence = {"environ_overrides": {"REMOTE_ADDR": address.format(n)}}
        return pages[n % 2].get(f"/education/check/{code}", **whence).status_code

    assert [ask(n, f"WRONG{n}") for n in range(32)] == [404] * 30 + [429] * 2
    assert [ask(n, code) for n in range(2)] == [429] * 2
    assert ask(0, code, "2001:db8:1:3::{}") == 200


def test_a_teacher_sees_and_grades_the_own_courses_only(browse, academy: Academy) -> None:
    sara = browse("sara", GRANTS["teacher"])
    teacher = academy.make("teacher", party=academy.person("سارا"), user=academy.user("sara"))
    offering, items, students = running(academy, teacher=teacher)
    other = academy.offering(5, title="دورهٔ پنهان")
    hidden_item, hidden = academy.item(other), academy.enrol(other, "پنهانی")
    assert sara.ids("/education/offerings") == [str(offering)]
    assert set(sara.ids("/education/items")) == {str(each) for each in items}
    assert set(sara.ids("/persons")) == {
        str(academy.row(Enrolment, each).student_id) for each in students[:2]
    }
    page = sara.get(f"/education/classes/{offering}")
    assert page.status_code == 200
    assert "احمدی" in page.text
    for words in ("۳٬۰۰۰٬۰۰۰", "پنهان", "وضع مالی"):
        assert words not in page.text + sara.get("/").text, words
    for address in (
        f"/education/classes/{other}",
        f"/education/classes/{other}/grades",
        f"/education/enrolled/{hidden}",
    ):
        assert sara.get(address).status_code == 404, address
    form = {f"cell-{items[0]}-{students[0]}": "15", f"was-{items[0]}-{students[0]}": ""}
    assert sara.post(f"/education/classes/{offering}/grades", form).status_code == 303
    form = {f"cell-{hidden_item}-{hidden}": "15", f"was-{hidden_item}-{hidden}": ""}
    assert sara.post(f"/education/classes/{offering}/grades", form).status_code in (403, 404)
    assert len(academy.rows(Grade)) == 1
    made = sara.made(
        "/education/items/new", offering=str(offering), title="کار کلاسی", weight="1", maximum="20"
    )
    assert academy.row(Item, number_of(made)).offering_id == offering
    for address in ("/education/debts", f"/education/classes/{offering}/enrol", "/education/certificates"):
        assert sara.get(address).status_code == 403, address
    assert sara.post(f"/education/classes/{offering}/finalise", {}).status_code == 303
    late = {f"cell-{items[0]}-{students[0]}": "16", f"was-{items[0]}-{students[0]}": "۱۵"}
    assert sara.post(f"/education/classes/{offering}/grades", late).status_code == 422


def test_whoever_stands_in_for_a_session_takes_attendance_and_gives_no_grades(
    browse, academy: Academy
) -> None:
    omid = browse("omid", GRANTS["teacher"])
    teacher = academy.make("teacher", party=academy.person("امید"), user=academy.user("omid"))
    offering, items, students = running(academy)
    begins = datetime.now(UTC) - timedelta(hours=2)
    session = academy.make(
        "session",
        offering=offering,
        teacher=teacher,
        starts_at=begins.isoformat(),
        ends_at=(begins + timedelta(hours=1)).isoformat(),
    )
    there = {f"state-{students[0]}": "present"}
    assert omid.post(f"/education/sessions/{session}/attendance", there).status_code == 303
    page = omid.get(f"/education/classes/{offering}/grades").text
    assert f"cell-{items[0]}-{students[0]}" not in page
    form = {f"cell-{items[0]}-{students[0]}": "15", f"was-{items[0]}-{students[0]}": ""}
    assert omid.post(f"/education/classes/{offering}/grades", form).status_code == 403
    omid.post(f"/education/classes/{offering}/finalise", {})
    assert not academy.rows(Grade)
    assert academy.row(Offering, offering).results_on is None


def test_the_desk_enrols_takes_money_and_sends_debts(browse, academy: Academy) -> None:
    desk = browse("desk", GRANTS["desk"])
    offering, _items, students = running(academy)
    page = desk.get(f"/education/enrolled/{students[0]}")
    assert "ثبت پرداخت" in page.text
    desk.made("/education/receipts/new", enrolment=str(students[0]), amount="۱٬۰۰۰٬۰۰۰")
    page = text_of(desk.get("/education/debts").text)
    for words in ("احمدی", "۲٬۰۰۰٬۰۰۰", "باقری"):
        assert words in page, words
    refused = desk.post(
        f"/education/classes/{offering}/enrol",
        {"student": str(academy.person("x")), "discount": "5", "discount_reason": "x"},
    )
    assert refused.status_code == 303  # the desk has no field for a discount, so none is given
    assert academy.rows(Enrolment)[-1].discount == 0
    gone = desk.post(f"/education/enrolled/{students[0]}/withdraw", {"reason": "سفر", "cancel_charges": "1"})
    assert gone.status_code == 303
    assert academy.row(Enrolment, students[2]).state == "enrolled"
    for kind in ("class_list", "results"):
        printed = desk.get(f"/printing/documents/education.{kind}/{offering}")
        assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    card = desk.get(f"/printing/documents/education.report_card/{students[1]}")
    assert (card.status_code, card.mimetype) == (200, "application/pdf")


def test_lists_calendars_and_pages_open_for_somebody_who_sees_nothing_of_it(browse) -> None:
    nobody = browse("plain", {("party", "view"): "all"})
    assert nobody.get("/education/debts").status_code == 403
    assert nobody.get("/").status_code == 200
    assert "آموزش" not in nobody.get("/").text.partition("<nav")[2].partition("</nav>")[0]


def test_topics_and_references_that_a_pattern_keeps_are_not_on_pages(head, browse, academy: Academy) -> None:
    offering, _items, (enrolled, *_others) = running(academy)
    now = academy.look(lambda context: context.now)
    hour = {"starts_at": (now - timedelta(hours=1)).isoformat(), "ends_at": now.isoformat()}
    session = academy.make("session", offering=offering, **hour)
    academy.run("education.take_attendance", session=session, states={enrolled: "present"}, topic="حلقه‌ها")
    academy.make("receipt", enrolment=enrolled, amount=1_000_000, reference="998877")
    clerk = browse("kept", GRANTS["head"])
    rules = {
        ("education.session", "topic"): "hidden",
        (MONEY, "reference"): "hidden",
    }
    with academy.runtime.engines.owner(academy.runtime.site).begin() as owner:
        wanted = select(UserAccount.id).where(UserAccount.username == "kept")
        keep_fields(owner, owner.execute(wanted).scalar_one(), rules)
    for address, words in {
        f"/education/sessions/{session}/attendance": "حلقه‌ها",
        f"/education/enrolled/{enrolled}": "۹۹۸۸۷۷",
    }.items():
        assert words in head.get(address).text, address
        assert words not in clerk.get(address).text, address
    clerk.post(
        f"/education/sessions/{session}/attendance", {f"state-{enrolled}": "late", "topic": "جای دیگر"}
    )
    assert academy.row(Session, session).topic == "حلقه‌ها"
