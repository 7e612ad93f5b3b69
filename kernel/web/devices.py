"""What somebody signed in with, in words: browsers send a long line that no user can read."""

from __future__ import annotations

from kernel.i18n import LazyText, _

BROWSERS: tuple[tuple[str, LazyText], ...] = (
    ("Edg", _("Edge")),
    ("OPR/", _("Opera")),
    ("SamsungBrowser/", _("Samsung Internet")),
    ("Firefox/", _("Firefox")),
    ("FxiOS/", _("Firefox")),
    ("CriOS/", _("Chrome")),
    ("Chrome/", _("Chrome")),
    ("Safari/", _("Safari")),
)
"""Marks of browsers, and their names. The first that fits counts: most name their ancestors, too."""

SYSTEMS: tuple[tuple[str, LazyText], ...] = (
    ("iPhone", _("iPhone")),
    ("iPad", _("iPad")),
    ("Android", _("Android")),
    ("Windows", _("Windows")),
    ("Mac OS X", _("Mac")),
    ("CrOS", _("ChromeOS")),
    ("Linux", _("Linux")),
)
"""Marks of systems, and their names, as above."""


def device(agent: str) -> LazyText | str:
    """Name browser and system out of what a browser says of itself; what is unknown is given back as it came."""
    browser = next((name for mark, name in BROWSERS if mark in agent), None)
    system = next((name for mark, name in SYSTEMS if mark in agent), None)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or agent or _("Unknown device")
