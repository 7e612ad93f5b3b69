"""Entries of the history whose values were erased: nothing but the erasure that the audit tells of may have touched them.

An erasure leaves the hash that the seal was made from, so the chain holds. What could be hidden behind that is looked at
here: an erased entry may hold no value at all, and the audit, which is sealed itself, must tell of exactly these entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from kernel.resources.redactions import ERASED, TELLING

_TOUCHED = text(
    "SELECT r.history_id FROM kernel.redaction r JOIN kernel.history h ON h.id = r.history_id"
    " WHERE h.salt IS NOT NULL OR EXISTS (SELECT FROM jsonb_path_query(h.changes, '$.*[*]') v"
    "   WHERE v NOT IN ('null'::jsonb, '\"•••\"'::jsonb))"
    " OR EXISTS (SELECT FROM jsonb_each(h.changes) c WHERE jsonb_typeof(c.value) <> 'array') ORDER BY 1"
)
_ERASURES = text("SELECT DISTINCT erasure_id FROM kernel.redaction ORDER BY 1")
_TOLD = text(
    "SELECT a.detail FROM kernel.audit_entry a"
    " WHERE a.what = :what AND a.detail->>'erasure' = CAST(:erasure AS text)"
)


def check_redactions(connection: Connection) -> Iterator[str]:
    """Give in words what is wrong with erased entries."""
    for number in connection.execute(_TOUCHED).scalars():
        yield f"Row {number} of history was erased, and holds values again."
    for erasure in connection.execute(_ERASURES).scalars().all():
        found = connection.execute(TELLING, {"erasure": erasure}).one()
        told = connection.execute(_TOLD, {"what": ERASED, "erasure": erasure}).scalars().all()
        if not any(
            each.get("redacted") == found.entries and each.get("digest") == found.digest for each in told
        ):
            yield (
                f"Erasure {erasure}: {found.entries} rows of history were erased,"
                " and the audit does not tell of exactly these."
            )
