"""Planned letters whose time has come: begun on behalf of whoever made the sending, so that the file is his."""

from __future__ import annotations

from sqlalchemy import select, update

from kernel.access.actor import SYSTEM
from kernel.i18n import LazyText, _
from kernel.messages.letters.going import begin
from kernel.messages.models import Sending
from kernel.resources.acting import acting_user
from kernel.resources.errors import CommandError
from kernel.resources.queue import Progress, background
from kernel.resources.runtime import Runtime

BEGIN = "messages.letters"


@background(BEGIN, _("Begin planned letters"), inside=True)
def begin_in_background(runtime: Runtime, progress: Progress, *, sending_id: int) -> None:
    """Begin a planned sending of letters; asked for again once it has begun, nothing is done."""
    del progress
    with runtime.reading(SYSTEM("whose letters are due")) as context:
        row = context.session.get(Sending, sending_id)
        if row is None:
            return
    try:
        with runtime.reading(SYSTEM("on whose behalf letters begin")) as context:
            actor = acting_user(context, row.sender_id)
        with runtime.writing(actor, "sending.start") as context:
            context.require("message", "send")
            with context.system("planned letters are due") as system:
                due = select(Sending).where(
                    Sending.id == sending_id, Sending.state == "planned", Sending.planned_at <= context.now
                )
                found = system.session.execute(due.with_for_update()).scalar_one_or_none()
                if found is None:
                    return
                found.state, found.started_at = "running", context.now
                system.session.flush()
                begin(context, found)
    except CommandError as error:
        _wait(runtime, sending_id, error.message)
    except LookupError:
        _wait(runtime, sending_id, _("The user who made this sending is no longer active."))


def _wait(runtime: Runtime, sending_id: int, message: LazyText) -> None:
    text = runtime.translate(message)
    with runtime.system_work("planned letters cannot begin", BEGIN, allowed_when_ended=True) as context:
        waits = update(Sending).where(Sending.id == sending_id, Sending.state == "planned")
        context.session.execute(waits.values(state="paused", trouble=text))
