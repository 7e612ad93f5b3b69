"""The state of the site: what the doctor finds, and what plugins say of their own condition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from flask.typing import ResponseReturnValue

from kernel.administration.plugins import titles as plugin_titles
from kernel.data.config import Config
from kernel.i18n import LazyText, _
from kernel.lifecycle.doctor import Check, examine
from kernel.web.current import current, runtime, scope
from kernel.web.pages import render, words
from kernel.web.slots import note_failed
from kernel.web.views.administration.blueprint import administrators, pages

NAMES: Mapping[str, LazyText] = {
    "database": _("Database"),
    "server": _("Database server"),
    "extensions": _("Extensions of the server"),
    "letters": _("Persian letters"),
    "marks": _("Fast search"),
    "migrations": _("Tables of the kernel"),
    "walls": _("Walls around the rows"),
    "plugins": _("Plugins"),
    "files": _("Folder of files"),
    "workers": _("Workers"),
    "backups": _("Backups"),
    "place of backups": _("Folder of backups"),
    "held": _("Held copy"),
}
"""What the doctor looks at, in the user's words; other looks bear their own names."""


_PATH = re.compile(r"(?<!\S)/\S+")
_APART = "\u2066\\g<0>\u2069"
"""A path set apart, left to right: among Persian words its slashes would jump to the other end."""


@pages.get("/doctor")
@administrators
def doctor() -> ResponseReturnValue:
    """Examine the site and show what was found."""
    scope().close()
    served = runtime()
    checks = examine(Config.from_env(), served.site, discovery=served.hooks.discovery)
    context = current()
    answers = served.items("health", ctx=context)
    note_failed(answers.failed)
    return render(
        "administration/doctor.html",
        checks=sorted(map(_shown, checks), key=lambda check: check.ok),
        names=NAMES,
        health=[(answer.plugin, answer.value) for answer in answers],
        plugin_titles=plugin_titles(context),
    )


def _shown(check: Check) -> Check:
    """The same finding with its paths set apart."""
    return replace(check, detail=_PATH.sub(_APART, words(check.detail)))
