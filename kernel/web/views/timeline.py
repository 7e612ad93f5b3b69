"""The timeline of a record, newest first and page by page: each entry under its own right.

Notes, changes, interactions and what further layers register are the kernel's own; plugins tell theirs by their hook.

A page ends at a moment. The next one begins there again and leaves out what was shown of that very moment, so that nothing
is lost or told twice where several things happened at once, and nothing that happens meanwhile moves the pages.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from kernel.extension.contributions import Cursor
from kernel.fa.clock import local
from kernel.fa.sorting import sort_key
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.fields import UserLink
from kernel.resources.history import entries_by_time
from kernel.resources.models import Note
from kernel.resources.notes import notes
from kernel.resources.resource import Resource
from kernel.web.slots import note_failed
from kernel.web.views.activity import Happening, described
from kernel.web.views.parties import is_party, plugin_title

AT_ONCE = 50
"""Entries of a page."""
INSTANT = timedelta(microseconds=1)
LONGEST = 6_000
"""Characters of a place that are looked at."""
NOTES, CHANGES = "notes", "changes"
EVERYBODY = 0
"""No user: the entries of all are shown."""


@dataclass(frozen=True)
class Asked:
    """What a source is asked for: at most `limit` entries of a record from before a moment, of one user where `by` names
    him.
    """

    resource: Resource
    record_id: int
    before: datetime | None
    limit: int
    by: int | None = None


@dataclass(frozen=True)
class Source:
    """A kind of entries that the kernel itself tells, newest first. It is asked only about records that are visible."""

    key: str
    title: LazyText
    entries: Callable[[Context, Asked], Iterable[Happening]]
    about: Callable[[Context, Resource], bool] = lambda _context, _resource: True
    """Whether it tells anything of records of a kind, to this reader."""
    order: int = 500


_SOURCES: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Add a kind of entries to the timelines; the same key replaces. Layers of the web do so when they are loaded."""
    _SOURCES[source.key] = source


def sources_of(context: Context, resource: Resource) -> list[Source]:
    """Give the sources that tell of records of a kind, in their order."""
    found = [source for source in _SOURCES.values() if source.about(context, resource)]
    return sorted(found, key=lambda source: (source.order, source.key))


@dataclass(frozen=True)
class Place:
    """Where a page of the timeline ended: its last moment, and the entries of that moment that were shown, by source."""

    at: datetime
    shown: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def encode(self) -> str:
        """Write the place as a text for a URL."""
        content = [self.at.isoformat(), {source: sorted(keys) for source, keys in self.shown.items()}]
        packed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Place | None:
        """Read a place; None for anything else, which then means the first page."""
        try:
            packed = base64.urlsafe_b64decode(text[:LONGEST].encode("ascii") + b"=" * (-len(text) % 4))
            at, shown = json.loads(packed)
            moment = datetime.fromisoformat(at)
            found = {str(source): frozenset(str(key) for key in keys) for source, keys in shown.items()}
            return cls(moment, found) if moment.tzinfo is not None and moment.year < 9999 else None
        except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
            return None


@dataclass(frozen=True)
class Page:
    """One page: its entries, and where the next begins; None at the end."""

    happenings: Sequence[Happening]
    next: Place | None


def kinds_of(context: Context, resource: Resource) -> dict[str, str]:
    """Give the kinds of entries that this record's timeline can be narrowed to, with their titles."""
    found = {source.key: context.text(source.title) for source in sources_of(context, resource)}
    if is_party(resource):
        telling = context.runtime.hooks.implementing("timeline")
        found.update({name: plugin_title(context, name) for name in telling if _sees_of(context, name)})
    return found


def _sees_of(context: Context, plugin: str) -> bool:
    """Say whether the reader may see anything of a plugin: of the others he is told nothing."""
    permissions = {
        each.permission for each in context.runtime.resources.values() if each.name.startswith(f"{plugin}.")
    }
    return not permissions or any(context.may(permission, "view") for permission in permissions)


