"""Entries of calendars and timelines as their templates show them, and the ways from one stretch of days to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.lists import ListQuery
from kernel.resources.records.values import writable
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Calendar, Spanned
from kernel.resources.views.moving import movable_fields, movable_ids
from kernel.resources.views.spans import Entry, SpanPage
from kernel.web.views.addresses import list_url, record_url, with_query


@dataclass(frozen=True)
class Shown:
    """One entry: what it is called, when it is, where it leads, and whether its reader may move or stretch it."""

    id: int
    title: str
    text: str
    hint: str
    url: str
    tone: str
    starts: datetime
    ends: datetime
    group: str
    version: int | None
    move_url: str
    moves: bool
    stretches: bool


class Entries:
    """Makes what is shown of the entries of one page."""

    def __init__(
        self, context: Context, resource: Resource, view: Spanned, query: ListQuery, page: SpanPage
    ) -> None:
        self.context = context
        self.resource = resource
        self.view = view
        self.query = query.turned(None)
        self.page = page
        self.fields = movable_fields(context, resource, view)
        ids = [entry.row.id for entry in page.entries]
        self.movable = movable_ids(context, resource, view, ids) if self.fields else set()

    @property
    def regroups(self) -> bool:
        """Whether entries may go from one group to another."""
        return self.view.by in self.fields

    def shown(self, entry: Entry) -> Shown:
        """Make what is shown of one."""
        row, label = entry.row, self.page.label
        title = row.texts.get(label.key, "") if label else self.resource.label_text(row.label, self.context)
        text = "، ".join(filter(None, (row.texts.get(column.key, "") for column in self.page.columns)))
        title = title or self.context.text(_("(no name)"))
        may = row.id in self.movable and self.view.start in self.fields
        return Shown(
            id=row.id,
            title=title,
            text=text,
            hint=" · ".join(filter(None, (title, text))),
            url=self.view.page.format(id=row.id)
            if self.view.page
            else record_url(self.resource, row.id, replace(self.query, look="", at="")),
            tone=entry.tone,
            starts=entry.starts,
            ends=entry.ends,
            group=entry.group,
            version=row.record_version,
            move_url=with_query(f"/{self.resource.path}/{row.id}/move", self.query),
            moves=may,
            stretches=row.id in self.movable and bool(self.view.end) and self.view.end in self.fields,
        )

    def new_url(self, start: str, group: str = "") -> str | None:
        """Give where an entry is made that begins then, in that group; None where the reader makes none."""
        context, resource = self.context, self.resource
        if context.read_only or not context.may(resource.permission, "create"):
            return None
        if isinstance(self.view, Calendar) and self.view.new:
            # `{start}` may stay for the browser to fill in.
            at = start if start == "{start}" else quote(start)
            return self.view.new.replace("{start}", at).replace("{by}", group if group.isdigit() else "")
        if not resource.editable or self.view.start not in {
            item.name for item in writable(context, resource)
        }:
            return None
        filled = {self.view.by: group} if group.isalnum() and self.view.by else {}
        filled = {**filled, self.view.start: start}
        return f"/{resource.path}/new?{urlencode(filled, safe='{}')}"


def ways(
    context: Context, resource: Resource, query: ListQuery, steps: tuple[date, date], today: bool
) -> dict[str, Any]:
    """Give the addresses of the stretches before and behind, and of the present one."""
    before, behind = steps
    bare = query.turned(None)
    return {
        "before_url": list_url(resource, replace(bare, at=before.isoformat())),
        "behind_url": list_url(resource, replace(bare, at=behind.isoformat())),
        "today_url": None if today else list_url(resource, replace(bare, at="")),
    }


def reaches(
    context: Context,
    resource: Resource,
    view: Spanned,
    query: ListQuery,
    offered: Sequence[tuple[str, Any]],
    current: str,
) -> list[dict[str, Any]]:
    """Give how far the view may reach, each with its address."""
    bare = query.turned(None)
    return [
        {
            "label": context.text(title),
            "url": list_url(resource, replace(bare, look=f"{view.key}.{name}")),
            "current": name == current,
        }
        for name, title in offered
    ]


def reach_of(view: Spanned, query: ListQuery) -> str:
    """Give how far the view reaches as it is asked for; the usual reach where it says nothing that fits."""
    asked = query.look.partition(".")[2]
    return asked if asked in view.reaches else view.reaches[0]


def day_of(context: Context, query: ListQuery) -> date:
    """Give the day that is asked for, today where none is, or where the calendar does not know it."""
    if not query.at:
        return context.today
    try:
        found = date.fromisoformat(query.at)
    except ValueError:
        return context.today
    return found if date(1922, 1, 1) <= found <= date(2120, 1, 1) else context.today
