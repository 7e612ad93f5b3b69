"""Plugins: how each stands and why, the steps of its life with their plans, its archives."""

from __future__ import annotations

from typing import Any

from flask import request, send_file
from flask.typing import ResponseReturnValue

from kernel.administration import plugins as life
from kernel.data.errors import DataError
from kernel.extension.state import State
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.plan import STATE_NAMES, plan_install, plan_uninstall
from kernel.lifecycle.restore import Restored
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.uninstall import Uninstalled
from kernel.resources.errors import NotFound
from kernel.web.current import current, runtime, scope, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages

TONES = {
    State.ENABLED: "green",
    State.PAUSED: "amber",
    State.OUTDATED: "amber",
    State.QUARANTINED: "red",
    State.INCOMPATIBLE: "red",
    State.BROKEN: "red",
    State.AVAILABLE: "",
}
ASKED = ("install", "uninstall", "restore")
"""Steps with a page of their own that shows the plan; the others are asked about in a dialog."""

DONE: dict[str, LazyText] = {
    "install": _("The plugin is installed."),
    "pause": _("The plugin is paused; its data stay."),
    "resume": _("The plugin is running again."),
    "upgrade": _("The plugin is upgraded."),
    "repair": _("The plugin is running again; its failures are counted anew."),
    "uninstall": _("The plugin is uninstalled; its data are in the archive."),
    "restore": _("The plugin and its data are back."),
}


@pages.get("/plugins")
@administrators
def plugins() -> ResponseReturnValue:
    """List all plugins with their states."""
    context = current()
    return render(
        "administration/plugins.html",
        plugins=life.plugin_lines(context),
        steps=life.steps(context),
        tones=TONES,
        action_titles=life.ACTION_TITLES,
        state_names=STATE_NAMES,
        titles=life.titles(context),
    )


@pages.get("/plugins/<name>")
@administrators
def plugin(name: str) -> ResponseReturnValue:
    """Show one plugin: what can be done, what was done, what failed, its archives."""
    context = current()
    return render(
        "administration/plugin.html",
        plugin=life.plugin_line(context, name),
        steps=life.steps(context, name),
        failures=life.failures(context, name),
        archives=life.archives(context, name),
        tones=TONES,
        action_titles=life.ACTION_TITLES,
        state_names=STATE_NAMES,
        titles=life.titles(context),
        asked=ASKED,
    )


@pages.get("/plugins/<name>/<any(install, uninstall, restore):action>")
@administrators
def plan(name: str, action: str) -> ResponseReturnValue:
    """Show what a step would do, and ask for confirmation."""
    return _plan(name, action)


@pages.post("/plugins/<name>/<action>")
@administrators
def act(name: str, action: str) -> ResponseReturnValue:
    """Do a step; a second press of its button is told that it is done."""
    if action not in DONE:
        raise NotFound()
    if action == "uninstall" and request.form.get("confirmed") != name:
        tell(_("Type the plugin's name to confirm."), "error")
        return _plan(name, action, status=422)
    actor = scope().actor
    scope().close()
    try:
        result = life.perform(runtime(), actor, action, name, archive=request.form.get("archive", ""))
    except DataError as error:
        return _refused(name, action, error)
    tell(DONE[action])
    _tell_more(result)
    return go("administration.plugin", name=name)


@pages.get("/archives/<archive>")
@administrators
def download_archive(archive: str) -> ResponseReturnValue:
    """Send an archive."""
    path = life.archive_path(current(), archive)
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=path.name)


def _refused(name: str, action: str, error: DataError) -> ResponseReturnValue:
    if isinstance(error, StepRefused) and life.is_done(runtime(), action, name):
        tell(_("This has been done already."), "notice")
    else:
        tell(error.text, "error")
    return go("administration.plugin", name=name)


def _plan(name: str, action: str, status: int = 200) -> ResponseReturnValue:
    context = current()
    line = life.plugin_line(context, name)
    if action not in line.actions:
        tell(_("The plugin “%(name)s” is %(state)s.", name=name, state=line.state_name), "notice")
        return go("administration.plugin", name=name)
    workshop = Workshop(runtime().site, runtime().engines, runtime().hooks.discovery)
    prepared: Any = None
    if action == "install":
        prepared = plan_install(workshop, name, context.actor)
    elif action == "uninstall":
        prepared = plan_uninstall(workshop, name, context.actor)
    return render(
        f"administration/plugin_{action}.html",
        status=status,
        plugin=line,
        plan=prepared,
        titles={each.name: each.title for each in life.plugin_lines(context)},
        archives=life.archives(context, name),
    )


def _tell_more(result: Any) -> None:
    if isinstance(result, Uninstalled):
        total = sum(result.counts.values())
        tell(ngettext_lazy("%(n)d row was archived.", "%(n)d rows were archived.", total), "notice")
    if isinstance(result, Restored):
        refused = sum(len(rows) for rows in result.refused.values())
        if refused:
            tell(
                ngettext_lazy(
                    "%(n)d row could not be brought back; see the steps below.",
                    "%(n)d rows could not be brought back; see the steps below.",
                    refused,
                ),
                "error",
            )
