"""Taking values out of the history, where a person's data are erased: entries stay, and so does what their seals need."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import insert, text

from kernel.resources.context import Context
from kernel.resources.models import Erasure

ERASED = "party.erase"
"""What the audit calls an erasure."""

TELLING = text(
    "SELECT count(*) AS entries, coalesce(encode(sha256(convert_to("
    "string_agg(r.history_id || ':' || r.digest, ',' ORDER BY r.history_id), 'UTF8')), 'hex'), '') AS digest"
    "  FROM kernel.redaction r WHERE r.erasure_id = :erasure"
)
"""Number and hash of the entries of an erasure: the audit tells of them, and is sealed itself."""

_REDACT = text("SELECT kernel.redact_history(:ids, :erasure)")


def begin_erasure(system: Context, party_id: int) -> int:
    """Write down that a party's data are erased now, by whom; gives the number of the erasure."""
    row = {"at": system.now, "actor_id": system.actor.user_id or 0, "party_id": party_id}
    return system.session.execute(insert(Erasure).values(row).returning(Erasure.id)).scalar_one()


def redact(system: Context, erasure: int, ids: Collection[int]) -> dict[str, Any]:
    """Take the values out of these entries of the history; gives what the audit must tell of it."""
    system.session.execute(_REDACT, {"ids": sorted(ids), "erasure": erasure})
    found = system.session.execute(TELLING, {"erasure": erasure}).one()
    return {"erasure": erasure, "redacted": found.entries, "digest": found.digest}
