"""Parties named without a foreign key, inside JSON: links of user-defined fields, and filters of segments.

Both are led to the survivor and noted, each in a way of its own: undoing puts a link back where it still leads to the
survivor, and filters where nobody has changed them since; it is never refused on their account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.i18n import _
from kernel.parties.merge.exact import dumps
from kernel.parties.merge.references import quoted
from kernel.parties.merge.rows import Rows
from kernel.parties.segments.mending import replace_party
from kernel.resources.context import Context
from kernel.resources.errors import Refused
from kernel.resources.user_fields.links import relink

PARTY = "kernel.party"
SEGMENT = "kernel.segment"


def lead_mentions(system: Context, rows: Rows, old: int, new: int) -> None:
    """Let links and filters that name the one party name the other."""
    try:
        with system.session.begin_nested():
            moved = relink(system, PARTY, old, new)
    except IntegrityError as error:
        raise Refused(
            _(
                "Other records link to both in a field that takes each value once. Empty that field in one of them first."
            )
        ) from error
    for found in moved:
        rows.ledger.note("link", found.table, field=found.field, old=old, new=new, ids=list(found.ids))
    for mended in replace_party(system, old, new):
        rows.ledger.note("filters", SEGMENT, ids=[mended.id], before=mended.before, after=mended.after)


def put_links_back(rows: Rows, table: str, operation: Mapping[str, Any]) -> None:
    """Lead links back to the party that was given up, where they still lead to the survivor."""
    name = quoted(table)
    statement = text(
        f"UPDATE {name} SET user_values = jsonb_set(user_values, ARRAY[CAST(:field AS text)], CAST(:old AS jsonb))"  # noqa: S608 - a quoted name from the kernel's own log
        " WHERE id = ANY(:ids) AND user_values @> jsonb_build_object(CAST(:field AS text), CAST(:new AS jsonb))"
    )
    values = {name: operation[name] for name in ("field", "ids")}
    rows.session.execute(statement, values | {"old": str(operation["old"]), "new": str(operation["new"])})


def put_filters_back(rows: Rows, _table: str, operation: Mapping[str, Any]) -> None:
    """Write the former filters of a segment, where those of the merge still stand."""
    statement = text(
        "UPDATE kernel.segment SET filters = CAST(:before AS jsonb), version = version + 1"
        " WHERE id = ANY(:ids) AND filters = CAST(:after AS jsonb)"
    )
    values = {name: dumps(operation[name]) for name in ("before", "after")}
    rows.session.execute(statement, values | {"ids": operation["ids"]})
