"""Records on paper: a right of its own, asked of the very record, and each printing is accounted for."""

from __future__ import annotations

from kernel.i18n import _
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.records.load import editable


@command("record.print", _("Print a record"), checks_itself=True, allowed_when_ended=True)
def print_record(context: Context, *, resource: str, record_id: int) -> int:
    """Account for the printing of a record of `resource`.

    Raises `NotFound` where the actor may not see it, `Forbidden` where he may print others only.
    """
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id, "print")
    note(
        context, "record.print", resource=declared.permission, record_id=record_id, detail={"kind": resource}
    )
    return record_id
