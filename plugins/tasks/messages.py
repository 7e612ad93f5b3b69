"""A task for the expert in charge when a message of a party comes in: by SMS, by e-mail, from a form on the web."""

from __future__ import annotations

from sqlalchemy import select

from kernel.api import Context, Event, Party, _
from plugins.tasks.api import create_task


def raise_for_message(context: Context, event: Event) -> None:
    """Make a task for whoever is responsible for the party of a message, once for each message, if the site wants it."""
    if not context.runtime.setting("tasks.for_messages"):
        return
    party_id = event.data.get("party")
    if party_id is None or event.data.get("automatic"):
        return
    owner = context.session.scalar(
        select(Party.owner_id).where(Party.id == party_id, Party.binned_at.is_(None))
    )
    if owner is None:
        return
    create_task(
        context,
        title=context.text(_("Answer a received message")),
        assignee_id=owner,
        due=context.today,
        resource="inbound",
        record_id=event.subject_id,
        party_id=party_id,
        key=f"tasks.message:{event.subject_id}",
    )
