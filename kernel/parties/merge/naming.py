"""How tables and columns are called before a user: by what was declared about them, else by the plugin that owns them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.fields import Field
from kernel.resources.resource import Resource

KNOWN: dict[str, LazyText] = {
    "kernel.note": _("Notes"),
    "kernel.attachment": _("Files"),
    "kernel.party_group_member": _("Groups"),
    "kernel.party": _("Persons and organisations"),
    "kernel.segment": _("Segments"),
}


def named(context: Context, resource: Resource, table: str, columns: Sequence[str] = ()) -> tuple[str, str]:
    """Give the title of a table, and those of its columns in one line."""
    title, fields = _described(context, resource, table)
    titles = {item.attribute: context.text(item.title) for item in fields}
    comma = "، " if context.locale == "fa" else ", "
    return context.text(title), comma.join(titles.get(name, name) for name in columns)


def _described(context: Context, resource: Resource, table: str) -> tuple[LazyText | str, Iterable[Field]]:
    for part in resource.parts:
        if part.model.__table__.fullname == table:
            return part.title, part.fields
    for facet in context.runtime.facets(resource):
        if facet.model.__table__.fullname == table:
            return facet.title, facet.fields
    kinds = context.runtime.by_table.get(table, ())
    if table in KNOWN:
        return KNOWN[table], kinds[0].fields if kinds else ()
    if kinds:
        return kinds[0].plural, kinds[0].fields
    schema, _dot, name = table.partition(".")
    plugin = context.runtime.hooks.discovery.plugins.get(schema)
    if plugin is not None:
        return _("%(plugin)s: %(table)s", plugin=plugin.plugin.title, table=name), ()
    return table, ()
