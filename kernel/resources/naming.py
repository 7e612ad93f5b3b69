"""How tables and columns are called before a user: by what was declared about them, else by the plugin that owns them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kernel.fa.locales import is_persian
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.fields import Field
from kernel.resources.resource import Resource

_KNOWN: dict[str, LazyText] = {"kernel.note": _("Notes"), "kernel.attachment": _("Files")}


def call_table(table: str, title: LazyText) -> None:
    """Say how a table is called that is no resource, or several; the same table replaces."""
    _KNOWN[table] = title


def named(
    context: Context, resource: Resource | None, table: str, columns: Sequence[str] = ()
) -> tuple[str, str]:
    """Give the title of a table, and those of its columns in one line.

    `resource` is the kind of record whose parts and facets are meant; None looks among those of all kinds.
    """
    title, fields = _described(context, resource, table)
    titles = {item.attribute: context.text(item.title) for item in fields}
    return context.text(title), comma(context).join(titles.get(name, name) for name in columns)


def comma(context: Context) -> str:
    """Give what stands between the words of a list in the reader's language."""
    return "، " if is_persian(context.locale) else ", "


def _described(
    context: Context, resource: Resource | None, table: str
) -> tuple[LazyText | str, Iterable[Field]]:
    for home in context.runtime.resources.values() if resource is None else (resource,):
        for part in (*home.parts, *home.told):
            if part.model.__table__.fullname == table:
                return part.title, part.fields
        for facet in context.runtime.facets(home):
            if facet.model.__table__.fullname == table:
                return facet.title, facet.fields
    kinds = context.runtime.by_table.get(table, ())
    if table in _KNOWN:
        return _KNOWN[table], kinds[0].fields if kinds else ()
    if kinds:
        return kinds[0].plural, kinds[0].fields
    schema, _dot, name = table.partition(".")
    plugin = context.runtime.hooks.discovery.plugins.get(schema)
    if plugin is not None:
        return _("%(plugin)s: %(table)s", plugin=plugin.plugin.title, table=name), ()
    return table, ()
