"""What the academy of the demonstration teaches, where, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Subject:
    """A course of the catalogue: title, title in English, group, hours, sessions, fee in million Rials, items."""

    title: str
    latin: str
    group: str
    hours: int
    sessions: int
    fee: int
    items: Sequence[tuple[str, str, str, bool, str]]
    """Title, weight, maximum, whether it may be left out, least mark."""
    rule: dict[str, str] = field(default_factory=dict)


SUBJECTS = (
    Subject(
        "برنامه‌نویسی پایتون",
        "Python Programming",
        "computer",
        40,
        16,
        68,
        (
            ("تکلیف ۱", "1", "20", True, ""),
            ("تکلیف ۲", "1", "20", True, ""),
            ("تکلیف ۳", "1", "20", True, ""),
            ("پروژه", "3", "100", False, ""),
            ("آزمون پایانی", "4", "20", False, "8"),
        ),
        {"drop_lowest": "1", "least_attendance": "75", "pass_mark": "12"},
    ),
    Subject(
        "مکالمهٔ انگلیسی، سطح B1",
        "English Conversation B1",
        "language",
        36,
        18,
        42,
        (
            ("فعالیت کلاسی", "2", "20", False, ""),
            ("میان‌ترم", "3", "20", False, ""),
            ("شفاهی پایانی", "5", "20", False, "10"),
        ),
        {"rounding_step": "0.5", "least_attendance": "70"},
    ),
    Subject(
        "حسابداری کاربردی",
        "Applied Accounting",
        "finance",
        48,
        16,
        75,
        (("کارگاه", "1", "20", False, ""), ("آزمون پایانی", "2", "20", False, "")),
    ),
    Subject(
        "عکاسی دیجیتال",
        "Digital Photography",
        "art",
        24,
        8,
        39,
        (("آلبوم پایانی", "1", "100", False, ""),),
        {"rounding_step": "1"},
    ),
)
TEACHERS = (("language", "زبان"), ("computer", "رایانه"), ("finance", "مالی"), ("art", "هنر"))
ROOMS = (("کلاس ۱", 16), ("کلاس ۲", 12), ("سایت رایانه", 20))
WHEN: Sequence[tuple[tuple[str, str], str, str]] = (
    (("0", "2"), "16:00", "18:00"),
    (("1", "3"), "16:00", "18:00"),
    (("0", "2"), "18:15", "20:15"),
    (("1", "3"), "18:15", "20:15"),
)
