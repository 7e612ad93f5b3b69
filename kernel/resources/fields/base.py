"""A field: one object that knows all faces of a value.

How it is read from what people type (`parse`), shown as text (`show`), exported (`export`), described for other
programs (`schema`), filtered (`operators`, `condition`), and which form control it wants (`widget`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam

from kernel.fa.digits import to_ascii_digits
from kernel.fa.errors import FaError
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.i18n.messages import explain
from kernel.resources.errors import Problem

if TYPE_CHECKING:
    from kernel.resources.context import Context

OPERATORS: Mapping[str, LazyText] = {
    "is": _("is"),
    "is_not": _("is not"),
    "contains": _("contains"),
    "starts": _("begins with"),
    "ends": _("ends with"),
    "from": _("from"),
    "to": _("to"),
    "empty": _("is empty"),
    "filled": _("is filled"),
    "any": _("is one of"),
    "during": _("lies in"),
    "last_days": _("in the last so many days"),
    "next_days": _("in the next so many days"),
    "last_months": _("in the last so many months"),
    "next_months": _("in the next so many months"),
    "anniversary": _("has its anniversary"),
    "years_from": _("age in years, from"),
    "years_to": _("age in years, to"),
}
"""Filter operators and what they are called."""


MergeRule = Literal["keep", "sum", "newest", "ask"]
"""What becomes of two filled values that differ: the survivor's stays, both are added up (texts stand one after the other),
that of the record changed last wins, or a person must choose."""


class FieldError(ValueError):
    """What was entered does not fit the field; `message` is in the user's words, `field` is its name where it is known."""

    def __init__(self, message: LazyText, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


@dataclass(frozen=True)
class When:
    """That a field applies only while another of the same record, row or facet holds one of some typed values.

    Any option of a field that takes several suffices; `None` among the values stands for an empty field.
    """

    field: str
    values: Sequence[Any]

    def fits(self, value: Any) -> bool:
        """Say whether the field applies where the other one holds this value."""
        held = (
            value if isinstance(value, list | tuple) else [value or None] if value in ("", None) else [value]
        )
        return any(each in self.values for each in held or [None])


class Field:
    """A field of a resource. Kinds are subclasses; a plugin may add its own.

    `attribute` is the mapped attribute when it is not the field's own name. `private` fields (phones, identity numbers)
    are searched, sorted and filtered only by those who may see them. `sensitive` fields (religion, illness) are hidden
    until granted. `aliases` are headings under which imports guess the field. `merge` says what becomes of two values that
    differ when two records are merged. `same_as` names fields whose values this one repeats or gives away (the age, the date
    of birth), as forms address them: what a pattern keeps of those, it keeps of this one. `when` says that it applies only
    while another field holds certain values: else it is not asked, not required, and emptied.
    """

    kind: ClassVar[str] = "text"
    widget: ClassVar[str] = "text"
    operators: ClassVar[Sequence[str]] = ("is", "is_not", "empty", "filled")
    align: ClassVar[str] = "start"
    ltr: ClassVar[bool] = False
    """Shown and typed left to right: codes, phones, addresses of the net."""
    merge_rule: ClassVar[MergeRule] = "newest"
    """What this kind does when two records are merged, unless the field says otherwise."""
    dated: ClassVar[bool] = False
    """Whether filtering asks for a day as well, which stands behind an `@` in the operand: `12@2024-03-20`."""

    def __init__(
        self,
        name: str,
        title: LazyText,
        *,
        required: bool = False,
        help: LazyText | None = None,  # noqa: A002 - the word that forms use
        attribute: str | None = None,
        private: bool = False,
        sensitive: bool = False,
        read_only: bool = False,
        filterable: bool = True,
        importable: bool = True,
        in_list: bool = True,
        aliases: Sequence[str] = (),
        default: Any = None,
        placeholder: LazyText | None = None,
        wide: bool = False,
        merge: MergeRule | None = None,
        same_as: Sequence[str] = (),
        when: When | None = None,
    ) -> None:
        self.name = name
        self.title = title
        self.required = required
        self.help = help
        self.attribute = attribute or name
        self.private = private
        self.sensitive = sensitive
        self.read_only = read_only
        self.filterable = filterable
        self.importable = importable and not read_only
        self.in_list = in_list
        self.aliases = tuple(aliases)
        self.default = default
        self.placeholder = placeholder
        self.wide = wide
        self.merge: MergeRule = merge or self.merge_rule
        self.same_as = tuple(same_as)
        self.when = when

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def read(self, raw: Any, context: Context) -> Any:
        """Turn what came from a form, a file or an API into the stored value.

        Empty becomes None. Raises `FieldError` where it does not fit, also where a required value is missing.
        """
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return self._missing()
        try:
            value = self.parse(raw, context)
        except FaError as error:
            raise FieldError(explain(error), self.name) from error
        except FieldError as error:
            error.field = error.field or self.name
            raise
        # Signs that nobody sees are no text either.
        return self._missing() if isinstance(value, str) and not value else value

    def _missing(self) -> None:
        if self.required:
            raise FieldError(_("%(field)s is required.", field=self.title), self.name)

    def parse(self, raw: Any, context: Context) -> Any:
        """Read a non-empty value; raise `FieldError` or an error of `kernel.fa`."""
        return clean(str(raw))

    def show(self, value: Any, context: Context) -> str:
        """Give the value as plain text for people; empty for None."""
        return "" if value is None else str(value)

    def fill(self, value: Any, context: Context) -> str:
        """Give the value as a form control holds it."""
        return self.show(value, context)

    def export(self, value: Any, context: Context) -> Any:
        """Give the value for a spreadsheet: number, date, or text."""
        return None if value is None else self.show(value, context)

    def schema(self) -> dict[str, Any]:
        """Describe the value as JSON schema."""
        return {"type": "string"}

    def stored_in(self, model: Any) -> bool:
        """Say whether rows of `model` hold the value: fields that are only filtered by do not stand there."""
        return hasattr(model, self.attribute)

    def value_of(self, record: Any) -> Any:
        """Read the typed value from a record; None where there is no record (a facet without a row)."""
        return None if record is None else getattr(record, self.attribute)

    def released(self, value: Any) -> Any:
        """Give what may leave of a value that was read from the field's column: all of it, unless it is masked."""
        return value

    def put(self, record: Any, value: Any) -> bool:
        """Write a typed value into a record where it differs; say whether it did."""
        if getattr(record, self.attribute) == value:
            return False
        setattr(record, self.attribute, value)
        return True

    @property
    def noted_as(self) -> str:
        """The name under which the history of a record knows the value."""
        return self.attribute

    def revive(self, plain: Any) -> Any:
        """Turn a value as history stores it back into what the field shows; `ValueError` where it is none."""
        return plain

    def unchanged(self, record: Any, raw: Any, context: Context) -> bool:
        """Say whether what a form sent is what the record holds anyway, so that it need not be judged again."""
        return False

    def column(self, model: Any) -> ColumnElement[Any]:
        """Give the expression that reads the value in a statement: the mapped attribute, unless a kind says otherwise."""
        attribute: ColumnElement[Any] = getattr(model, self.attribute)
        return attribute

    def always_filled(self, model: Any) -> bool:
        """Say whether the database keeps the value from being empty."""
        return not getattr(model, self.attribute).property.columns[0].nullable

    def among(self, model: Any, values: Iterable[Any]) -> ColumnElement[bool]:
        """Build "the value is one of these", with one bound array for however many; an index serves it."""
        column = self.column(model)
        array = bindparam(None, list(values), ARRAY(column.type), unique=True)
        condition: ColumnElement[bool] = column == any_(array)
        return condition

    def operand(self, operator: str) -> Field:
        """Give the field in which the operand of a filter is entered and shown; mostly this one."""
        return self

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """Give what lists sort the column by where no sort is declared for it; None for a kind without a useful order."""
        return column

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Build the filter `field operator raw`; raise `FieldError` for an operand that does not fit."""
        column = self.column(model)
        if operator == "empty":
            return column.is_(None)
        if operator == "filled":
            return column.is_not(None)
        if operator not in self.operators:
            raise FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))
        if operator == "any":
            items = raw if isinstance(raw, list | tuple) else [raw]
            return column.in_([self._operand(item, context) for item in items])
        return self._compare(column, operator, self._operand(raw, context))

    def _operand(self, raw: Any, context: Context) -> Any:
        try:
            return self.parse(raw, context)
        except FaError as error:
            raise FieldError(explain(error)) from error

    def _compare(self, column: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
        conditions: dict[str, Callable[[], ColumnElement[bool]]] = {
            "is": lambda: column == value,
            "is_not": lambda: column.is_distinct_from(value),
            "from": lambda: column >= value,
            "to": lambda: column <= value,
        }
        if operator not in conditions:
            raise FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))
        return conditions[operator]()

    @property
    def always_required(self) -> bool:
        """Whether a value must be given in any case; a field that applies at times only need not be among what is sent."""
        return self.required and self.when is None

    def problem(self, error: FieldError, part: str | None = None, row: int | None = None) -> Problem:
        """Tie an error to this field."""
        return Problem(self.name, error.message, part, row)


def read_all(
    fields: Iterable[Field], entered: Mapping[str, Any], context: Context
) -> tuple[dict[str, Any], list[Problem]]:
    """Read what was entered for fields, by their names; gives the values that fit and the problems of the others."""
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    for item in fields:
        try:
            read[item.name] = item.read(entered.get(item.name), context)
        except FieldError as error:
            problems.append(item.problem(error))
    return read, problems


def plain_number(raw: Any) -> str:
    """Fold a typed number: digits of any script, separators of thousands and spaces away, one decimal point."""
    text = to_ascii_digits(str(raw)).strip()
    for mark in (",", "٬", "،", " ", "\u00a0", "\u202f", "\u200c"):
        text = text.replace(mark, "")
    return text.replace("٫", ".").replace("−", "-")
