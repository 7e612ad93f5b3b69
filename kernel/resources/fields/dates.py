"""Fields of time: day, instant, time of day, duration in minutes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement

from kernel.fa.calendar import format_date, parse_date
from kernel.fa.clock import day_bounds, format_instant, parse_time
from kernel.fa.digits import to_ascii_digits
from kernel.fa.locales import is_persian
from kernel.i18n import _
from kernel.i18n.numbers import localise_digits
from kernel.resources.fields import periods
from kernel.resources.fields.base import Field, FieldError, plain_number
from kernel.resources.fields.choices import Choice
from kernel.resources.fields.numbers import Whole

if TYPE_CHECKING:
    from kernel.resources.context import Context

ISO_DAY = re.compile(r"(1[6-9]|2[01])\d\d-\d\d-\d\d")


COUNTED = {
    "last_days": (periods.last_days, periods.MOST_DAYS),
    "next_days": (periods.next_days, periods.MOST_DAYS),
    "last_months": (periods.last_months, periods.MOST_MONTHS),
    "next_months": (periods.next_months, periods.MOST_MONTHS),
}
"""Filter operators that count days or months from today, each with what reckons its span and the most that it takes."""
MOVING = ("during", *COUNTED)
"""Filter operators whose days move with today."""
YEARS = ("years_from", "years_to")
MOST_YEARS = 150


def _operand_of(field: Field, operator: str) -> Field:
    """Give the field of the operand: a period, a number of days, months or years, or a day or moment itself."""
    if operator in ("during", "anniversary"):
        return Choice(field.name, field.title, options=periods.PERIODS)
    if operator in COUNTED:
        return Whole(field.name, field.title, least=1, most=COUNTED[operator][1])
    if operator in YEARS:
        return Whole(field.name, field.title, least=0, most=MOST_YEARS)
    return field


def _moving_span(field: Field, operator: str, raw: Any, context: Context) -> periods.Span:
    """Read the operand of a moving operator as the first and last day as they are today."""
    value = _operand_of(field, operator).parse(raw, context)
    try:
        if operator == "during":
            return _period(value, context)
        return COUNTED[operator][0](value, context.today)
    except (OverflowError, ValueError) as error:
        raise FieldError(_("%(field)s: there is no such day.", field=field.title)) from error


def _period(name: str, context: Context) -> periods.Span:
    """Give a named period as it is on the site's day, in the site's fiscal year."""
    return periods.span_of(name, context.today, context.site.fiscal_start)


class Day(Field):
    """A day: stored as Gregorian date, typed and shown in the Jalali calendar (Gregorian on English pages)."""

    kind = "day"
    widget = "day"
    operators = ("is", "from", "to", *MOVING, "anniversary", *YEARS, "empty", "filled")

    def __init__(self, *args: Any, past_only: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.past_only = past_only

    def operand(self, operator: str) -> Field:
        """A period, a number of days or years, or a day."""
        return _operand_of(self, operator)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Moving periods, anniversaries and ages are reckoned from the site's own day, when the list is read."""
        if operator not in (*MOVING, "anniversary", *YEARS):
            return super().condition(model, operator, raw, context)
        if operator in MOVING:
            return self.within(model, _moving_span(self, operator, raw, context), context)
        column = self.column(model)
        value = self.operand(operator).parse(raw, context)
        if operator == "anniversary":
            days = periods.anniversaries(*_period(value, context))
            return periods.is_one_of(column, days)
        if operator == "years_from":
            return column <= periods.born_by(value, context.today)
        return (column >= periods.born_since(value, context.today)) & (column <= context.today)

    def within(self, model: Any, span: periods.Span, context: Context) -> ColumnElement[bool]:
        """Build "it is one of the days from the first to the last"."""
        column = self.column(model)
        condition: ColumnElement[bool] = (column >= span[0]) & (column < span[1] + periods.DAY)
        return condition

    def parse(self, raw: Any, context: Context) -> date:
        """Read a date object, ISO `2026-11-21` (what the picker sends), or a Jalali date in digits of any script."""
        value = self._day(raw)
        if self.past_only and value > context.today:
            raise FieldError(_("%(field)s cannot be in the future.", field=self.title))
        return value

    @staticmethod
    def _day(raw: Any) -> date:
        if isinstance(raw, datetime):
            return raw.date()
        if isinstance(raw, date):
            return raw
        text = to_ascii_digits(str(raw)).strip()
        if ISO_DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError as error:
                raise FieldError(_("There is no such day: %(text)s.", text=text)) from error
        return parse_date(text)

    def show(self, value: Any, context: Context) -> str:
        """Short: ۱۴۰۵/۰۸/۳۰."""
        if value is None:
            return ""
        return format_date(value, "short") if is_persian(context.locale) else value.isoformat()

    def fill(self, value: Any, context: Context) -> str:
        """ISO: the date picker shows it in the calendar of the page."""
        return "" if value is None else value.isoformat()

    def export(self, value: Any, context: Context) -> Any:
        """As text in the calendar of the language: spreadsheets know no Jalali dates."""
        if value is None:
            return None
        return format_date(value, "short", digits="en") if is_persian(context.locale) else value

    def revive(self, plain: Any) -> date:
        """Out of ISO."""
        return date.fromisoformat(plain)

    def schema(self) -> dict[str, Any]:
        """A string of format date (Gregorian, ISO)."""
        return {"type": "string", "format": "date"}


