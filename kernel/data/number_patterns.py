"""How a number of a series is written: `F-{year}-{number:5}` gives F-1405-00012. Pure functions."""

from __future__ import annotations

import re

PLACE = re.compile(r"\{(number|year|yy)(?::([1-9]|1[0-2]))?\}")
PLAIN = "{number}"
"""The number alone."""
LONGEST = 60
LARGEST = 10**12
"""More than any series gives; a number of more digits is a mistake of typing."""


def places(pattern: str) -> list[str]:
    """Give the names of the places that a pattern fills."""
    return [match[1] for match in PLACE.finditer(pattern)]


def is_sound(pattern: str) -> bool:
    """Say whether a pattern has one place for the number, fills nothing unknown, and is no longer than it may be."""
    rest = PLACE.sub("", pattern)
    return places(pattern).count("number") == 1 and not set(rest) & set("{}") and len(pattern) <= LONGEST


def write(pattern: str, number: int, year: int) -> str:
    """Write a number by a pattern.

    `{number:5}` has five digits at least, `{year}` is the fiscal year, `{yy}` its last two digits.
    """
    values = {"number": str(number), "year": str(year), "yy": f"{year % 100:02d}"}
    return PLACE.sub(lambda match: values[match[1]].rjust(int(match[2] or 0), "0"), pattern)