def timeline(
    context: Context,
    resource: Resource,
    record_id: int,
    *,
    kind: str = "",
    by: int = EVERYBODY,
    place: Place | None = None,
    limit: int = AT_ONCE,
) -> Page:
    """Give one page of a visible record's timeline; `kind` narrows it to one of `kinds_of`, `by` to a user's entries."""
    before = None if place is None else place.at + INSTANT
    shown = {} if place is None else place.shown
    asked = limit + 1 + sum(len(keys) for keys in shown.values())
    found: list[Happening] = []
    sources = sources_of(context, resource)
    for source in sources:
        if kind in ("", source.key):
            found += source.entries(context, Asked(resource, record_id, before, asked, by or None))
    if not by and kind not in {source.key for source in sources}:
        found += _told(context, resource, record_id, before, asked, kind)
    fresh = [one for one in found if place is None or not _was_shown(one, place)]
    fresh.sort(key=lambda one: one.at, reverse=True)
    happenings = fresh[:limit]
    return Page(happenings, _end_of(happenings, place) if len(fresh) > limit else None)


def authors_of(context: Context, happenings: Sequence[Happening], by: int) -> dict[int, str]:
    """Give the users whose entries a page shows, and the one that it is narrowed to, by name."""
    ids = {one.who_id for one in happenings if one.who_id} | ({by} if by else set())
    names = UserLink("by", _("By")).labels(sorted(ids), context) if ids else {}
    return dict(sorted(names.items(), key=lambda pair: sort_key(pair[1])))


def day_of(context: Context, place: Place | None) -> date | None:
    """Give the site's day with which the page before ended, whose heading need not stand there twice."""
    return None if place is None else local(place.at, context.time_zone).date()


def _was_shown(one: Happening, place: Place) -> bool:
    return one.at > place.at or (one.at == place.at and one.key in place.shown.get(one.source, ()))


def _end_of(happenings: Sequence[Happening], place: Place | None) -> Place:
    last = happenings[-1].at
    shown: dict[str, set[str]] = {}
    if place is not None and place.at == last:
        shown = {source: set(keys) for source, keys in place.shown.items()}
    for one in happenings:
        if one.at == last:
            shown.setdefault(one.source, set()).add(one.key)
    return Place(last, {source: frozenset(keys) for source, keys in shown.items()})


def _notes(context: Context, asked: Asked) -> Iterator[Happening]:
    written = notes(
        context, asked.resource, asked.record_id, before=asked.before, limit=asked.limit, by=asked.by
    )
    names = _names_of(context, written)
    for note in written:
        yield Happening(
            note.created_at,
            names.get(note.created_by or 0, ""),
            icon="note",
            tone="amber",
            body=note.body,
            note=note,
            mine=note.created_by == context.actor.user_id or context.actor.is_administrator,
            source=NOTES,
            key=str(note.id),
            who_id=note.created_by or None,
        )


def _changes(context: Context, asked: Asked) -> Iterator[Happening]:
    """What history tells; entries that say nothing to this reader make room for older ones."""
    told = looked_at = 0
    while told < asked.limit:
        found = entries_by_time(
            context,
            asked.resource.table,
            asked.record_id,
            before=asked.before,
            skip=looked_at,
            limit=asked.limit,
            by=asked.by,
        )
        for one in described(context, asked.resource, found):
            told += 1
            yield one
        if len(found) < asked.limit:
            return
        looked_at += asked.limit


def _told(
    context: Context,
    resource: Resource,
    record_id: int,
    before: datetime | None,
    limit: int,
    kind: str,
) -> Iterator[Happening]:
    """What plugins tell; all are asked alike, so that one address means one page whatever is narrowed to."""
    if not is_party(resource):
        return
    cursor = None if before is None else Cursor(at=before, key="")
    answers = context.runtime.items("timeline", ctx=context, party_id=record_id, before=cursor, limit=limit)
    note_failed(answers.failed)
    for answer in answers:
        entry = answer.value
        if kind not in ("", answer.plugin) or (before is not None and entry.at >= before):
            continue
        if entry.permission is not None and not context.may(*entry.permission):
            continue
        yield Happening(
            entry.at,
            context.text(entry.title),
            icon=entry.icon,
            tone="violet" if answer.plugin else "blue",
            body=entry.body,
            url=entry.url,
            plugin=plugin_title(context, answer.plugin),
            source=answer.plugin,
            key=entry.key,
        )


def _names_of(context: Context, written: Sequence[Note]) -> dict[int, str]:
    ids = {note.created_by for note in written if note.created_by}
    return UserLink("created_by", _("Written by")).labels(sorted(ids), context) if ids else {}


register_source(Source(NOTES, _("Notes"), _notes, order=10))
register_source(Source(CHANGES, _("Changes"), _changes, order=900))
