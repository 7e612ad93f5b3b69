"""A sheet of grades that came as a file: which column names the student, which an item, and whose each row is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kernel.api import Context, LazyText, _, clean, squeeze, to_ascii_digits
from plugins.education.models import Item

STUDENT = _("Student")
NUMBER = _("Number of the enrolment")
CODE = _("Student number")
CODES = (
    "شماره ثبت‌نام",
    "شماره دانشجویی",
    "کد دانشجویی",
    "کد دانشجو",
    "کد هنرجو",
    "student code",
    "enrolment",
)
NAMES = ("نام و نام خانوادگی", "نام دانشجو", "نام هنرجو", "هنرجو", "نام", "name", "full name")
FAMILIES = ("نام خانوادگی", "last name", "family name", "surname")
"""Headings by which sheets of other programs name students, besides the words of this one."""
BY_CODE, BY_NAME, BY_FAMILY = "code", "name", "family"


@dataclass(frozen=True)
class Seated:
    """A student of a calendar course."""

    enrolment: int
    name: str
    codes: tuple[str, ...]
    """The number of the enrolment, and that of the student where the actor sees it."""


@dataclass(frozen=True)
class Column:
    """What a column of the sheet is: a way to name the student, or a graded item."""

    place: int
    heading: str
    kind: str = ""
    item: int | None = None


class Headings:
    """Knows the headings of the sheets of a calendar course."""

    def __init__(self, context: Context, items: Sequence[Item]) -> None:
        kinds = {
            BY_CODE: (*CODES, context.text(NUMBER), context.text(CODE)),
            BY_NAME: (*NAMES, context.text(STUDENT)),
            BY_FAMILY: FAMILIES,
        }
        self._kinds = {_key(each): kind for kind, some in kinds.items() for each in some}
        self._items: dict[str, list[int]] = {}
        for item in items:
            self._items.setdefault(_key(item.title), []).append(item.id)

    def known(self, headings: Sequence[str]) -> int:
        """Count the headings that say something."""
        return sum(_key(each) in self._kinds or _key(each) in self._items for each in headings)

    def columns(self, headings: Sequence[str]) -> tuple[list[Column], list[LazyText], list[str]]:
        """Give the columns that say something, what is wrong with them, and the headings of the others."""
        found, wrong, others = [], [], []
        for place, heading in enumerate(headings):
            key = _key(heading)
            items = self._items.get(key, [])
            if len(items) > 1:
                wrong.append(
                    _("Several items are called “%(title)s”: give them different names.", title=heading)
                )
            elif items:
                found.append(Column(place, heading, item=items[0]))
            elif key in self._kinds:
                found.append(Column(place, heading, kind=self._kinds[key]))
            elif key:
                others.append(heading)
        counted = Counter(each.item for each in found if each.item is not None)
        twice = {each.heading for each in found if counted[each.item] > 1}
        wrong += [_("There are two columns “%(title)s”.", title=each) for each in sorted(twice)]
        return found, wrong, others


class Students:
    """Finds students by what stands in a row."""

    def __init__(self, seated: Sequence[Seated]) -> None:
        self._codes: dict[str, list[Seated]] = {}
        self._names: dict[str, list[Seated]] = {}
        for each in seated:
            for code in {_code(code) for code in each.codes} - {""}:
                self._codes.setdefault(code, []).append(each)
            self._names.setdefault(squeeze(each.name), []).append(each)

    def find(self, row: Mapping[str, str]) -> Seated | LazyText:
        """Give whose row it is, by its code where it has one, else by the name; or say why that is not known."""
        code, name = (
            row.get(BY_CODE, ""),
            " ".join(row.get(kind, "") for kind in (BY_NAME, BY_FAMILY)).strip(),
        )
        named = _once(each for way in _ways(name) for each in self._names.get(way, ()))
        if not code and not name:
            return _("Neither code nor name of the student stands here.")
        if not code:
            return _only(named, name)
        found = _only(_once(self._codes.get(_code(code), ())), code)
        if isinstance(found, Seated) and named and found not in named:
            return _("“%(code)s” is not the code of “%(name)s”.", code=code, name=name)
        return found


def _only(found: Sequence[Seated], text: str) -> Seated | LazyText:
    if len(found) == 1:
        return found[0]
    if found:
        return _("Several students of this course are “%(text)s”: name them by code.", text=text)
    return _("“%(text)s” is no student who is enrolled in this course.", text=text)


def _once(found: Iterator[Seated] | Sequence[Seated]) -> list[Seated]:
    return list({each.enrolment: each for each in found}.values())


def _ways(name: str) -> Iterator[str]:
    """The ways in which a name may be meant: with the family name first as well."""
    words = clean(name).split()
    for place in range(len(words)):
        yield squeeze(" ".join((*words[place:], *words[:place])))


def _key(heading: str) -> str:
    return squeeze(clean(heading))


def _code(text: str) -> str:
    """Spreadsheets take noughts from the front of a code."""
    return squeeze(to_ascii_digits(text)).lstrip("0")
