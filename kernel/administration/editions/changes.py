"""What an edition would do to settings and access patterns, and what it leaves as somebody has made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from kernel.access.models import AccessGrant, Pattern, PatternField, UserPattern
from kernel.administration.editions.checking import GrantedRights
from kernel.administration.editions.models import Edition
from kernel.administration.field_rules import Rules
from kernel.administration.rights import Grants
from kernel.extension.editions import SiteEdition
from kernel.i18n import LazyText
from kernel.resources.declared import Declared

Held = frozenset[tuple[str, str, str, str]]
"""What a pattern holds: `grant`, resource, action, scope; or `field`, resource, field, rule."""


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
    """One pattern by its full name, and the grants and rules for fields that it will have."""

    name: str
    title: str
    change: Change
    grants: Grants = field(default_factory=dict)
    fields: Rules = field(default_factory=dict)
    """Rules for fields."""

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
    held: Held
    holders: int


def pattern_changes(
    connection: Connection,
    before: SiteEdition,
    edition: Edition,
    rights: GrantedRights,
    locale: str,
) -> Iterator[PatternChange]:
    """Compare the patterns of an edition with the site's: those as an edition left them follow this one."""
    present = _present(connection)
    rules = before.applied.get("field_rules", {})
    brought = {
        name: _as_held(rows, rules.get(name, ())) for name, rows in before.applied.get("patterns", {}).items()
    }
    for pattern in edition.patterns:
        mine, ruled = rights.grants.get(pattern.name, {}), rights.fields.get(pattern.name, {})
        change = _change(present.get(pattern.full_name), brought.get(pattern.name), held(mine, ruled))
        if change is not None:
            yield PatternChange(pattern.full_name, pattern.title_in(locale), change, mine, ruled)
    kept = {pattern.name for pattern in edition.patterns}
    for name in sorted(brought.keys() - kept):
        found = present.get(f"edition.{name}")
        if found is not None:
            unused = found.held == brought[name] and not found.holders
            yield PatternChange(f"edition.{name}", found.title, Change.REMOVED if unused else Change.KEPT)


def held(grants: Grants, fields: Rules) -> Held:
    """Give grants and rules for fields as a set that can be compared."""
    rights = ((*right, scope) for right, scopes in grants.items() for scope in scopes)
    return _as_held(rights, ((*key, rule) for key, rule in fields.items()))


def _as_held(rights: Iterable[Sequence[str]], rules: Iterable[Sequence[str]]) -> Held:
    return frozenset(
        (word, row[0], row[1], row[2]) for word, rows in (("grant", rights), ("field", rules)) for row in rows
    )


def _change(present: _Present | None, brought: Held | None, wanted: Held) -> Change | None:
    """Say what becomes of a pattern; None where it is as it should be, or somebody has deleted it on purpose."""
    if present is None:
        return Change.MADE if brought is None else None
    if present.held == wanted:
        return None
    return Change.CHANGED if present.held == brought else Change.KEPT


def _present(connection: Connection) -> dict[str, _Present]:
    holders = (
        select(func.count()).where(UserPattern.pattern_id == Pattern.id).correlate(Pattern).scalar_subquery()
    )
    rows = connection.execute(
        select(Pattern.id, Pattern.name, Pattern.title, holders).where(Pattern.name.startswith("edition."))
    ).all()
    ids = [row[0] for row in rows]
    grants = _rows_of(connection, AccessGrant.__table__.c, "action", "scope", ids)
    rules = _rows_of(connection, PatternField.__table__.c, "field", "rule", ids)
    return {
        row[1]: _Present(row[2], _as_held(grants.get(row[0], ()), rules.get(row[0], ())), row[3])
        for row in rows
    }


def _rows_of(
    connection: Connection, columns: Any, second: str, third: str, ids: Iterable[int]
) -> dict[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = {}
    statement = select(columns.pattern_id, columns.resource, columns[second], columns[third])
    for row in connection.execute(statement.where(columns.pattern_id.in_(list(ids)))):
        found.setdefault(row[0], []).append((row[1], row[2], row[3]))
    return found
