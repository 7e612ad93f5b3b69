"""What is asked of a plugin and told to it: obstacles, erasures, checks, changes, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kernel.extension.contributions.base import Text


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """What stands in the way of a deletion or an uninstallation, how often, and where to see it."""

    text: Text
    count: int = 1
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What becomes of the rows of a plugin's table that refer to a person whose data are erased on request.

    `table` is its full name, `key` the column that names the party. `what` is `delete`; `replace`, which writes `values` (a
    function among them is called with the name that replaces the person's); or `keep`. The last two say in `reason` why rows
    must stay. Without a declaration rows go where the foreign key deletes with the party, and stand in the way otherwise.
    """

    table: str
    key: str
    what: Literal["delete", "replace", "keep"]
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: Text = ""


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """A kind of notice that users get under the bell, and may each switch off or have sent by e-mail as well."""

    key: str
    """Stable, unique within the plugin; `notify` calls it `<plugin>.<key>`."""
    title: Text
    icon: str = "bell"
    shown: bool = True
    """Whether those who have not chosen get it."""
    email: bool = False
    """Whether those who have not chosen get it by e-mail as well."""
    order: int = 500


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the plugin page and of `peyvand doctor`: what was looked at, whether it is well, what to
    do.
    """

    title: Text
    ok: bool
    text: Text = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a command is about to save in one record: field names to values; `record_id` is None for a new
    one.
    """

    record_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that was committed. Delivered at least once per plugin: keep `id` where doing it twice
    would harm.
    """

    id: int
    name: str
    at: datetime
    subject_id: int
    data: Mapping[str, Any] = field(default_factory=dict)
