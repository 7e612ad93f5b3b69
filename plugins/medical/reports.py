"""The clinic's standard reports: who was booked when, and what became of it."""

from __future__ import annotations

from kernel.api import StandardReport, _

APPOINTMENTS = "medical.appointment"

REPORTS = (
    StandardReport(
        key="by_doctor",
        title=_("Appointments by doctor and month"),
        resource=APPOINTMENTS,
        groups=("doctor",),
        across="starts_at:month",
        dated="starts_at",
        period="last_6_months",
        chart="rows",
        order=10,
    ),
    StandardReport(
        key="by_state",
        title=_("Appointments by state"),
        resource=APPOINTMENTS,
        groups=("state",),
        figures=("count::share",),
        dated="starts_at",
        period="this_year",
        chart="rows",
        order=20,
    ),
    StandardReport(
        key="missed",
        title=_("Missed appointments by month"),
        resource=APPOINTMENTS,
        groups=("starts_at:month",),
        filters={"state.is": "missed"},
        dated="starts_at",
        period="last_12_months",
        chart="line",
        order=30,
    ),
    StandardReport(
        key="by_service",
        title=_("Appointments by service"),
        resource=APPOINTMENTS,
        groups=("service",),
        figures=("count::share", "distinct:patient"),
        dated="starts_at",
        period="this_year",
        largest_first=True,
        order=40,
    ),
)
