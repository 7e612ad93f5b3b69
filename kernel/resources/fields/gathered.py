"""A column of lists that is gathered from other rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement

from kernel.i18n import LazyText
from kernel.resources.fields.base import Field

if TYPE_CHECKING:
    from kernel.resources.context import Context


class Gathered(Field):
    """What hangs on a record in other tables, as one column of its list and export; neither entered, filtered nor sorted by.

    The rows of a page are asked for together, by the ids of its records and in the actor's own session.
    """

    operators = ()

    def __init__(self, name: str, title: LazyText, **options: Any) -> None:
        super().__init__(name, title, attribute="id", read_only=True, filterable=False, **options)

    def gather(self, ids: Sequence[int], context: Context) -> Mapping[int, Any]:
        """Give the values of those records that have one; one query for all."""
        raise NotImplementedError

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """None is useful."""
        return None
