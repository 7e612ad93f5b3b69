"""What the layer of administration contributes: commands, settings, menu."""

from __future__ import annotations

from kernel.administration import (
    api_tokens,
    audit,
    base_values,
    branding,
    deputies,
    field_rules,
    first_steps,
    invitations,
    job_runs,
    leaving,
    mail,
    menu,
    number_series,
    own_data,
    own_language,
    patterns,
    retention,
    settings,
    sign_in_settings,
    sign_ins,
    tasks,
    undelivered,
    units,
    user_fields,
    users,
)
from kernel.administration.demo import samples
from kernel.administration.housekeeping import JOBS
from kernel.extension.contributions import Setting
from kernel.i18n import _
from kernel.resources.commands import commands_in
from kernel.resources.customs import WEEK
from kernel.resources.parts import KernelPart

SETTINGS = (
    Setting(
        key="extension.quarantine_failures",
        title=_("Failures after which a plugin is switched off"),
        kind="whole",
        default=10,
        help=_("A plugin that fails so often within the time below is put into quarantine."),
        order=10,
    ),
    Setting(
        key="extension.quarantine_minutes",
        title=_("Minutes in which these failures are counted"),
        kind="whole",
        default=10,
        order=20,
    ),
    Setting(
        key="display.currency",
        title=_("Amounts are shown in"),
        kind="choice",
        choices={"rial": _("Rial"), "toman": _("Toman")},
        default="rial",
        help=_(
            "Stored are whole Rials, whatever is chosen. An entry field takes Rials, or Toman where that word is behind."
        ),
        order=10,
    ),
    WEEK,
    *sign_in_settings.SETTINGS,
    *mail.SETTINGS,
    *job_runs.SETTINGS,
    *api_tokens.SETTINGS,
)

PART = KernelPart(
    name="administration",
    commands=commands_in(
        api_tokens,
        audit,
        base_values,
        branding,
        deputies,
        field_rules,
        first_steps,
        invitations,
        job_runs,
        leaving,
        number_series,
        own_data,
        own_language,
        patterns,
        retention,
        settings,
        sign_ins,
        tasks,
        undelivered,
        units,
        user_fields,
        users,
    ),
    settings=SETTINGS,
    jobs=JOBS,
    hooks=menu,
)
"""The part that `kernel.administration.assembly` enters."""

BACKGROUND = (samples,)
"""Modules imported here so that every process knows the work that they declare."""
