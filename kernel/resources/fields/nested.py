"""Fields that hold other fields: a group of values, rows of them, and values by a key. They are arguments of commands only.

A document has a head and lines; a program sends both with the command that writes them, and hears of what is wrong at the
place where it stands: `lines`, third row, `quantity`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel.i18n import LazyText, _
from kernel.resources.errors import Problem
from kernel.resources.fields.base import Field, FieldError

if TYPE_CHECKING:
    from kernel.resources.context import Context

Place = tuple[int | None, str | None]
"""Where in what was sent a problem stands: the row, and the field in it."""


class Group(Field):
    """Several values under one name, each with a field of its own: the head of a document.

    The command gets those that were sent, by name; with `whole` also the others, each with its default, and those that are
    required must be there.
    """

    kind = "group"

    def __init__(
        self, name: str, title: LazyText, fields: Sequence[Field], *, whole: bool = True, **options: Any
    ) -> None:
        super().__init__(name, title, **options)
        self.fields = tuple(fields)
        self.whole = whole

    @property
    def by_name(self) -> Mapping[str, Field]:
        """The fields inside, by their names."""
        return {item.name: item for item in self.fields}

    def parse(self, raw: Any, context: Context) -> Any:
        """Read an object."""
        return self.given(self.read_inside(raw, context))

    def read_inside(self, raw: Any, context: Context) -> dict[str, Any]:
        """Read the values of one object; raise `FieldError` for the first that does not fit."""
        if not isinstance(raw, Mapping):
            raise FieldError(_("This must be an object."))
        read: dict[str, Any] = {}
        for item in self.fields:
            if item.name in raw:
                read[item.name] = item.read(raw[item.name], context)
            elif self.whole:
                read[item.name] = item.read(item.default, context)
        return read

    def given(self, values: dict[str, Any]) -> Any:
        """Give what the command takes for the values of one object; a subclass may write them otherwise."""
        return values

    def schema(self) -> dict[str, Any]:
        """An object."""
        return {"type": "object"}

    def stored_in(self, model: Any) -> bool:
        """No row holds it."""
        return False

    def place(self, problem: Problem, sent: Any) -> Place | None:
        """Say where in what was sent a problem of the command stands; None where it does not speak of this argument."""
        return (None, problem.field) if problem.part is None and problem.field in self.by_name else None


class Rows(Group):
    """Rows of values, `most` at most: the lines of a document. Problems that name it as their part name row and field.

    `known_as` says how the command calls fields that programs call otherwise.
    """

    kind = "rows"

    def __init__(
        self,
        name: str,
        title: LazyText,
        fields: Sequence[Field],
        *,
        most: int = 200,
        known_as: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, title, fields, **options)
        self.most = most
        self.known_as = dict(known_as or {})

    def parse(self, raw: Any, context: Context) -> Any:
        """Read a list of objects."""
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            raise FieldError(_("This must be a list."))
        if len(raw) > self.most:
            raise FieldError(_("%(part)s: %(most)d rows at most.", part=self.title, most=self.most))
        return [self.given(self.read_inside(each, context)) for each in raw]

    def schema(self) -> dict[str, Any]:
        """A list of objects."""
        return {"type": "array", "items": {"type": "object"}, "maxItems": self.most}

    def place(self, problem: Problem, sent: Any) -> Place | None:
        """Row and field of a problem that names this argument as its part."""
        if problem.part != self.name:
            return None
        name = self.known_as.get(problem.field or "", problem.field)
        return (problem.row, name if name in self.by_name else None)


class ByKey(Rows):
    """Values by a key, sent as rows of both: how much of which line. The command gets them as a mapping.

    The first field is the key, the second the value; `told` stands before the key in the names of the command's problems
    (`quantity-12`).
    """

    kind = "by_key"

    def __init__(self, *args: Any, told: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.told = told

    def parse(self, raw: Any, context: Context) -> dict[Any, Any]:
        """Read a list of objects into a mapping; a key that stands twice is refused."""
        rows = super().parse(raw, context)
        key, value = self.fields
        found = {row[key.name]: row[value.name] for row in rows}
        if len(found) != len(rows):
            raise FieldError(_("%(field)s: one of them stands here twice.", field=key.title))
        return found

    def place(self, problem: Problem, sent: Any) -> Place | None:
        """The row whose key the problem names."""
        key, value = self.fields
        for number, row in enumerate(sent if isinstance(sent, list) else ()):
            if isinstance(row, Mapping) and problem.field == f"{self.told}{row.get(key.name)}":
                return (number, value.name)
        return None
