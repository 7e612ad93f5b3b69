"""JSON that keeps every digit: what comes out of a numeric column goes back into it as it was."""

from __future__ import annotations

import json
import re
import secrets
from decimal import Decimal
from typing import Any

_MARK = secrets.token_hex(8)
"""Nobody can type it: it is another in every process, and stands in no text that is stored."""
_MARKED = re.compile(f'"{_MARK}([^"]*)"')


def loads(text: str) -> Any:
    """Read JSON; numbers with a fraction become `Decimal`."""
    return json.loads(text, parse_float=Decimal)


def dumps(value: Any) -> str:
    """Write JSON; a `Decimal` becomes the number that it is."""
    written = json.dumps(value, ensure_ascii=False, default=_mark)
    return _MARKED.sub(r"\1", written)


def _mark(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{_MARK}{value}"
    raise TypeError(f"{value!r} is no JSON")
