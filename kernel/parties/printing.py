"""The printed page of a party: a right of its own, and each printing is accounted for."""

from __future__ import annotations

from sqlalchemy import insert

from kernel.access.models import AuditEntry
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.records import editable

PRINTED = "party.print"
"""What the audit calls it."""


@command(
    "party.print", _("Print the page of a party"), resource="party", action="print", allowed_when_ended=True
)
def print_party(context: Context, *, resource: str, party_id: int) -> int:
    """Account for the printing of a party of `resource`.

    Raises `NotFound` where the actor may not see it, `Forbidden` where he may print others only.
    """
    editable(context, context.runtime.resource(resource), party_id, "print")
    entry = {
        "at": context.now,
        "actor_id": context.actor.user_id or 0,
        "what": PRINTED,
        "resource": "party",
        "record_id": party_id,
        "detail": {},
    }
    with context.system("audit of a printing") as system:
        system.session.execute(insert(AuditEntry), [entry])
    return party_id
