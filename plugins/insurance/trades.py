"""Lines of insurance: which there are, and which particulars each asks of what is insured."""

from __future__ import annotations

from decimal import Decimal

from kernel.api import LazyText, _, fields

LINES: dict[str, LazyText] = {
    "third_party": _("Third party (vehicle)"),
    "body": _("Vehicle body"),
    "driver": _("Driver’s accident"),
    "fire": _("Fire"),
    "life": _("Life and savings"),
    "health": _("Supplementary health"),
    "accident": _("Accident of persons"),
    "travel": _("Travel"),
    "liability": _("Liability"),
    "engineering": _("Engineering"),
    "cargo": _("Cargo"),
    "other": _("Another line"),
}
LINE_COLOURS = {
    "third_party": "blue",
    "body": "cyan",
    "driver": "blue",
    "fire": "red",
    "life": "green",
    "health": "violet",
    "accident": "amber",
    "travel": "cyan",
    "liability": "amber",
    "engineering": "grey",
    "cargo": "grey",
    "other": "grey",
}

VEHICLE = ("third_party", "body", "driver")
NO_CLAIM_LINES = ("third_party", "body")
BUILDING = ("fire",)
WORKS = ("engineering", "liability")
PERSONS = ("life", "health", "accident", "travel", "liability")

FIRST_TERMS: dict[str, tuple[int, int, int, bool, str]] = {
    "third_party": (12, 24, 0, True, "20, 10, 3, 0"),
    "body": (12, 24, 0, True, "20, 10, 3"),
    "driver": (12, 24, 0, True, "10, 3"),
    "fire": (12, 12, 15, True, "30, 15, 5"),
    "life": (12, 24, 30, True, "30, 10"),
    "health": (12, 24, 15, True, "30, 15, 5"),
    "accident": (12, 24, 10, True, "20, 5"),
    "travel": (1, 24, 0, False, ""),
    "liability": (12, 12, 15, True, "30, 15, 5"),
    "engineering": (12, 12, 15, True, "30, 15, 5"),
    "cargo": (12, 12, 0, False, ""),
    "other": (12, 24, 0, True, "20, 5"),
}
"""What a new site begins with: months, hour, days of grace, whether it is renewed, days before the end of calls."""

FIRST_COMMISSIONS = {
    "third_party": Decimal("3"),
    "body": Decimal("15"),
    "fire": Decimal("20"),
    "life": Decimal("10"),
}
"""The usual commission of a new site in percent; of other lines it has none."""


def of_lines(*lines: str) -> fields.When:
    """Say that a field applies to these lines only."""
    return fields.When("line", lines)
