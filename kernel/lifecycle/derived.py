"""Objects derived from declarations (row security above all), made anew after every lifecycle step.

The parts that own such objects register a function here; whoever migrates a schema calls `apply_derived` in
the same transaction. No migration ever writes a policy.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from kernel.access.models import SigningKey
from kernel.data.site import Site

Derive = Callable[[Connection, Site, str], None]
"""Called with the owner's connection, the site, and the schema whose objects are to be made anew."""

_REGISTERED: dict[str, Derive] = {}


def register_derived(name: str, derive: Derive) -> None:
    """Have `derive` called for each schema after it was created or changed; the same `name` replaces."""
    _REGISTERED[name] = derive


def write_signing_key(connection: Connection, site: Site, schema: str) -> None:
    """Put the key that signs actors, which the site's secrets hold, where the owner's functions read it."""
    if schema == "kernel":
        row = insert(SigningKey).values(id=1, secret=site.signing_key)
        connection.execute(
            row.on_conflict_do_update(index_elements=["id"], set_={"secret": site.signing_key})
        )


def apply_derived(connection: Connection, site: Site, schema: str) -> None:
    """Make everything that is derived in `schema` anew, in the transaction of `connection`."""
    for _name, derive in sorted(_REGISTERED.items()):
        derive(connection, site, schema)


register_derived("signing-key", write_signing_key)
