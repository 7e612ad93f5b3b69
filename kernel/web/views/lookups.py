"""Choices while typing: records of a resource, and the values that a field of a form may take."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.field_rules import facet_fields, part_fields
from kernel.resources.fields import Field, Lookup
from kernel.resources.lists import suggestions
from kernel.resources.records.values import visible_parts
from kernel.resources.resource import Resource
from kernel.web.current import current
from kernel.web.forms.linking import makers
from kernel.web.pages import render

AT_ONCE = 20
LONGEST = 200


def suggest(resource: Resource) -> ResponseReturnValue:
    """Give the records whose name fits what was typed, as rows of a lookup."""
    context = current()
    context.require(resource.permission, "view")
    found = suggestions(context, resource, _typed(), AT_ONCE)
    return render("records/options.html", options=found, makers=(), typed="")


def options(resource: Resource, field: str) -> ResponseReturnValue:
    """Give the values that a field may take, as rows of a lookup; of base data also a way to add what is missing."""
    context = current()
    _may_choose(context, resource)
    item = find_field(context, resource, field)
    if not isinstance(item, Lookup):
        raise NotFound()
    typed = _typed()
    found = item.suggest(typed, context, AT_ONCE)
    made = [
        (title, with_typed(address, typed, "name" if title else "title"))
        for title, address in (() if context.read_only else makers(context, item))
    ]
    return render("records/options.html", options=found, makers=made, typed=typed)


def with_typed(address: str, typed: str, name: str) -> str:
    """Let the form at an address begin with what was typed."""
    return f"{address}?{urlencode({name: typed})}" if typed else address


def find_field(context: Context, resource: Resource, name: str) -> Field:
    """Find a field by the name under which forms address it: `city`, `phones-kind`, `medical.blood_group`.

    Raises `NotFound` for one that is not there or not the actor's to see.
    """
    part_name, dash, inner = name.partition("-")
    if dash:
        for part in visible_parts(context, resource):
            if part.name == part_name:
                for item in part_fields(context, resource, part):
                    if item.name == inner:
                        return item
        raise NotFound()
    for item in resource.visible_fields(context):
        if item.name == name:
            return item
    plugin, _dot, inner = name.partition(".")
    for facet in context.runtime.facets(resource):
        if facet.plugin == plugin and context.may(facet.permission, "view"):
            for item in facet_fields(context, facet):
                if item.name == inner:
                    return item
    raise NotFound()


def _may_choose(context: Context, resource: Resource) -> None:
    """Whoever may see, make or change such records may see what their fields can hold."""
    if not any(context.may(resource.permission, action) for action in ("view", "create", "edit")):
        context.require(resource.permission, "view")


def _typed() -> str:
    return request.args.get("q", "")[:LONGEST]
