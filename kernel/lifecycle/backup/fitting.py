"""Whether a backup can be restored with the program and the plugins that are here; asked before anything is made."""

from __future__ import annotations

from collections.abc import Collection

from packaging.version import InvalidVersion, Version

import kernel
from kernel.extension.contributions import Obstacle
from kernel.extension.discovery import Discovery
from kernel.i18n import _
from kernel.lifecycle.backup.contents import Head, PluginHead
from kernel.lifecycle.backup.errors import BackupRefused
from kernel.lifecycle.migrate import KERNEL_MIGRATIONS, knows_revision


def check_fit(head: Head, discovery: Discovery, without: Collection[str]) -> None:
    """Raise `BackupRefused` with everything that stands in the way, each plugin by its name.

    Plugins named in `without` need not be here, but nothing that comes along may require them.
    """
    if not knows_revision(KERNEL_MIGRATIONS, head.revision):
        raise BackupRefused(
            _(
                "The backup was made by the program of version %(theirs)s, whose tables this one (%(ours)s) does not know. "
                "Install that version or a newer one.",
                theirs=head.kernel,
                ours=kernel.__version__,
            ),
            "newer-kernel",
        )
    known = {plugin.name for plugin in head.plugins}
    for name in without:
        if name not in known:
            raise BackupRefused(_("There is no plugin “%(name)s” in the backup.", name=name), "no-plugin")
    obstacles = [
        obstacle
        for plugin in head.plugins
        if plugin.name not in without
        for obstacle in _obstacles(plugin, discovery, without)
    ]
    if obstacles:
        raise BackupRefused(
            _(
                "The backup cannot be restored here: %(why)s",
                why=" ".join(str(obstacle.text) for obstacle in obstacles),
            ),
            "does-not-fit",
            obstacles,
        )


def kept_in_order(head: Head, discovery: Discovery, without: Collection[str]) -> list[PluginHead]:
    """Give the plugins that come along, each after those it requires."""
    heads = {plugin.name: plugin for plugin in head.plugins if plugin.name not in without}
    return [heads[name] for name in discovery.plugins if name in heads]


def _obstacles(plugin: PluginHead, discovery: Discovery, without: Collection[str]) -> list[Obstacle]:
    found = discovery.plugins.get(plugin.name)
    named = {"name": plugin.name, "title": plugin.title, "version": plugin.version}
    if plugin.name in discovery.broken:
        why = discovery.broken[plugin.name].text
        text = _("The plugin “%(name)s” cannot be used here: %(why)s", name=plugin.name, why=why)
        return [Obstacle(text=text)]
    if found is None:
        return [
            Obstacle(
                text=_("The plugin “%(name)s” (%(title)s, version %(version)s) is not installed.", **named)
            )
        ]
    obstacles = []
    if _version(plugin.version) > found.plugin.parsed_version:
        text = _(
            "The plugin “%(name)s” is here in version %(here)s; the backup needs %(version)s or newer.",
            here=found.plugin.version,
            name=plugin.name,
            version=plugin.version,
        )
        obstacles.append(Obstacle(text=text))
    elif plugin.revision is not None and (
        found.migrations is None or not knows_revision(found.migrations, plugin.revision)
    ):
        text = _("The code of the plugin “%(name)s” does not know the backup's tables.", name=plugin.name)
        obstacles.append(Obstacle(text=text))
    for needed in sorted(set(plugin.requires) & set(without)):
        text = _(
            "The plugin “%(name)s” requires “%(needed)s”, which was to stay behind.",
            name=plugin.name,
            needed=needed,
        )
        obstacles.append(Obstacle(text=text))
    return obstacles


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        raise BackupRefused(_("The backup names a plugin of no known version."), "bad-version") from None
