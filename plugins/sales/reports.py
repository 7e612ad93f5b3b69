"""Standard reports of sales: by product over the years, by customer, by seller, and what becomes of quotes."""

from __future__ import annotations

from kernel.api import StandardReport, _

SOLD = "sales.sold"
QUOTES = "sales.quote"
SALES = {"direction.is": "sale"}

REPORTS = (
    StandardReport(
        key="by_product",
        title=_("Sales by product, year beside year"),
        resource=SOLD,
        groups=("item",),
        across="day:year",
        figures=("sum:quantity", "sum:net"),
        filters=SALES,
        largest_first=True,
        order=10,
    ),
    StandardReport(
        key="by_month",
        title=_("Sales by month and product group"),
        resource=SOLD,
        groups=("day:month",),
        across="group",
        figures=("sum:net",),
        filters=SALES,
        dated="day",
        period="last_12_months",
        chart="bars",
        order=20,
    ),
    StandardReport(
        key="by_customer",
        title=_("Sales by customer"),
        resource=SOLD,
        groups=("party",),
        figures=("sum:net", "sum:net:share"),
        filters=SALES,
        dated="day",
        period="this_year",
        largest_first=True,
        order=30,
    ),
    StandardReport(
        key="by_seller",
        title=_("Sales by seller and month"),
        resource=SOLD,
        groups=("owner",),
        across="day:month",
        figures=("sum:net",),
        filters=SALES,
        dated="day",
        period="last_6_months",
        chart="rows",
        order=40,
    ),
    StandardReport(
        key="quotes",
        title=_("Quotes by state: how many are accepted"),
        resource=QUOTES,
        groups=("state",),
        figures=("count:", "count::share", "sum:payable"),
        dated="day",
        period="last_12_months",
        chart="rows",
        order=50,
    ),
    StandardReport(
        key="conversion",
        title=_("Quotes by seller: how many were converted"),
        resource=QUOTES,
        groups=("owner",),
        across="converted",
        figures=("count:",),
        dated="day",
        period="last_12_months",
        order=60,
    ),
    StandardReport(
        key="purchases",
        title=_("Purchases by supplier"),
        resource=SOLD,
        groups=("party",),
        figures=("sum:net",),
        filters={"direction.is": "purchase"},
        dated="day",
        period="this_year",
        largest_first=True,
        order=70,
    ),
)
