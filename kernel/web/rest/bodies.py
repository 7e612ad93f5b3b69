"""What a program sends, read strictly: a value of another type, an unknown name or half a date is refused, never guessed.

Pages are lenient, since people type; a program that sends a day of the Jalali calendar, or a title in place of a key, has a
mistake that it must hear of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from flask import request

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.fields import Field, FieldError, Group, Lookup, Rows
from kernel.web.rest.problems import ApiError, at, pointer_of
from kernel.web.rest.schemas import written_schema

DEEPEST = 20
DAY = re.compile(r"(1[6-9]|2[01])\d\d-\d\d-\d\d")
INSTANT = re.compile(
    r"(1[6-9]|2[01])\d\d-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
TYPES: Mapping[str, LazyText] = {
    "string": _("This must be a text."),
    "integer": _("This must be a whole number."),
    "boolean": _("This must be true or false."),
    "array": _("This must be a list."),
    "object": _("This must be an object."),
}


class Body:
    """Problems of a body as they are found, to be told together."""

    def __init__(self) -> None:
        self.errors: list[dict[str, Any]] = []

    def add(self, pointer: str, message: LazyText) -> None:
        """Note one."""
        self.errors.append(at(pointer, message))

    def check(self) -> None:
        """End the request where anything is wrong."""
        if self.errors:
            raise ApiError(422, self.errors[0]["detail"], errors=self.errors)


def sent() -> dict[str, Any]:
    """Give the JSON object of this request's body; an empty body is an empty object."""
    raw = request.get_data(cache=True, parse_form_data=False)
    # Where the epoch changes meanwhile, the request is dispatched again, and its body read anew.
    request.environ["wsgi.input"] = BytesIO(raw)
    if not raw.strip():
        return {}
    try:
        content = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        raise ApiError(400, _("The body is not valid JSON.")) from None
    if not isinstance(content, dict):
        raise ApiError(422, TYPES["object"], errors=[at("#", TYPES["object"])])
    _check_texts(content, "#", 0)
    return content


def only(body: Body, content: Mapping[str, Any], names: Sequence[str], pointer: str = "#") -> None:
    """Note names that are not known."""
    for name in content:
        if name not in names:
            place = f"{pointer}/{_step(name)}"
            body.add(place, _("“%(name)s” cannot be entered here.", name=name[:60]))


def record(context: Context, fields: Mapping[str, Field], content: Any, body: Body) -> dict[str, Any]:
    """Read the values of a record by the names of its fields."""
    if not isinstance(content, dict):
        body.add("#/values", TYPES["object"])
        return {}
    values: dict[str, Any] = {}
    for name, raw in content.items():
        if name in fields:
            values[name] = value(context, fields[name], raw, pointer_of(name), body)
        else:
            body.add(pointer_of(name), _("“%(name)s” cannot be entered here.", name=name[:60]))
    return values


def rows(
    context: Context, fields: Mapping[str, Field], content: Any, part: str, body: Body
) -> list[dict[str, Any]]:
    """Read the rows of a part."""
    if not isinstance(content, list):
        body.add(pointer_of(None, part), TYPES["array"])
        return []
    read: list[dict[str, Any]] = []
    for place, raw in enumerate(content):
        pointer = pointer_of(None, part, place)
        if not isinstance(raw, dict):
            body.add(pointer, TYPES["object"])
            continue
        only(body, raw, ("id", *fields), pointer)
        row: dict[str, Any] = {}
        for name, each in raw.items():
            if name == "id":
                if not is_id(each):
                    body.add(f"{pointer}/id", TYPES["integer"])
                row["id"] = each
            elif name in fields:
                row[name] = value(context, fields[name], each, pointer_of(name, part, place), body)
        read.append(row)
    return read


def value(context: Context, item: Field, raw: Any, pointer: str, body: Body) -> Any:
    """Read one value: what does not fit its schema is noted, the rest goes on to the field itself."""
    if raw is None:
        return None
    if isinstance(item, Lookup):
        return _id_of(raw, pointer, body)
    schema = written_schema(context, item)
    wrong = misfit(schema, raw)
    if wrong is not None:
        body.add(pointer, wrong)
        return None
    if schema.get("type") == "integer" and isinstance(raw, float):
        return int(raw)
    return _of_time(schema.get("format"), raw)


def argument(context: Context, item: Field, raw: Any, pointer: str, body: Body) -> Any:
    """Read one value to the end, also one that holds others; each problem is noted where it stands."""
    before = len(body.errors)
    if isinstance(item, Rows):
        raw = _objects(context, item, raw, pointer, body)
    elif isinstance(item, Group):
        raw = _object(context, item, raw, pointer, body)
    else:
        raw = value(context, item, raw, pointer, body)
    if len(body.errors) > before:
        return None
    try:
        return item.read(raw, context)
    except FieldError as error:
        body.add(pointer, error.message)
        return None


