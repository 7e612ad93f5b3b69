"""Values of a record as facts to read: by sections, with the names behind ids fetched together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import CommandError
from kernel.resources.field_rules import facet_fields, part_fields
from kernel.resources.fields import (
    BaseChoice,
    Choice,
    Choices,
    Email,
    Field,
    Link,
    Lookup,
    Money,
    Phone,
    Website,
)
from kernel.resources.fields.choices import labels_behind
from kernel.resources.fields.tones import tone_of
from kernel.resources.records import editable
from kernel.resources.records.facets import facet_rows
from kernel.resources.records.values import may_hand_over, visible_parts
from kernel.resources.resource import Resource
from kernel.web.forms.build import part_records, plugin_title
from kernel.web.forms.linking import may_open
from kernel.web.views.addresses import record_url


@dataclass(frozen=True)
class Fact:
    """One value: its label, text, how it is drawn (`kind`), and where it is edited in place (None: not here)."""

    label: str
    text: str
    value: Any
    kind: str = "text"
    tone: str = ""
    url: str = ""
    edit_url: str | None = None


@dataclass(frozen=True)
class FactGroup:
    """A titled group of facts; `plugin` names whose they are."""

    title: str
    facts: list[Fact]
    plugin: str = ""
    tab: str = ""


@dataclass(frozen=True)
class PartTable:
    """The rows of a part, each as facts."""

    title: str
    rows: list[list[Fact]]
    tab: str = ""


def fact_of(
    context: Context, item: Field, value: Any, edit_url: str | None = None, text: str | None = None
) -> Fact:
    """Describe one value; `text` is the name behind an id where it is known already."""
    shown = item.show(value, context) if text is None else text
    kind, tone, url = "text", "", ""
    if value is None:
        kind = "empty"
    elif isinstance(item, Choices):
        kind = "text"
    elif isinstance(item, Choice) or (isinstance(item, BaseChoice) and tone_of(context, item, value)):
        kind, tone = "badge", tone_of(context, item, value)
    elif isinstance(item, Money):
        kind = "money"
    elif isinstance(item, Phone | Email | Website):
        kind = item.kind
    elif isinstance(item, Link) and shown and may_open(context, item):
        kind, url = "link", record_url(context.runtime.resource(item.to), value)
    elif item.widget == "textarea":
        kind = "long"
    elif item.ltr and not _in_words(shown):
        kind = "code"
    return Fact(context.text(item.title), shown, value, kind, tone, url, edit_url)


def _in_words(shown: str) -> bool:
    """Say whether a code is words of a language from right to left, such as the postal address of a letter."""
    return any("\u0620" <= letter <= "\u064a" for letter in shown)


def facts_of(
    context: Context, fields: Sequence[Field], records: Sequence[Any], edit_urls: dict[str, str] | None = None
) -> list[list[Fact]]:
    """Describe the fields of several records; the names behind ids are read together."""
    lookups = [item for item in fields if isinstance(item, Lookup)]
    behind = labels_behind([(item, _held(item, records)) for item in lookups], context)
    names = dict(zip((item.name for item in lookups), behind, strict=True))
    urls = edit_urls or {}
    described = []
    for record in records:
        line = []
        for item in fields:
            value = item.value_of(record)
            text = names[item.name].get(value, "") if item.name in names and value is not None else None
            line.append(fact_of(context, item, value, urls.get(item.name), text))
        described.append(line)
    return described


def _held(item: Lookup, records: Iterable[Any]) -> set[int]:
    return {value for record in records if (value := item.value_of(record)) is not None}


def groups_of(context: Context, resource: Resource, record: Any) -> list[FactGroup]:
    """Give the facts of a record by its sections, those of no section after them, then those of plugins."""
    stored = [item for item in resource.visible_fields(context) if item.stored_in(resource.model)]
    visible = {item.name: item for item in stored if item.attribute not in ("id", resource.label)}
    changeable = resource.editable and may_edit(context, resource, record.id)
    urls = {
        name: f"/{resource.path}/{record.id}/field/{name}"
        for name, item in visible.items()
        if changeable and not item.read_only and may_hand_over(context, resource, item)
    }
    apart = [name for name, item in visible.items() if not _applies(resource, item, record)]
    for name in apart:
        del visible[name]
    (line,) = facts_of(context, list(visible.values()), [record], urls)
    facts = dict(zip(visible, line, strict=True))
    placed = {name for section in resource.sections for name in section.fields}
    groups = []
    for section in resource.sections:
        inside = [facts[name] for name in section.fields if name in facts]
        if inside and section.on_page:
            groups.append(FactGroup(context.text(section.title), inside, tab=section.tab))
    loose = [fact for name, fact in facts.items() if name not in placed and (fact.edit_url or fact.text)]
    if loose:
        title = _("Other details") if groups else resource.title
        groups.append(FactGroup(context.text(title), loose))
    return groups + _facet_groups(context, resource, record, changeable)


def _applies(resource: Resource, item: Field, record: Any) -> bool:
    """Say whether a field is told: one that does not apply, and is empty, is not."""
    if item.when is None or item.value_of(record):
        return True
    return item.when.fits(resource.by_name[item.when.field].value_of(record))


def _facet_groups(context: Context, resource: Resource, record: Any, changeable: bool) -> list[FactGroup]:
    rows = facet_rows(context, resource, record.id)
    groups = []
    for facet in context.runtime.facets(resource):
        if facet.plugin not in rows or (facet.when is not None and not facet.when(record)):
            continue
        fields = facet_fields(context, facet)
        editing = changeable and context.may(facet.permission, "edit")
        urls = {
            item.name: f"/{resource.path}/{record.id}/field/{facet.qualified(item.name)}"
            for item in fields
            if editing and not item.read_only
        }
        (line,) = facts_of(context, fields, [rows[facet.plugin]], urls)
        source = plugin_title(context, facet)
        if not source and not any(fact.text for fact in line):
            continue  # what the kernel asks of everybody and nobody answered is entered on the form
        groups.append(FactGroup(context.text(facet.title), line, source, facet.tab))
    return groups


def parts_of(context: Context, resource: Resource, record_id: int) -> list[PartTable]:
    """Give the rows of each part that has any."""
    tables = []
    for part in visible_parts(context, resource):
        rows = part_records(context, part, record_id) if part.on_page else ()
        if rows:
            fields = part_fields(context, resource, part)
            tables.append(PartTable(context.text(part.title), facts_of(context, fields, rows), part.tab))
    return tables


def may_edit(context: Context, resource: Resource, record_id: int) -> bool:
    """Say whether the actor may change this very record."""
    return may_do(context, resource, record_id, "edit")


LASTING = frozenset({"print"})
"""What may be done with a record after the end of the site's term."""


def may_do(context: Context, resource: Resource, record_id: int, action: str) -> bool:
    """Say whether the actor may do something to this very record."""
    if (context.read_only and action not in LASTING) or not context.may(resource.permission, action):
        return False
    try:
        editable(context, resource, record_id, action)
    except CommandError:
        return False
    return True
