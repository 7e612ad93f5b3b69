"""Walls of tables that scopes of plugins cover, made anew when a plugin comes, goes, rests or changes.

A scope may cover tables of other schemas, the parties of the kernel above all, and whatever hangs on them. Their walls are
made from the plugins that run; a plugin that goes must not leave one that calls its functions.
"""

from __future__ import annotations

from kernel.access.scope_functions import forget_scope_functions, tables_asking
from kernel.access.walls import apply_to_tables, tables_scoped, take_walls_away
from kernel.data.names import app_role
from kernel.lifecycle.asking import runtime_with
from kernel.lifecycle.steps import Work


def cover(work: Work, *, without: str = "") -> None:
    """Make the walls of covered tables what the running plugins declare, leaving `without` out of account.

    Where no plugin declares a scope and none did, nothing is touched.
    """
    connection = work.connection
    runtime = runtime_with(work, without=without)
    policies = runtime.policies
    wanted = set(tables_scoped(policies)) | set(tables_asking(connection))
    apply_to_tables(connection, sorted(wanted), policies, app_role(work.workshop.site.name))
    if without:
        _close(work, without)
    for name in runtime.plugins:
        forget_scope_functions(connection, name, [each for each in policies.declared if each.plugin == name])


def _close(work: Work, name: str) -> None:
    """Take the walls away from tables of plugins that do not run: they show nothing until these are switched on again."""
    for schema, table in tables_asking(work.connection, name):
        take_walls_away(work.connection, schema, table)
