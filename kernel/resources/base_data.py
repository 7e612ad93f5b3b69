"""Base data (اطلاعات پایه): lists that users extend themselves, in place where a form needs a value that is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.fa.text import clean, search_key, squeeze
from kernel.i18n import LazyText, _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.models import BaseValue
from kernel.resources.parts import BaseList

COLOURS: Mapping[str, LazyText] = {
    "blue": _("Blue"),
    "cyan": _("Cyan"),
    "green": _("Green"),
    "amber": _("Amber"),
    "red": _("Red"),
    "violet": _("Violet"),
    "grey": _("Grey"),
}
"""The tones that a value may have; without one it is written plainly."""


def read_colours(session: Session) -> dict[int, str]:
    """Give the tones of those values that have any, by id."""
    statement = select(BaseValue.id, BaseValue.colour).where(BaseValue.colour.is_not(None))
    return {row[0]: str(row[1]) for row in session.execute(statement) if row[1] in COLOURS}


def titles(context: Context, source: str, ids: Sequence[int]) -> dict[int, str]:
    """Give the titles of values of a list by id, inactive ones too; one query."""
    statement = select(BaseValue.id, BaseValue.title).where(
        BaseValue.list == source, BaseValue.id.in_(list(ids))
    )
    return {row[0]: row[1] for row in context.session.execute(statement)}


def find(context: Context, source: str, text: str) -> list[int]:
    """Give the id of the value called so, spelling folded; at most one."""
    statement = select(BaseValue.id).where(BaseValue.list == source, BaseValue.search_key == squeeze(text))
    return list(context.session.execute(statement).scalars())


def suggest(context: Context, source: str, text: str, limit: int = 20) -> list[tuple[int, str]]:
    """Give active values whose title holds what was typed, in their order."""
    statement = (
        select(BaseValue.id, BaseValue.title, BaseValue.search_key)
        .where(BaseValue.list == source, BaseValue.active)
        .order_by(BaseValue.position, BaseValue.id)
    )
    wanted = squeeze(text)
    rows = [(row[0], row[1]) for row in context.session.execute(statement) if wanted in row[2]]
    return rows[:limit]


@command("base_data.add", _("Add a value to a list"), resource="base_data", action="create")
def add(context: Context, *, source: str, title: str) -> int:
    """Add a value and give its id; an existing one of the same spelling is given instead of a second."""
    if source not in context.runtime.declared.base_lists:
        raise Invalid([Problem("source", _("There is no such list."))])
    cleaned = " ".join(clean(title).split())
    if not search_key(cleaned):
        raise Invalid([Problem("title", _("%(field)s is required.", field=_("Title")))])
    if len(cleaned) > 200:
        raise Invalid(
            [
                Problem(
                    "title",
                    _("%(field)s may have %(limit)d characters at most.", field=_("Title"), limit=200),
                )
            ]
        )
    known = find(context, source, cleaned)
    if known:
        return known[0]
    last = context.session.execute(
        select(func.max(BaseValue.position)).where(BaseValue.list == source)
    ).scalar_one_or_none()
    value = BaseValue(list=source, title=cleaned, search_key=squeeze(cleaned), position=(last or 0) + 10)
    context.session.add(value)
    context.session.flush()
    return value.id


def seed(context: Context, lists: Iterable[BaseList]) -> None:
    """Create the entries that ship with the product where they are missing; what users renamed stays as it is."""
    rows = [
        {
            "list": base.key,
            "code": code,
            "title": context.text(title),
            "search_key": squeeze(context.text(title)),
            "position": (place + 1) * 10,
            "colour": base.colours.get(code),
        }
        for base in lists
        for place, (code, title) in enumerate(base.entries.items())
    ]
    known = {(row[0], row[1]) for row in context.session.execute(select(BaseValue.list, BaseValue.code))}
    missing = [row for row in rows if (row["list"], row["code"]) not in known]
    if missing:
        context.session.execute(insert(BaseValue).on_conflict_do_nothing(), missing)
