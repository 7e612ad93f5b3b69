"""What happened with a record, newest first: notes, changes with the names of their fields, and what plugins know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from kernel.fa.clock import local
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.field_rules import facet_fields, part_fields
from kernel.resources.fields import Field, Lookup
from kernel.resources.fields.choices import labels_behind
from kernel.resources.history import UNTOLD
from kernel.resources.models import History, Note
from kernel.resources.records.values import visible_parts
from kernel.resources.resource import Resource

NOTE_TABLE = "kernel.note"
FILE_TABLE = "kernel.attachment"

DONE: dict[str, LazyText] = {
    "create": _("created"),
    "edit": _("changed"),
    "delete": _("moved to the bin"),
    "restore": _("brought back from the bin"),
    "purge": _("removed"),
    "merge": _("merged with this record"),
    "unmerge": _("the merge was undone"),
}
"""What history's actions are called, after the name of what was changed."""


@dataclass(frozen=True)
class Changed:
    """One field that changed, before and after in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Happening:
    """One entry of the conversation."""

    at: datetime
    who: str
    text: str = ""
    icon: str = "history"
    tone: str = ""
    changes: list[Changed] = field(default_factory=list)
    body: Any = ""
    url: str | None = None
    plugin: str = ""
    note: Note | None = None
    mine: bool = False
    source: str = ""
    """Whose entry it is: the kernel's own kinds, or a plugin's name; with `key` it names the entry."""
    key: str = ""
    who_id: int | None = None
    """The user whose entry it is, by whom a timeline can be narrowed; None where it is nobody's."""


def days_of(context: Context, happenings: Sequence[Happening]) -> list[tuple[date, list[Happening]]]:
    """Group what happened by the site's days, newest first."""
    ordered = sorted(happenings, key=lambda one: one.at, reverse=True)
    return [
        (day, list(group))
        for day, group in groupby(ordered, key=lambda one: local(one.at, context.time_zone).date())
    ]


def described(context: Context, resource: Resource, changes: Sequence[History]) -> Iterator[Happening]:
    """Put entries of history into words; rows and fields that the reader may not see are left out."""
    known = Known(context, resource, changes)
    for entry in changes:
        if entry.subject == NOTE_TABLE:
            continue
        kind, title = known.title(entry.subject)
        if not title:
            continue
        shown = known.changes(kind, entry)
        if entry.action == "edit" and not shown:
            continue
        verb = context.text(DONE.get(entry.action, DONE["edit"]))
        yield Happening(
            entry.at,
            _who(context, entry),
            text=f"{title} · {verb}",
            icon={
                "create": "plus",
                "delete": "trash",
                "purge": "trash",
                "restore": "restore",
                "merge": "arrows-join",
            }.get(entry.action, "history"),
            changes=shown if entry.action != "purge" else [],
            source="changes",
            key=str(entry.id),
            who_id=entry.actor_id or None,
        )


def _who(context: Context, entry: History) -> str:
    """Name who made a change, and on whose behalf where he stood in for somebody."""
    if not entry.actor_id:
        return context.text(_("The system"))
    if entry.on_behalf_of is None:
        return entry.actor_name
    return context.text(
        _("%(name)s on behalf of %(absent)s", name=entry.actor_name, absent=entry.on_behalf_of)
    )


class Known:
    """The fields of a record and of its parts by table, with the names behind ids fetched once."""

    def __init__(self, context: Context, resource: Resource, changes: Sequence[History]) -> None:
        self.context = context
        visible = resource.visible_fields(context)
        self._kinds: dict[str, tuple[dict[str, Field], str]] = {
            # A name that is put together of others would be told twice.
            resource.table: (
                {
                    item.noted_as: item
                    for item in visible
                    if not (item.read_only and item.name == resource.label)
                },
                context.text(resource.title),
            ),
            FILE_TABLE: ({}, context.text(_("File"))),
        }
        for part in (*visible_parts(context, resource), *resource.told):
            fields = {item.noted_as: item for item in part_fields(context, resource, part)}
            self._kinds[part.model.__table__.fullname] = (fields, context.text(part.title))
        for facet in context.runtime.facets(resource):
            if context.may(facet.permission, "view"):
                fields = {item.noted_as: item for item in facet_fields(context, facet)}
                self._kinds[facet.model.__table__.fullname] = (fields, context.text(facet.title))
        self._labels = self._fetch(changes)

    def title(self, table: str) -> tuple[dict[str, Field], str]:
        """Give the fields by column and the title of what a table holds."""
        return self._kinds.get(table, ({}, ""))

    def changes(self, fields: dict[str, Field], entry: History) -> list[Changed]:
        """Put the changed columns of an entry into words."""
        told = [
            Changed(
                self.context.text(fields[name].title),
                self._show(fields[name], old),
                self._show(fields[name], new),
            )
            for name, (old, new) in entry.changes.items()
            if name in fields
        ]
        return [one for one in told if one.before or one.after]

    def _show(self, item: Field, plain: Any) -> str:
        if plain is None:
            return ""
        if plain == UNTOLD:
            return UNTOLD
        if isinstance(item, Lookup):
            return self._labels.get(id(item), {}).get(plain, "…")
        try:
            return item.show(item.revive(plain), self.context)
        except (ValueError, TypeError):
            return str(plain)

    def _fetch(self, changes: Sequence[History]) -> dict[int, Mapping[int, str]]:
        wanted: dict[int, tuple[Lookup, set[int]]] = {}
        for entry in changes:
            fields, _title = self.title(entry.subject)
            for name, pair in entry.changes.items():
                item = fields.get(name)
                if isinstance(item, Lookup):
                    ids = {value for value in pair if isinstance(value, int)}
                    wanted.setdefault(id(item), (item, set()))[1].update(ids)
        return dict(zip(wanted, labels_behind(wanted.values(), self.context), strict=True))
