"""Deputies with dates: named by the absent user himself or by an administrator, effective at once and withdrawn at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from kernel.access.models import Deputy, UserAccount
from kernel.i18n import _
from kernel.resources import fields
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, Invalid, NotFound, Problem
from kernel.resources.fields import Field, read_all

SINCE = fields.Day("since", _("From day"), required=True)
UNTIL = fields.Day("until", _("To day (included)"), required=True)
DAYS: tuple[Field, ...] = (SINCE, UNTIL)


@dataclass(frozen=True)
class DeputyRow:
    """One deputy of somebody, in the past, today or to come."""

    id: int
    user_id: int
    absent: str
    deputy_id: int
    deputy: str
    since: date
    until: date
    state: str
    """`past`, `now`, `coming` or `withdrawn`."""


def deputies_of(context: Context, user_id: int) -> list[DeputyRow]:
    """Give the deputies of a user and those for whom he is one, the latest first: for himself and administrators."""
    _himself_or_administrator(context, user_id)
    absent, deputy = aliased(UserAccount), aliased(UserAccount)
    statement = (
        select(Deputy, absent.display_name, deputy.display_name)
        .join(absent, absent.id == Deputy.user_id)
        .join(deputy, deputy.id == Deputy.deputy_id)
        .where(or_(Deputy.user_id == user_id, Deputy.deputy_id == user_id))
        .order_by(Deputy.until.desc(), Deputy.id.desc())
        .limit(50)
    )
    with context.system("deputies of a user") as system:
        return [
            DeputyRow(
                row.id, row.user_id, his, row.deputy_id, name, row.since, row.until, _state(context, row)
            )
            for row, his, name in system.session.execute(statement)
        ]


def possible_deputies(context: Context, user_id: int) -> list[tuple[int, str]]:
    """Give the users who may be named: active ones, but for himself. Who works here is no secret among users."""
    statement = (
        select(UserAccount.id, UserAccount.display_name)
        .where(UserAccount.active, UserAccount.id != user_id)
        .order_by(UserAccount.display_name, UserAccount.id)
    )
    with context.system("names of users") as system:
        return [(row[0], row[1]) for row in system.session.execute(statement)]


def display_name(context: Context, user_id: int) -> str:
    """Give the name of a user."""
    with context.system("names of users") as system:
        statement = select(UserAccount.display_name).where(UserAccount.id == user_id)
        return system.session.execute(statement).scalar_one_or_none() or ""


@command("deputy.name", _("Name a deputy"), checks_itself=True)
def name_deputy(context: Context, *, user_id: int, deputy_id: int | None, values: Mapping[str, Any]) -> int:
    """Let a user stand in for another from a day to a last day; gives the number of the row. `Invalid` names each field."""
    _himself_or_administrator(context, user_id)
    days, problems = read_all(DAYS, values, context)
    if deputy_id not in {number for number, _name in possible_deputies(context, user_id)}:
        problems.append(Problem("deputy", _("Choose another user who may sign in.")))
    if not problems and days["until"] < days["since"]:
        problems.append(Problem("until", _("The last day is before the first.")))
    if not problems and days["until"] < context.today:
        problems.append(Problem("until", _("This day has passed.")))
    if problems:
        raise Invalid(problems)
    with context.system("a deputy") as system:
        row = Deputy(
            user_id=user_id,
            deputy_id=deputy_id,
            named_at=context.now,
            named_by=context.actor.user_id or 0,
            **days,
        )
        system.session.add(row)
        system.session.flush()
        number = row.id
    detail = {"deputy": deputy_id, **{name: day.isoformat() for name, day in days.items()}}
    note(context, "deputy.name", resource="user", record_id=user_id, detail=detail)
    return number


@command("deputy.withdraw", _("Withdraw a deputy"), checks_itself=True)
def withdraw(context: Context, *, number: int) -> None:
    """End that somebody stands in, at once: by the absent user, the deputy himself, or an administrator."""
    with context.system("a deputy") as system:
        row = system.session.execute(
            select(Deputy).where(Deputy.id == number).with_for_update()
        ).scalar_one_or_none()
        if row is None:
            raise NotFound()
        mine = context.actor.user_id in (row.user_id, row.deputy_id)
        if not mine and not context.actor.is_administrator and context.actor.kind != "system":
            raise NotFound()
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by = context.now, context.actor.user_id or 0
        absent, deputy = row.user_id, row.deputy_id
    note(context, "deputy.withdraw", resource="user", record_id=absent, detail={"deputy": deputy})


def _state(context: Context, row: Deputy) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.until < context.today:
        return "past"
    return "coming" if row.since > context.today else "now"


def _himself_or_administrator(context: Context, user_id: int) -> None:
    if context.actor.user_id != user_id and not context.actor.is_administrator:
        raise Forbidden()
