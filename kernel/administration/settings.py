"""Settings of the site: declared by parts of the kernel and by plugins, typed as fields, stored where they differ.

What equals the declared default is not stored, so that a better default reaches the site with an upgrade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from kernel.access.models import UserAccount
from kernel.administration.secret_settings import opened_value, sealed_value
from kernel.extension.contributions import Setting
from kernel.extension.models import Setting as SettingRow
from kernel.extension.state import raise_epoch
from kernel.i18n import LazyText, _
from kernel.resources import fields
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound
from kernel.resources.fields import Field, FieldError
from kernel.resources.runtime import Runtime

GROUP_TITLES: Mapping[str, LazyText] = {
    "parties": _("Parties"),
    "consent": _("Consent"),
    "extension": _("Plugins"),
    "backup": _("Backups"),
    "jobs": _("Jobs"),
    "mail": _("Mail"),
    "messages": _("Messages"),
    "access": _("Signing in"),
    "interfaces": _("Interface for programs"),
    "documents": _("Printing"),
    "reports": _("Reports"),
    "display": _("Display"),
    "calendar": _("Working days"),
}
"""Titles of the kernel's own groups; a plugin's group bears its title."""

HIDDEN = "•••"
"""What stands for a secret in the account of changes."""


@dataclass(frozen=True)
class Deviation:
    """That the site has set a setting itself: who and when, and the default, to which it can go back."""

    default: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Group:
    """The settings of one part of the kernel or of one plugin."""

    key: str
    title: LazyText | str
    settings: tuple[Setting, ...]


def groups(runtime: Runtime) -> list[Group]:
    """Give all settings by who declares them, the kernel's parts first."""
    found: dict[str, list[Setting]] = {}
    for key, setting in runtime.declared.settings.items():
        found.setdefault(key.partition(".")[0], []).append(setting)
    ordered = sorted(found, key=lambda key: (key in runtime.plugins, key))
    return [
        Group(key, _title(runtime, key), tuple(sorted(found[key], key=lambda each: (each.order, each.key))))
        for key in ordered
    ]


def find_group(runtime: Runtime, key: str) -> Group:
    """Give a group by its key; raise `NotFound`."""
    for group in groups(runtime):
        if group.key == key:
            return group
    raise NotFound()


def field_of(setting: Setting) -> Field:
    """Give the field by which a setting is entered; its name is the key's last part."""
    options: dict[str, Any] = {"help": setting.help or None}
    if setting.kind in ("choice", "choices"):
        options["options"] = setting.choices
        options["required"] = True
    if setting.bounds is not None:
        options["least"], options["most"] = setting.bounds
    return KINDS[setting.kind](_name(setting), setting.title, **options)


KINDS: Mapping[str, Callable[..., Field]] = {
    "text": fields.Text,
    "long_text": fields.LongText,
    "secret_text": fields.Text,
    "number": fields.Whole,
    "whole": fields.Whole,
    "decimal": fields.Decimal,
    "percent": fields.Percent,
    "money": fields.Money,
    "minutes": fields.Minutes,
    "day": fields.Day,
    "time": fields.TimeOfDay,
    "yes_no": fields.YesNo,
    "choice": fields.Choice,
    "choices": fields.Choices,
    "phone": fields.Phone,
    "email": fields.Email,
}
"""The kinds of settings; each is a kind of field."""


def stored(context: Context) -> dict[str, Any]:
    """Read the values that the site itself has set."""
    with context.system("read the settings") as system:
        rows = system.session.execute(select(SettingRow.key, SettingRow.value))
        return {row.key: row.value for row in rows}


