"""Telling which rows of a sheet are policies that are there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_

from kernel.api import Context, Duplicate, _, squeeze
from plugins.insurance.models import Policy

SAME = _("same insurer and number")


def same_policies(context: Context, rows: Sequence[Mapping[str, Any]]) -> Sequence[Sequence[Duplicate]]:
    """Find policies of the same insurer and number, whatever the spelling: a file imported twice makes nothing new."""
    wanted = {
        (row["insurer"], squeeze(row["number"])) for row in rows if row.get("insurer") and row.get("number")
    }
    known: dict[tuple[int, str | None], tuple[int, str]] = {}
    if wanted:
        with context.system("policies that a file brings may be there") as system:
            statement = select(Policy.insurer_id, Policy.number_key, Policy.id, Policy.title).where(
                tuple_(Policy.insurer_id, Policy.number_key).in_(sorted(wanted)), Policy.binned_at.is_(None)
            )
            known = {(row[0], row[1]): (row[2], row[3]) for row in system.session.execute(statement)}
    seen = select(Policy.id).where(Policy.id.in_([each[0] for each in known.values()]))
    visible = set(context.session.execute(seen).scalars()) if known else set()
    found: list[list[Duplicate]] = []
    first: dict[tuple[int, str], int] = {}
    for place, row in enumerate(rows):
        if not (row.get("insurer") and row.get("number")):
            found.append([])
            continue
        key = (row["insurer"], squeeze(row["number"]))
        earlier = first.setdefault(key, place)
        if key in known:
            found.append([_duplicate(known[key], visible)])
        elif earlier != place:
            found.append([Duplicate(None, "", SAME, certain=True, row=earlier)])
        else:
            found.append([])
    return found


def _duplicate(there: tuple[int, str], visible: set[int]) -> Duplicate:
    number, title = there
    shown = number in visible
    return Duplicate(
        record_id=number if shown else None,
        label=title if shown else "",
        reason=SAME,
        certain=True,
    )
