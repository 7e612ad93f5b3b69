"""How values are written on a page: Jinja filters over `kernel.fa`.

Filters give plain text, so that they serve attributes as well as text; the macros of `components/value.html`
wrap it in the markup that keeps numbers, phones and names apart from the direction of the text around them.
Which digits, calendar, currency unit and zone hold is asked each time, of the function given to `install`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from kernel.fa import calendar, clock
from kernel.fa.digits import group_thousands, to_persian_digits
from kernel.fa.locales import language_of
from kernel.fa.money import RIALS_PER_TOMAN, format_rial, format_toman, number_in_words, rial_in_words
from kernel.fa.phone import format_phone

Digits = Literal["fa", "en"]
DateStyle = Literal["short", "long", "weekday", "day_month"]
InstantStyle = Literal["short", "long", "time"]

AVATAR_TONES: Final = 8
TEHRAN: Final = ZoneInfo("Asia/Tehran")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZWNJ: Final = "\N{ZERO WIDTH NON-JOINER}"


@dataclass(frozen=True)
class Formats:
    """The reader's way of writing: set per request from the context and the user's settings."""

    locale: str = "fa"
    time_zone: tzinfo = TEHRAN
    calendar: Literal["jalali", "gregorian"] = "jalali"
    currency: Literal["rial", "toman"] = "toman"

    @property
    def digits(self) -> Digits:
        """Digits of the locale: Persian pages write Persian digits, all others ASCII."""
        return language_of(self.locale)

    def number(self, value: int | Decimal | float | None, decimals: int | None = None) -> str:
        """A number in groups of three (−۴۶۳٬۱۰۰); `decimals` fixes the places after the point."""
        if value is None:
            return ""
        exact = Decimal(str(value)) if isinstance(value, float) else value
        if decimals is not None:
            exact = round(Decimal(exact), decimals)
        return group_thousands(exact, self.digits)

    def code(self, value: object) -> str:
        """Digits without grouping; a code that holds Latin letters keeps its ASCII digits."""
        text = "" if value is None else str(value)
        latin = any("a" <= letter.lower() <= "z" for letter in text)
        return to_persian_digits(text) if self.digits == "fa" and not latin else text

    def money(self, rials: int | None) -> str:
        """An amount of whole Rials in the reader's unit, without the unit's name."""
        if rials is None:
            return ""
        write = format_toman if self.currency == "toman" else format_rial
        return write(rials, self.digits)

    def in_words(self, rials: int | None) -> str:
        """An amount in Persian words, in the reader's unit; one with an odd Rial is told in Rials."""
        if rials is None:
            return ""
        if self.currency == "toman" and rials % RIALS_PER_TOMAN == 0:
            return f"{number_in_words(rials // RIALS_PER_TOMAN)} تومان"
        return rial_in_words(rials)

    def percent(self, value: int | Decimal | float | None) -> str:
        """A percentage with its sign behind the number: ۱۲٫۵٪."""
        return "" if value is None else self.number(value) + ("٪" if self.digits == "fa" else "%")

    def jdate(self, day: date | None, style: DateStyle = "short") -> str:
        """A day in the reader's calendar: ۱۴۰۵/۰۸/۳۰, ۳۰ آبان ۱۴۰۵, with the weekday, or without the year."""
        if day is None:
            return ""
        if isinstance(day, datetime):
            day = self.local_day(day)
        if self.calendar == "jalali":
            return calendar.format_date(day, style, self.digits)
        return self.code(_gregorian(day, style))

    def jtime(self, at: time | datetime | None) -> str:
        """A time of day, ۰۹:۳۰; an instant is brought to the site's zone first."""
        if at is None:
            return ""
        if isinstance(at, datetime):
            at = clock.local(at, self.time_zone).time()
        return self.code(f"{at.hour:02}:{at.minute:02}")

    def instant(self, at: datetime | None, style: InstantStyle = "short") -> str:
        """Day and time of an aware instant in the site's zone."""
        if at is None:
            return ""
        if self.calendar == "jalali":
            return clock.format_instant(at, self.time_zone, style, self.digits)
        if style == "time":
            return self.jtime(at)
        return f"{self.jdate(at, 'weekday' if style == 'long' else 'short')} {self.jtime(at)}"

    def local_day(self, at: datetime) -> date:
        """The day on which an aware instant falls in the site's zone."""
        return clock.local(at, self.time_zone).date()

    def phone(self, e164: str | None) -> str:
        """A phone number in groups, ۰۹۱۲ ۱۲۳ ۴۵۶۷."""
        return format_phone(e164, self.digits) if e164 else ""


def _gregorian(day: date, style: DateStyle) -> str:
    if style == "short":
        return day.isoformat()
    text = f"{day.day} {_MONTHS[day.month - 1]}"
    if style == "day_month":
        return text
    return f"{_DAYS[day.weekday()]} {text} {day.year}" if style == "weekday" else f"{text} {day.year}"


def bdi(value: object) -> Markup:
    """A name or other free text, kept apart from the direction of the text around it."""
    return Markup("<bdi>{}</bdi>").format("" if value is None else value)


def initials(name: str) -> str:
    """The first letters of the first two words, with a half-space between so that they do not join."""
    words = [word for word in name.replace(_ZWNJ, " ").split() if word[0].isalnum()]
    return _ZWNJ.join(word[0] for word in words[:2]) or "?"


def tone(name: str) -> str:
    """Class of an avatar's colours, the same for a name everywhere and in every process."""
    return f"t{zlib.crc32(name.encode()) % AVATAR_TONES}"


def attributes(values: Mapping[str, object]) -> Markup:
    """HTML attributes from keyword arguments: `hx_get` is `hx-get`, True a bare name, None and False nothing.

    Raises `ValueError` for what the content security policy forbids: `style`, `on…` and `hx-on…`.
    """
    parts = []
    for key, value in values.items():
        name = key.rstrip("_").replace("_", "-")
        if name == "style" or name.startswith(("on", "hx-on")):
            raise ValueError(f"attribute {name} is forbidden by the content security policy")
        if value is True:
            parts.append(Markup(" {}").format(name))
        elif value is not None and value is not False:
            parts.append(Markup(' {}="{}"').format(name, escape(value)))
    return Markup("").join(parts)


def install(environment: Environment, current: Callable[[], Formats]) -> None:
    """Add every filter of this module to a Jinja environment; `current` gives the reader's formats."""
    for name in (
        "number",
        "code",
        "money",
        "in_words",
        "percent",
        "jdate",
        "jtime",
        "instant",
        "phone",
        "local_day",
    ):
        environment.filters[name] = _asking(current, name)
    environment.filters.update(bdi=bdi, initials=initials, tone=tone, attributes=_attributes)
    environment.globals["formats"] = current


@pass_context
def _attributes(context: Context, values: Mapping[str, object]) -> Markup:
    """Write attributes as templates write everything: what is finalised there, lazy texts, is finalised here."""
    finalize = context.environment.finalize
    return attributes({key: finalize(value) for key, value in values.items()} if finalize else values)


def _asking(current: Callable[[], Formats], name: str) -> Callable[..., object]:
    """The filter that calls a method of the reader's formats at the moment of rendering.

    Taking the context keeps Jinja from computing `1234|number` once, when it compiles the template.
    """

    @pass_context
    def apply(_context: Context, value: object, *args: object, **kwargs: object) -> object:
        return getattr(current(), name)(value, *args, **kwargs)

    return apply
