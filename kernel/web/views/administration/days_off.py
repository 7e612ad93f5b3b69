"""The days on which a site rests: those of every week, and the holidays that come next."""

from __future__ import annotations

from datetime import date, timedelta

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.settings import field_of, find_group
from kernel.i18n import ngettext_lazy
from kernel.jobs.named_days import NamedDay, named_days
from kernel.resources.context import Context
from kernel.web.current import SAVED, current, run_command, runtime, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages
from kernel.web.views.administration.settings import present

GROUP = "calendar"
"""The group of settings that the page is about."""
AHEAD = timedelta(days=365)
SHOWN = 12


@pages.route("/days-off", methods=["GET", "POST"])
@administrators
def days_off() -> ResponseReturnValue:
    """Show which days of the week are off and the holidays to come; save the week, or fill the holidays in."""
    if request.form.get("do") == "fill":
        return _fill()
    context = current()
    group = find_group(runtime(), GROUP)
    form = CommandForm(context, [field_of(setting) for setting in group.settings])
    if request.method == "GET":
        return _page(form.start(present(context, group)))
    form.read(request.form)
    outcome = run_command("settings.save", form=form, group=GROUP, values=form.values)
    if not outcome.done:
        return _page(form, outcome.status)
    tell(SAVED)
    return go("administration.days_off")


def _fill() -> ResponseReturnValue:
    outcome = run_command("occasion.fill")
    if outcome.done:
        new = outcome.value
        tell(ngettext_lazy("%(n)d holiday is new.", "%(n)d holidays are new.", n=new))
    return go("administration.days_off")


def _page(form: CommandForm, status: int = 200) -> ResponseReturnValue:
    return render("administration/days_off.html", status=status, form=form, coming=_coming(current()))


def _coming(context: Context) -> list[tuple[date, NamedDay]]:
    """Give the next holidays, each name of a day by itself."""
    found = named_days(context, context.today, context.today + AHEAD)
    return [(day, each) for day, names in found.items() for each in names if each.off][:SHOWN]
