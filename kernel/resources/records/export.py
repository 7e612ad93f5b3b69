"""Accounting for exports: who took which list along, in which form."""

from __future__ import annotations

from kernel.i18n import _
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context


@command("record.export", _("Export records"), checks_itself=True, allowed_when_ended=True)
def export(
    context: Context, *, resource: str, kind: str, ticked: int | None = None, filtered: bool = False
) -> None:
    """Write down that the actor exports the list of `resource` as `kind`, before anything is handed out.

    `ticked` is the number of rows chosen one by one; without it the whole list goes, or what its filters leave of it. Raises
    `Forbidden` for who may not export.
    """
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "export")
    detail = {"kind": resource, "format": kind, "ticked": ticked, "filtered": filtered}
    note(context, "record.export", resource=declared.permission, detail=detail)
