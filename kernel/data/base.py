"""Declarative bases, one per PostgreSQL schema, over one shared `MetaData`; and the columns that most tables share.

A plugin owns the schema of its own name. Each schema has a registry of its own, so that a mapper of one plugin
that cannot be configured does not take the others with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Identity, Index, Integer, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

from kernel.data.types import Instant

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names: a migration must be able to name what it drops."""

META = MetaData(naming_convention=NAMING)
"""The one `MetaData` that the kernel and all plugins share, so that foreign keys by name resolve."""


class SchemaBase(DeclarativeBase):
    """What every mapped class is: a table in the schema of its owner."""

    __abstract__ = True


def schema_base(name: str) -> type[SchemaBase]:
    """Make the declarative base of the schema `name`: its classes fall into that schema, its registry is its own."""

    class Base(SchemaBase):
        __abstract__ = True
        registry = registry(metadata=META)
        _sa_registry = registry  # SQLAlchemy maps into this one, and sets it for direct bases only
        metadata = META

        def __init_subclass__(cls, **kwargs: Any) -> None:
            if "__tablename__" in cls.__dict__ or "__table_args__" in cls.__dict__:
                cls.__table_args__ = _in_schema(cls.__dict__.get("__table_args__", ()), name)
            super().__init_subclass__(**kwargs)

    Base.__name__ = f"{name.capitalize()}Base"
    return Base


def _in_schema(arguments: Any, name: str) -> tuple[Any, ...]:
    positional: tuple[Any, ...] = ()
    options: dict[str, Any] = {}
    if isinstance(arguments, dict):
        options = arguments
    elif arguments:
        positional = tuple(arguments)
        if isinstance(positional[-1], dict):
            options = positional[-1]
            positional = positional[:-1]
    return (*positional, {**options, "schema": name})


if TYPE_CHECKING:

    class KernelBase(SchemaBase):
        """The base of the kernel's own tables, as type checkers can follow it."""

        __abstract__ = True
else:
    KernelBase = schema_base("kernel")


class Identified:
    """A bigint identity as primary key."""

    @declared_attr
    @classmethod
    def id(cls) -> Mapped[int]:
        """The record's number, never used twice."""
        return mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-10)


class Stamped:
    """Who made the row and who changed it last, and when (UTC). Numbers of users; 0 is the system."""

    created_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"), sort_order=900)
    created_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), sort_order=901)
    updated_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"), sort_order=902)
    updated_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), sort_order=903)


class Versioned:
    """A number raised by every change: a form that was opened before another's change is refused, not merged blindly."""

    version: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1, sort_order=904)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Binnable:
    """Rows that go to the bin before they are gone: `binned_at` is part of every default predicate, in both walls."""

    binned_at: Mapped[datetime | None] = mapped_column(Instant, sort_order=905)
    binned_by: Mapped[int | None] = mapped_column(BigInteger, sort_order=906)


class Confidential:
    """Rows whose history says who changed which column and when, but never a value: so that erasing them erases them."""


USER_VALUES = "user_values"
"""Column of values of fields that the administrator defines."""


class Extensible:
    """Rows that take values of fields defined by the administrator, in one JSON column by the keys of the fields.

    Only fields write into it. A table gets the column, its index and the guard of unique values by a migration
    (`kernel.api.add_user_values`); the model names the index in its `__table_args__` (`user_values_index`).
    """

    user_values: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default=text("'{}'::jsonb"), default=dict, sort_order=890
    )


def user_values_index(table: str) -> Index:
    """Make the index by which equal values of fields of the administrator are found in `table`."""
    return Index(
        f"ix_{table}_{USER_VALUES}",
        USER_VALUES,
        postgresql_using="gin",
        postgresql_ops={USER_VALUES: "jsonb_path_ops"},
        postgresql_with={"gin_pending_list_limit": "128"},
    )
