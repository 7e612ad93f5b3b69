"""The strict look at an edition's file: every key is known, every value of its kind, and each problem names its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from kernel.access.deputies import Rule
from kernel.access.scopes import scope_names
from kernel.extension.editions import FEATURES
from kernel.i18n import LazyText, _

Place = tuple[str | int, ...]
Found = Iterator[tuple[Place, LazyText]]
Check = Callable[[Any, Place], Found]

PLUGIN = re.compile(r"[a-z][a-z0-9_]*")
PATTERN = re.compile(r"[a-z][a-z0-9-]*")
RECORDS = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)?")
SCOPE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
"""What the scope of a plugin is called."""
FIELD_RULES: tuple[str, ...] = get_args(Rule)
MOST_USERS = 100_000
TERMS = (1, 3, 6, 12)
"""Months for which a site is rented."""
MOST_GRACE = 90
MOST_WARRANTY = 240


def validate(values: Mapping[str, Any], source: str) -> list[LazyText]:
    """Give everything that is wrong with the content of a file, each with its line and key."""
    lines = lines_of(source)
    return [_told(place, what, lines) for place, what in _table(values, (), KEYS)]


def _told(place: Place, what: LazyText, lines: Mapping[Place, int]) -> LazyText:
    key = ".".join(str(part) for part in place if isinstance(part, str))
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return _("line %(line)d, “%(key)s”: %(what)s", line=lines[place[:length]], key=key, what=what)
    return _("“%(key)s”: %(what)s", key=key, what=what)


def _table(value: Any, place: Place, known: Mapping[str, Check], required: Sequence[str] = ()) -> Found:
    """Look at a table whose keys are known."""
    if not isinstance(value, Mapping):
        yield place, _("this must be a table.")
        return
    for name, part in value.items():
        if name in known:
            yield from known[name](part, (*place, name))
        else:
            yield (*place, name), _("this key is not known; known are %(names)s.", names=", ".join(known))
    for name in required:
        if name not in value:
            yield place, _("“%(name)s” is missing.", name=name)


def _any(value: Any, place: Place, name: re.Pattern[str], check: Check, what: LazyText) -> Found:
    """Look at a table with keys of the author's choice."""
    if not isinstance(value, Mapping):
        yield place, _("this must be a table.")
        return
    for key, part in value.items():
        if name.fullmatch(key):
            yield from check(part, (*place, key))
        else:
            yield (*place, key), what


def _words(value: Any, place: Place) -> Found:
    if not isinstance(value, str) or not value.strip():
        yield place, _("this must be a text that is not empty.")


def _title(value: Any, place: Place) -> Found:
    if isinstance(value, str):
        yield from _words(value, place)
    else:
        yield from _table(value, place, {"fa": _words, "en": _words})


def _whole(least: int, most: int) -> Check:
    def check(value: Any, place: Place) -> Found:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield place, _("this must be a whole number from %(least)d to %(most)d.", least=least, most=most)

    return check


def _term(value: Any, place: Place) -> Found:
    if isinstance(value, bool) or value not in TERMS:
        months = ", ".join(str(each) for each in TERMS)
        yield place, _("a term has one of these numbers of months: %(months)s.", months=months)


def _switch(value: Any, place: Place) -> Found:
    if not isinstance(value, bool):
        yield place, _("this must be true or false.")


def _plugins(value: Any, place: Place) -> Found:
    if not isinstance(value, list):
        yield place, _("this must be a list of names of plugins.")
        return
    for index, name in enumerate(value):
        if not isinstance(name, str) or not PLUGIN.fullmatch(name):
            yield place, _("“%(name)s” cannot name a plugin.", name=str(name))
        elif name in value[:index]:
            yield place, _("the plugin “%(name)s” stands here twice.", name=name)


def _to_come(value: Any, place: Place) -> Found:
    yield from _any(value, place, PLUGIN, _title, _("this cannot name a plugin."))


def _setting(value: Any, place: Place) -> Found:
    if "." not in str(place[-1]):
        yield place, _('settings are written with their whole key in quotes, such as "parties.area_code".')
    elif not isinstance(value, str | int | float | bool):
        yield place, _("this must be a text, a number, true or false.")


def _settings(value: Any, place: Place) -> Found:
    yield from _any(value, place, re.compile(r".+"), _setting, _("this cannot name a setting."))


