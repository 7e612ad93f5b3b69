"""What a field that links to other records offers besides choosing: making one in place, and opening the chosen one."""

from __future__ import annotations

from flask import url_for

from kernel.resources.context import Context
from kernel.resources.field_rules import required_but_closed
from kernel.resources.fields import BaseChoice, Field, Link
from kernel.resources.records.values import offered, writable
from kernel.resources.resource import Resource


def quick_fields(context: Context, resource: Resource) -> list[Field]:
    """Give the fields of the short form of a kind, as far as the actor writes them: declared ones, else the required.

    Nothing where such records are not entered by hand, or need what he may not write.
    """
    if not resource.editable or resource.overview:
        return []
    if required_but_closed(resource.fields, writable(context, resource)):
        return []
    asked = offered(context, resource)
    by_name = {item.name: item for item in asked}
    named = [by_name[name] for name in resource.quick if name in by_name]
    label = [item for item in asked if item.attribute == resource.label]
    needed = [item for item in asked if item.required]
    return list(dict.fromkeys([*(named or label), *needed]))


def makers(context: Context, item: Field) -> list[tuple[str, str]]:
    """Give title and address of what the actor may make in place for a field; the title is empty for base data."""
    if isinstance(item, BaseChoice):
        return (
            [("", url_for("base_data.add", source=item.source))] if context.may("base_data", "create") else []
        )
    if not isinstance(item, Link):
        return []
    linked = context.runtime.resource(item.to)
    kinds = [linked]
    if linked.overview:
        # A list of several kinds: each has a form of its own.
        kinds = [each for each in context.runtime.resources.values() if each.model is linked.model]
    return [
        (context.text(each.title), url_for("quick.new", resource=each.name))
        for each in kinds
        if context.may(each.permission, "create") and quick_fields(context, each)
    ]


def opening(context: Context, item: Field) -> str:
    """Give the address of the chosen record with `{id}` in it; empty where the actor may open none."""
    if not isinstance(item, Link) or not may_open(context, item):
        return ""
    return f"/{context.runtime.resource(item.to).path}/{{id}}"


def may_open(context: Context, item: Link) -> bool:
    """Say whether the actor may open what a field leads to: provinces have names for everybody, and a page for few."""
    return context.may(context.runtime.resource(item.to).permission, "view")
