"""The entries of parties in the main menu beside their lists."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.extension.contributions import MenuItem
from kernel.i18n import _


def menu() -> Iterable[MenuItem]:
    """Give the entries of the trees of groups, of segments and of duplicates."""
    return [
        MenuItem(label=_("Groups"), target="/groups", icon="sitemap", permission=("party", "view"), order=40),
        MenuItem(
            label=_("Segments"), target="/segments", icon="bookmark", permission=("party", "view"), order=50
        ),
        MenuItem(
            label=_("Duplicates"),
            target="/duplicates",
            icon="copy-check",
            permission=("party", "merge"),
            order=60,
        ),
    ]
