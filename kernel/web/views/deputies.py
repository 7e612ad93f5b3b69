"""Deputies: one's own, and those of any user for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.administration.deputies import DAYS, deputies_of, display_name, possible_deputies
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.errors import Problem
from kernel.web.current import current, run_command, scope, tell
from kernel.web.pages import go, render

pages = Blueprint("deputies", __name__)


class Entered:
    """What was entered for a new deputy, with what is wrong beside each field."""

    def __init__(self) -> None:
        self.values = {item.name: request.form.get(item.name, "") for item in DAYS}
        self.deputy = stored_number(request.form.get("deputy", ""))
        self.errors: dict[str, str] = {}

    def attach(self, problems: tuple[Problem, ...]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            self.errors[problem.field or ""] = scope().runtime.translate(problem.message, scope().locale)


@pages.route("/deputies", methods=["GET", "POST"])
def own() -> ResponseReturnValue:
    """Show one's own deputies and those for whom one stands in, or name another."""
    return of_user(scope().actor.user_id or 0, "deputies.own", {})


@pages.post("/deputies/<int:number>/withdraw")
def withdraw(number: int) -> ResponseReturnValue:
    """End that somebody stands in, at once."""
    if run_command("deputy.withdraw", number=number).done:
        tell(_("Withdrawn."))
    whose = stored_number(request.form.get("user", ""))
    if whose is not None and current().actor.is_administrator:
        return go("administration.deputies", user_id=whose)
    return go("deputies.own")


def of_user(user_id: int, endpoint: str, values: dict[str, Any]) -> ResponseReturnValue:
    """Show or extend the deputies of a user, on the page `endpoint`."""
    if request.method == "GET":
        return _page(user_id, endpoint, values, None)
    entered = Entered()
    outcome = run_command(
        "deputy.name", form=entered, user_id=user_id, deputy_id=entered.deputy, values=entered.values
    )
    if not outcome.done:
        return _page(user_id, endpoint, values, entered, status=outcome.status)
    tell(_("The deputy is named."))
    return go(endpoint, **values)


def _page(
    user_id: int, endpoint: str, values: dict[str, Any], entered: Entered | None, *, status: int = 200
) -> ResponseReturnValue:
    context = current()
    rows = deputies_of(context, user_id)
    return render(
        "pages/deputies.html",
        status=status,
        address=url_for(endpoint, **values),
        user_id=user_id,
        own=endpoint == "deputies.own",
        name=display_name(context, user_id),
        mine=[row for row in rows if row.user_id == user_id],
        others=[row for row in rows if row.deputy_id == user_id],
        possible=possible_deputies(context, user_id),
        entered=entered.values if entered else {},
        chosen=entered.deputy if entered else None,
        errors=entered.errors if entered else {},
    )
