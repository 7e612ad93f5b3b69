"""Units of the house (واحدهای سازمانی): a tree with heads, which says whose records the scope “team” reaches.

Changed by administrators alone, and accounted for. A unit with members or with units beneath it is not deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kernel.access.models import Unit, UserAccount
from kernel.access.users import constraint_of
from kernel.fa.text import clean, squeeze
from kernel.i18n import _
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Invalid, NotFound, Problem, Refused

LONGEST_NAME = 100


@dataclass(frozen=True)
class UnitRow:
    """A unit in the list, beneath its parent; `level` counts from 0."""

    id: int
    name: str
    level: int
    parent_id: int | None
    head_id: int | None
    head: str | None
    members: tuple[tuple[int, str], ...]
    version: int


def unit_rows(context: Context) -> list[UnitRow]:
    """Give all units as a tree laid out line by line, each followed by those beneath it; two queries."""
    units = list(context.session.execute(select(Unit).order_by(Unit.search_key)).scalars())
    named = select(UserAccount.id, UserAccount.display_name, UserAccount.unit_id).order_by(
        UserAccount.display_name, UserAccount.id
    )
    names: dict[int, str] = {}
    members: dict[int | None, list[tuple[int, str]]] = {}
    for number, name, unit_id in context.session.execute(named):
        names[number] = name
        members.setdefault(unit_id, []).append((number, name))
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)

    def laid_out(parent: int | None, level: int) -> Iterable[UnitRow]:
        for unit in below.get(parent, ()):
            head = None if unit.head_id is None else names.get(unit.head_id)
            inside = tuple(members.get(unit.id, ()))
            yield UnitRow(unit.id, unit.name, level, unit.parent_id, unit.head_id, head, inside, unit.version)
            yield from laid_out(unit.id, level + 1)

    return list(laid_out(None, 0))


def find_unit(context: Context, unit_id: int, *, lock: bool = False) -> Unit:
    """Give a unit; raise `NotFound`."""
    statement = select(Unit).where(Unit.id == unit_id)
    if lock:
        statement = statement.with_for_update()
    found = context.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


@command("unit.save", _("Change a unit of the house"), resource="unit", action="edit")
def save(
    context: Context,
    *,
    name: str,
    parent_id: int | None = None,
    head_id: int | None = None,
    unit_id: int | None = None,
    version: int | None = None,
) -> int:
    """Make a unit, or change one; gives its id. Raises `Invalid` naming the field, or `EditConflict`."""
    administrators_only(context)
    text = _checked(context, name, parent_id, head_id)
    unit = Unit() if unit_id is None else find_unit(context, unit_id, lock=True)
    if unit_id is not None and version is not None and unit.version != version:
        raise EditConflict()
    before = None if unit_id is None else [unit.name, unit.parent_id, unit.head_id]
    unit.name, unit.search_key = text, squeeze(text)
    unit.parent_id, unit.head_id = parent_id, head_id
    try:
        context.session.add(unit)
        context.session.flush()
    except IntegrityError as error:
        raise Invalid([_problem(error)]) from None
    detail = {"before": before, "after": [text, parent_id, head_id]}
    note(context, "unit.save", resource="unit", record_id=unit.id, detail=detail)
    return unit.id


@command("unit.delete", _("Delete a unit of the house"), resource="unit", action="delete")
def delete(context: Context, *, unit_id: int) -> None:
    """Delete a unit without members and without units beneath it. Raises `Refused` naming how many there are."""
    administrators_only(context)
    unit = find_unit(context, unit_id, lock=True)
    members = _count(context, UserAccount, unit_id)
    below = _count(context, Unit, unit_id)
    if members or below:
        raise Refused(
            _(
                "The unit has %(members)d members and %(below)d units beneath it. Move them elsewhere first.",
                members=members,
                below=below,
            )
        )
    note(context, "unit.delete", resource="unit", record_id=unit_id, detail={"name": unit.name})
    context.session.delete(unit)
    context.session.flush()


def _checked(context: Context, name: str, parent_id: int | None, head_id: int | None) -> str:
    text = " ".join(clean(name).split())
    problems = []
    if not text:
        problems.append(Problem("name", _("%(field)s is required.", field=_("Name of the unit"))))
    if len(text) > LONGEST_NAME:
        problems.append(
            Problem(
                "name",
                _(
                    "%(field)s may have %(limit)d characters at most.",
                    field=_("Name of the unit"),
                    limit=LONGEST_NAME,
                ),
            )
        )
    if parent_id is not None and not _count_of(context, Unit, parent_id):
        problems.append(Problem("parent_id", _("There is no such unit any more.")))
    if head_id is not None and not _count_of(context, UserAccount, head_id):
        problems.append(Problem("head_id", _("There is no such user any more.")))
    if problems:
        raise Invalid(problems)
    return text


def _problem(error: IntegrityError) -> Problem:
    match constraint_of(error):
        case "ck_unit_tree":
            return Problem("parent_id", _("A unit cannot stand beneath itself."))
        case "uq_unit_search_key":
            return Problem("name", _("There is already a unit of this name."))
        case _:
            raise error


def _count(context: Context, model: type[UserAccount] | type[Unit], unit_id: int) -> int:
    column = UserAccount.unit_id if model is UserAccount else Unit.parent_id
    statement = select(func.count()).select_from(model).where(column == unit_id)
    return int(context.session.execute(statement).scalar_one())


def _count_of(context: Context, model: type[UserAccount] | type[Unit], number: int) -> int:
    statement = select(func.count()).select_from(model).where(model.id == number)
    return int(context.session.execute(statement).scalar_one())
