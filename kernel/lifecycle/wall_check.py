"""Whether row security in the database is what the declarations make of it, told by making it anew and comparing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

from kernel.access.walls import apply_policies
from kernel.data.engines import Engines
from kernel.data.names import app_role_here
from kernel.data.site import Site
from kernel.extension.calling import Hooks
from kernel.extension.discovery import Discovery
from kernel.extension.models import Setting
from kernel.extension.state import State, read_epoch, read_states, running
from kernel.resources.build import assemble
from kernel.resources.runtime import Runtime

_STATE = text("""
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
       ARRAY(SELECT unnest(c.relacl)::text ORDER BY 1) AS rights,
       ARRAY(SELECT concat_ws(' ', p.polname, p.polcmd, p.polpermissive,
                    ARRAY(SELECT pg_get_userbyid(r) FROM unnest(p.polroles) r ORDER BY 1),
                    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
               FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname) AS policies
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = :schema AND c.relkind IN ('r', 'p') ORDER BY c.relname
""")


def changed_schemas(owner: Connection, site: Site, engines: Engines, discovery: Discovery) -> list[str]:
    """The schemas of the kernel and of running plugins whose walls would change if they were made anew.

    Makes them anew in the transaction of `owner`, which the caller rolls back.
    """
    states = read_states(owner)
    found = running(discovery, states)
    runtime = _runtime(owner, site, engines, discovery, found)
    before = {schema: _state(owner, schema) for schema in ("kernel", *sorted(runtime.plugins))}
    changed = _differing(owner, before, runtime)
    failed = [name for name, state in states.items() if state.state is State.QUARANTINED]
    failed = [name for name in failed if name in discovery.plugins]
    if changed and failed:
        # Who fails too often is switched off in passing: walls that ask his scopes stay, and are answered nothing.
        again = _differing(owner, before, _runtime(owner, site, engines, discovery, {*found, *failed}))
        changed = [schema for schema in changed if schema in again]
    return changed


def _runtime(
    owner: Connection, site: Site, engines: Engines, discovery: Discovery, plugins: Iterable[str]
) -> Runtime:
    values = {row.key: row.value for row in owner.execute(Setting.__table__.select())}
    hooks = Hooks(discovery, set(plugins))
    return assemble(site, engines, epoch=read_epoch(owner), hooks=hooks, values=values)


def _differing(owner: Connection, before: Mapping[str, Any], runtime: Runtime) -> list[str]:
    for schema in before:
        apply_policies(owner, schema, runtime.policies, app_role_here(owner))
    return [schema for schema, state in before.items() if _state(owner, schema) != state]


def _state(owner: Connection, schema: str) -> Any:
    return owner.execute(_STATE, {"schema": schema}).all()
