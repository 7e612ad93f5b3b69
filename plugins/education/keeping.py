"""What is not taken away or changed beside the commands for it: grades with their items, final results, attendance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, inspect, select

from kernel.api import Context, Obstacle, Problem, _
from plugins.education.grading import RULE_FIELDS
from plugins.education.models import Attendance, Grade, Item, Offering, Session

FINAL = _("The results of the calendar course are final: open them again first.")
HANGING: dict[str, tuple[Any, Any]] = {
    "education.item": (Grade.item_id, _("Grades")),
    "education.session": (Attendance.session_id, _("Entries of attendance")),
}
"""By kind of record: what would go with it, and the words for that."""
GONE = "education.courses of items"
COUNTED = ("weight", "maximum", "droppable", "least")
"""What of an item the grade of the course depends on."""


def is_final(context: Context, offering_id: int | None) -> bool:
    """Whether the results of a calendar course are final."""
    if offering_id is None:
        return False
    with context.system("whether results are final") as system:
        wanted = select(Offering.results_on).where(Offering.id == offering_id)
        return system.session.execute(wanted).scalar_one_or_none() is not None


def obstacles(context: Context, resource: str, ids: Sequence[int]) -> Mapping[int, Sequence[Obstacle]]:
    """Say what hangs on items and sessions, and which items belong to final results."""
    if resource not in HANGING:
        return {}
    key, words = HANGING[resource]
    found: dict[int, list[Obstacle]] = {}
    with context.system("what would go with a record") as system:
        counted = select(key, func.count()).where(key.in_(list(ids))).group_by(key)
        for number, count in system.session.execute(counted):
            found.setdefault(int(number), []).append(Obstacle(text=words, count=count))
        if resource == "education.item":
            _remember(context, system, ids)
        model: Any = Item if resource == "education.item" else Session
        final = (
            select(model.id)
            .join(Offering, Offering.id == model.offering_id)
            .where(model.id.in_(list(ids)), Offering.results_on.is_not(None))
        )
        if model is Session:
            final = final.where(Session.state == "held")
        for number in system.session.execute(final).scalars():
            found.setdefault(number, []).append(Obstacle(text=_("Final results")))
    return found


def _remember(context: Context, system: Context, ids: Sequence[int]) -> None:
    """Keep the calendar courses of items until they are gone: what follows then is not told any more whose they were."""
    wanted = select(Item.id, Item.offering_id).where(Item.id.in_(list(ids)))
    context.session.info.setdefault(GONE, {}).update(
        {row.id: row.offering_id for row in system.session.execute(wanted)}
    )


def course_of_gone(context: Context, item_id: int) -> int | None:
    """Give the calendar course of an item that was deleted just now."""
    found: int | None = context.session.info.get(GONE, {}).get(item_id)
    return found


def judge_item(context: Context, item: Item) -> list[Problem]:
    """Keep what counts of an item as it is once results are final."""
    if item.id is not None and not _changes(item, COUNTED):
        return []
    return [Problem("weight", FINAL)] if is_final(context, item.offering_id) else []


def judge_rule(offering: Offering) -> list[Problem]:
    """Keep the rule of a calendar course as it is once its results are final."""
    if offering.id is None or offering.results_on is None:
        return []
    changed = [name for name in RULE_FIELDS if _changes(offering, (name,))]
    return [Problem(changed[0], FINAL)] if changed else []


def judge_state(context: Context, session: Session) -> list[Problem]:
    """Keep whether a session was held once results are final: the attendance of all depends on it."""
    if session.id is None or not _changes(session, ("state",)):
        return []
    held: Sequence[str] = inspect(session).attrs.state.history.deleted
    if "held" not in (*held, session.state) or not is_final(context, session.offering_id):
        return []
    return [Problem("state", FINAL)]


def _changes(record: Any, names: Sequence[str]) -> bool:
    attributes: Any = inspect(record).attrs
    return any(attributes[name].history.has_changes() for name in names)
