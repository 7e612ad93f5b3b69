"""Sending saved reports by e-mail again and again: planned in a dialog, listed on the page of reports, paused, given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.fa.calendar import weekday_name
from kernel.fa.digits import stored_number
from kernel.fa.locales import is_persian, language_of
from kernel.i18n import LazyText, _
from kernel.i18n.numbers import localise_digits
from kernel.messages.report_mail.models import ReportSchedule
from kernel.messages.report_mail.planning import EVERY, FORMATS, own_schedules, possible_receivers
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import UserLink
from kernel.resources.saved_views.models import REPORT
from kernel.resources.saved_views.reading import View, find_view
from kernel.web.current import Outcome, current, refuse_forms, run_command, tell
from kernel.web.own_views import my_views
from kernel.web.pages import go, render, words

pages = Blueprint("report_mail", __name__, url_prefix="/reports/mail")
pages.before_request(refuse_forms)

LAST_DAY = 0
WEEK = tuple(date(2026, 3, 21 + n) for n in range(7))
"""A week from Saturday on, for the names of its days."""


@dataclass(frozen=True)
class Run:
    """What came of one run."""

    day: date
    sent: int | None
    left_out: Sequence[tuple[str, str]]
    """Names, each with the reason."""


@dataclass(frozen=True)
class Line:
    """One plan as the page of reports shows it."""

    id: int
    name: str
    when: str
    form: str
    receivers: Sequence[str]
    active: bool
    runs: Sequence[Run]


@pages.route("/new/<int:view_id>", methods=["GET", "POST"])
def new(view_id: int) -> ResponseReturnValue:
    """Ask when and to whom a saved report is to be sent, or plan it."""
    view = _report(current(), view_id)
    outcome = None
    if request.method == "POST":
        outcome = run_command("report_schedule.plan", quiet=True, view_id=view_id, values=_entered())
        if outcome.done:
            tell(_("The report will be sent by e-mail."))
            return go("report_list.listed")
    return _dialog(url_for("report_mail.new", view_id=view_id), view, None, outcome)


@pages.route("/<int:schedule_id>/edit", methods=["GET", "POST"])
def edit(schedule_id: int) -> ResponseReturnValue:
    """Ask for other terms or receivers, or change them."""
    context = current()
    row = _own(context, schedule_id)
    view = _report(context, row.view_id)
    outcome = None
    if request.method == "POST":
        outcome = run_command(
            "report_schedule.change", quiet=True, schedule_id=schedule_id, values=_entered()
        )
        if outcome.done:
            tell(_("The report will be sent by e-mail."))
            return go("report_list.listed")
        row = _own(current(), schedule_id)
    return _dialog(url_for("report_mail.edit", schedule_id=schedule_id), view, row, outcome)


@pages.post("/<int:schedule_id>/<any(pause,resume,give_up):what>")
def act(schedule_id: int, what: str) -> ResponseReturnValue:
    """Pause a plan of one's own, let it go on, or give it up."""
    _own(current(), schedule_id)
    if what == "give_up":
        done = run_command("report_schedule.give_up", schedule_id=schedule_id).done
    else:
        done = run_command("report_schedule.switch", schedule_id=schedule_id, active=what == "resume").done
    if done:
        tell(SAID[what])
    return go("report_list.listed")


SAID: Mapping[str, LazyText] = {
    "pause": _("The report is not sent until you resume it."),
    "resume": _("The report will be sent by e-mail."),
    "give_up": _("The report is sent no more."),
}


def planned(context: Context) -> list[Line]:
    """Give one's own plans as the page of reports shows them."""
    rows = own_schedules(context)
    names = {each.id: each.name for each in my_views(context)}
    people = {number for row in rows for number in row.receivers}
    people |= {number for row in rows for each in row.runs for number, _why in each["left_out"]}
    known = UserLink("user", _("User")).labels(sorted(people), context) if people else {}
    return [_line(context, row, names.get(row.view_id, ""), known) for row in rows]


def _line(context: Context, row: ReportSchedule, name: str, people: Mapping[int, str]) -> Line:
    runs = [
        Run(
            date.fromisoformat(each["day"]),
            each["sent"],
            [(people.get(number, ""), why) for number, why in each["left_out"]],
        )
        for each in row.runs[:3]
    ]
    receivers = [people[number] for number in row.receivers if number in people]
    return Line(
        row.id,
        name or context.text(_("(a report that you do not see any more)")),
        _when(context, row),
        FORMATS[row.format],
        receivers,
        row.active,
        runs,
    )


def _when(context: Context, row: ReportSchedule) -> str:
    hour = context.text(_("at %(hour)s", hour=localise_digits(f"{row.at:%H:%M}", context.locale)))
    parts = [context.text(EVERY[row.every])]
    if row.every == "week":
        parts = [context.text(_("Every %(weekday)s", weekday=_weekdays(context)[row.weekday][1]))]
    elif row.every == "month":
        parts.append(_month_days(context)[row.month_day][1])
    return "، ".join([*parts, hour]) if is_persian(context.locale) else ", ".join([*parts, hour])


def _weekdays(context: Context) -> list[tuple[int, str]]:
    return [(n, weekday_name(day, language_of(context.locale))) for n, day in enumerate(WEEK)]


def _month_days(context: Context) -> list[tuple[int, str]]:
    last = (LAST_DAY, context.text(_("last day of the month")))
    return [last, *((n, context.text(_("day %(number)d of the month", number=n))) for n in range(1, 30))]


def _entered() -> dict[str, Any]:
    numbers = (stored_number(each) for each in request.form.getlist("receiver"))
    single = {name: request.form.get(name, "") for name in ("every", "weekday", "month_day", "at", "format")}
    return {**single, "receivers": [number for number in numbers if number is not None]}


def _report(context: Context, view_id: int) -> View:
    view = find_view(context, view_id)
    if view.form != REPORT:
        raise NotFound()
    context.require(context.runtime.resource(view.resource).permission, "export")
    return view


def _own(context: Context, schedule_id: int) -> ReportSchedule:
    row = context.session.get(ReportSchedule, schedule_id)
    if row is None:
        raise NotFound()
    return row


def _dialog(
    address: str, view: View, row: ReportSchedule | None, outcome: Outcome | None
) -> ResponseReturnValue:
    context = current()
    posted = request.method == "POST"
    entered = _entered()
    at = row.at if row else time(8, 0)
    kept = {
        "every": row.every if row else "month",
        "weekday": row.weekday if row else 0,
        "month_day": row.month_day if row else 1,
        "at": f"{at:%H:%M}",
        "format": row.format if row else "pdf",
        "receivers": list(row.receivers) if row else [context.actor.user_id],
    }
    chosen = entered if posted else kept
    return render(
        "reports/schedule.html",
        status=200 if outcome is None else outcome.status,
        address=address,
        view=view,
        chosen={name: value if name == "receivers" else str(value) for name, value in chosen.items()},
        every=[(key, context.text(title)) for key, title in EVERY.items()],
        weekdays=[(str(number), title) for number, title in _weekdays(context)],
        month_days=[(str(number), title) for number, title in _month_days(context)],
        formats=list(FORMATS.items()),
        receivers=possible_receivers(context),
        error="" if outcome is None or outcome.message is None else words(outcome.message),
    )
