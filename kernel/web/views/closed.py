"""What a form tells instead of asking: fields that the reader sees and whose rule keeps him from writing them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kernel.resources.context import Context
from kernel.resources.field_rules import facet_fields, part_fields
from kernel.resources.fields import Field
from kernel.resources.records.facets import facet_rows
from kernel.resources.records.values import visible_parts, writable_parts
from kernel.resources.resource import Resource
from kernel.web.forms.build import part_records
from kernel.web.views.values import Fact, facts_of


@dataclass
class Closed:
    """Facts by the title of their section, by the name of their facet's plugin, and by part and row."""

    sections: dict[str, list[Fact]] = field(default_factory=dict)
    facets: dict[str, list[Fact]] = field(default_factory=dict)
    rows: dict[tuple[str, str], list[Fact]] = field(default_factory=dict)


def closed_to(context: Context, resource: Resource, record: Any) -> Closed:
    """Give the fields of a record that the actor's rules let him read only; nothing for who is bound by none."""
    found = Closed()
    if not context.actor.fields:
        return found
    found.sections = _sections(context, resource, record)
    present = facet_rows(context, resource, record.id)
    for facet in context.runtime.facets(resource):
        fields = _closed(facet.fields, facet_fields(context, facet))
        if fields and facet.plugin in present:
            (found.facets[facet.plugin],) = facts_of(context, fields, [present[facet.plugin]])
    written = {part.name for part in writable_parts(context, resource)}
    for part in visible_parts(context, resource):
        fields = _closed(part.fields, part_fields(context, resource, part))
        if fields and part.name in written:
            rows = part_records(context, part, record.id)
            for row, facts in zip(rows, facts_of(context, fields, rows), strict=True):
                found.rows[part.name, str(row.id)] = facts
    return found


def _sections(context: Context, resource: Resource, record: Any) -> dict[str, list[Fact]]:
    fields = _closed(resource.fields, resource.visible_fields(context))
    if not fields:
        return {}
    (facts,) = facts_of(context, fields, [record])
    by_name = dict(zip((item.name for item in fields), facts, strict=True))
    found: dict[str, list[Fact]] = {}
    for section in resource.sections:
        inside = [by_name.pop(name) for name in section.fields if name in by_name]
        if inside:
            found[context.text(section.title)] = inside
    if by_name:
        found.setdefault(context.text(resource.title), []).extend(by_name.values())
    return found


def _closed(declared: Iterable[Field], given: Iterable[Field]) -> list[Field]:
    """The fields that a rule has made read-only; those that nobody writes are no news to anybody."""
    written = {item.name for item in declared if not item.read_only}
    return [item for item in given if item.read_only and item.name in written]