class Instant(Field):
    """A point in time: stored in UTC, typed and shown in the site's zone."""

    kind = "instant"
    widget = "instant"
    operators = ("from", "to", *MOVING, "empty", "filled")

    def operand(self, operator: str) -> Field:
        """A period, a number of days, or a moment."""
        return _operand_of(self, operator)

    def condition(self, model: Any, operator: str, raw: Any, context: Context) -> ColumnElement[bool]:
        """Moving periods are the site's own days, from midnight to midnight."""
        if operator not in MOVING:
            return super().condition(model, operator, raw, context)
        return self.within(model, _moving_span(self, operator, raw, context), context)

    def within(self, model: Any, span: periods.Span, context: Context) -> ColumnElement[bool]:
        """Build "it lies in the days from the first to the last" as the site has them."""
        starts, _next = day_bounds(span[0], context.time_zone)
        _last, ends = day_bounds(span[1], context.time_zone)
        column = self.column(model)
        condition: ColumnElement[bool] = (column >= starts) & (column < ends)
        return condition

    def parse(self, raw: Any, context: Context) -> datetime:
        """Read an aware datetime, ISO with an offset, or `day time` in the site's zone and calendar."""
        if isinstance(raw, datetime):
            return raw if raw.tzinfo else raw.replace(tzinfo=context.time_zone).astimezone(UTC)
        text = to_ascii_digits(str(raw)).strip()
        day, _separator, clock = text.replace("T", " ").partition(" ")
        if clock.endswith("Z") or re.search(r"[+-]\d\d:?\d\d$", clock):
            try:
                return datetime.fromisoformat(text).astimezone(UTC)
            except ValueError as error:
                raise FieldError(_("%(field)s is not a valid date and time.", field=self.title)) from error
        moment = parse_time(clock) if clock.strip() else time(0, 0)
        return datetime.combine(Day._day(day), moment, context.time_zone).astimezone(UTC)

    def show(self, value: Any, context: Context) -> str:
        """Day and time in the site's zone."""
        if value is None:
            return ""
        if is_persian(context.locale):
            return format_instant(value, context.time_zone, "short")
        return f"{value.astimezone(context.time_zone):%Y-%m-%d %H:%M}"

    def fill(self, value: Any, context: Context) -> str:
        """ISO day and time in the site's zone."""
        return "" if value is None else f"{value.astimezone(context.time_zone):%Y-%m-%d %H:%M}"

    def revive(self, plain: Any) -> datetime:
        """Out of ISO."""
        return datetime.fromisoformat(plain)

    def schema(self) -> dict[str, Any]:
        """A string of format date-time."""
        return {"type": "string", "format": "date-time"}

    def _compare(self, column: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
        if operator == "to" and value.second == 0 and value.microsecond == 0:
            before: ColumnElement[bool] = column < value + timedelta(minutes=1)
            return before
        return super()._compare(column, operator, value)


class TimeOfDay(Field):
    """A time of day, without a zone: opening hours."""

    kind = "time"
    widget = "time"
    ltr = True
    operators = ("is", "from", "to", "empty", "filled")

    def parse(self, raw: Any, context: Context) -> time:
        """Read `8`, `8:30`, `۰۸:۳۰`."""
        return raw if isinstance(raw, time) else parse_time(str(raw))

    def show(self, value: Any, context: Context) -> str:
        """Hours and minutes."""
        if value is None:
            return ""
        text = f"{value:%H:%M}"
        return localise_digits(text, context.locale)

    def revive(self, plain: Any) -> time:
        """Out of ISO."""
        return time.fromisoformat(plain)

    def schema(self) -> dict[str, Any]:
        """Hours and minutes, and seconds where there are any; the format `time` of JSON schema asks for a zone."""
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}


class Minutes(Field):
    """A duration in whole minutes."""

    kind = "minutes"
    widget = "number"
    align = "number"
    operators = ("is", "from", "to", "empty", "filled")

    def __init__(self, *args: Any, least: int = 1, most: int = 24 * 60, **options: Any) -> None:
        super().__init__(*args, **options)
        self.least = least
        self.most = most

    def parse(self, raw: Any, context: Context) -> int:
        """Read minutes, or hours and minutes as `1:30`."""
        text = plain_number(raw)
        try:
            hours, colon, minutes = text.partition(":")
            value = int(hours) * 60 + int(minutes) if colon else int(text)
        except ValueError as error:
            raise FieldError(_("%(field)s must be a number of minutes.", field=self.title)) from error
        if not self.least <= value <= self.most:
            raise FieldError(
                _(
                    "%(field)s must be between %(least)d and %(most)d minutes.",
                    field=self.title,
                    least=self.least,
                    most=self.most,
                )
            )
        return value

    def show(self, value: Any, context: Context) -> str:
        """Minutes with their unit."""
        return "" if value is None else context.text(_("%(count)d minutes", count=value))

    def fill(self, value: Any, context: Context) -> str:
        """The bare number."""
        return "" if value is None else localise_digits(str(value), context.locale)

    def export(self, value: Any, context: Context) -> Any:
        """As a number of minutes."""
        return value

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}
