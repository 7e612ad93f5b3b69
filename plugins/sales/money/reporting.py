"""Standard reports on the lists of money."""

from __future__ import annotations

from kernel.api import StandardReport, _

REPORTS = (
    StandardReport(
        key="unsettled",
        title=_("Unsettled invoices by party"),
        resource="sales.account",
        groups=("party",),
        figures=("count:", "sum:amount", "sum:open"),
        filters={"kind.is": "sale", "open.from": "1"},
        largest_first=True,
        order=110,
    ),
    StandardReport(
        key="unsettled_by_month",
        title=_("Unsettled invoices by month of their due day"),
        resource="sales.account",
        groups=("due:month",),
        figures=("count:", "sum:open"),
        filters={"kind.is": "sale", "open.from": "1"},
        order=111,
    ),
    StandardReport(
        key="receipts_by_month",
        title=_("Receipts by month and method"),
        resource="sales.payment",
        groups=("day:month",),
        across="method",
        figures=("sum:amount",),
        filters={"direction.is": "in", "state.is": "standing"},
        dated="day",
        period="this_year",
        chart="bars",
        order=112,
    ),
    StandardReport(
        key="cheques_by_month",
        title=_("Cheques by month of their due day and by state"),
        resource="sales.cheque",
        groups=("direction", "due:month"),
        across="state",
        figures=("sum:amount",),
        order=113,
    ),
    StandardReport(
        key="cheques_by_party",
        title=_("Bounced cheques by party"),
        resource="sales.cheque",
        groups=("party",),
        figures=("count:", "sum:amount"),
        filters={"state.is": "bounced", "direction.is": "received"},
        largest_first=True,
        order=114,
    ),
    StandardReport(
        key="commission_by_marketer",
        title=_("Commission by marketer and month"),
        resource="sales.commission",
        groups=("marketer", "day:month"),
        across="kind",
        figures=("sum:amount",),
        dated="day",
        period="this_year",
        order=115,
    ),
)
