"""How long the bin keeps records of each kind."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.retention import kept
from kernel.i18n import _
from kernel.resources.errors import Problem
from kernel.web.current import SAVED, current, run_command, scope, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages


class Entered:
    """What was entered, with what is wrong beside each kind."""

    def __init__(self) -> None:
        self.days = {
            name.removeprefix("days."): value
            for name, value in request.form.items()
            if name.startswith("days.")
        }
        self.errors: dict[str, str] = {}

    def attach(self, problems: tuple[Problem, ...]) -> None:
        """Put each problem beside its kind."""
        for problem in problems:
            self.errors[problem.field or ""] = scope().runtime.translate(problem.message, scope().locale)


@pages.route("/retention", methods=["GET", "POST"])
@administrators
def retention() -> ResponseReturnValue:
    """Show how long each kind lies in the bin, or change it."""
    if request.method == "GET":
        return render("administration/retention.html", lines=kept(current()), entered={}, errors={})
    entered = Entered()
    outcome = run_command("retention.save", form=entered, days=entered.days)
    if not outcome.done:
        return render(
            "administration/retention.html",
            status=outcome.status,
            lines=kept(current()),
            entered=entered.days,
            errors=entered.errors,
        )
    tell(SAVED if outcome.value else _("Nothing has changed."))
    return go("administration.retention")
