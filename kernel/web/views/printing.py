"""The printed page of a record: a clean sheet of what the reader may see."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.resources.errors import NotFound
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command
from kernel.web.pages import render
from kernel.web.views.activity import days_of
from kernel.web.views.addresses import record_url
from kernel.web.views.parties import addressed_line, badges_of, figures_of, is_party, panels_of
from kernel.web.views.people_block import people_of
from kernel.web.views.timeline import timeline
from kernel.web.views.values import groups_of, parts_of

LATEST = 20
"""Entries of the timeline on paper."""


def page(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Show the sheet; who printed it and when stands at its foot and in the audit."""
    if resource.overview:
        raise NotFound()
    run_command("record.print", resource=resource.name, record_id=record_id)
    context = current()
    record = load(context, resource, record_id)
    label = resource.label_text(getattr(record, resource.label), context)
    panels = [it for it in panels_of(context, resource, record_id) if it.panel.printed is not None]
    return render(
        "records/print.html",
        resource=resource,
        record=record,
        party=is_party(resource),
        label=label,
        addressed=addressed_line(context, resource, record_id),
        kind=context.text(resource.title),
        badges=badges_of(context, resource, [record_id]).get(record_id, []),
        figures=figures_of(context, resource, record_id),
        groups=groups_of(context, resource, record),
        parts=parts_of(context, resource, record_id),
        panels=panels,
        people=people_of(context, resource, record),
        days=days_of(context, timeline(context, resource, record_id, limit=LATEST).happenings),
        own_url=record_url(resource, record_id),
        printed_at=context.now,
        printed_by=context.text(_("Printed by %(name)s", name=context.actor.name)),
    )
