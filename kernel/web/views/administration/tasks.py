"""What runs in the background: work, events, jobs, workers; what failed can be tried again."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.plugins import titles as plugin_titles
from kernel.administration.tasks import STATES, overview
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.errors import NotFound
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages

TONES = {"due": "", "running": "blue", "done": "green", "failed": "red", "stopped": "amber", "skipped": ""}


@pages.get("/jobs")
@administrators
def jobs() -> ResponseReturnValue:
    """Show workers, jobs, work and the events that are still to be delivered."""
    context = current()
    return render(
        "administration/jobs.html",
        state=overview(context),
        states=STATES,
        tones=TONES,
        plugin_titles=plugin_titles(context),
    )


@pages.post("/jobs")
@administrators
def change_job() -> ResponseReturnValue:
    """Try again, stop, or run now: what the pressed button says."""
    wanted = request.form.get("do", "")
    number = request.form.get("number", "")
    arguments: dict[str, Any]
    match wanted:
        case "retry_work" | "stop_work":
            arguments = {"number": _number(number)}
        case "retry_delivery":
            arguments = {"event_id": _number(number), "plugin": request.form.get("plugin", "")}
        case "run_now":
            arguments = {"name": request.form.get("name", "")}
        case _:
            raise NotFound()
    if run_command(f"jobs.{wanted}", **arguments).done:
        tell(_("It will be done within seconds.") if wanted != "stop_work" else _("It will stop shortly."))
    return go("administration.jobs")


def _number(text: str) -> int:
    number = stored_number(text)
    if number is None:
        raise NotFound()
    return number
