"""The frame around every page: menu, account, notices to staff. What the layout reads as `shell`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, cast

from flask import Flask, g, get_flashed_messages, request, url_for
from flask_wtf.csrf import generate_csrf

from kernel.extension.contributions import MenuItem
from kernel.extension.editions import Term
from kernel.fa.layout import LATIN, PERSIAN
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.saved_views.models import REPORT
from kernel.resources.saved_views.reading import View
from kernel.resources.term import day_in_words, seen_day
from kernel.web.current import Scope, current, runtime, signed_in
from kernel.web.help import help_on
from kernel.web.menu_entries import address_of, allowed, listed, menu_items
from kernel.web.own_marks import NO_MARKS, Marks, read_marks
from kernel.web.own_views import my_views
from kernel.web.pages import direction
from kernel.web.recording_link import recording_url
from kernel.web.shortcuts import KEYS, sheet

STAFF = ("plugin", "view")
"""Who is told that a plugin failed on this page."""

GROUPS: dict[str, LazyText] = {
    "": _("Main menu"),
    "pinned": _("Pinned views"),
    "plugins": _("Plugins"),
    "administration": _("Administration"),
}
"""Sections of the menu that the kernel names; a plugin's own group stands under its own key's title."""

PINNED = "pinned"
PLUGINS = "plugins"
ADMINISTRATION = "administration"


_Flashed = list[tuple[str, tuple[str, str]]]
"""Kind, and the words with the offer to take it back, as `tell` leaves them."""


class Shell:
    """What the layout reads: built lazily, so that a fragment pays for nothing of it."""

    def __init__(self, opened: Scope) -> None:
        self._scope = opened
        self.locale = opened.locale
        self.direction = direction(opened.locale)
        self.site_title = opened.runtime.branding.name or opened.runtime.site.title
        self.site_note = ""

    @property
    def csrf_token(self) -> str:
        """The token that every form carries."""
        return str(generate_csrf())

    @property
    def brand_css(self) -> str:
        """Address of the site's own colours; empty where it has the product's."""
        return self._brand("branding.colours") if self._scope.runtime.branding.accent else ""

    @property
    def logo_url(self) -> str:
        """Address of the site's logo; empty where it has none."""
        return self._brand("branding.image", "logo") if self._scope.runtime.branding.logo_kind else ""

    @property
    def icon_url(self) -> str:
        """Address of the site's icon in the browser's tab; empty where it has none."""
        return self._brand("branding.image", "icon") if self._scope.runtime.branding.icon_kind else ""

    @property
    def slogan(self) -> tuple[str, str]:
        """The two lines beside the sign-in form; empty ones are the product's."""
        branding = self._scope.runtime.branding
        return branding.slogan, branding.slogan_note

    def _brand(self, endpoint: str, which: str | None = None) -> str:
        return url_for(endpoint, v=self._scope.runtime.epoch, which=which)

    @property
    def today(self) -> str:
        """The site's day, ISO."""
        return self._scope.runtime.clock().astimezone(self._scope.runtime.site.time_zone).date().isoformat()

    @property
    def rest(self) -> str:
        """The days of the week that are off, 0 being Saturday: `56`; a blank where none is."""
        working = self._scope.runtime.site.working_week
        return "".join(str(day) for day in range(7) if day not in working) or " "

    @cached_property
    def menu(self) -> list[dict[str, Any]]:
        """Groups of entries that the reader may use; a missing entry is a courtesy, each view checks for itself."""
        context = current()
        groups: dict[str, list[dict[str, Any]]] = {"": [_home_entry(context)]}
        for plugin, item in menu_items(context):
            if not allowed(context.actor, item):
                continue
            address = address_of(item.target)
            if address is not None:
                key = item.group or plugin
                groups.setdefault(key, []).append(_entry(context, item, address))
        pinned = [_pinned(context, each) for each in my_views(context) if each.pinned]
        if pinned:
            groups[PINNED] = pinned
        return [
            {
                "heading": "" if not key else context.text(_group_title(context, key)),
                "foot": key == ADMINISTRATION,
                "items": items,
            }
            for key, items in sorted(_by_plugin(groups).items(), key=lambda pair: _place(pair[0]))
        ]

    @property
    def shortcuts(self) -> list[dict[str, Any]]:
        """The sheet of shortcuts, by groups; nothing while nobody is signed in."""
        if not signed_in():
            return []
        return sheet(current(), [item for group in self.menu for item in group["items"]])

    @property
    def help(self) -> str:
        """Help on this page; empty where it has none."""
        return help_on(current(), request.path) if signed_in() else ""

    @property
    def quick(self) -> list[dict[str, Any]]:
        """Entries of the phone's bar: home, the first lists, and a plus for a new record of the first list."""
        context = current()
        entries: list[dict[str, Any]] = self.menu[0]["items"][:3]
        first = next((item for item in listed(context) if context.may(item.permission, "create")), None)
        if context.read_only:
            first = None
        if first is not None:
            label = context.text(_("New %(kind)s", kind=first.title))
            plus = {"label": label, "url": f"/{first.path}/new", "plus": True, "icon": "plus"}
            entries = [*entries[:2], plus, *entries[2:]]
        return entries

    @property
    def user(self) -> dict[str, Any]:
        """Who is signed in."""
        return {"display_name": self._scope.actor.name, "id": self._scope.actor.user_id}

    @property
    def account(self) -> list[dict[str, str]]:
        """Entries of the account's menu."""
        text = current().text
        return [
            {"label": text(_("Your account")), "url": url_for("account.page"), "icon": "user"},
            {"label": text(_("Notices")), "url": url_for("notices.page"), "icon": "bell"},
            {"label": text(_("Favourites")), "url": url_for("opened.favourites"), "icon": "star"},
            {"label": text(_("Work under way")), "url": url_for("work.own"), "icon": "hourglass"},
            {"label": text(_("Deputies")), "url": url_for("deputies.own"), "icon": "users"},
        ]

    @property
    def recording_url(self) -> str:
        """Where an interaction is recorded from this page (F9); empty where the reader may not."""
        return recording_url(current()) if signed_in() else ""

    @property
    def sign_out_url(self) -> str:
        """Where signing out is posted to."""
        return url_for("account.sign_out")

    @cached_property
    def marks(self) -> Marks:
        """What the user has that every page shows, read in one statement."""
        return read_marks(current()) if signed_in() else NO_MARKS

    @property
    def notifications_url(self) -> str:
        """The page of notices; empty while nobody is signed in."""
        return url_for("notices.page") if signed_in() else ""

    @property
    def opened_url(self) -> str:
        """Where the bar of open records comes from; empty while nobody is signed in."""
        return url_for("opened.bar") if signed_in() else ""

    @property
    def layouts(self) -> tuple[str, str]:
        """The letters of the two keyboards, key by key: for what was typed in the wrong one."""
        return LATIN, PERSIAN

    @property
    def bell_title(self) -> str:
        """What the bell is called: the notices, and how many are unread."""
        count = self.marks.unread
        return current().text(
            ngettext_lazy("Notices: %(n)d unread", "Notices: %(n)d unread", n=count)
            if count
            else _("Notices")
        )

    @property
    def search_url(self) -> str:
        """Where the palette asks; empty while nobody is signed in."""
        return url_for("search.palette") if signed_in() else ""

    @property
    def notices(self) -> list[dict[str, str]]:
        """Messages above the page: what was just done, and to staff which plugins failed on this page."""
        tones = {"done": "ok", "error": "bad", "notice": "info"}
        told = [
            {"text": text, "tone": tones.get(kind, "info"), "undo": offer}
            for kind, (text, offer) in cast(_Flashed, get_flashed_messages(with_categories=True))
        ]
        if signed_in():
            told = [*term_notices(current()), *deputy_notices(current()), *told]
        if signed_in() and self._scope.actor.may(*STAFF):
            told += [{"text": text, "tone": "warn"} for text in failures(current())]
        return told


