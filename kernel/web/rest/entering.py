"""What was sent for a record, as the arguments of the commands that write it: values, facets and parts by their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.fields import Field
from kernel.resources.records.facets import written_facets
from kernel.resources.records.values import (
    writable,
    writable_parts,
    written_facet_fields,
    written_part_fields,
)
from kernel.resources.resource import Resource
from kernel.web.rest import bodies
from kernel.web.rest.problems import pointer_of


def fields_to_write(context: Context, resource: Resource, *, creating: bool) -> dict[str, Field]:
    """Give the fields that the actor may write by the name that is sent: facets as `plugin.field`."""
    found = {item.name: item for item in writable(context, resource)}
    for facet in written_facets(context, resource, creating=creating):
        found.update({facet.qualified(item.name): item for item in written_facet_fields(context, facet)})
    return found


def parts_to_write(context: Context, resource: Resource) -> dict[str, dict[str, Field]]:
    """Give the fields of each part whose rows the actor may write."""
    return {
        part.name: {item.name: item for item in written_part_fields(context, resource, part)}
        for part in writable_parts(context, resource)
    }


def read(
    context: Context, resource: Resource, content: Mapping[str, Any], *, creating: bool
) -> dict[str, Any]:
    """Read a body; raise 422 that names every value that has not its form."""
    body = bodies.Body()
    bodies.only(body, content, ("values", "parts"))
    known = fields_to_write(context, resource, creating=creating)
    values = bodies.record(context, known, content.get("values", {}), body)
    parts = _parts(context, resource, content.get("parts", {}), body)
    body.check()
    facets = {facet.plugin for facet in context.runtime.facets(resource)}
    own: dict[str, Any] = {}
    held: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        plugin, dot, field = name.partition(".")
        if dot and plugin in facets and name not in resource.by_name:
            held.setdefault(plugin, {})[field] = value
        else:
            own[name] = value
    return {"values": own, "parts": parts, "facets": held}


def _parts(context: Context, resource: Resource, content: Any, body: bodies.Body) -> dict[str, Any]:
    if not isinstance(content, dict):
        body.add("#/parts", bodies.TYPES["object"])
        return {}
    known = parts_to_write(context, resource)
    read: dict[str, Any] = {}
    for name, rows in content.items():
        if name not in known:
            body.add(pointer_of(None, name), _("“%(name)s” cannot be entered here.", name=name[:60]))
        else:
            read[name] = bodies.rows(context, known[name], rows, name, body)
    return read