def _scope(value: Any, place: Place) -> Found:
    if value not in scope_names() and not (isinstance(value, str) and SCOPE.fullmatch(value)):
        names = ", ".join(sorted(scope_names()))
        yield place, _("there is no scope “%(name)s”; there are %(names)s.", name=str(value), names=names)


def _scopes(value: Any, place: Place) -> Found:
    """One scope, or several of them in a list."""
    if isinstance(value, list) and not value:
        yield place, _("a right needs a scope.")
    for each in value if isinstance(value, list) else (value,):
        yield from _scope(each, place)


def _actions(value: Any, place: Place) -> Found:
    yield from _any(value, place, re.compile(r"[a-z][a-z_]*"), _scopes, _("this cannot name an action."))


def _grants(value: Any, place: Place) -> Found:
    yield from _any(value, place, RECORDS, _actions, _("this cannot name a kind of records."))


def _rule(value: Any, place: Place) -> Found:
    if value not in FIELD_RULES:
        names = ", ".join(FIELD_RULES)
        yield place, _("there is no such rule for a field; there are %(names)s.", names=names)


def _ruled(value: Any, place: Place) -> Found:
    yield from _any(value, place, re.compile(r"[a-z][a-z0-9_.-]*"), _rule, _("this cannot name a field."))


def _field_rules(value: Any, place: Place) -> Found:
    yield from _any(value, place, RECORDS, _ruled, _("this cannot name a kind of records."))


def _pattern_name(value: Any, place: Place) -> Found:
    if not isinstance(value, str) or not PATTERN.fullmatch(value):
        yield place, _("a pattern is named by small Latin letters, digits and hyphens.")


def _patterns(value: Any, place: Place) -> Found:
    if not isinstance(value, list):
        yield place, _("patterns are written as [[patterns]].")
        return
    names: list[Any] = []
    for index, each in enumerate(value):
        yield from _table(each, (*place, index), PATTERN_KEYS, ("name", "title", "grants"))
        name = each.get("name") if isinstance(each, Mapping) else None
        if name is not None and name in names:
            yield (*place, index, "name"), _("the pattern “%(name)s” stands here twice.", name=str(name))
        names.append(name)


def _limits(value: Any, place: Place) -> Found:
    yield from _table(value, place, LIMIT_KEYS)


def _features(value: Any, place: Place) -> Found:
    yield from _table(value, place, dict.fromkeys(FEATURES, _switch))


PATTERN_KEYS: Mapping[str, Check] = {
    "name": _pattern_name,
    "title": _title,
    "grants": _grants,
    "fields": _field_rules,
}
LIMIT_KEYS: Mapping[str, Check] = {
    "users_at_once": _whole(1, MOST_USERS),
    "term_months": _term,
    "grace_days": _whole(0, MOST_GRACE),
    "warranty_months": _whole(0, MOST_WARRANTY),
}
KEYS: Mapping[str, Check] = {
    "title": _title,
    "extends": _words,
    "plugins": _plugins,
    "to_come": _to_come,
    "settings": _settings,
    "patterns": _patterns,
    "limits": _limits,
    "features": _features,
}
"""What may stand in a file."""

HEADER = re.compile(r"\s*(\[\[?)([^\[\]#]+)\]")
KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w.-]|\s*\.\s*)+?)\s*=""")


def lines_of(source: str) -> dict[Place, int]:
    """Give the line at which each key of a file stands, as far as that is written out; TOML's own reader forgets it."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(source.splitlines(), 1):
        header, key = HEADER.match(line), KEY.match(line)
        if header is not None:
            table = _numbered(_parts(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif key is not None:
            parts = _parts(key[1])
            for length in range(1, len(parts) + 1):
                found.setdefault((*table, *parts[:length]), number)
    return found


def _numbered(parts: Sequence[str], counts: Mapping[Place, int]) -> Place:
    """Put the number of the latest entry behind each array of tables on the way."""
    place: Place = ()
    for position, part in enumerate(parts):
        place = (*place, part)
        if place in counts and position < len(parts) - 1:
            place = (*place, counts[place])
    return place


def _parts(key: str) -> tuple[str, ...]:
    """Read a key with dots and quotes as TOML does."""
    try:
        value: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts: list[str] = []
    while isinstance(value, dict):
        name, value = next(iter(value.items()))
        parts.append(name)
    return tuple(parts)