def deputy_notices(context: Context) -> list[dict[str, str]]:
    """Tell on every page for whom the reader stands in today."""
    return [
        {
            "tone": "info",
            "text": context.text(
                _(
                    "You stand in for %(name)s until %(until)s.",
                    name=each.name,
                    until=day_in_words(each.until),
                )
            ),
        }
        for each in context.actor.deputy_of
    ]


def term_notices(context: Context) -> list[dict[str, str]]:
    """Tell on every page that the term of the site is about to end, or has ended."""
    edition = context.runtime.edition
    if edition.term_until is None or edition.read_only_from is None:
        return []
    term = edition.term(seen_day(context.runtime, context.session))
    tone, text = NOTICES.get(term, ("", None))
    if text is None:
        return []
    days = {"until": day_in_words(edition.term_until), "end": day_in_words(edition.read_only_from)}
    return [{"text": context.text(LazyText(text.message, params=tuple(days.items()))), "tone": tone}]


NOTICES: dict[Term, tuple[str, LazyText]] = {
    Term.ENDING: (
        "info",
        _(
            "The term of this site lasts until %(until)s. From %(end)s on it can be read, printed and exported, and "
            "nothing can be saved."
        ),
    ),
    Term.GRACE: (
        "warn",
        _(
            "The term of this site ended on %(until)s. Until %(end)s everything still works; from that day on nothing can "
            "be saved. Please have the term extended."
        ),
    ),
    Term.ENDED: (
        "bad",
        _(
            "The term of this site ended on %(until)s; since %(end)s nothing can be saved. Everything can be seen, printed "
            "and exported. Ask whoever runs the site to extend the term."
        ),
    ),
}
"""What is told of the term, with its tone."""


