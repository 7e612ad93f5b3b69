"""Reports of progress as a record kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.api import Action, Context, Problem, Resource, Search, Section, Sort, _, calendar, fields, squeeze
from plugins.tasks.kinds import REPEAT_DAYS, About
from plugins.tasks.models import ProgressReport
from plugins.tasks.words import REPEATS

NAME = "tasks.progress_report"
CHANNELS = {"sms": _("SMS"), "email": _("E-mail"), "letter": _("Letter on paper")}
STATES = {"running": _("Under way"), "stopped": _("Stopped")}
COLOURS = {"running": "green", "stopped": "grey"}
WHY = {
    "hand": _("stopped by hand"),
    "done": _("the work is done"),
    "until": _("its last day has come"),
    "gone": _("the work is no longer there"),
}
ENTERED = (
    *("title", "party", "channel", "repeat", "repeat_interval", "repeat_weekdays", "repeat_day"),
    *("next_on", "until", "only_changes", "owner"),
)


class Work(About):
    """The record that a report tells of."""

    model = ProgressReport


def prepare_report(context: Context, report: ProgressReport, values: Mapping[str, Any]) -> list[Problem]:
    """Complete the rhythm and the first day; a report is not due before it was made."""
    from plugins.tasks.progress.sending import first_day

    report.search_key = squeeze(report.title or "")
    if report.id is None and report.owner_id is None and context.actor.kind == "user":
        report.owner_id = context.actor.user_id
    report.repeat_interval = report.repeat_interval or 1
    if report.repeat != "weeks":
        report.repeat_weekdays = None
    if report.repeat not in ("months", "years"):
        report.repeat_day = None
    elif report.repeat_day is None:
        report.repeat_day = calendar.to_jalali(report.next_on or context.today).day
    if report.next_on is None:
        day = first_day(report, context.today)
        if day is None:
            return [Problem("until", _("The reports would end before the first one."))]
        report.next_on = day
    if report.until is not None and report.until < report.next_on and report.state != "stopped":
        return [Problem("until", _("The reports would end before the first one."))]
    return []


def actions_of(context: Context, number: int) -> Sequence[Action]:
    """Give the buttons of a report's page."""
    from plugins.tasks.progress.page import actions

    return actions(context, number)


REPORT = Resource(
    name=NAME,
    model=ProgressReport,
    title=_("Report of progress"),
    plural=_("Reports of progress"),
    path="tasks/progress-reports",
    icon="send",
    label="title",
    owner="owner_id",
    fields=(
        fields.Text(
            "title",
            _("Title of the work"),
            required=True,
            limit=120,
            help=_("As the customer calls it; it stands in every report."),
        ),
        fields.Link("party", _("Customer"), to="party", attribute="party_id", required=True, merge="keep"),
        Work("about", _("About")),
        fields.Choice("channel", _("Way of sending"), options=CHANNELS, required=True, default="sms"),
        fields.Choice("repeat", _("How often"), options=REPEATS, required=True, default="weeks"),
        fields.Whole(
            "repeat_interval",
            _("Every so many"),
            least=1,
            most=999,
            default=1,
            in_list=False,
            help=_("Empty: every single one."),
        ),
        *REPEAT_DAYS,
        fields.Day("next_on", _("Next report on"), help=_("Empty: on the next day of the rhythm.")),
        fields.Day("until", _("Until"), in_list=False),
        fields.YesNo(
            "only_changes",
            _("Nothing is sent when nothing has changed"),
            default=True,
            in_list=False,
        ),
        fields.UserLink(
            "owner",
            _("In charge"),
            attribute="owner_id",
            help=_("Is told of letters to print, and of reports that did not reach the customer."),
        ),
        fields.Choice("state", _("State"), options=STATES, colours=COLOURS, read_only=True),
        fields.Day("ended_on", _("Stopped on"), read_only=True, in_list=False),
        fields.Choice("ended_why", _("Why it was stopped"), options=WHY, read_only=True, in_list=False),
    ),
    sections=(
        Section(_("Report of progress"), ("title", "party", "owner", "state", "ended_on", "ended_why")),
        Section(
            _("When and how"),
            (
                *("channel", "repeat", "repeat_interval", "repeat_weekdays", "repeat_day"),
                *("next_on", "until", "only_changes"),
            ),
        ),
    ),
    list_columns=("title", "party", "about", "channel", "next_on", "state"),
    quick_filters=("state", "channel", "owner", "next_on"),
    sorts=(Sort("next", _("Next one first"), ("next_on",)),),
    search=Search(),
    prepare=prepare_report,
    actions=actions_of,
    help=_(
        "A customer hears from period to period how far the work is: of a project, of one task, or of all tasks that are "
        "marked to be shown to the customer. Each period is reported once; results, comments and internal tasks are never "
        "told."
    ),
)
