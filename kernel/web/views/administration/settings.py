"""Settings: one form for each part of the kernel and each plugin that has any."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kernel.administration.secret_settings import broken_secrets
from kernel.administration.settings import Group, deviations, field_of, find_group, groups, stored
from kernel.extension.contributions import Setting
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.web.current import SAVED, current, run_command, runtime, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages


@pages.get("/settings")
@administrators
def settings() -> ResponseReturnValue:
    """Go to the first group of settings."""
    known = groups(runtime())
    if not known:
        raise NotFound()
    return redirect(url_for("administration.setting_group", group=known[0].key))


@pages.route("/settings/<group>", methods=["GET", "POST"])
@administrators
def setting_group(group: str) -> ResponseReturnValue:
    """Show the settings of a group, or save them."""
    context = current()
    found = find_group(runtime(), group)
    if request.method == "POST" and request.form.get("reset"):
        if run_command("settings.reset", group=group, name=request.form["reset"][:200]).done:
            tell(_("The default is in force again."))
        return go("administration.setting_group", group=group)
    form = CommandForm(context, [field_of(setting) for setting in found.settings])
    if request.method == "GET":
        return _page(context, found, form.start(present(context, found)))
    form.read(request.form)
    outcome = run_command("settings.save", form=form, group=group, values=form.values)
    if not outcome.done:
        return _page(current(), found, form, status=outcome.status)
    tell(SAVED if outcome.value else _("Nothing has changed."))
    return go("administration.setting_group", group=group)


def present(context: Context, group: Group) -> dict[str, Any]:
    """Give the values in force, by the names of their fields; secrets are never shown."""
    values = stored(context)
    return {
        field_of(setting).name: _typed(setting, values.get(setting.key, setting.default))
        for setting in group.settings
        if not setting.secret
    }


def _typed(setting: Setting, value: Any) -> Any:
    """Turn a stored value back into what the field knows."""
    if not isinstance(value, str):
        return value
    kinds = {"day": date.fromisoformat, "time": time.fromisoformat}
    return kinds.get(setting.kind, str)(value)


def _page(context: Context, group: Group, form: CommandForm, status: int = 200) -> ResponseReturnValue:
    secret = {field_of(setting).name for setting in group.settings if setting.secret}
    for name in secret:
        form[name].data = ""
    return render(
        "administration/settings.html",
        status=status,
        group=group,
        form=form,
        secret=secret,
        deviations=deviations(context, group),
        broken={setting.key for setting in group.settings} & broken_secrets(context.runtime),
        tabs=[
            {
                "label": context.text(each.title),
                "url": url_for("administration.setting_group", group=each.key),
                "current": each.key == group.key,
            }
            for each in groups(context.runtime)
        ],
    )
