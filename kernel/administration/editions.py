"""Editions: a named set of plugins, settings and access patterns for one trade, written as a TOML file.

Those of the product stand in the folder `editions`; an installation adds its own in `<home>/editions`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kernel
from kernel.access.scopes import scope_names
from kernel.data.config import Config
from kernel.data.errors import DataError
from kernel.extension.discovery import Discovery
from kernel.i18n import _

SHIPPED = Path(kernel.__file__).parents[1] / "editions"
"""The folder of editions that come with the product."""

KEYS = {"title", "plugins", "settings", "patterns"}


class EditionError(DataError):
    """There is no such edition, or its file cannot be understood."""

    code = "edition"


@dataclass(frozen=True)
class EditionPattern:
    """An access pattern of an edition: its name, its title by language, and scopes by (resource, action)."""

    name: str
    title: Mapping[str, str]
    grants: Mapping[tuple[str, str], str]

    def title_in(self, locale: str) -> str:
        """Give the title in a language; English, or the name, where there is none."""
        return self.title.get(locale) or self.title.get("en") or self.name


@dataclass(frozen=True)
class Edition:
    """What a new site of this edition begins with."""

    name: str
    title: Mapping[str, str]
    plugins: tuple[str, ...]
    settings: Mapping[str, Any]
    patterns: tuple[EditionPattern, ...]


def edition_names(config: Config) -> list[str]:
    """Give the names of all editions, sorted."""
    return sorted({path.stem for folder in _folders(config) for path in folder.glob("[a-z]*.toml")})


def load_edition(config: Config, name: str) -> Edition:
    """Read an edition by name; one of the installation goes before one of the product. Raises `EditionError`."""
    for folder in _folders(config):
        path = folder / f"{name}.toml"
        if name in edition_names(config) and path.is_file():
            return _read(name, path)
    known = ", ".join(edition_names(config))
    raise EditionError(_("There is no edition “%(name)s”. There are: %(known)s.", name=name, known=known))


def check_plugins(edition: Edition, discovery: Discovery) -> None:
    """Refuse an edition that names a plugin which is not here, cannot be used, or conflicts with another of them.

    Raises `EditionError` that names the plugin; nothing has been made then.
    """
    for name in edition.plugins:
        if name in discovery.broken:
            why = discovery.broken[name].text
            raise EditionError(
                _("The plugin “%(plugin)s” of the edition cannot be used. %(why)s", plugin=name, why=why)
            )
        if name not in discovery.plugins:
            raise EditionError(
                _("The edition names the plugin “%(plugin)s”, which is not here.", plugin=name)
            )
        for other in discovery.plugins[name].plugin.conflicts:
            if other in edition.plugins:
                raise EditionError(
                    _(
                        "The plugins “%(one)s” and “%(other)s” of the edition cannot be on the same site.",
                        one=name,
                        other=other,
                    )
                )


def _folders(config: Config) -> Sequence[Path]:
    return (config.home / "editions", SHIPPED)


def _read(name: str, path: Path) -> Edition:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        unknown = sorted(values.keys() - KEYS)
        if unknown:
            raise ValueError(f"unknown key {unknown[0]}")
        return Edition(
            name=name,
            title=_titles(values.get("title", name)),
            plugins=tuple(values.get("plugins", ())),
            settings=dict(values.get("settings", {})),
            patterns=tuple(_pattern(each) for each in values.get("patterns", ())),
        )
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise EditionError(
            _("The file of the edition “%(name)s” cannot be read: %(why)s", name=name, why=str(error))
        ) from error


def _titles(value: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"en": value} if isinstance(value, str) else dict(value)


def _pattern(values: Mapping[str, Any]) -> EditionPattern:
    grants = {
        (resource, action): scope
        for resource, actions in values["grants"].items()
        for action, scope in actions.items()
    }
    for scope in grants.values():
        if scope not in scope_names():
            raise ValueError(f"unknown scope {scope}")
    return EditionPattern(values["name"], _titles(values["title"]), grants)
