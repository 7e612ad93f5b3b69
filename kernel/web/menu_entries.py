"""Entries of the main menu, of resources, of parts of the kernel and of plugins; and which of them an actor has."""

from __future__ import annotations

from flask import url_for
from werkzeug.routing import BuildError

from kernel.access.actor import Actor
from kernel.extension.contributions import MenuItem
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.resource import Resource

REPORTS_ORDER = 90
"""Place of the page of reports in the menu."""


def listed(context: Context) -> list[Resource]:
    """Give the resources that stand in the menu by themselves and that the actor may view, in the menu's order."""
    found = [item for item in context.runtime.resources.values() if item.menu is not None]
    allowed_ones = [item for item in found if context.may(item.permission, "view")]
    return sorted(allowed_ones, key=lambda item: (item.menu or 0, item.name))


def reported(context: Context) -> list[Resource]:
    """Give the resources on which the actor may report, in the menu's order."""
    found = [each for each in context.runtime.resources.values() if context.may(each.permission, "report")]
    return sorted(found, key=lambda each: (each.menu is None, each.menu or 0, each.name))


def menu_items(context: Context) -> list[tuple[str, MenuItem]]:
    """Give all entries with the plugin that each is from: of resources, of parts of the kernel, of plugins."""
    declared = context.runtime.declared
    own = {item.name for part in declared.parts for item in part.resources}
    found = [
        (
            "" if item.name in own else item.name.partition(".")[0],
            MenuItem(
                label=item.plural,
                target=f"/{item.path}",
                icon=item.icon,
                permission=(item.permission, "view"),
                order=item.menu or 0,
            ),
        )
        for item in declared.resources.values()
        if item.menu is not None
    ]
    if reported(context):
        found.append(
            ("", MenuItem(label=_("Reports"), target="/reports/", icon="chart-bar", order=REPORTS_ORDER))
        )
    found += [("", item) for part in declared.parts for item in part.ask("menu", {}) or ()]
    found += [(answer.plugin, answer.value) for answer in declared.declarations.of("menu")]
    return sorted(found, key=lambda pair: (pair[1].order, pair[0]))


def allowed(actor: Actor, item: MenuItem) -> bool:
    """Say whether the entry is shown to the actor."""
    return item.permission is None or actor.may(*item.permission)


def address_of(target: str) -> str | None:
    """Give the address of an entry's target; None for an endpoint that this application does not have."""
    if target.startswith("/"):
        return target
    try:
        return url_for(target)
    except BuildError:
        return None
