"""Numbers out of the series that plugins declare: gapless, and where they say so anew in each fiscal year."""

from __future__ import annotations

from kernel.data.series import next_number
from kernel.fa import calendar
from kernel.resources.context import Context


def take_number(context: Context, series: str) -> int:
    """Give the next number of a declared series (`hotel.stay`), in the command's transaction.

    Its row stays locked until that ends, so take it last. `KeyError` for a series that no enabled plugin declares.
    """
    declared = context.runtime.declared.series[series]
    period = _period(context) if declared.yearly else None
    with context.system("give a number") as system:
        return next_number(system.session, series, period)


def _period(context: Context) -> str:
    return str(calendar.fiscal_year(context.today, context.site.fiscal_start).year)
