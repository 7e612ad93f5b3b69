"""Standard reports: enrolments and results by course, sessions by teacher, charges by month, certificates."""

from __future__ import annotations

from kernel.api import StandardReport, _

REPORTS = (
    StandardReport(
        key="enrolments",
        title=_("Enrolments by calendar course"),
        resource="education.enrolment",
        groups=("offering",),
        across="state",
        figures=("count:",),
        order=10,
    ),
    StandardReport(
        key="results",
        title=_("Results by calendar course"),
        resource="education.enrolment",
        groups=("offering",),
        across="outcome",
        figures=("count:", "avg:final"),
        filters={"state.is": "enrolled"},
        order=20,
    ),
    StandardReport(
        key="attendance",
        title=_("Attendance by calendar course"),
        resource="education.enrolment",
        groups=("offering",),
        figures=("avg:attended", "count:"),
        filters={"state.is": "enrolled"},
        chart="rows",
        order=30,
    ),
    StandardReport(
        key="sessions",
        title=_("Sessions held by teacher"),
        resource="education.session",
        groups=("teacher",),
        figures=("count:",),
        filters={"state.is": "held"},
        chart="rows",
        order=40,
    ),
    StandardReport(
        key="by_month",
        title=_("New enrolments by month"),
        resource="education.enrolment",
        groups=("entered_on:month",),
        dated="entered_on",
        period="last_12_months",
        chart="line",
        order=50,
    ),
    StandardReport(
        key="charges",
        title=_("Charges by the month in which they are due"),
        resource="education.charge",
        groups=("due:month",),
        figures=("sum:amount", "count:"),
        filters={"state.is": "open"},
        chart="rows",
        order=60,
    ),
    StandardReport(
        key="certificates",
        title=_("Certificates by month"),
        resource="education.certificate",
        groups=("issued_on:month",),
        across="state",
        figures=("count:",),
        order=70,
    ),
)
