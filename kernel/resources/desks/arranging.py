"""Reading and keeping the arrangement of desks. What stands in a block is read anew with the rights of its reader."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from kernel.access.models import Pattern, UserPattern
from kernel.i18n import LazyText, _
from kernel.resources.administrators import administrators_only
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.desks.models import DeskDefault, DeskLayout
from kernel.resources.errors import Forbidden, Invalid, NotFound, Problem

MOST_BLOCKS = 40
WIDTHS = (1, 2, 3)
KEY = re.compile(r"[a-z0-9_.:-]{1,120}")
LOOKS: Mapping[str, LazyText] = {"table": _("Table"), "chart": _("Chart"), "figure": _("Figure")}
"""As what a report stands on a desk."""


@dataclass(frozen=True)
class Chosen:
    """A block of a desk: its key, its width of three, and of reports as what it is shown."""

    key: str
    width: int = 1
    look: str = ""

    def plain(self) -> dict[str, Any]:
        """Give it as JSON keeps it."""
        return {"key": self.key, "width": self.width, "as": self.look}


def arrangement(context: Context) -> tuple[Chosen, ...] | None:
    """Give how the actor's desk is arranged: by himself, else for a pattern of his; None where by nobody."""
    user_id = context.actor.user_id or 0
    own = select(DeskLayout.blocks).where(DeskLayout.user_id == user_id)
    found = context.session.execute(own).scalar_one_or_none()
    if found is None:
        shared = (
            select(DeskDefault.blocks)
            .join(UserPattern, UserPattern.pattern_id == DeskDefault.pattern_id)
            .where(UserPattern.user_id == user_id)
            .order_by(DeskDefault.pattern_id)
            .limit(1)
        )
        with context.system("desks of patterns") as system:
            found = system.session.execute(shared).scalar_one_or_none()
    return None if found is None else tuple(Chosen(each["key"], each["width"], each["as"]) for each in found)


def patterns_with_desks(context: Context) -> list[tuple[int, str, bool]]:
    """Give all patterns to an administrator, each with whether a desk was arranged for it; nothing to others."""
    if not context.actor.is_administrator:
        return []
    statement = (
        select(Pattern.id, Pattern.title, DeskDefault.id)
        .outerjoin(DeskDefault, DeskDefault.pattern_id == Pattern.id)
        .order_by(Pattern.title, Pattern.id)
    )
    with context.system("desks of patterns") as system:
        return [
            (number, title, desk is not None) for number, title, desk in system.session.execute(statement)
        ]


@command("desk.arrange", _("Arrange one's desk"), checks_itself=True)
def arrange(context: Context, *, blocks: Sequence[Mapping[str, Any]]) -> None:
    """Keep which blocks the actor's desk has, in their order. `Invalid` for what cannot be kept."""
    if context.actor.user_id is None:
        raise Forbidden()
    values = {"blocks": _checked(blocks)}
    statement = insert(DeskLayout).values(user_id=context.actor.user_id, **values)
    with context.system("a desk of one's own") as system:
        system.session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))


@command("desk.reset", _("Arrange one's desk as it was"), checks_itself=True)
def reset(context: Context) -> None:
    """Forget how the actor has arranged his desk."""
    with context.system("a desk of one's own") as system:
        system.session.execute(delete(DeskLayout).where(DeskLayout.user_id == (context.actor.user_id or 0)))


@command("desk.set_default", _("Arrange the desk for a pattern"), checks_itself=True)
def set_default(context: Context, *, pattern_id: int, blocks: Sequence[Mapping[str, Any]] | None) -> None:
    """Arrange the desk for the holders of a pattern who have none of their own; None takes it back. Administrators only."""
    administrators_only(context)
    with context.system("the desk of a pattern") as system:
        if system.session.get(Pattern, pattern_id) is None:
            raise NotFound()
        if blocks is None:
            system.session.execute(delete(DeskDefault).where(DeskDefault.pattern_id == pattern_id))
            return
        values = {"blocks": _checked(blocks)}
        statement = insert(DeskDefault).values(pattern_id=pattern_id, **values)
        system.session.execute(statement.on_conflict_do_update(index_elements=["pattern_id"], set_=values))


def _checked(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(blocks) > MOST_BLOCKS:
        raise Invalid([Problem(None, _("A desk has at most %(most)d blocks.", most=MOST_BLOCKS))])
    found: dict[str, Chosen] = {}
    for each in blocks:
        one = Chosen(str(each.get("key", "")), each.get("width", 1), str(each.get("as", "")))
        if not KEY.fullmatch(one.key) or one.width not in WIDTHS or one.look not in ("", *LOOKS):
            raise Invalid([Problem(None, _("There is no such block of the desk."))])
        found.setdefault(one.key, one)
    return [one.plain() for one in found.values()]
