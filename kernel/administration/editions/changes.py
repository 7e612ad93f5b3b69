"""What an edition would do to settings and access patterns, and what it leaves as somebody has made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from kernel.access.models import AccessGrant, Pattern, UserPattern
from kernel.administration.editions.models import Edition
from kernel.extension.editions import SiteEdition
from kernel.i18n import LazyText
from kernel.resources.declared import Declared

Grants = Mapping[tuple[str, str], str]
Held = frozenset[tuple[str, str, str]]


class Change(StrEnum):
    """What happens to a setting or pattern."""

    SET = "set"
    RESET = "reset"
    """An earlier edition had set it; it gets its default again."""
    MADE = "made"
    CHANGED = "changed"
    REMOVED = "removed"
    KEPT = "kept"
    """Somebody has changed it by hand, or holds it: it stays as it is."""


@dataclass(frozen=True)
class SettingChange:
    """One setting: its value before and after."""

    key: str
    title: LazyText | str
    change: Change
    before: Any
    after: Any

    @property
    def does_something(self) -> bool:
        """Whether anything is written."""
        return self.change is not Change.KEPT


@dataclass(frozen=True)
class PatternChange:
    """One pattern by its full name, and the grants that it will have."""

    name: str
    title: str
    change: Change
    grants: Grants = field(default_factory=dict)

    @property
    def does_something(self) -> bool:
        """Whether anything is written."""
        return self.change is not Change.KEPT


def setting_changes(
    declared: Declared, stored: Mapping[str, Any], before: SiteEdition, wanted: Mapping[str, Any]
) -> Iterator[SettingChange]:
    """Compare the settings of an edition with the site's: what nobody has touched follows the edition."""
    brought = before.applied.get("settings", {})
    for key in sorted({*wanted, *brought}):
        setting = declared.settings.get(key)
        if setting is None:
            continue  # of a plugin that is paused: its settings rest with it
        now = stored.get(key, setting.default)
        after = wanted.get(key, setting.default)
        untouched = now == brought.get(key, setting.default)
        if now == after:
            continue
        change = (Change.SET if key in wanted else Change.RESET) if untouched else Change.KEPT
        yield SettingChange(key, setting.title, change, now, after)


@dataclass(frozen=True)
class _Present:
    """A pattern of the site."""

    title: str
    grants: Held
    holders: int


def pattern_changes(
    connection: Connection,
    before: SiteEdition,
    edition: Edition,
    grants: Mapping[str, Grants],
    locale: str,
) -> Iterator[PatternChange]:
    """Compare the patterns of an edition with the site's: those as an edition left them follow this one."""
    present = _present(connection)
    brought = {
        name: frozenset((row[0], row[1], row[2]) for row in rows)
        for name, rows in before.applied.get("patterns", {}).items()
    }
    for pattern in edition.patterns:
        mine = grants.get(pattern.name, {})
        change = _change(present.get(pattern.full_name), brought.get(pattern.name), held(mine))
        if change is not None:
            yield PatternChange(pattern.full_name, pattern.title_in(locale), change, mine)
    kept = {pattern.name for pattern in edition.patterns}
    for name in sorted(brought.keys() - kept):
        found = present.get(f"edition.{name}")
        if found is not None:
            unused = found.grants == brought[name] and not found.holders
            yield PatternChange(f"edition.{name}", found.title, Change.REMOVED if unused else Change.KEPT)


def held(grants: Grants) -> Held:
    """Give grants as a set that can be compared."""
    return frozenset((resource, action, scope) for (resource, action), scope in grants.items())


def _change(present: _Present | None, brought: Held | None, wanted: Held) -> Change | None:
    """Say what becomes of a pattern; None where it is as it should be, or somebody has deleted it on purpose."""
    if present is None:
        return Change.MADE if brought is None else None
    if present.grants == wanted:
        return None
    return Change.CHANGED if present.grants == brought else Change.KEPT


def _present(connection: Connection) -> dict[str, _Present]:
    holders = (
        select(func.count()).where(UserPattern.pattern_id == Pattern.id).correlate(Pattern).scalar_subquery()
    )
    rows = connection.execute(
        select(Pattern.id, Pattern.name, Pattern.title, holders).where(Pattern.name.startswith("edition."))
    ).all()
    grants = _grants(connection, [row[0] for row in rows])
    return {row[1]: _Present(row[2], grants.get(row[0], frozenset()), row[3]) for row in rows}


def _grants(connection: Connection, ids: Iterable[int]) -> dict[int, Held]:
    found: dict[int, set[tuple[str, str, str]]] = {}
    table = AccessGrant.__table__.c
    statement = select(table.pattern_id, table.resource, table.action, table.scope)
    for row in connection.execute(statement.where(table.pattern_id.in_(list(ids)))):
        found.setdefault(row[0], set()).add((row[1], row[2], row[3]))
    return {number: frozenset(rows) for number, rows in found.items()}
