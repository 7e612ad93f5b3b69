"""What sales begins with: the rates of value added tax that are known; a site confirms and adds its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from kernel.api import calendar
from plugins.sales.models import TaxRate

RATES: tuple[tuple[date, Decimal], ...] = (
    (calendar.to_gregorian(1394, 1, 1), Decimal(9)),
    (calendar.to_gregorian(1403, 1, 1), Decimal(10)),
)
"""From which day on which percentage: 9 until the end of 1402, 10 from 1403 on."""


def seed(session: Session) -> None:
    """Enter the rates of the standard class."""
    session.add_all(TaxRate(tax_class="standard", percent=percent, starts=day) for day, percent in RATES)
