"""Pages of reports of progress besides those of their records: reporting on a record, and what buttons do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from kernel.api import LazyText, _, command_page, current, load, needs, run_command, tell
from plugins.tasks.progress import commands
from plugins.tasks.progress.page import OUTCOMES
from plugins.tasks.progress.resources import ENTERED, REPORT

RIGHT = REPORT.permission
LIST = f"/{REPORT.path}"
TOLD: dict[str, LazyText] = {
    "stop": _("No more reports are sent."),
    "resume": _("The reports go on."),
}


def add_pages(pages: Blueprint, about: Callable[[], tuple[str | None, int | None, str, str]]) -> None:
    """Add the pages; `about` reads which record an address speaks of."""
    pages.add_url_rule(
        "/progress/new", "report_progress", needs(RIGHT, "create")(_new(about)), methods=["GET", "POST"]
    )
    for name in ("send", "stop", "resume"):
        view = needs(RIGHT, "edit")(_button(name))
        pages.add_url_rule(f"/progress/<int:number>/{name}", f"progress_{name}", view, methods=["POST"])


def _new(about: Callable[[], tuple[str | None, int | None, str, str]]) -> Callable[[], ResponseReturnValue]:
    def view() -> ResponseReturnValue:
        context = current()
        resource, record_id, name, back = about()
        if resource is None or record_id is None:
            return redirect(f"{LIST}/new", code=303)
        is_party = resource in ("person", "organisation", "party")
        title, party = ("", record_id) if is_party else commands.subject(context, resource, record_id)
        kinds = [REPORT.by_name[each] for each in ENTERED if each != "party" or not is_party]
        start: dict[str, Any] = {"title": title, "party": party, "channel": "sms", "repeat": "weeks"}
        start |= {"repeat_interval": 1, "only_changes": True, "owner": context.actor.user_id}
        return command_page(
            "tasks.report_progress",
            _("Report progress to the customer"),
            kinds,
            crumb=(name, back),
            done=_("The reports begin on their first day."),
            target=lambda number: f"{LIST}/{number}",
            start=start,
            lookups={"owner": f"{LIST}/options/owner"},
            resource=resource,
            record_id=record_id,
        )

    return view


def _button(name: str) -> Callable[[int], ResponseReturnValue]:
    def view(number: int) -> ResponseReturnValue:
        load(current(), REPORT, number)
        outcome = run_command(f"tasks.{name}_progress", report=number)
        if outcome.done:
            tell(TOLD[name] if name in TOLD else OUTCOMES[outcome.value][0])
        return redirect(f"{LIST}/{number}", code=303)

    return view
