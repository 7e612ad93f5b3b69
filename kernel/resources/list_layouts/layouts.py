"""Reading and keeping the arrangement of a list's columns; nobody sees that of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, Invalid, Problem
from kernel.resources.list_layouts.models import ListLayout
from kernel.resources.lists import chosen_columns, list_columns
from kernel.resources.resource import Resource

NARROWEST, WIDEST = 48, 1200
"""Pixels that a column may have."""


@dataclass(frozen=True)
class Layout:
    """Columns in their order, none for those of the resource, and pixels by key."""

    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)


def own_layout(context: Context, resource: Resource) -> Layout:
    """Give how the actor has arranged a list, less the columns that are gone or kept from him."""
    statement = select(ListLayout.columns, ListLayout.widths).where(
        ListLayout.user_id == (context.actor.user_id or 0), ListLayout.resource == resource.name
    )
    found = context.session.execute(statement).one_or_none()
    if found is None:
        return Layout()
    offered = {column.key for column in list_columns(context, resource)}
    return Layout(
        tuple(key for key in found.columns if key in offered),
        {key: width for key, width in found.widths.items() if key in offered},
    )


def usual_columns(context: Context, resource: Resource) -> tuple[str, ...]:
    """Give the columns with which a list opens for the actor."""
    kept = own_layout(context, resource).columns
    return tuple(column.key for column in chosen_columns(context, resource, kept))


@command("list_layout.save", _("Arrange the columns of a list"), checks_itself=True)
def save(
    context: Context,
    *,
    resource: str,
    columns: Sequence[str] | None = None,
    widths: Mapping[str, int] | None = None,
) -> None:
    """Keep which columns a list has for the actor, in which order, and how wide some are; None leaves either as it is.

    Without `columns` in it the list has those of the resource, without `widths` each column takes the room that it needs.
    Raises `Invalid` for a column that is not there and for a width out of bounds.
    """
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "view")
    if context.actor.user_id is None:
        raise Forbidden()
    values: dict[str, object] = {}
    if columns is not None:
        keys = [column.key for column in chosen_columns(context, declared, columns)]
        values["columns"] = keys if columns else []
    if widths is not None:
        values["widths"] = _checked(context, declared, widths)
    if not values:
        return
    statement = insert(ListLayout).values(user_id=context.actor.user_id, resource=resource, **values)
    statement = statement.on_conflict_do_update(index_elements=["user_id", "resource"], set_=values)
    with context.system("columns of one's own") as system:
        system.session.execute(statement)


@command("list_layout.reset", _("Arrange a list as it was"), checks_itself=True)
def reset(context: Context, *, resource: str) -> None:
    """Forget how the actor has arranged a list."""
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "view")
    mine = (ListLayout.user_id == (context.actor.user_id or 0), ListLayout.resource == resource)
    with context.system("columns of one's own") as system:
        system.session.execute(delete(ListLayout).where(*mine))


def _checked(context: Context, resource: Resource, widths: Mapping[str, int]) -> dict[str, int]:
    offered = {column.key for column in list_columns(context, resource)}
    for key, width in widths.items():
        if key not in offered:
            problem = _("There is no column “%(name)s” in this list.", name=key[:60])
            raise Invalid([Problem(None, problem)])
        if not NARROWEST <= width <= WIDEST:
            problem = _("A column has %(least)d to %(most)d pixels.", least=NARROWEST, most=WIDEST)
            raise Invalid([Problem(None, problem)])
    return dict(widths)