def deviations(context: Context, group: Group) -> dict[str, Deviation]:
    """Give, by the names of their fields, what the site has set otherwise than declared; one query."""
    statement = (
        select(SettingRow.key, SettingRow.updated_at, UserAccount.display_name)
        .outerjoin(UserAccount, UserAccount.id == SettingRow.updated_by)
        .where(SettingRow.key.in_([setting.key for setting in group.settings]))
    )
    with context.system("who has changed settings") as system:
        rows = {row[0]: row for row in system.session.execute(statement)}
    return {
        _name(setting): Deviation(_default(context, setting), row[2] or "", row[1])
        for setting in group.settings
        if (row := rows.get(setting.key)) is not None
    }


def _default(context: Context, setting: Setting) -> str:
    if setting.secret or setting.default in (None, ""):
        return ""
    return field_of(setting).show(setting.default, context)


@command("settings.reset", _("Put a setting back to its default"), resource="setting", action="edit")
def reset(context: Context, *, group: str, name: str) -> None:
    """Let the declared default of one setting be in force again. `NotFound` for a setting that is not there."""
    administrators_only(context)
    setting = next(
        (each for each in find_group(context.runtime, group).settings if _name(each) == name), None
    )
    if setting is None:
        raise NotFound()
    with context.system("settings") as system:
        if store_values(system, {setting.key: setting.default}):
            raise_epoch(system.session)


@command("settings.save", _("Change settings"), resource="setting", action="edit")
def save(context: Context, *, group: str, values: Mapping[str, Any]) -> int:
    """Set the settings of one group from what was entered; an empty secret stays as it is.

    Gives how many changed. Raises `Invalid` naming each field.
    """
    administrators_only(context)
    found = find_group(context.runtime, group)
    problems, read = [], {}
    for setting in found.settings:
        name = _name(setting)
        secret_kept = setting.secret and not values.get(name)
        if name not in values or secret_kept:
            continue
        item = field_of(setting)
        try:
            value = item.read(values[name], context)
            _judge(setting, value)
            # What was emptied goes back to its default: nothing that reads a number has to expect none.
            read[setting.key] = setting.default if value is None else value
        except FieldError as error:
            problems.append(item.problem(error))
    if problems:
        raise Invalid(problems)
    with context.system("settings") as system:
        changed = store_values(system, read)
        if changed:
            raise_epoch(system.session)
    return changed


def store_values(context: Context, values: Mapping[str, Any]) -> int:
    """Write settings by key, account for what changed, and give how many did; the context acts for the system."""
    declared = context.runtime.declared
    rows = context.session.execute(select(SettingRow.key, SettingRow.value))
    before = {row.key: row.value for row in rows}
    changes: dict[str, list[Any]] = {}
    for key, value in values.items():
        setting = declared.settings[key]
        plain = value.isoformat() if hasattr(value, "isoformat") else value
        old = opened_value(context, setting, before.get(key, setting.default))
        if plain == old:
            continue
        changes[key] = [HIDDEN, HIDDEN] if setting.secret else [old, plain]
        if plain == setting.default:
            context.session.execute(delete(SettingRow).where(SettingRow.key == key))
        else:
            put_value(context, key, sealed_value(context, setting, plain))
    if changes:
        note(context, "settings.save", detail=changes)
    return len(changes)


def put_value(context: Context, key: str, value: Any) -> None:
    """Write one value of the site; the context acts for the system."""
    row = {"value": value, "updated_at": context.now, "updated_by": context.actor.user_id or 0}
    statement = upsert(SettingRow).values(key=key, **row)
    context.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=row))


def _judge(setting: Setting, value: Any) -> None:
    """Ask the plugin what it thinks of a value; raise `FieldError` with what is wrong."""
    wrong = setting.check(value) if setting.check is not None and value is not None else None
    if wrong is not None:
        raise FieldError(wrong, _name(setting))


def _name(setting: Setting) -> str:
    return setting.key.partition(".")[2]


def _title(runtime: Runtime, key: str) -> LazyText | str:
    found = runtime.hooks.discovery.plugins.get(key)
    if found is not None and key in runtime.plugins:
        return found.plugin.title
    return GROUP_TITLES.get(key, key)
