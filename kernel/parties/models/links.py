"""How columns of parties refer to other tables of the kernel."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import MappedColumn, mapped_column


def link(target: str, name: str, *, on_delete: str | None = None) -> MappedColumn[Any]:
    """Make a column that refers to `kernel.<target>` by a foreign key called `name`."""
    return mapped_column(BigInteger, ForeignKey(f"kernel.{target}.id", name=name, ondelete=on_delete))