def _objects(context: Context, item: Rows, raw: Any, pointer: str, body: Body) -> Any:
    if raw is None:
        return None
    if not isinstance(raw, list):
        body.add(pointer, TYPES["array"])
        return None
    if len(raw) > item.most:
        body.add(pointer, _("%(part)s: %(most)d rows at most.", part=item.title, most=item.most))
        return None
    return [_object(context, item, each, f"{pointer}/{place}", body) for place, each in enumerate(raw)]


def _object(context: Context, item: Group, raw: Any, pointer: str, body: Body) -> Any:
    if raw is None and not isinstance(item, Rows):
        return None
    if not isinstance(raw, dict):
        body.add(pointer, TYPES["object"])
        return None
    only(body, raw, tuple(item.by_name), pointer)
    read: dict[str, Any] = {}
    for each in item.fields:
        if each.name in raw:
            read[each.name] = argument(context, each, raw[each.name], f"{pointer}/{each.name}", body)
        elif item.whole and each.required:
            body.add(f"{pointer}/{each.name}", _("%(field)s is required.", field=each.title))
    return read


def misfit(schema: Mapping[str, Any], raw: Any) -> LazyText | None:
    """Say in words why a value does not fit a schema; None where it does."""
    kind = schema.get("type", "string")
    if not _is_of(kind, raw):
        return TYPES.get(kind, TYPES["string"])
    if "enum" in schema and raw not in schema["enum"]:
        return _("This is none of the choices: %(text)s.", text=str(raw)[:60])
    if kind == "array":
        found = (misfit(schema.get("items", {}), each) for each in raw)
        return next((each for each in found if each is not None), None)
    if kind == "string":
        return _misfit_of_text(schema, raw)
    if raw < schema.get("minimum", raw):
        return _("This must be %(least)d or more.", least=schema["minimum"])
    if raw > schema.get("maximum", raw):
        return _("This must be %(most)d or less.", most=schema["maximum"])
    return None


def _misfit_of_text(schema: Mapping[str, Any], raw: str) -> LazyText | None:
    if len(raw) > schema.get("maxLength", len(raw)):
        return _("This may have %(limit)d characters at most.", limit=schema["maxLength"])
    if schema.get("format") == "date" and not _is_day(raw):
        return _("This must be a day of the Gregorian calendar, such as 2026-11-29.")
    if schema.get("format") == "date-time" and not _is_instant(raw):
        return _("This must be an instant with its zone, such as 2026-11-29T12:30:00Z.")
    if "pattern" in schema and not re.search(schema["pattern"], raw):
        return _("This has not the form that is described for it.")
    return None


def _is_of(kind: str, raw: Any) -> bool:
    if kind == "integer":
        whole = isinstance(raw, int) and not isinstance(raw, bool)
        return whole or (isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53)
    expected: Mapping[str, type[Any]] = {"string": str, "boolean": bool, "array": list, "object": dict}
    return isinstance(raw, expected.get(kind, str))


def _is_day(raw: str) -> bool:
    if not (raw.isascii() and DAY.fullmatch(raw)):
        return False
    try:
        date.fromisoformat(raw)
    except ValueError:
        return False
    return True


def _is_instant(raw: str) -> bool:
    if not INSTANT.fullmatch(raw):
        return False
    try:
        datetime.fromisoformat(raw.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def _of_time(kind: str | None, raw: Any) -> Any:
    if kind == "date":
        return date.fromisoformat(raw)
    if kind == "date-time":
        return datetime.fromisoformat(raw.upper()).astimezone(UTC)
    return raw


def is_id(raw: Any) -> bool:
    """Say whether a value is the number of a record."""
    return isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 2**63


def _id_of(raw: Any, pointer: str, body: Body) -> int | None:
    """Read a link: a number, or an object with `id` as answers give it."""
    number = raw.get("id") if isinstance(raw, dict) else raw
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, int) and is_id(number):
        return number
    body.add(pointer, _("This must be the number of a record."))
    return None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _check_texts(content: Any, pointer: str, depth: int) -> None:
    """Refuse texts that no database holds, and what is nested without end."""
    if depth > DEEPEST:
        raise ApiError(400, _("The body is nested too deeply."))
    if isinstance(content, dict):
        for name, each in content.items():
            _check_texts(name, pointer, depth + 1)
            _check_texts(each, f"{pointer}/{_step(name)}", depth + 1)
    elif isinstance(content, list):
        for place, each in enumerate(content):
            _check_texts(each, f"{pointer}/{place}", depth + 1)
    elif isinstance(content, str) and ("\x00" in content or any("\ud800" <= x <= "\udfff" for x in content)):
        message = _("This holds a character that cannot be stored.")
        raise ApiError(422, message, errors=[at(pointer.encode("utf-8", "replace").decode(), message)])


def _step(name: str) -> str:
    return name[:60].replace("~", "~0").replace("/", "~1")
