"""The ways in of lines: addresses to enter at providers, and what fetching last gave."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from flask import request, send_file, url_for
from flask.typing import ResponseReturnValue

from kernel.i18n import LazyText, _
from kernel.messages.gateways import Gateway
from kernel.messages.inbound import ussd
from kernel.messages.inbound.batches import waiting
from kernel.messages.inbound.doors import doors
from kernel.messages.inbound.models import LineDoor
from kernel.messages.inbound.once import unread
from kernel.messages.line_editing import all_lines
from kernel.messages.lines import gateways_of
from kernel.messages.models import SenderLine
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages

EXAMPLES = {
    "melipayamak.sms": "?to=$TO$&body=$TEXT$&from=$FROM$",
}
"""What some providers want behind the address."""


@dataclass(frozen=True)
class WayIn:
    """A line as the page shows it."""

    line: SenderLine
    gateway: LazyText | str
    by_address: bool
    by_asking: bool
    door: LineDoor | None
    waiting: int
    """Messages that could not be stored yet."""
    unread: int
    """Answers of the provider that could not be read."""


@pages.get("/ways-in")
@administrators
def ways_in() -> ResponseReturnValue:
    """List the lines over which something can come in."""
    return render("administration/ways_in.html", found=_found(current()))


@pages.post("/ways-in/<int:line_id>/open")
@administrators
def open_way_in(line_id: int) -> ResponseReturnValue:
    """Make a new address and show it, once."""
    line = next((each for each in _found(current()) if each.line.id == line_id and each.by_address), None)
    if line is None:
        raise NotFound()
    outcome = run_command("line.open_door", line_id=line_id)
    if not outcome.done:
        return go("administration.ways_in")
    address = url_for("doors.door", secret=outcome.value, _external=True)
    return render(
        "administration/way_in.html",
        it=line,
        address=address + EXAMPLES.get(line.line.gateway, ""),
        plain=not request.is_secure,
    )


@pages.post("/ways-in/<int:line_id>/close")
@administrators
def close_way_in(line_id: int) -> ResponseReturnValue:
    """Take an address away."""
    if run_command("line.close_door", line_id=line_id).done:
        tell(_("The address is closed."))
    return go("administration.ways_in")


@pages.post("/ways-in/<int:line_id>/unread")
@administrators
def take_unread(line_id: int) -> ResponseReturnValue:
    """Give out the answers that could not be read, for whoever looks into it, at the provider say."""
    outcome = run_command("line.take_unread", line_id=line_id)
    if not outcome.done:
        return go("administration.ways_in")
    return send_file(
        BytesIO(outcome.value),
        "application/octet-stream",
        as_attachment=True,
        download_name=f"answers-{line_id}.txt",
    )


@pages.post("/ways-in/<int:line_id>/forget")
@administrators
def forget_unread(line_id: int) -> ResponseReturnValue:
    """Throw away the answers that could not be read."""
    if run_command("line.forget_unread", line_id=line_id).done:
        tell(_("The answers that could not be read are thrown away."))
    return go("administration.ways_in")


def _found(context: Context) -> list[WayIn]:
    gateways, known = gateways_of(context.runtime), doors(context)
    found = []
    for line in all_lines(context):
        gateway = gateways.get(line.gateway)
        if gateway is None or not (_takes_requests(gateway, line) or gateway.poll is not None):
            continue
        with context.system("what waits to be stored") as system:
            left, strange = waiting(system, line.id), unread(system, line.id)
        found.append(
            WayIn(
                line,
                gateway.title,
                _takes_requests(gateway, line),
                gateway.poll is not None,
                known.get(line.id),
                left,
                strange,
            )
        )
    return found


def _takes_requests(gateway: Gateway, line: SenderLine) -> bool:
    return gateway.read is not None or line.channel == ussd.CHANNEL
