"""The field of a duration in seconds."""

from __future__ import annotations

from typing import Any

from kernel.i18n.numbers import localise_digits
from kernel.resources.context import Context
from kernel.resources.fields import Field, Minutes


class Seconds(Field):
    """How long something took, in seconds; shown as minutes and seconds, never entered."""

    kind = "seconds"
    widget = "number"
    align = "number"
    operators = ("from", "to", "empty", "filled")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, read_only=True, **options)

    def parse(self, raw: Any, context: Context) -> int:
        """Read minutes, as filters name them."""
        return Minutes(self.name, self.title, least=0, most=60 * 24 * 31).parse(raw, context) * 60

    def show(self, value: Any, context: Context) -> str:
        """As `4:05`, hours before it where there are any."""
        if value is None:
            return ""
        minutes, seconds = divmod(int(value), 60)
        hours, minutes = divmod(minutes, 60)
        text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
        return localise_digits(text, context.locale)

    def export(self, value: Any, context: Context) -> Any:
        """As a number of seconds."""
        return value

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": 0}
