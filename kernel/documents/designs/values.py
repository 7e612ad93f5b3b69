"""The values that a document gives to its layout: their titles, kinds and samples, as trees of groups and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from kernel.i18n import LazyText

ValueKind = Literal["text", "number", "money", "day", "time", "lines", "flag"]
"""`money` is in whole Rials, `lines` a list of texts, `flag` yes or no; `time` is a moment in the zone of the site."""
Words = Callable[[LazyText | str], str]
"""Gives a text in the language of the layout."""


@dataclass(frozen=True, kw_only=True)
class DocumentValue:
    """One value that a layout may name. `sample` stands for it in previews."""

    name: str
    title: LazyText | str
    sample: Any = ""
    kind: ValueKind = "text"


@dataclass(frozen=True, kw_only=True)
class DocumentGroup:
    """Values under one name: `patient.name`, `patient.mobile`."""

    name: str
    title: LazyText | str
    items: Sequence[Item] = ()


@dataclass(frozen=True, kw_only=True)
class DocumentRows:
    """Rows that a layout goes through, such as the lines of an invoice; each has the values of `items`."""

    name: str
    title: LazyText | str
    items: Sequence[Item] = ()
    samples: int = field(default=3)
    """How many rows a preview shows."""


Item = DocumentValue | DocumentGroup | DocumentRows
Shape = Mapping[str, Any] | list[Any] | None
"""What a name stands for: a group, rows of such (a list of one shape), or one value (None)."""


def shape_of(items: Iterable[Item]) -> dict[str, Shape]:
    """Give what may be named, as a tree."""
    found: dict[str, Shape] = {}
    for item in items:
        if isinstance(item, DocumentGroup):
            found[item.name] = shape_of(item.items)
        elif isinstance(item, DocumentRows):
            found[item.name] = [shape_of(item.items)]
        else:
            found[item.name] = [None] if item.kind == "lines" else None
    return found


def sample_of(items: Iterable[Item], words: Words) -> dict[str, Any]:
    """Give the samples of all values."""
    found: dict[str, Any] = {}
    for item in items:
        if isinstance(item, DocumentGroup):
            found[item.name] = sample_of(item.items, words)
        elif isinstance(item, DocumentRows):
            found[item.name] = [sample_of(item.items, words) for _row in range(item.samples)]
        elif isinstance(item.sample, list | tuple):
            found[item.name] = [words(line) for line in item.sample]
        else:
            found[item.name] = words(item.sample) if isinstance(item.sample, LazyText) else item.sample
    return found


def filled(items: Iterable[Item], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a layout gets: everything that it may name and nothing else, empty where nothing was given."""
    found: dict[str, Any] = {}
    for item in items:
        value = given.get(item.name)
        if isinstance(item, DocumentGroup):
            found[item.name] = filled(item.items, value or {})
        elif isinstance(item, DocumentRows):
            found[item.name] = [filled(item.items, row) for row in value or ()]
        elif item.kind == "lines":
            found[item.name] = [str(line) for line in value or ()]
        else:
            found[item.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    """Give a value as it crosses to the process that makes documents: nothing in it has anything to reach into."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    return str(value)


@dataclass(frozen=True)
class Offered:
    """A value as the designer lists it: the words that name it in a layout, its title, and its sample."""

    path: str
    insert: str
    title: LazyText | str
    sample: str


def offered(items: Iterable[Item], prefix: str = "") -> Iterator[Offered]:
    """Give the single values of a group, and rows as a loop to be inserted."""
    for item in items:
        path = f"{prefix}{item.name}"
        if isinstance(item, DocumentGroup):
            yield from offered(item.items, f"{path}.")
        elif isinstance(item, DocumentRows):
            inner = " ".join(f"{{{{ row.{each.name}{written(each)} }}}}" for each in item.items)
            yield Offered(path, f"{{% for row in {path} %}}\n{inner}\n{{% endfor %}}", item.title, "")
        elif item.kind == "lines":
            loop = f"{{% for line in {path} %}}{{{{ line }}}}<br>{{% endfor %}}"
            yield Offered(path, loop, item.title, "، ".join(str(line) for line in item.sample or ()))
        else:
            sample = "" if isinstance(item.sample, bool | date) else str(item.sample)
            yield Offered(path, f"{{{{ {path}{written(item)} }}}}", item.title, sample)


def written(item: Item) -> str:
    """Give the filter with which a value is written, as it stands behind its name."""
    return "|rial" if isinstance(item, DocumentValue) and item.kind == "money" else ""
