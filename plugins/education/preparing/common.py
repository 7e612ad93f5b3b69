"""What records of several kinds have in common before they are written: keys, and where they belong."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect

from kernel.api import Problem, _, sort_key, squeeze

STAYS = _("It stays in its calendar course; make a new one in the other.")
END = _("The end must be later than the beginning.")


def keys(record: Any, *more: str | None) -> None:
    """Compute by what a record is found and sorted: its title, and what else it is searched by."""
    record.sort_key = sort_key(record.title or "")
    record.search_key = "|".join(squeeze(text) for text in (record.title, *more) if text)


def stays(record: Any) -> list[Problem]:
    """Refuse that a record is moved into another calendar course."""
    moved = record.id is not None and inspect(record).attrs.offering_id.history.has_changes()
    return [Problem("offering", STAYS)] if moved else []
