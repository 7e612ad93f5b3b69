"""Printed letters as interactions of their parties: each once, however often the work is done again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from kernel.access.actor import Actor
from kernel.documents.composing import Piece
from kernel.documents.models import PrintItem
from kernel.resources.context import Context
from kernel.resources.runtime import Runtime

RECORDED = 50
"""Letters that one transaction records."""


def record(runtime: Runtime, actor: Actor, pieces: Mapping[int, Piece]) -> None:
    """Record each letter as an interaction of its party, once however often this is done."""
    open_ones = [item for item, piece in pieces.items() if not piece.target.reason]
    for some in _batches(open_ones):
        with runtime.writing(actor, "print.record") as context:
            wanted = (
                select(PrintItem.id, PrintItem.number)
                .where(PrintItem.id.in_(some), PrintItem.recorded_at.is_(None))
                .order_by(PrintItem.id)
                .with_for_update()
            )
            with context.system("letters not yet recorded") as system:
                rows = list(system.session.execute(wanted))
            made = [
                {"id": row.id, "interaction_id": _interaction(context, pieces[row.id], row.number)}
                for row in rows
            ]
            if made:
                with context.system("letters recorded") as system:
                    noted = [{**each, "recorded_at": context.now} for each in made]
                    system.session.execute(update(PrintItem), noted)


def _interaction(context: Context, piece: Piece, number: str) -> int:
    target = piece.target
    values: dict[str, Any] = {
        "channel": "letter",
        "direction": "out",
        "party": target.organisation or target.party,
        "subject": piece.subject or None,
        "text": piece.text,
        "number": number or None,
    }
    parties = [{"party": target.party}] if target.organisation else []
    recorded: int = context.run("interaction.record", values=values, parties=parties)
    return recorded


def _batches(ids: Sequence[int]) -> list[list[int]]:
    waiting = iter(ids)
    return list(iter(lambda: list(itertools.islice(waiting, RECORDED)), []))
