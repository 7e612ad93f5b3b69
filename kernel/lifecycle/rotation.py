"""A new key for what stands encrypted in a site's database, and where that stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, insert, select, text, update

from kernel.access.models import AuditEntry, SecondFactor
from kernel.data.base import KernelBase
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import SiteError
from kernel.data.sealing import SealBroken, Sealer, is_sealed, new_key
from kernel.data.site import Site
from kernel.data.site_store import SiteStore
from kernel.extension.models import Setting
from kernel.extension.state import raise_epoch
from kernel.i18n import _
from kernel.interfaces.models import Webhook
from kernel.lifecycle.sites import alone
from kernel.messages.models import SenderLine

PLACES: tuple[tuple[type[KernelBase], str], ...] = (
    (SecondFactor, "secret"),
    (Setting, "value"),
    (SenderLine, "secrets"),
    (Webhook, "secret"),
    (Webhook, "former_secret"),
)
"""The columns that hold sealed texts, by themselves or within JSON."""


def sealed_within(value: object) -> Iterator[str]:
    """The sealed texts in a value of one of the `PLACES`."""
    if is_sealed(value):
        yield str(value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from sealed_within(each)
    elif isinstance(value, list):
        for each in value:
            yield from sealed_within(each)


def sealed_texts(owner: Connection) -> Iterator[str]:
    """Everything that stands sealed in a site's database."""
    for model, name in PLACES:
        for value in owner.execute(select(model.__table__.c[name])).scalars():
            yield from sealed_within(value)


def rotate_key(config: Config, engines: Engines, name: str, *, forget_old: bool = False) -> int:
    """Seal everything anew with a new key; give how many texts there were.

    The new key is written beside the site's other secrets first, so that nothing is ever sealed with a key that is not
    kept. The old ones stay until `forget_old` is asked for in a run of its own, which seals with the newest key there is:
    servers and workers that run learn of a key within a second, and what one of them sealed meanwhile is still opened.
    Raises `SiteError`, having changed nothing in the database, where a text is opened by no key.
    """
    store = SiteStore(config)
    with alone(store):
        site = store.load(name)
        if not forget_old:
            site = store.keep_keys(name, (new_key(), *site.data_keys))
        with engines.owner(site).begin() as owner:
            renewed = _seal_anew(owner, site)
            detail = {"secrets": renewed, "old_keys_forgotten": forget_old}
            entry = {"at": datetime.now(UTC), "actor_id": 0, "what": "site.rotate_key", "detail": detail}
            owner.execute(insert(AuditEntry), [entry])
            raise_epoch(owner)
        if forget_old:
            store.keep_keys(name, site.data_keys[:1])
    return renewed


def _seal_anew(owner: Connection, site: Site) -> int:
    renewed = 0
    for model, name in PLACES:
        table = cast(Table, model.__table__)
        # Whoever seals at this moment waits, and seals with the keys that he knows: the old ones open it still.
        owner.execute(text(f"LOCK TABLE {table.fullname} IN SHARE ROW EXCLUSIVE MODE"))
        keys = list(table.primary_key)
        for *key, value in owner.execute(select(*keys, table.c[name])).all():
            found = len(list(sealed_within(value)))
            if found:
                same = [part == given for part, given in zip(keys, key, strict=True)]
                owner.execute(update(table).where(*same).values({name: _anew(value, site.sealer)}))
                renewed += found
    return renewed


def _anew(value: Any, sealer: Sealer) -> Any:
    if isinstance(value, dict):
        return {name: _anew(each, sealer) for name, each in value.items()}
    if isinstance(value, list):
        return [_anew(each, sealer) for each in value]
    if not is_sealed(value):
        return value
    try:
        return sealer.renew(value)
    except SealBroken:
        raise SiteError(
            _(
                "A secret in the database is opened by no key of the site. See “peyvand doctor”; enter it anew first."
            ),
            "seal-broken",
        ) from None
