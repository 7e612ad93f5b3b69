"""Whether row security in the database is what the declarations make of it, told by making it anew and comparing."""

from __future__ import annotations

from sqlalchemy import Connection, text

from kernel.access.walls import apply_policies
from kernel.data.engines import Engines
from kernel.data.names import app_role_here
from kernel.data.site import Site
from kernel.extension.calling import Hooks
from kernel.extension.discovery import Discovery
from kernel.extension.models import Setting
from kernel.extension.state import read_epoch, read_states, running
from kernel.resources.build import assemble

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
    hooks = Hooks(discovery, running(discovery, states))
    values = {row.key: row.value for row in owner.execute(Setting.__table__.select())}
    runtime = assemble(site, engines, epoch=read_epoch(owner), hooks=hooks, values=values)
    changed = []
    for schema in ("kernel", *sorted(runtime.plugins)):
        before = owner.execute(_STATE, {"schema": schema}).all()
        apply_policies(owner, schema, runtime.policies, app_role_here(owner))
        if owner.execute(_STATE, {"schema": schema}).all() != before:
            changed.append(schema)
    return changed
