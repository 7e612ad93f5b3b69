"""The standard reports on persons and organisations."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.i18n import _
from kernel.resources.reports.standard import StandardReport


def reports() -> Iterable[StandardReport]:
    """Give them."""
    return (
        StandardReport(
            key="persons_by_province",
            title=_("Persons by province"),
            resource="person",
            groups=("province",),
            figures=("count::share",),
            chart="rows",
            largest_first=True,
            order=100,
        ),
        StandardReport(
            key="persons_by_month",
            title=_("New persons by month, beside last year"),
            resource="person",
            groups=("created_at:month",),
            dated="created_at",
            period="this_year",
            compared="last_year",
            chart="bars",
            order=110,
        ),
        StandardReport(
            key="organisations_by_province",
            title=_("Organisations by province"),
            resource="organisation",
            groups=("province",),
            figures=("count::share",),
            chart="rows",
            largest_first=True,
            order=120,
        ),
        StandardReport(
            key="persons_by_owner",
            title=_("Persons by responsible expert"),
            resource="person",
            groups=("owner",),
            figures=("count::share",),
            largest_first=True,
            order=130,
        ),
    )
