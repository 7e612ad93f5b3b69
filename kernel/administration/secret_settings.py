"""Secret settings: encrypted in the database with a key of the site that lies outside of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from kernel.data.sealing import SealBroken, is_sealed
from kernel.extension.contributions import Setting
from kernel.extension.models import Setting as SettingRow
from kernel.extension.state import raise_epoch
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.runtime import Runtime


def sealed_value(context: Context, setting: Setting, value: Any) -> Any:
    """Give what is stored of a setting's value: of a secret, its sealed form.

    Raises `Invalid` at the setting's field where the site has no sound key.
    """
    if not setting.secret or value is None:
        return value
    try:
        return context.site.sealer.seal(value)
    except SealBroken:
        text = _("This cannot be kept: the site has no sound key for its secrets. See “peyvand doctor”.")
        raise Invalid([Problem(setting.key.partition(".")[2], text)]) from None


def opened_value(context: Context, setting: Setting, value: Any) -> Any:
    """Give the value that is stored; None for a secret that no key opens, so that it can be entered anew."""
    if not (setting.secret and is_sealed(value)):
        return value
    try:
        return context.site.sealer.open(value)
    except SealBroken:
        return None


def broken_secrets(runtime: Runtime) -> frozenset[str]:
    """Give the keys of secret settings that are stored and that no key of the site opens."""
    broken = set()
    for key, setting in runtime.declared.settings.items():
        if setting.secret:
            try:
                runtime.setting(key)
            except SealBroken:
                broken.add(key)
    return frozenset(broken)


def seal_plain_secrets(runtime: Runtime) -> int:
    """Encrypt the secret settings that an older program stored as they were; gives how many there were."""
    secret = [key for key, setting in runtime.declared.settings.items() if setting.secret]
    with runtime.system_work(
        "secrets of an older program", "settings.seal", allowed_when_ended=True
    ) as context:
        rows = context.session.execute(
            select(SettingRow.key, SettingRow.value).where(SettingRow.key.in_(secret))
        ).all()
        plain = {
            row.key: row.value for row in rows if isinstance(row.value, str) and not is_sealed(row.value)
        }
        for key, value in plain.items():
            # By statement, not as an object: the history of objects would keep the plain text.
            sealed = {"value": runtime.site.sealer.seal(value)}
            context.session.execute(update(SettingRow).where(SettingRow.key == key).values(sealed))
        if plain:
            raise_epoch(context.session)
    return len(plain)
