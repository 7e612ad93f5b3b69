"""What runs in the background: workers, jobs with their runs, work, and events; what failed can be tried again."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kernel.administration.job_runs import RUN_STATES, RUN_TONES, runs_of
from kernel.administration.plugins import titles as plugin_titles
from kernel.administration.tasks import STATES, overview
from kernel.administration.undelivered import undelivered
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.errors import NotFound
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go_to, render
from kernel.web.security import local_address
from kernel.web.views.administration.blueprint import administrators, pages

TONES = {
    "due": "",
    "running": "blue",
    "done": "green",
    "failed": "red",
    "stopped": "amber",
    "skipped": "",
    "given_up": "",
}
BY_NUMBER = ("retry_work", "stop_work")
BY_NAME = ("run_now", "pause", "resume")
TOLD = {
    "stop_work": _("It will stop shortly."),
    "pause": _("It will not begin again until you resume it."),
    "resume": _("It goes on at its next time."),
    "give_up_delivery": _("Given up."),
    "give_up_deliveries": _("Given up."),
}
"""What is said after each; after all others, that it will be done within seconds."""


@pages.get("/jobs")
@administrators
def jobs() -> ResponseReturnValue:
    """Show workers, jobs, work and how many events were not delivered."""
    context = current()
    return render(
        "administration/jobs.html",
        state=overview(context),
        states=STATES,
        tones=TONES,
        run_states=RUN_STATES,
        run_tones=RUN_TONES,
        plugin_titles=plugin_titles(context),
    )


@pages.get("/jobs/<name>")
@administrators
def job(name: str) -> ResponseReturnValue:
    """Show a job with its latest runs; of those that failed, why."""
    context = current()
    line, runs = runs_of(context, name)
    return render("administration/job.html", job=line, runs=runs, run_states=RUN_STATES, run_tones=RUN_TONES)


@pages.get("/events")
@administrators
def events() -> ResponseReturnValue:
    """Show events that plugins could not take, those that wait, or those that were given up."""
    context = current()
    state = request.args.get("state", "failed")
    plugin = request.args.get("plugin", "")
    found = undelivered(
        context, state=state, plugin=plugin, before=stored_number(request.args.get("before", ""))
    )
    return render(
        "administration/events.html",
        found=found,
        state=state,
        plugin=plugin,
        states=STATES,
        tones=TONES,
        plugin_titles=plugin_titles(context),
    )


@pages.post("/jobs")
@administrators
def change_job() -> ResponseReturnValue:
    """Try again, stop, run now, pause, resume: what the pressed button says."""
    wanted = request.form.get("do", "")
    arguments: dict[str, Any]
    if wanted in BY_NUMBER:
        arguments = {"number": _number(request.form.get("number", ""))}
    elif wanted in BY_NAME:
        arguments = {"name": request.form.get("name", "")}
    else:
        raise NotFound()
    _run(wanted, arguments)
    return go_to(local_address(request.form.get("back"), url_for("administration.jobs")))


@pages.post("/events")
@administrators
def change_event() -> ResponseReturnValue:
    """Tell a plugin again of one event or of all that it failed with, or give up: what the pressed button says."""
    wanted = request.form.get("do", "")
    arguments: dict[str, Any] = {"plugin": request.form.get("plugin", "")}
    match wanted:
        case "retry_delivery" | "give_up_delivery":
            arguments["event_id"] = _number(request.form.get("number", ""))
        case "retry_deliveries" | "give_up_deliveries":
            pass
        case _:
            raise NotFound()
    _run(wanted, arguments)
    return go_to(local_address(request.form.get("back"), url_for("administration.events")))


def _run(wanted: str, arguments: dict[str, Any]) -> None:
    if run_command(f"jobs.{wanted}", **arguments).done:
        tell(TOLD.get(wanted, _("It will be done within seconds.")))


def _number(text: str) -> int:
    number = stored_number(text)
    if number is None:
        raise NotFound()
    return number
