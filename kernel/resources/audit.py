"""Accounting for what takes data out or away, and for administrative acts: rows of the audit, only ever added to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from kernel.access.models import AuditEntry
from kernel.resources.context import Context


def note(
    context: Context,
    what: str,
    *,
    resource: str | None = None,
    record_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write who did what, in the transaction of the act itself."""
    row = {
        "at": context.now,
        "actor_id": context.actor.user_id or 0,
        "what": what,
        "resource": resource,
        "record_id": record_id,
        "detail": dict(detail or {}),
    }
    with context.system("audit") as system:
        system.session.execute(insert(AuditEntry), [row])
