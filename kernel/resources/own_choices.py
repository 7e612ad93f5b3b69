"""What users have chosen for themselves, by name: which notices they get, what they have put away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, delete, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.access.bulk import insert_rows
from kernel.data.base import Identified, KernelBase
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden


class OwnChoice(Identified, KernelBase):
    """One choice of one user."""

    __tablename__ = "own_choice"
    __table_args__ = (Index("uq_own_choice_name", "user_id", "name", unique=True),)

    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.user_account.id", name="fk_own_choice_user_id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(Text)
    value: Mapped[Any] = mapped_column(JSONB)


def own_choices(context: Context, prefix: str) -> Mapping[str, Any]:
    """Give the actor's choices whose names begin with `prefix`, by the rest of the name."""
    statement = select(OwnChoice.name, OwnChoice.value).where(
        OwnChoice.user_id == (context.actor.user_id or 0), OwnChoice.name.startswith(prefix, autoescape=True)
    )
    return {name.removeprefix(prefix): value for name, value in context.session.execute(statement)}


def choices_of(system: Context, user_ids: Collection[int], name: str) -> Mapping[int, Any]:
    """Give what several users chose under a name, by user; the context acts for the system."""
    statement = select(OwnChoice.user_id, OwnChoice.value).where(
        OwnChoice.user_id.in_(list(user_ids)), OwnChoice.name == name
    )
    return {row.user_id: row.value for row in system.session.execute(statement)}


def choose(context: Context, values: Mapping[str, Any]) -> None:
    """Put choices of the actor's in place of what he chose before under these names; None forgets. Inside a command.

    Like what a browser remembers, they are no matter of history.
    """
    user_id = context.actor.user_id
    if user_id is None:
        raise Forbidden()
    context.session.execute(
        delete(OwnChoice).where(OwnChoice.user_id == user_id, OwnChoice.name.in_(list(values)))
    )
    kept = [
        {"user_id": user_id, "name": name, "value": value}
        for name, value in values.items()
        if value is not None
    ]
    insert_rows(context.session, OwnChoice, kept)  # type: ignore[arg-type]
