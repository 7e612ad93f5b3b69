"""Putting many records into the bin in the background, each in a transaction of its own, on behalf of whoever asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.access.actor import SYSTEM
from kernel.extension.calling import HookFailed
from kernel.i18n import _, ngettext_lazy
from kernel.resources.acting import acting_user
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import CommandError, NotFound
from kernel.resources.queue import Progress, Stopped, background, enqueue
from kernel.resources.runtime import Runtime

KIND = "record.remove_many"
REPORTED = 20
"""Records between two reports."""
NAMED = 50
"""Records that stayed which the result names; more are counted."""


@command("record.remove_many", _("Move many records to the bin"), checks_itself=True)
def ask(context: Context, *, resource: str, ids: Sequence[int]) -> None:
    """Have records moved to the bin one by one. Raises `Forbidden` for who may delete none of the kind."""
    context.require(context.runtime.resource(resource).permission, "delete")
    enqueue(
        context,
        KIND,
        user_id=context.actor.user_id or 0,
        resource=resource,
        ids=list(ids),
        locale=context.locale,
    )


@background(KIND, _("Move to the bin"), unit=_("records"), listed=True)
def remove_many(
    runtime: Runtime, progress: Progress, *, user_id: int, resource: str, ids: Sequence[int], locale: str
) -> None:
    """Move the records to the bin with the rights that whoever asked has now; what is gone already counts as done."""
    with runtime.reading(SYSTEM("on whose behalf records go")) as context:
        actor = acting_user(context, user_id)
    done, stayed = 0, []
    for place, number in enumerate(ids, start=1):
        try:
            runtime.execute(actor, "record.delete", locale=locale, resource=resource, record_id=number)
            done += 1
        except NotFound:
            done += 1
        except (CommandError, HookFailed) as error:
            stayed.append({"id": number, "why": runtime.translate(error.message, locale)})
        if place % REPORTED == 0 or place == len(ids):
            progress.report(place, len(ids))
            if progress.stopped():
                progress.say(**_result(runtime, locale, resource, done, stayed))
                raise Stopped
    progress.say(**_result(runtime, locale, resource, done, stayed))


def _result(
    runtime: Runtime, locale: str, resource: str, done: int, stayed: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    moved = ngettext_lazy(
        "%(n)d record was moved to the bin.", "%(n)d records were moved to the bin.", n=done
    )
    return {
        "message": runtime.translate(moved, locale),
        "resource": resource,
        "stayed": list(stayed[:NAMED]),
        "stayed_in_all": len(stayed),
    }
