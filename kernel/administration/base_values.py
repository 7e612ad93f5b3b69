"""Keeping the lists of base data: rename, order, take out of choice. Values in use are never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select, update

from kernel.extension.state import raise_epoch
from kernel.fa.text import clean, search_key, squeeze
from kernel.i18n import LazyText, _
from kernel.parties.resources import TITLES
from kernel.parties.rules import retitle
from kernel.resources.base_data import COLOURS
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Invalid, NotFound, Problem
from kernel.resources.models import BaseValue

LONGEST = 200
LONGEST_ADVICE = 2000
STEP = 10
"""Distance between the positions of neighbours."""


@dataclass(frozen=True)
class ListRow:
    """A list of base data: its key, title, whose it is, and how many values it has."""

    key: str
    title: LazyText
    plugin: str
    active: int
    inactive: int


def list_rows(context: Context) -> list[ListRow]:
    """Give the lists of the site with the number of their values, the kernel's first; one query."""
    statement = select(BaseValue.list, BaseValue.active, func.count()).group_by(
        BaseValue.list, BaseValue.active
    )
    counts = {(row[0], row[1]): row[2] for row in context.session.execute(statement)}
    rows = [
        ListRow(
            key,
            declared.title,
            key.partition(".")[0] if "." in key else "",
            counts.get((key, True), 0),
            counts.get((key, False), 0),
        )
        for key, declared in context.runtime.declared.base_lists.items()
    ]
    return sorted(rows, key=lambda row: (row.plugin, context.text(row.title)))


def values_of(context: Context, key: str) -> list[BaseValue]:
    """Give the values of a list in their order, inactive ones too; raise `NotFound` for an unknown list."""
    if key not in context.runtime.declared.base_lists:
        raise NotFound()
    statement = select(BaseValue).where(BaseValue.list == key).order_by(BaseValue.position, BaseValue.id)
    return list(context.session.execute(statement).scalars())


@command("base_data.rename", _("Rename a value of a list"), resource="base_data", action="edit")
def rename(
    context: Context,
    *,
    value_id: int,
    title: str,
    version: int | None = None,
    advice: str | None = None,
    colour: str | None = None,
) -> None:
    """Give a value another title, colour and advice; records that hold it show the new ones.

    In a list that asks for it, `advice` is the text that stands with the value. None leaves advice and colour.
    """
    value = _locked(context, value_id)
    if version is not None and value.version != version:
        raise EditConflict()
    text = " ".join(clean(title).split())
    if not search_key(text):
        raise Invalid([Problem("title", _("%(field)s is required.", field=_("Title")))])
    if len(text) > LONGEST:
        message = _("%(field)s may have %(limit)d characters at most.", field=_("Title"), limit=LONGEST)
        raise Invalid([Problem("title", message)])
    twin = select(BaseValue.id).where(
        BaseValue.list == value.list, BaseValue.search_key == squeeze(text), BaseValue.id != value.id
    )
    if context.session.execute(twin).scalar_one_or_none() is not None:
        raise Invalid([Problem("title", _("This list already has a value of this title."))])
    declared = context.runtime.declared.base_lists[value.list]
    if advice is not None and declared.advice is not None:
        written = "\n".join(clean(line) for line in advice.splitlines()).strip()
        if len(written) > LONGEST_ADVICE:
            message = _(
                "%(field)s may have %(limit)d characters at most.",
                field=declared.advice,
                limit=LONGEST_ADVICE,
            )
            raise Invalid([Problem("advice", message)])
        value.advice = written or None
    if colour is not None:
        _colour(context, value, colour)
    value.title = text
    value.search_key = squeeze(text)
    context.session.flush()
    if value.list == TITLES:
        retitle(context, value.id)


@command("base_data.set_active", _("Offer a value or not"), resource="base_data", action="edit")
def set_active(context: Context, *, value_id: int, active: bool) -> None:
    """Offer a value in forms, or offer it no longer; records that hold it keep it."""
    _locked(context, value_id).active = active
    context.session.flush()


@command("base_data.move", _("Order the values of a list"), resource="base_data", action="edit")
def move(context: Context, *, value_id: int, up: bool) -> None:
    """Move a value one place up or down; at the end of the list nothing happens."""
    value = _locked(context, value_id)
    statement = (
        select(BaseValue)
        .where(BaseValue.list == value.list)
        .order_by(BaseValue.position, BaseValue.id)
        .with_for_update()
    )
    rows = list(context.session.execute(statement).scalars())
    place = next(index for index, row in enumerate(rows) if row.id == value.id)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    for index, row in enumerate(rows, 1):
        if row.position != index * STEP:
            row.position = index * STEP
    context.session.flush()


@command("base_data.order", _("Order the values of a list"), resource="base_data", action="edit")
def order(context: Context, *, source: str, ids: Sequence[int]) -> None:
    """Put the values of a list in this order; those that are not named, added meanwhile, follow in theirs."""
    if source not in context.runtime.declared.base_lists:
        raise NotFound()
    statement = (
        select(BaseValue.id)
        .where(BaseValue.list == source)
        .order_by(BaseValue.position, BaseValue.id)
        .with_for_update()
    )
    places = {number: place for place, number in enumerate(dict.fromkeys(ids))}
    found = sorted(
        context.session.execute(statement).scalars(), key=lambda number: places.get(number, len(places))
    )
    if not found:
        return
    # A place is no part of a version: whoever is renaming a value meanwhile is not told of a conflict.
    wanted = case({number: (place + 1) * STEP for place, number in enumerate(found)}, value=BaseValue.id)
    context.session.execute(
        update(BaseValue).where(BaseValue.list == source).values(position=wanted),
        execution_options={"synchronize_session": False},
    )


def _colour(context: Context, value: BaseValue, colour: str) -> None:
    """Every process draws badges by what it read at this epoch, so a change of colour raises that."""
    if colour not in ("", *COLOURS):
        raise Invalid([Problem("colour", _("There is no such colour."))])
    if (value.colour or "") == colour:
        return
    value.colour = colour or None
    context.session.flush()
    with context.system("colours of base data") as system:
        raise_epoch(system.session)


def _locked(context: Context, value_id: int) -> BaseValue:
    statement = select(BaseValue).where(BaseValue.id == value_id).with_for_update()
    value = context.session.execute(statement).scalar_one_or_none()
    if value is None or value.list not in context.runtime.declared.base_lists:
        raise NotFound()
    return value
