"""Where layouts of a site are filled: no calls, no attributes of objects, numbers within bounds, listed filters only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kernel.documents.designs import writing
from kernel.fa.calendar import format_date
from kernel.fa.digits import to_persian_digits

LARGEST = 10**18
"""Beyond this no number is reckoned with."""
MOST = 2 << 20
"""Characters that one piece may become."""
OF_LOOPS = frozenset({"index", "index0", "revindex", "first", "last", "length"})
BUILT_IN = (
    "default",
    "d",
    "join",
    "length",
    "first",
    "last",
    "upper",
    "lower",
    "trim",
    "round",
    "abs",
    "sum",
)
FILTERS: Mapping[str, Callable[..., Any] | None] = {
    **dict.fromkeys(BUILT_IN),
    "digits": writing.digits,
    "jalali": writing.jalali,
    "gregorian": writing.gregorian,
    "clock": writing.clock_time,
    "number": writing.number,
    "rial": writing.rial,
    "toman": writing.toman,
    "in_words": writing.in_words,
    "address": writing.address,
    "lines": writing.lines,
    "barcode": writing.barcode_svg,
    "qr": writing.qr_svg,
}
"""What may stand behind a bar; None is Jinja's own."""
TESTS = frozenset({"odd", "even", "divisibleby"})


class Sandbox(ImmutableSandboxedEnvironment):
    """Names reach into groups and rows, and nowhere else."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    intercepted_unops = frozenset({"-", "+"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give what a group holds under a name, or what a loop says of itself."""
        if isinstance(obj, LoopContext) and attribute in OF_LOOPS:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Give what a group holds under a name, or the row at a place."""
        if isinstance(obj, dict) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, list) and type(argument) is int and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(name=str(argument)[:80])

    def call(self, context: Any, obj: Any, /, *arguments: Any, **named: Any) -> Any:
        """Call nothing."""
        raise SecurityError("a layout cannot call anything")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Reckon with numbers only: texts would grow without end."""
        if operator == "**" or not _countable(left) or not _countable(right):
            raise SecurityError(f"“{operator}” is for numbers only")
        found = super().call_binop(context, operator, left, right)
        if not _countable(found):
            raise SecurityError("a number is too large")
        return found

    def call_unop(self, context: Any, operator: str, argument: Any) -> Any:
        """Negate numbers only."""
        if not _countable(argument):
            raise SecurityError(f"“{operator}” is for numbers only")
        return super().call_unop(context, operator, argument)


def _countable(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


@cache
def environment(language: str = "fa") -> Sandbox:
    """Give the environment of layouts in a language."""
    made = Sandbox(
        undefined=StrictUndefined,
        autoescape=True,
        cache_size=0,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_in_persian if language == "fa" else _as_it_is,
    )
    made.globals.clear()
    for name in [name for name in made.tests if name not in TESTS]:
        del made.tests[name]
    own = {name: made.filters[name] for name in BUILT_IN}
    made.filters.clear()
    made.filters.update(own)
    made.filters.update({name: each for name, each in FILTERS.items() if each is not None})
    return made


def written_by(body: str, values: Mapping[str, Any], language: str) -> str:
    """Fill a layout. Raises what Jinja raises, and `SecurityError` where it grows beyond bounds."""
    pieces, length = [], 0
    for piece in environment(language).from_string(body).generate(**revived(values)):
        length += len(piece)
        if length > MOST:
            raise SecurityError("the layout writes more than a document may hold")
        pieces.append(piece)
    return "".join(pieces)


def revived(value: Any) -> Any:
    """Give values as layouts read them, out of what crossed to this process: days as days again."""
    if isinstance(value, dict):
        if value.keys() == {"$day"}:
            return date.fromisoformat(value["$day"])
        if value.keys() == {"$time"}:
            return datetime.fromisoformat(value["$time"])
        return {name: revived(each) for name, each in value.items()}
    if isinstance(value, list):
        return [revived(each) for each in value]
    return value


def _in_persian(value: Any) -> Any:
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, datetime):
        return f"{format_date(value.date())}، {writing.clock_time(value)}"
    if isinstance(value, date):
        return format_date(value)
    return to_persian_digits(str(value)) if isinstance(value, int | float) else value


def _as_it_is(value: Any) -> Any:
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value
