"""Before graded items are written: weights, marks, and what final results depend on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import func, inspect, select

from kernel.api import Context, Problem, _
from plugins.education import keeping, seats
from plugins.education.models import Grade, Item
from plugins.education.preparing.common import stays
from plugins.education.words import judge_item


def prepare_item(context: Context, item: Item, values: Mapping[str, Any]) -> list[Problem]:
    """Judge weight and marks; the maximum does not fall below a mark that was given.

    The calendar course is held meanwhile, as by whoever enters grades or makes results final.
    """
    if item.offering_id is not None:
        with context.system("nobody grades an item that changes") as system:
            seats.locked(system, item.offering_id)
    problems = [*stays(item), *judge_item(context, item, values)]
    problems += keeping.judge_item(context, item)
    item.place = item.place or 0
    if item.id is not None and inspect(item).attrs.maximum.history.has_changes():
        highest = select(func.max(Grade.mark)).where(Grade.item_id == item.id)
        with context.system("the highest mark of an item") as system:
            given: Decimal | None = system.session.execute(highest).scalar_one()
        if given is not None and given > item.maximum:
            problems.append(Problem("maximum", _("A higher mark was given already.")))
    return problems
