"""The trees of groups of the demonstration, and a few segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.administration.demo.demo import Demo

Tree = Mapping[str, "Tree"]
GROUPS: Mapping[str, Tree] = {
    "person": {
        "مشتریان ویژه": {"طلایی": {}, "نقره‌ای": {}, "برنزی": {}},
        "همایش‌ها": {"همایش پاییز": {"سخنرانان": {}, "شرکت‌کنندگان": {}}, "همایش بهار": {}},
        "خبرنامه": {},
    },
    "organisation": {
        "صنعتی": {
            "نساجی": {"فرش‌بافی": {"فرش دستباف": {}, "فرش ماشینی": {}}, "پارچه‌بافی": {}, "ریسندگی": {}},
            "غذایی": {"لبنیات": {}, "کنسروسازی": {}},
            "فلزی": {"قطعه‌سازی": {}, "ریخته‌گری": {}},
        },
        "خدماتی": {"بیمه": {}, "حمل‌ونقل": {"جاده‌ای": {}, "هوایی": {}}, "درمانی": {}},
        "مالکیت": {"دولتی": {}, "خصوصی": {}, "تعاونی": {}},
        "بازرگانی": {"تولیدکننده": {}, "واردکننده": {}, "پخش‌کننده": {}},
    },
}
Filters = tuple[tuple[str, str, str], ...]
SEGMENTS: tuple[tuple[str, str, Filters], ...] = (
    ("person", "متولدان این ماه", (("birth_date", "anniversary", "this_month"),)),
    ("person", "مشتریان بالای ۶۰ سال", (("role", "is", "customer"), ("birth_date", "years_from", "60"))),
    ("person", "مخاطبان تازهٔ این ماه", (("created_at", "during", "this_month"),)),
    (
        "person",
        "ویژه‌های متولد این ماه",
        (("segment", "is", "متولدان این ماه"), ("group", "is", "مشتریان ویژه")),
    ),
    ("organisation", "صنایع نساجی", (("group", "is", "نساجی"),)),
)
"""List, name and filters; groups and earlier segments by their names."""


def make_groups(demo: Demo, kind: str) -> list[int]:
    """Make the tree of a kind, and give the ids of its groups without sub-groups."""
    return _make_branch(demo, f"{kind}_group", GROUPS[kind], None)


def make_segments(demo: Demo) -> None:
    """Save the segments for everybody."""
    for resource, name, filters in SEGMENTS:
        demo.run("segment.save", resource=resource, name=name, filters=filters, shared=True)


def _make_branch(demo: Demo, resource: str, branch: Tree, parent: int | None) -> list[int]:
    leaves: list[int] = []
    for name, below in branch.items():
        number = demo.run("record.create", resource=resource, values={"name": name, "parent": parent})
        leaves += _make_branch(demo, resource, below, number) if below else [number]
    return leaves
