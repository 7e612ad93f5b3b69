"""The declarative base of the schema `tasks`, and how its tables refer to others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import schema_base

TasksBase = schema_base("tasks")


def refer(target: str, name: str, *, ondelete: str, nullable: bool = True) -> Mapped[Any]:
    """A foreign key by name, with the rule of the database for what becomes of the row with the other."""
    return mapped_column(
        BigInteger, ForeignKey(f"{target}.id", name=name, ondelete=ondelete), nullable=nullable
    )


def user(name: str) -> Mapped[Any]:
    """A foreign key to a user, emptied with him."""
    return refer("kernel.user_account", name, ondelete="SET NULL")
