"""Cursors: where a page of a list ended, as an opaque text for a URL.

They are not signed, since they say nothing that their holder has not seen and reach nothing that he may not see; but they
are not trusted either: whatever is wrong with one is the same polite refusal.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.i18n import _
from kernel.resources.errors import Invalid, Problem

LONGEST = 4_000
LARGEST = 2**63 - 1
READERS: Mapping[str, Callable[[str], Any]] = {
    "i": datetime.fromisoformat,
    "d": date.fromisoformat,
    "t": time.fromisoformat,
}
"""How values of time are read back, by their tag."""


@dataclass(frozen=True)
class Position:
    """A place in an ordered list: stream (0 rows with a value, 1 rows without), the sort values, and the id."""

    stream: int
    values: tuple[Any, ...]
    id: int


def bad_cursor() -> Invalid:
    """Make the refusal for a cursor that leads nowhere."""
    return Invalid(
        [
            Problem(
                None, _("This address of a page is not valid (any more). Please start from the first page.")
            )
        ]
    )


def encode(sort: str, position: Position) -> str:
    """Write a position in the order `sort` as a text for a URL."""
    content = [sort, position.stream, [_pack(value) for value in position.values], position.id]
    packed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str, sort: str, types: Sequence[type[Any]]) -> Position:
    """Read a position in the order `sort`, whose values are of the given types; raise `Invalid` for anything else."""
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        packed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        name, stream, values, number = json.loads(packed)
        if name != sort or stream not in (0, 1) or not _is_number(number) or not isinstance(values, list):
            raise ValueError("of another list")
        unpacked = tuple(_unpack(value) for value in values)
        for place, (value, wanted) in enumerate(zip(unpacked, types, strict=True)):
            _check(value, wanted, may_be_empty=stream == 1 and place == 0)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error, InvalidOperation) as error:
        raise bad_cursor() from error
    return Position(stream, unpacked, number)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _check(value: Any, wanted: type[Any], *, may_be_empty: bool) -> None:
    if value is None:
        if not may_be_empty:
            raise ValueError("an empty value")
    elif may_be_empty or not isinstance(value, wanted):
        raise ValueError("a value of another type")
    elif isinstance(value, str) and "\x00" in value:
        raise ValueError("a character that no text holds")
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError("a number that no column holds")
    elif isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("an instant without a zone")


def _pack(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return {"n": str(value)}
    if isinstance(value, datetime):
        return {"i": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return {"t": value.isoformat()}
    raise TypeError(f"lists cannot be sorted by a {type(value).__name__}")


def _unpack(value: Any) -> Any:
    if not isinstance(value, dict):
        if isinstance(value, list | float):
            raise TypeError("not a packed value")
        return value
    ((tag, text),) = value.items()
    if tag == "n":
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError("not a number")
        return number
    return READERS[tag](text)
