"""The standard reports on interactions and calls."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.i18n import _
from kernel.resources.reports.standard import StandardReport


def reports() -> Iterable[StandardReport]:
    """Give them."""
    return (
        StandardReport(
            key="interactions_by_month",
            title=_("Interactions by month and channel"),
            resource="interaction",
            groups=("started_at:month",),
            across="channel",
            dated="started_at",
            period="last_12_months",
            chart="bars",
            order=200,
        ),
        StandardReport(
            key="interactions_by_user",
            title=_("Interactions by user, this month beside the last"),
            resource="interaction",
            groups=("done_by",),
            dated="started_at",
            period="this_month",
            compared="previous",
            chart="rows",
            largest_first=True,
            order=210,
        ),
        StandardReport(
            key="interactions_by_reason",
            title=_("Interactions by reason and result"),
            resource="interaction",
            groups=("reason", "result"),
            figures=("count::share",),
            dated="started_at",
            period="this_year",
            order=220,
        ),
        StandardReport(
            key="calls_by_month",
            title=_("Calls by month and direction"),
            resource="call",
            groups=("started_at:month",),
            across="direction",
            dated="started_at",
            period="last_12_months",
            chart="bars",
            order=230,
        ),
        StandardReport(
            key="unwritten_by_user",
            title=_("Unwritten calls by user"),
            resource="call",
            groups=("user",),
            filters={"unwritten.is": "1"},
            dated="started_at",
            period="last_30_days",
            chart="rows",
            largest_first=True,
            order=240,
        ),
    )
