"""How the figures of a report are written."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from kernel.i18n import LazyText
from kernel.resources.reports.definition import Measure
from kernel.resources.reports.results import Heading
from kernel.resources.reports.tables import percent

FA: Any = SimpleNamespace(locale="fa")
EN: Any = SimpleNamespace(locale="en")


@pytest.mark.parametrize(
    ("value", "persian", "english"),
    [
        ("60755716.19", "۶۰٬۷۵۵٬۷۱۶٫۱۹", "60,755,716.19"),
        ("367977397.00", "۳۶۷٬۹۷۷٬۳۹۷", "367,977,397"),
        ("1000.50", "۱٬۰۰۰٫۵", "1,000.5"),
        ("-0.25", "−۰٫۲۵", "-0.25"),
        ("0", "۰", "0"),
        ("1E+3", "۱٬۰۰۰", "1,000"),
    ],
)
def test_means_are_grouped_as_sums_are(value: str, persian: str, english: str) -> None:
    heading = Heading(Measure("avg", "net"), LazyText("net"), None)
    assert heading.text(Decimal(value), FA) == persian
    assert heading.text(Decimal(value), EN) == english


def test_what_became_less_has_a_minus_sign() -> None:
    assert percent(Decimal(-50), FA) == "−۵۰٪"
    assert percent(Decimal("-27.3"), EN) == "-27.3%"
    assert percent(None, FA) == ""
