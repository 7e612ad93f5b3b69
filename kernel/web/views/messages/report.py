"""The report of messages: what each kind cost and came to within a period."""

from __future__ import annotations

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.jalali import to_gregorian, to_jalali
from kernel.i18n import _
from kernel.messages.lines import channels_of
from kernel.messages.report import by_kind
from kernel.messages.resources import MESSAGE
from kernel.resources.context import Context
from kernel.resources.field_rules import seen_whole
from kernel.resources.fields import Day, FieldError
from kernel.web.current import needs, scope
from kernel.web.pages import render, words
from kernel.web.views.messages.blueprint import pages, tabs


@pages.get("/report")
@needs("message", "view")
def report() -> ResponseReturnValue:
    """Show cost and effect by kind; without days, of this Jalali month."""
    context = scope().patient()
    error = ""
    try:
        since = _day(context, "since", _month_begins(context))
        until = _day(context, "until", context.today)
    except FieldError as problem:
        since, until, error = _month_begins(context), context.today, words(problem.message)
    lines = by_kind(context, since, until)
    return render(
        "messages/report.html",
        tabs=tabs(context),
        since=since,
        until=until,
        error=error,
        lines=lines,
        channels=channels_of(context.runtime),
        total=sum(line.cost for line in lines),
        shown={
            name: seen_whole(context, MESSAGE.permission, MESSAGE.by_name[name]) for name in ("parts", "cost")
        },
    )


def _day(context: Context, name: str, usual: date) -> date:
    found: date | None = Day(name, _("Day")).read(request.args.get(name, ""), context)
    return found or usual


def _month_begins(context: Context) -> date:
    year, month, _number = to_jalali(context.today)
    return to_gregorian(year, month, 1)