def install(app: Flask) -> None:
    """Give every template `shell`."""

    @app.context_processor
    def shell() -> dict[str, Any]:
        opened: Scope | None = g.get("scope")
        return {} if opened is None else {"shell": _shell(opened)}


def _shell(opened: Scope) -> Shell:
    if "shell" not in g:
        g.shell = Shell(opened)
    made: Shell = g.shell
    return made


def failures(context: Context) -> Iterable[str]:
    """Say which plugins are missing from this page, for those who can do something about it."""
    for name in sorted(g.get("failed_plugins", ())):
        found = runtime().hooks.discovery.plugins.get(name)
        title = found.plugin.title if found else name
        yield context.text(_("The plugin “%(name)s” failed on this page; its part is left out.", name=title))


def _home_entry(context: Context) -> dict[str, Any]:
    return {
        "label": context.text(_("Desk")),
        "url": "/",
        "icon": "layout-dashboard",
        "current": request.path == "/",
        "key": "KeyD",
    }


def _entry(context: Context, item: MenuItem, address: str) -> dict[str, Any]:
    here = request.path == address or request.path.startswith(f"{address.rstrip('/')}/")
    key = item.key or KEYS.get(address, "")
    return {"label": context.text(item.label), "url": address, "icon": item.icon, "current": here, "key": key}


def _pinned(context: Context, view: View) -> dict[str, Any]:
    path = f"/{context.runtime.resource(view.resource).path}"
    url, icon = f"{path}/views/{view.id}", "bookmark"
    if view.form == REPORT:
        url, icon, path = f"{path}/report/saved/{view.id}", "chart-bar", f"{path}/report"
    here = request.path == path and request.args.get("view") == str(view.id)
    return {"label": view.name, "url": url, "icon": icon, "current": here}


def _by_plugin(groups: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Put plugins with a single entry together, in place of a heading over each."""
    single = [key for key, items in groups.items() if key not in GROUPS and len(items) == 1]
    if len(single) < 2:
        return groups
    rest = {key: items for key, items in groups.items() if key not in single}
    return {**rest, PLUGINS: [item for key in single for item in groups[key]]}


def _place(key: str) -> int:
    """The main menu, what the reader has pinned, plugins in the order of their first entries, administration."""
    return {"": 0, PINNED: 1, PLUGINS: 3, ADMINISTRATION: 4}.get(key, 2)


def _group_title(context: Context, key: str) -> LazyText | str:
    """The heading of a section of the menu: the kernel's own, or the title of the plugin whose name it is."""
    known = context.runtime.hooks.discovery.plugins.get(key)
    return GROUPS.get(key) or (known.plugin.title if known is not None else key)
