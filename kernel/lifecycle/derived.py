"""Objects derived from declarations (row security above all), made anew after every lifecycle step.

The parts that own such objects register a function here; whoever migrates a schema calls `apply_derived` in the
same transaction. No migration ever writes a policy.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from kernel.access.policies import PolicySet
from kernel.access.tokens import store_signing_key
from kernel.access.walls import apply_policies
from kernel.data.names import app_role_here
from kernel.data.site import Site
from kernel.resources.parts import kernel_parts

KERNEL = "kernel"

Derive = Callable[[Connection, Site, str], None]
"""Called with the owner's connection, the site, and the schema whose objects are to be made anew."""

_REGISTERED: dict[str, Derive] = {}


def register_derived(name: str, derive: Derive) -> None:
    """Have `derive` called for each schema after it was created or changed; the same `name` replaces."""
    _REGISTERED[name] = derive


def apply_derived(connection: Connection, site: Site, schema: str) -> None:
    """Make everything that is derived in `schema` anew, in the transaction of `connection`."""
    for _name, derive in sorted(_REGISTERED.items()):
        derive(connection, site, schema)


def kernel_policies() -> PolicySet:
    """The policies of all parts of the kernel. Raises `RuntimeError` when the parts were not assembled."""
    parts = kernel_parts()
    if not parts:
        raise RuntimeError("no part of the kernel is registered: call assemble() before opening a site")
    return PolicySet([policy for part in parts for policy in part.policies])


def make_kernel_walls(connection: Connection, _site: Site, schema: str) -> None:
    """Make the row security of the kernel's own tables anew."""
    if schema == KERNEL:
        apply_policies(connection, KERNEL, kernel_policies(), app_role_here(connection))


def write_signing_key(connection: Connection, site: Site, schema: str) -> None:
    """Put the key that signs actors, which the site's secrets hold, where the owner's functions read it."""
    if schema == KERNEL:
        store_signing_key(connection, site.signing_key)


register_derived("policies", make_kernel_walls)
register_derived("signing-key", write_signing_key)
