"""What a shape needs to know of the model that it is tried on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import Engine, Table, inspect
from sqlalchemy.orm import Mapper, Session

Verdict = Literal["filtered", "refused"]
Failing = Literal["never", "may", "must"]
Answer = set[int] | int | None
"""Ids that the shape came to see; or how many rows it counted; or None where only the rows afterwards matter."""


@dataclass(frozen=True)
class Subject:
    """One model, with rows that the actor sees and rows that he does not.

    `column` is a plain column that may be changed. `children` names a relationship to many. `pointer` is another
    model with the name of its relationship to this one; some of its visible rows point to hidden ones. `foreign`
    makes an object that the actor may not create, `below` one that hangs on the row of the given id. `give_away`
    makes a visible object another's.
    """

    model: type[Any]
    visible: frozenset[int]
    hidden: frozenset[int]
    column: str
    children: str | None = None
    pointer: tuple[type[Any], str] | None = None
    foreign: Callable[[], object] | None = None
    below: Callable[[int], object] | None = None
    give_away: Callable[[Any], None] | None = None
    looks: dict[Engine, Counter[tuple[Any, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The rows that no shape may touch as they were before the first one, for each way to connect."""

    @cached_property
    def mapper(self) -> Mapper[Any]:
        """The model's mapper."""
        mapper: Mapper[Any] = inspect(self.model)
        return mapper

    @property
    def table(self) -> Table:
        """The table behind the model."""
        table: Table = self.model.__table__
        return table

    @property
    def clause(self) -> Any:
        """The model as it stands in a statement."""
        return inspect(self.model).__clause_element__()

    @property
    def name(self) -> str:
        """The table's full name, for text."""
        return self.table.fullname

    @property
    def key(self) -> Any:
        """The attribute of the (first) primary key."""
        return getattr(self.model, self.key_name)

    @property
    def key_name(self) -> str:
        """The name of that attribute."""
        return str(self.mapper.get_property_by_column(self.mapper.primary_key[0]).key)

    @property
    def core_key(self) -> Any:
        """The same column past the model."""
        return self.table.c[self.key_name]

    @property
    def some_hidden(self) -> int:
        """One hidden row."""
        return min(self.hidden)

    @property
    def some_visible(self) -> int:
        """One visible row; 0, which is no row, where there is none."""
        return min(self.visible, default=0)

    def ids(self, objects: Any) -> set[int]:
        """The ids of objects of the model; None among them is passed over."""
        return {getattr(each, self.key_name) for each in objects if each is not None}

    @property
    def value(self) -> Any:
        """The attribute of the plain column."""
        return getattr(self.model, self.column)

    @property
    def table_column(self) -> str:
        """The plain column's name in the table, for text."""
        return str(self.mapper.get_property(self.column).columns[0].name)

    @property
    def versioned(self) -> dict[str, int]:
        """What bulk updates of a versioned model must name besides its key; empty for others."""
        column = self.mapper.version_id_col
        return {} if column is None else {str(self.mapper.get_property_by_column(column).key): 1}

    @property
    def single(self) -> bool | None:
        """True where one column is the primary key; None where several are."""
        return True if len(self.mapper.primary_key) == 1 else None


Run = Callable[[Session, Subject], Answer]


@dataclass(frozen=True)
class Shape:
    """One way to read or write. `needs` names fields of the subject without which it cannot be tried."""

    name: str
    run: Run
    wall1: Verdict = "filtered"
    needs: tuple[str, ...] = ()
    partial: bool = False
    """Whether seeing fewer rows than all visible ones is right."""
    fails: Failing = "never"
    """Whether the database, alone, answers with an error."""

    def fits(self, subject: Subject) -> bool:
        """Whether the shape can be tried on this subject."""
        return all(getattr(subject, need) is not None for need in self.needs)


class Shapes(list[Shape]):
    """A chapter of the corpus; its functions enter themselves by `@shapes.add(...)`, named after themselves."""

    def add(
        self,
        wall1: Verdict = "filtered",
        *,
        needs: tuple[str, ...] = (),
        partial: bool = False,
        fails: Failing = "never",
    ) -> Callable[[Run], Run]:
        """Enter a function as a shape."""

        def enter(run: Run) -> Run:
            self.append(Shape(run.__name__, run, wall1, needs, partial, fails))
            return run

        return enter
