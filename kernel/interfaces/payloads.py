"""What is told of an event: its kind, the number of the record and where it can be read. Never what stands in it.

Addresses are given by people, are mistyped, and change hands; a log keeps what was sent. So a receiver that wants the values
reads them by the interface, with a token of its own and that user's rights. And it is told only of records that the user of
the subscription sees at the moment of sending, by both walls.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from kernel.access.actor import ALL, Actor
from kernel.interfaces.models import WebhookDelivery
from kernel.resources.context import Context
from kernel.resources.forwarded import forwarded
from kernel.resources.records import version_of, visible
from kernel.resources.resource import Resource
from kernel.resources.runtime import Runtime

API = "/api/v1"


def payload(runtime: Runtime, actor: Actor, kinds: list[str], row: WebhookDelivery) -> dict[str, Any] | None:
    """Make what a user's subscription is told; None where he may not know of it."""
    told: dict[str, Any] = {
        "id": str(row.event_id),
        "at": row.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    if not row.subject:
        # Which records a plugin's event speaks of is not known: its number goes to administrators only.
        event = {**told, "type": row.event, "subject": row.subject_id}
        return event if actor.is_administrator else None
    binned = row.event == "deleted"
    with runtime.reading(actor, lift_bin=binned) as context:
        found = _kind(context, kinds, row)
        if found is None:
            return None
        resource, kept = found
        record: dict[str, Any] = {"resource": resource.name, "id": row.subject_id}
        if row.event in ("created", "edited", "restored"):
            record["version"] = version_of(context, resource, row.subject_id)
            record["url"] = f"{API}/{resource.name}/{row.subject_id}"
        if kept is not None:
            record |= {"into": kept, "url": f"{API}/{resource.name}/{kept}"}
        return {**told, "type": f"{resource.name}.{row.event}", "record": record}


def _kind(context: Context, kinds: list[str], row: WebhookDelivery) -> tuple[Resource, int | None] | None:
    """Give the kind of the record as the actor sees it, and the record that it was merged into."""
    number, kept = row.subject_id, None
    if row.event == "merged":
        with context.system("where a merged record went") as system:
            kept = forwarded(system, row.subject, [number]).get(number)
        if kept is None:
            return None
        number = kept
    for resource in context.runtime.by_table.get(row.subject, ()):
        if resource.name not in kinds or not context.may(resource.permission, "view"):
            continue
        if row.event == "purged" or (row.event == "deleted" and not hasattr(resource.model, "binned_at")):
            # It is gone, and with it whose it was: only who sees all of its kind hears of it.
            if ALL in context.actor.scopes(resource.permission, "view"):
                return resource, None
        elif visible(context, resource, [number]):
            return resource, kept
    return None
