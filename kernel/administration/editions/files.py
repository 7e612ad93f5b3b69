"""Finding and reading the files of editions; one edition may extend another."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import kernel
from kernel.access.scopes import scopes_of
from kernel.administration.editions.models import (
    Edition,
    EditionError,
    EditionPattern,
    Limits,
    Title,
    unreadable,
)
from kernel.administration.editions.validation import validate
from kernel.data.config import Config
from kernel.i18n import LazyText, _

SHIPPED = Path(kernel.__file__).parents[1] / "editions"
"""The folder of editions that come with the product."""
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
PART = re.compile(r"_[a-z0-9_-]{1,39}")
"""Name of a file that others extend, and that is no edition of its own."""
LINE = re.compile(r" \(at line (\d+), column \d+\)$")


def edition_names(config: Config) -> list[str]:
    """Give the names of all editions, sorted."""
    found = {path.stem for folder in _folders(config) for path in folder.glob("*.toml")}
    return sorted(name for name in found if NAME.fullmatch(name))


def load_edition(config: Config, name: str) -> Edition:
    """Read an edition by name; one of the installation goes before one of the product. Raises `EditionError`."""
    return _assembled(config, name, _path(config, name if NAME.fullmatch(name) else ""), ())


def read_edition(config: Config, path: Path) -> Edition:
    """Read an edition from a file, wherever it stands; what it extends is found by name. Raises `EditionError`."""
    if not NAME.fullmatch(path.stem):
        raise EditionError(
            _("“%(name)s” cannot name an edition: small Latin letters, digits and hyphens.", name=path.stem)
        )
    return _assembled(config, path.stem, path, ())


def _path(config: Config, name: str) -> Path:
    if NAME.fullmatch(name) or PART.fullmatch(name):
        for folder in _folders(config):
            if (folder / f"{name}.toml").is_file():
                return folder / f"{name}.toml"
    known = ", ".join(edition_names(config))
    raise EditionError(_("There is no edition “%(name)s”. There are: %(known)s.", name=name, known=known))


def _folders(config: Config) -> Sequence[Path]:
    return (config.home / "editions", SHIPPED)


def _assembled(config: Config, name: str, path: Path, below: tuple[str, ...]) -> Edition:
    """Put an edition together with those that it extends; `below` are the names that extend this one."""
    values = _values(name, path)
    own = _edition(name, values)
    parent = values.get("extends")
    if parent is None:
        return own
    if parent in (*below, name):
        raise unreadable(name, [_("it extends itself, by way of “%(parent)s”.", parent=parent)])
    return _joined(own, _assembled(config, parent, _path(config, parent), (*below, name)))


def _values(name: str, path: Path) -> dict[str, Any]:
    try:
        source = path.read_text("utf-8")
        values = tomllib.loads(source)
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(name, [_("it is no text in UTF-8 (%(why)s).", why=type(error).__name__)]) from error
    except tomllib.TOMLDecodeError as error:
        raise unreadable(name, [_syntax(str(error))]) from error
    problems = validate(values, source)
    if problems:
        raise unreadable(name, problems)
    return values


def _syntax(message: str) -> LazyText:
    place = LINE.search(message)
    why = LINE.sub("", message)
    if place is None:
        return _("it is not valid TOML: %(why)s.", why=why)
    return _("line %(line)d is not valid TOML: %(why)s.", line=int(place[1]), why=why)


def _edition(name: str, values: Mapping[str, Any]) -> Edition:
    limits = values.get("limits", {})
    return Edition(
        name=name,
        title=_title(values.get("title", name)),
        plugins=tuple(values.get("plugins", ())),
        settings=dict(values.get("settings", {})),
        patterns=tuple(_pattern(each) for each in values.get("patterns", ())),
        to_come={each: _title(title) for each, title in values.get("to_come", {}).items()},
        limits=Limits(**{item.name: limits.get(item.name) for item in fields(Limits)}),
        features=dict(values.get("features", {})),
    )


def _title(value: str | Title) -> Title:
    return {"en": value} if isinstance(value, str) else dict(value)


def _pattern(values: Mapping[str, Any]) -> EditionPattern:
    grants = {
        (resource, action): scopes_of(scopes)
        for resource, actions in values["grants"].items()
        for action, scopes in actions.items()
    }
    rules = {
        (resource, name): rule
        for resource, names in values.get("fields", {}).items()
        for name, rule in names.items()
    }
    return EditionPattern(values["name"], _title(values["title"]), grants, rules)


def _joined(own: Edition, parent: Edition) -> Edition:
    """Lay an edition over the one that it extends: its own values win, and lists grow."""
    plugins = tuple(dict.fromkeys((*parent.plugins, *own.plugins)))
    to_come = {**parent.to_come, **own.to_come}
    limits = {
        item.name: getattr(own.limits, item.name)
        if getattr(own.limits, item.name) is not None
        else getattr(parent.limits, item.name)
        for item in fields(Limits)
    }
    patterns = {each.name: each for each in (*parent.patterns, *own.patterns)}
    return Edition(
        name=own.name,
        title=own.title,
        plugins=plugins,
        settings={**parent.settings, **own.settings},
        patterns=tuple(patterns.values()),
        to_come={name: title for name, title in to_come.items() if name not in plugins},
        limits=Limits(**limits),
        features={**parent.features, **own.features},
        extends=(parent.name, *parent.extends),
    )
