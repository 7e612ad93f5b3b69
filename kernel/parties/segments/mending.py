"""Segments that name a group which was merged into another: they name the other one from then on."""

from __future__ import annotations

from sqlalchemy import select

from kernel.parties.models import Segment
from kernel.resources.context import Context

GROUP = "group"
"""Name of the filter field whose values are groups."""


def replace_group(system: Context, source: int, target: int) -> None:
    """Let every segment name `target` where it names `source`; `system` acts for the system."""
    for segment in system.session.execute(select(Segment).with_for_update()).scalars():
        filters = [
            [field, operator, _replaced(value, source, target) if field == GROUP else value]
            for field, operator, value in segment.filters
        ]
        if filters != segment.filters:
            segment.filters = filters
    system.session.flush()


def _replaced(value: object, source: int, target: int) -> object:
    if isinstance(value, list):
        return list(dict.fromkeys(_replaced(one, source, target) for one in value))
    return target if value == source else value
