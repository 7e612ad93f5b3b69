"""The standard reports on messages."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.i18n import _
from kernel.resources.reports.standard import StandardReport


def reports() -> Iterable[StandardReport]:
    """Give them."""
    return (
        StandardReport(
            key="messages_by_kind",
            title=_("Messages by kind and state"),
            resource="message",
            groups=("kind",),
            across="state",
            dated="created_at",
            period="this_year",
            order=300,
        ),
        StandardReport(
            key="messages_by_month",
            title=_("Messages and their price by month"),
            resource="message",
            groups=("created_at:month", "channel"),
            figures=("count:", "sum:price"),
            dated="created_at",
            period="last_12_months",
            chart="bars",
            order=310,
        ),
    )
