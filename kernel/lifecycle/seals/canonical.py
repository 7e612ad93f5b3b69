"""What a seal is computed from: a form of each row that no setting and no restore changes, and the link between seals.

The server digests rows: a JSON array of all columns in a fixed order, moments as microseconds since 1970. So neither time
zone nor date style of a session matters, and a value cannot slip from one column into the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TABLES = {"history": "kernel.history", "audit": "kernel.audit_entry"}
"""The kinds of seals and the tables that they seal."""

_MOMENT = "(extract(epoch FROM r.at) * 1000000)::bigint"
_CHANGES = (
    "coalesce((SELECT d.digest FROM kernel.redaction d WHERE d.history_id = r.id),"
    " encode(sha256(convert_to(coalesce(r.salt::text, '') || r.changes::text, 'UTF8')), 'hex'))"
)
"""What changed goes in as a salted hash, which stays when the values are erased (`kernel.redact_history`)."""
_COLUMNS = {
    "history": (
        "r.id",
        _MOMENT,
        "r.actor_id",
        "r.actor_name",
        "r.reason",
        "r.command",
        "r.action",
        "r.subject",
        "r.subject_id",
        "r.root",
        "r.root_id",
        _CHANGES,
        "r.on_behalf_of",
    ),
    "audit": ("r.id", _MOMENT, "r.actor_id", "r.what", "r.resource", "r.record_id", "r.address", "r.detail"),
}


def digest_sql(kind: str) -> str:
    """Give the SQL of the digest of a row `r` of a kind, as hexadecimal digits."""
    columns = ", ".join(_COLUMNS[kind])
    return f"encode(sha256(convert_to(jsonb_build_array({columns})::text, 'UTF8')), 'hex')"


def link(previous: str, *, number: int, kind: str, members: str, at: datetime, digests: Iterable[str]) -> str:
    """Give the hash of a seal: over the one before it (empty for the first), its own words and its rows by id."""
    moment = (at - EPOCH) // timedelta(microseconds=1)
    made = sha256(json.dumps([previous, number, kind, members, moment]).encode())
    for digest in digests:
        made.update(b"\n" + digest.encode())
    return made.hexdigest()


def as_ranges(ids: Sequence[int]) -> str:
    """Write ascending ids as PostgreSQL writes a multirange: `{[1,4),[7,8)}`."""
    parts: list[list[int]] = []
    for each in ids:
        if parts and parts[-1][1] == each:
            parts[-1][1] = each + 1
        else:
            parts.append([each, each + 1])
    return "{" + ",".join(f"[{low},{high})" for low, high in parts) + "}"
