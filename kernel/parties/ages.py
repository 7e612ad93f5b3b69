"""Age by the Jalali birthday on the site's day: shown in years, filtered from and to."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from kernel.fa.jalali import to_jalali
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.fields import FieldError, Whole
from kernel.resources.fields.periods import born_by

OLDEST = 150


def age_on(day: date, born: date) -> int:
    """Give the full Jalali years from birth to `day`. Whoever was born on 30 Esfand grows older on 1 Farvardin in common
    years.
    """
    now, then = to_jalali(day), to_jalali(born)
    return now.year - then.year - (now[1:] < then[1:])


class Age(Whole):
    """Years since birth, computed from the date of birth."""

    operators = ("from", "to", "is", "empty", "filled")

    def __init__(self) -> None:
        super().__init__(
            "age",
            _("Age"),
            attribute="birth_date",
            read_only=True,
            least=0,
            most=OLDEST,
            same_as=("birth_date",),
        )

    def show(self, value: Any, context: Context) -> str:
        """The years, of a date of birth or as they were filtered by."""
        return super().show(age_on(context.today, value) if isinstance(value, date) else value, context)

    @property
    def noted_as(self) -> str:
        """History knows the date of birth, under its own field."""
        return self.name

    def export(self, value: Any, context: Context) -> Any:
        """The years as a number."""
        return age_on(context.today, value) if isinstance(value, date) else None

    def order(self, column: ColumnElement[Any], context: Context) -> ColumnElement[Any] | None:
        """Not at all: the date of birth has its own order."""
        return None

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Compare the date of birth with the day on which somebody of that age was born."""
        column = self.column(model)
        if operator in ("empty", "filled"):
            return super().condition(model, operator, raw, context)
        if operator not in self.operators:
            raise FieldError(_("%(field)s cannot be filtered in this way.", field=self.title))
        years = self.parse(raw, context)
        old_enough = column <= born_by(years, context.today)
        young_enough = column > born_by(years + 1, context.today)
        return {"from": old_enough, "to": young_enough, "is": old_enough & young_enough}[operator]
