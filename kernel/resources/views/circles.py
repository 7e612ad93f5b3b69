"""What may not stand beneath what: a record that would come to stand beneath itself is not saved."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import Tree

REASON = "look for circles in a tree"


def circles(context: Context, resource: Resource, record: Any, values: Mapping[str, Any]) -> list[Problem]:
    """Look whether a record would stand beneath itself, by the links of its trees that are among `values`.

    Records that the actor does not see are looked at, too: a circle may lead through them.
    """
    if record.id is None:
        return []
    names = {view.parent for view in resource.views if isinstance(view, Tree) and view.parent in values}
    return [
        Problem(name, _("A record cannot stand beneath itself."))
        for name in names
        if _turns(context, resource, record, name)
    ]


def _turns(context: Context, resource: Resource, record: Any, name: str) -> bool:
    """Climb from the new parent to the top; one transaction at a time, since two moves at once could make a circle."""
    link = resource.by_name[name]
    above, number = link.value_of(record), record.id
    if above is None:
        return False
    model: Any = resource.model
    column = link.column(model)
    with context.system(REASON) as system:
        lock = zlib.crc32(f"tree:{resource.name}:{name}".encode())
        system.session.execute(select(func.pg_advisory_xact_lock(lock)))
        passed = {number}
        while above is not None and above not in passed:
            passed.add(above)
            above = system.session.execute(select(column).where(model.id == above)).scalar_one_or_none()
    return bool(above == number)
