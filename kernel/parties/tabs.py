"""The tabs of the long forms of persons and organisations."""

from __future__ import annotations

from dataclasses import replace

from kernel.i18n import _
from kernel.resources.resource import Part
from kernel.resources.tabs import Tab

STANDING = Tab("standing", _("Roles, posts and groups"), on_page=False)
"""What a party is to us and where it belongs; the page shows it among the facts."""

PERSONAL = Tab("personal", _("Personal details"))
"""Sensitive kinds of facts and consents: on the page, too, they are opened rather than left lying about."""


def placed(tab: Tab, *parts: Part) -> tuple[Part, ...]:
    """Give these parts as they stand in a tab."""
    return tuple(replace(part, tab=tab.key) for part in parts)
