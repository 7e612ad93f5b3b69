"""The one table of shortcuts: the scripts obey it, the sheet shows it. Plugins add entries of the menu by `MenuItem.key`.

A shortcut is a key of the keyboard (`KeyJ`), whatever letter the layout writes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.i18n import LazyText, _
from kernel.resources.context import Context


@dataclass(frozen=True)
class Shortcut:
    """A key and what it does: `act` is a name that the scripts know; without one they have it elsewhere."""

    keys: tuple[str, ...]
    title: LazyText
    code: str = ""
    act: str = ""


ANYWHERE = (
    Shortcut(("Ctrl", "K"), _("Search and commands")),
    Shortcut(("/",), _("Search in this list"), "Slash", "search"),
    Shortcut(("F9",), _("Record an interaction")),
    Shortcut(("Ctrl", "Z"), _("Take back what was just done")),
    Shortcut(("H",), _("Help on this page"), "KeyH", "help"),
    Shortcut(("?",), _("This list")),
    Shortcut(("Esc",), _("Close what is open")),
)
LISTS = (
    Shortcut(("J",), _("Next row or record"), "KeyJ", "next"),
    Shortcut(("K",), _("Previous row or record"), "KeyK", "previous"),
    Shortcut(("Enter",), _("Open the row")),
    Shortcut(("X",), _("Tick the row"), "KeyX", "tick"),
    Shortcut(("F2",), _("Edit the cell")),
    Shortcut(("N",), _("New record"), "KeyN", "new"),
    Shortcut(("E",), _("Edit the open record"), "KeyE", "edit"),
)
FORMS = (
    Shortcut(("Enter",), _("Rows of a form: the next row, or a new one")),
    Shortcut(("Ctrl", "Delete"), _("Rows of a form: remove the row")),
    Shortcut(("Alt", "↑", "↓"), _("Rows of a form: move the row, where order counts")),
)
CHORD = "KeyG"
"""Pressed before the key of an entry of the menu, or the digit of an open record."""
OPEN = Shortcut(("G", "1…9"), _("The open record of that place"), CHORD, "chord")

KEYS: Mapping[str, str] = {
    "/persons": "KeyP",
    "/organisations": "KeyO",
    "/phone-book": "KeyB",
    "/interactions": "KeyI",
    "/calls": "KeyC",
    "/groups": "KeyU",
    "/segments": "KeyS",
    "/outbox": "KeyM",
    "/inbound": "KeyN",
    "/reminders": "KeyR",
}
"""Keys of the kernel's own entries of the menu, by address."""


def sheet(context: Context, menu: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the groups of the sheet; `menu` are the entries that the reader has. Of several with one key the first has it."""
    taken: dict[str, Mapping[str, Any]] = {}
    for entry in menu:
        if entry.get("key"):
            taken.setdefault(entry["key"], entry)
    there = [
        {"keys": ("G", key.removeprefix("Key")), "text": entry["label"], "code": "", "act": ""}
        for key, entry in taken.items()
    ]
    return [
        {"title": context.text(title), "rows": [*(_row(context, each) for each in rows), *more]}
        for title, rows, more in (
            (_("Everywhere"), ANYWHERE, ()),
            (_("In lists and on records"), LISTS, ()),
            (_("In forms"), FORMS, ()),
            (_("Go to"), (OPEN,), there),
        )
    ]


def _row(context: Context, one: Shortcut) -> dict[str, Any]:
    return {"keys": one.keys, "text": context.text(one.title), "code": one.code, "act": one.act}
