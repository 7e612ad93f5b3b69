"""The entries of administration in the main menu."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.administration import first_steps as own_steps
from kernel.administration import retention
from kernel.extension.contributions import DashboardBlock, FirstStep, MenuItem
from kernel.i18n import LazyText, _
from kernel.resources.context import Context

ENTRIES: tuple[tuple[LazyText, str, str, tuple[str, str]], ...] = (
    (_("Users"), "/administration/users", "users", ("user", "edit")),
    (_("Units of the house"), "/administration/units", "sitemap", ("unit", "edit")),
    (_("Access patterns"), "/administration/patterns", "lock", ("pattern", "edit")),
    (_("Leak check"), "/administration/leaks", "shield-check", ("pattern", "edit")),
    (_("Ways in"), "/administration/ways-in", "webhook", ("message_line", "edit")),
    (_("Tokens for programs"), "/administration/tokens", "key", ("user", "edit")),
    (_("Webhooks"), "/administration/webhooks", "send", ("setting", "edit")),
    (_("Settings"), "/administration/settings", "settings", ("setting", "edit")),
    (_("What the bin keeps"), "/administration/retention", "trash", ("setting", "edit")),
    (_("Branding"), "/administration/branding", "palette", ("setting", "edit")),
    (_("Base data"), "/administration/base-data", "database", ("base_data", "edit")),
    (_("Days off"), "/administration/days-off", "calendar-off", ("setting", "edit")),
    (_("Series of numbers"), "/administration/numbers", "list-numbers", ("setting", "edit")),
    (_("Own fields"), "/administration/user-fields", "list-check", ("user_field", "edit")),
    (_("Edition"), "/administration/edition", "award", ("setting", "edit")),
    (_("Plugins"), "/administration/plugins", "puzzle", ("plugin", "edit")),
    (_("Jobs"), "/administration/jobs", "clock", ("job", "edit")),
    (_("Audit"), "/administration/audit", "shield-lock", ("site", "edit")),
    (_("State of the site"), "/administration/doctor", "stethoscope", ("site", "edit")),
)
"""Title, address, icon and right of each: people, then what the site looks and reads like, then what it runs on.

All but base data are held by administrators only.
"""


def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock]:
    """Give what administrators are told on the desk."""
    return retention.dashboard_blocks(ctx)


def menu() -> Iterable[MenuItem]:
    """Give the entries, in their group at the foot of the menu."""
    return [
        MenuItem(
            label=label, target=target, icon=icon, permission=right, order=900 + place, group="administration"
        )
        for place, (label, target, icon, right) in enumerate(ENTRIES)
    ]


def first_steps(ctx: Context) -> Iterable[FirstStep]:
    """What a new administrator and a new user do first."""
    return own_steps.first_steps(ctx)
