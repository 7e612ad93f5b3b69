"""Tabs: parts of a long form, and of a record's page, of which one is seen at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.i18n import LazyText

if TYPE_CHECKING:
    from kernel.resources.resource import Resource

MAIN = "main"
"""The first tab: what names no tab stands there."""

TAKEN = frozenset({MAIN, "activity", "files", "history"})
"""Keys of the tabs that every record has."""

_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Tab:
    """A tab of a resource: sections, parts and facets stand in it by its `key`.

    With `on_page=False` the form alone has it; on the record's page what stands in it is among the facts.
    """

    key: str
    title: LazyText
    on_page: bool = True


def check_tabs(resource: Resource) -> None:
    """Raise `ValueError` for a tab without a key of its own, and for a section or part in a tab that is not there."""
    keys = [tab.key for tab in resource.tabs]
    for key in keys:
        if key in TAKEN or keys.count(key) > 1 or not _KEY.fullmatch(key):
            raise ValueError(f"resource {resource.name}: the tab {key!r} needs a key of its own")
    for named in (*(each.tab for each in resource.sections), *(each.tab for each in resource.parts)):
        if named and named not in keys:
            raise ValueError(f"resource {resource.name}: unknown tab {named}")
