"""What a user is in charge of, and how another takes it over: the records themselves, and what goes along with them.

Everything here works as the system: whoever calls has checked the right to hand over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select, update

from kernel.access.models import UserAccount
from kernel.data.base import Stamped, Versioned
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.resource import Charge, Resource

if TYPE_CHECKING:
    from kernel.resources.runtime import Runtime

BATCH = 1_000
"""Rows that one statement changes."""


@dataclass(frozen=True)
class Held:
    """One way in which users are in charge of records of a kind."""

    resource: Resource
    charge: Charge

    def of(self, context: Context, user_id: int) -> list[ColumnElement[bool]]:
        """Build the conditions of the rows of which a user is in charge, those in the bin among them."""
        model = self.resource.model
        found = [getattr(model, self.charge.column) == user_id]
        if self.resource.only is not None:
            found.append(self.resource.only(model))
        if self.charge.when is not None:
            found.append(self.charge.when(context, model))
        return found


def charges(runtime: Runtime) -> Iterator[Held]:
    """Give all ways in which users are in charge of records; lists over records of other kinds are none."""
    for resource in runtime.resources.values():
        if resource.overview:
            continue
        if resource.owner is not None and all(each.column != resource.owner for each in resource.charges):
            yield Held(resource, Charge(resource.owner))
        for charge in resource.charges:
            yield Held(resource, charge)


def check_receiver(system: Context, declared: Resource, owner: int | None) -> None:
    """Raise `Invalid` unless the user who is to receive a record is there and may sign in."""
    if owner is None:
        return
    active = select(UserAccount.id).where(UserAccount.id == owner, UserAccount.active)
    if system.session.execute(active).scalar_one_or_none() is None:
        names = [item.name for item in declared.fields if item.attribute == declared.owner]
        message = _("This user may not sign in any more. Choose another one.")
        raise Invalid([Problem(names[0] if names else None, message)])


def take_along(system: Context, declared: Resource, ids: Sequence[int], former: int, owner: int) -> None:
    """Hand over what hangs on records and is of the same user, as the resources declare."""
    for held in charges(system.runtime):
        along = held.charge.along
        if along is None:
            continue
        column = getattr(held.resource.model, along)
        targets = {key.column.table.fullname for key in column.property.columns[0].foreign_keys}
        if declared.table in targets:
            hand_over(system, held, former, owner, [column.in_(list(ids))])


def hand_over(
    system: Context, held: Held, former: int, owner: int, only: Sequence[ColumnElement[bool]] = ()
) -> int:
    """Lead rows from one user to another, a batch per statement, each told in its history; gives how many."""
    return give(system, held, [(former, owner, None)], only)


def give(
    system: Context,
    held: Held,
    ways: Sequence[tuple[int, int, Sequence[int] | None]],
    only: Sequence[ColumnElement[bool]] = (),
) -> int:
    """Lead rows along several ways: former user, new user, and which rows (None for all of his)."""
    journal = system.journal
    if journal is None:
        raise RuntimeError("records are handed over inside a command")
    model = held.resource.model
    shown_with = journal.root_column(model)
    done = 0
    for former, owner, ids in ways:
        wanted = [*held.of(system, former), *only]
        if ids is not None:
            wanted.append(model.id.in_(list(ids)))
        root = model.id if shown_with is None else getattr(model, shown_with)
        found = [
            (row[0], row[1])
            for row in system.session.execute(select(model.id, root).where(*wanted).order_by(model.id))
        ]
        for start in range(0, len(found), BATCH):
            batch = found[start : start + BATCH]
            _write(system, model, held.charge.column, [row[0] for row in batch], owner)
            changes = {held.charge.column: [former, owner]}
            journal.changed(model, batch, changes, system.actor.reason)
            if held.resource.handed is not None and held.charge.column == held.resource.owner:
                held.resource.handed(system, [row[0] for row in batch], former, owner)
        done += len(found)
    return done


def _write(system: Context, model: Any, column: str, ids: Sequence[int], owner: int) -> None:
    values: dict[str, Any] = {column: owner}
    if issubclass(model, Versioned):
        values["version"] = model.version + 1
    if issubclass(model, Stamped):
        values |= {"updated_at": system.now, "updated_by": system.actor.user_id or 0}
    statement = update(model).where(model.id.in_(list(ids))).values(values)
    system.session.execute(statement.execution_options(synchronize_session=False))
