"""What the palette offers besides records: pages, things to make, things to do; ranked by how well their names fit."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from flask import url_for

from kernel.fa.layout import in_other_layout
from kernel.fa.text import search_key
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.records import opens_bin
from kernel.web.menu_entries import address_of, allowed, menu_items
from kernel.web.own_views import my_views
from kernel.web.recording_link import recording_url

SHOWN = 10
BEST = 4


@dataclass(frozen=True)
class Entry:
    """One thing to do: a page to go to, a form to send (`post`), or what happens in the browser (`do`)."""

    label: str
    icon: str
    url: str = ""
    post: str = ""
    do: str = ""
    also: str = ""
    """Other words by which it is found: its English name, and what people call it."""


def found(context: Context, typed: str) -> list[Entry]:
    """Give what the actor may do whose name fits what was typed, in whichever layout; for nothing the first of the menu."""
    known = list(dict.fromkeys(entries(context)))
    if not typed:
        return known[:SHOWN]
    ways = [each for each in (typed, in_other_layout(typed)) if each]
    ranked = ((min(rank(way, each) for way in ways), place, each) for place, each in enumerate(known))
    return [each for fits, _place, each in sorted(ranked, key=lambda one: one[:2]) if fits < BEST][:SHOWN]


def rank(typed: str, entry: Entry) -> int:
    """Say how well an entry fits: 0 is called so, 1 begins so, 2 has words that begin so, 3 holds it; `BEST` not at all.

    Each word that was typed must be met. Other words than those of the name are worth less than these.
    """
    wanted = search_key(typed).split()
    return min(_rank(wanted, search_key(entry.label)), 1 + _rank(wanted, search_key(entry.also)), BEST)


def _rank(wanted: list[str], name: str) -> int:
    if not wanted or not all(word in name for word in wanted):
        return BEST
    whole = " ".join(wanted)
    if name == whole:
        return 0
    if name.startswith(whole):
        return 1
    words = name.split()
    return 2 if all(any(each.startswith(word) for each in words) for word in wanted) else 3


def entries(context: Context) -> Iterator[Entry]:
    """Give everything that the actor may do from any page, in the order of the menu."""
    yield _entry(context, _("Desk"), "layout-dashboard", "/")
    pages = list(_pages(context))
    yield from pages
    yield from _made(context)
    yield from _of_lists(context, {each.url.partition("?")[0] for each in pages})
    for view in my_views(context):
        path = context.runtime.resource(view.resource).path
        yield Entry(view.name, "bookmark", f"/{path}/views/{view.id}")
    yield from _own(context)


def _pages(context: Context) -> Iterator[Entry]:
    for _plugin, item in menu_items(context):
        address = address_of(item.target) if allowed(context.actor, item) else None
        if address is not None:
            yield _entry(context, item.label, item.icon, address)


def _made(context: Context) -> Iterator[Entry]:
    """Give a new record of every kind that the actor may make, those without an entry in the menu after the others."""
    if context.read_only:
        return
    kinds = [
        each
        for each in context.runtime.resources.values()
        if (each.editable or each.new) and not each.overview
    ]
    for resource in sorted(kinds, key=lambda each: (each.menu is None, each.menu or 0, each.name)):
        if context.may(resource.permission, "create") and context.may(resource.permission, "view"):
            name = _("New %(kind)s", kind=resource.title)
            yield _entry(context, name, "plus", resource.new or f"/{resource.path}/new")
    if recording_url(context):
        yield Entry(context.text(_("Record an interaction")), "messages", do="record")


def _of_lists(context: Context, pages: Container[str]) -> Iterator[Entry]:
    """Give what one does with whole lists of the menu, those that plugins put there too: import, reports, the bin."""
    for resource in context.runtime.resources.values():
        title, path = resource.plural, f"/{resource.path}"
        if path not in pages or not context.may(resource.permission, "view"):
            continue
        if resource.editable and context.may(resource.permission, "import") and not context.read_only:
            yield _entry(context, _("Import %(kind)s", kind=title), "file-import", f"{path}/import")
        if context.may(resource.permission, "report"):
            yield _entry(context, _("Report on %(kind)s", kind=title), "chart-bar", f"{path}/report")
        if opens_bin(context, resource):
            yield _entry(context, _("Bin of %(kind)s", kind=title), "trash", f"{path}/bin")


def _own(context: Context) -> Iterator[Entry]:
    """Give what concerns the actor himself."""
    pages: Iterable[tuple[LazyText, str, str]] = (
        (_("Your account"), "user", "account.page"),
        (_("Notices"), "bell", "notices.page"),
        (_("Which notices"), "settings", "notices.chosen"),
        (_("Favourites"), "star", "opened.favourites"),
        (_("Work under way"), "hourglass", "work.own"),
        (_("Deputies"), "users", "deputies.own"),
    )
    for label, icon, endpoint in pages:
        yield _entry(context, label, icon, url_for(endpoint))
    if not context.read_only:
        yield Entry(context.text(_("Mark all as read")), "checks", post=url_for("notices.read"))
        yield Entry(context.text(_("Show the first steps")), "checklist", post=url_for("first_steps.show"))
    yield Entry(context.text(_("Switch between light and dark")), "moon", do="theme")
    yield Entry(context.text(_("Keyboard shortcuts")), "command", do="keys")
    yield Entry(context.text(_("Sign out")), "logout", post=url_for("account.sign_out"))


def _entry(context: Context, label: LazyText | str, icon: str, url: str) -> Entry:
    return Entry(context.text(label), icon, url, also=str(label))
