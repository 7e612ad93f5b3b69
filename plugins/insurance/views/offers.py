"""Family offers, and setting up the reminders of an agency."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel.api import _, current, ngettext_lazy, render, run_command, tell
from plugins.insurance.commands import starting
from plugins.insurance.family import MOST, offers
from plugins.insurance.lines import titles
from plugins.insurance.trades import PERSONS

FIRST_LINE = "health"


def family() -> ResponseReturnValue:
    """Show the insured whose family lacks a line."""
    context = current()
    line = request.args.get("line", FIRST_LINE)
    lines = titles(context)
    chosen = line if line in lines else FIRST_LINE
    found = offers(context, chosen)
    ordered = {key: lines[key] for key in (*PERSONS, *(key for key in lines if key not in PERSONS))}
    return render(
        "insurance/family.html",
        offers=found,
        full=len(found) == MOST,
        line=chosen,
        lines=ordered,
        may_add=context.may("insurance.policy", "create") and not context.read_only,
        may_send=context.may("message", "send") and not context.read_only,
    )


def reminders() -> ResponseReturnValue:
    """Show which ladders of reminders are missing, and make them."""
    if request.method == "POST":
        outcome = run_command("insurance.set_up_reminders")
        if outcome.done:
            tell(
                ngettext_lazy(
                    "%(n)d ladder of reminders is made.",
                    "%(n)d ladders of reminders are made.",
                    n=outcome.value,
                )
            )
        return redirect(url_for("insurance.reminders"), code=303)
    context = current()
    return render(
        "insurance/reminders.html",
        missing=starting.missing(context),
        may_make=context.may("reminder_ladder", "create") and not context.read_only,
        may_see=context.may("reminder_ladder", "view"),
        ways={"sms": _("SMS"), "list": _("Only on the page of reminders")},
    )
