"""The form of a record: its own fields by sections, the rows of its parts, and the facets of plugins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Field as ResourceField
from kernel.resources.fields import Lookup, Text
from kernel.resources.fields.choices import labels_behind
from kernel.resources.records.facets import facet_rows, written_facets
from kernel.resources.records.values import (
    offered,
    writable_parts,
    written_facet_fields,
    written_part_fields,
)
from kernel.resources.resource import Facet, Part, Resource
from kernel.web import repeats
from kernel.web.forms.controls import LookupControl, controls, entered, mark, sent

RESERVED = frozenset({"csrf_token", "_version", "_opened", "_anyway", "_in", repeats.FIELD})
"""Names in a posted form that are no fields of the record."""

ROW = re.compile(r"(?P<part>\w+)-(?P<row>\d{1,6})-(?P<field>\w+)")


@dataclass
class Group:
    """A titled group of controls; `plugin` names whose fields they are."""

    title: str
    fields: list[Field]
    plugin: str = ""
    help: str = ""
    key: str = ""
    """The name of the facet, for groups of facets."""
    tab: str = ""
    """The tab that it stands in; the first one where it is empty."""

    @property
    def opened(self) -> bool:
        """Whether the group has something to see: a value, or an error."""
        return any(item.data or item.errors for item in self.fields)


@dataclass
class PartRow:
    """The controls of one row of a part; `id` is that of the stored row, empty for a new one."""

    form: BaseForm
    prefix: str
    id: str = ""


@dataclass
class PartRows:
    """The rows of one part: a form for each, and an empty one for the browser to copy."""

    part: Part
    title: str
    add_title: str
    blank: PartRow
    rows: list[PartRow] = field(default_factory=list)


class RecordForm:
    """All controls for creating or changing one record, and what was found wrong with them.

    `values`, `parts` and `facets` are what was posted, for the command; empty in a form that was not posted.
    """

    def __init__(
        self, context: Context, resource: Resource, version: int | None = None, *, creating: bool = False
    ) -> None:
        self.context = context
        self.resource = resource
        self.version = version
        self.opened = ""
        """When the record was last changed before the form was opened, as a posted form says."""
        self.fields = offered(context, resource)
        self.main = controls(self.fields, context, self._address())
        self.facets = written_facets(context, resource, creating=creating)
        self.facet_forms = {
            facet.plugin: controls(
                self.facet_fields(facet), context, self._address(f"{facet.plugin}."), f"{facet.plugin}."
            )
            for facet in self.facets
        }
        self.part_rows = [self._rows(part) for part in writable_parts(context, resource)]
        self.form_errors: list[str] = []
        self.links: Sequence[tuple[str, str]] = ()
        self.values: dict[str, Any] = {}
        self.parts: dict[str, list[dict[str, str]]] = {}
        self.facet_values: dict[str, dict[str, Any]] = {}
        for item in self.fields:
            mark(self.main[item.name], item)
        for facet in self.facets:
            for item in self.facet_fields(facet):
                made = self.facet_forms[facet.plugin][item.name]
                mark(made, item)
                made.unkept = True  # what plugins know of people is not left in browsers

    def facet_fields(self, facet: Facet) -> list[ResourceField]:
        """Give the fields of a facet that the actor may see and write."""
        return written_facet_fields(self.context, facet)

    def part_fields(self, part: Part) -> list[ResourceField]:
        """Give the fields of a part's rows that the actor may see and write."""
        return written_part_fields(self.context, self.resource, part)

    def _address(self, prefix: str = "") -> Any:
        name = self.resource.name
        return lambda item: url_for("lookups.options", resource=name, field=f"{prefix}{item.name}")

    def _rows(self, part: Part) -> PartRows:
        add = part.add_title or _("Add a row")
        blank = self.row(part, "__index__")
        defaults = {
            item.name: entered(item, item.default, self.context)
            for item in self.part_fields(part)
            if item.default
        }
        blank.form.process(None, data=defaults)
        return PartRows(part, self.context.text(part.title), self.context.text(add), blank)

    def row(self, part: Part, number: int | str, identity: str = "") -> PartRow:
        """Make the controls of one row of a part."""
        prefix = f"{part.name}-{number}-"
        fields = self.part_fields(part)
        made = controls(fields, self.context, self._address(f"{part.name}-"), prefix)
        for item in fields:
            mark(made[item.name], item)
            made[item.name].unkept = item.sensitive or bool(part.permission)
        return PartRow(made, prefix, identity)

    # --- what the templates ask

    @property
    def groups(self) -> list[Group]:
        """The record's own controls by its sections, those of no section first."""
        placed = {name for section in self.resource.sections for name in section.fields}
        loose = [self.main[item.name] for item in self.fields if item.name not in placed]
        found = [Group(self.context.text(self.resource.title), loose)] if loose else []
        for section in self.resource.sections:
            inside = [self.main[name] for name in section.fields if name in self.main]
            if inside:
                found.append(Group(self.context.text(section.title), inside, tab=section.tab))
        return found

    @property
    def begin(self) -> str:
        """The id of the control in which a new record is begun: the first empty one that is typed into or required."""
        known = {self.main[item.name].id: item for item in self.fields}
        shown = [made for group in self.groups if not group.tab for made in group.fields]
        typed = [made for made in shown if known[made.id].required or type(known[made.id]) is Text]
        found = next((made for made in typed if not made.data), next(iter(typed or shown), None))
        return "" if found is None else str(found.id)

    @property
    def facet_groups(self) -> list[Group]:
        """The controls of plugins, each marked with whose they are."""
        return [
            Group(
                self.context.text(facet.title),
                list(self.facet_forms[facet.plugin]),
                plugin_title(self.context, facet),
                key=facet.plugin,
                tab=facet.tab,
            )
            for facet in self.facets
        ]

    def __iter__(self) -> Any:
        """All controls, for the summary of what is wrong."""
        yield from self.main
        for rows in self.part_rows:
            for row in rows.rows:
                yield from row.form
        for form in self.facet_forms.values():
            yield from form

    @property
    def errors(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.form_errors) or any(item.errors for item in self)

    # --- what a command found

    def attach(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field; what has no field of this form stands above it."""
        for problem in problems:
            text = self.context.runtime.translate(problem.message, self.context.locale)
            found = self._control(problem)
            if found is None:
                self.form_errors.append(text)
            else:
                found.errors = [*found.errors, text]

    def _control(self, problem: Problem) -> Field | None:
        if problem.part is not None:
            rows = next((item for item in self.part_rows if item.part.name == problem.part), None)
            if rows is None or problem.row is None or problem.row >= len(rows.rows):
                return None
            entry = rows.rows[problem.row].form
            return entry[problem.field] if problem.field in entry else next(iter(entry), None)
        if problem.field is None:
            return None
        if problem.field in self.main:
            return self.main[problem.field]
        plugin, _dot, name = problem.field.partition(".")
        form = self.facet_forms.get(plugin)
        return form[name] if form is not None and name in form else None

    def label(self) -> None:
        """Find the names of what lookups hold; one query for all links to one resource, however many rows."""
        held = [(item, made, stored_number(str(made.data or ""))) for item, made in self._lookups()]
        filled = [(item, made, number) for item, made, number in held if number is not None]
        found = labels_behind([(item, (number,)) for item, _made, number in filled], self.context)
        for (_item, made, number), names in zip(filled, found, strict=True):
            made.lookup_label = names.get(number, "")

    def _lookups(self) -> Iterable[tuple[Lookup, LookupControl]]:
        sources: list[tuple[Iterable[ResourceField], BaseForm]] = [(self.fields, self.main)]
        sources += [(self.part_fields(rows.part), row.form) for rows in self.part_rows for row in rows.rows]
        sources += [(self.facet_fields(facet), self.facet_forms[facet.plugin]) for facet in self.facets]
        for fields, form in sources:
            for item in fields:
                if isinstance(item, Lookup):
                    yield item, form[item.name]


def plugin_title(context: Context, facet: Facet) -> str:
    """Give the name under which users know the plugin of a facet; empty for the kernel's own."""
    found = context.runtime.hooks.discovery.plugins.get(facet.plugin)
    return context.text(found.plugin.title) if found else ""


def blank_form(context: Context, resource: Resource, given: Mapping[str, str] | None = None) -> RecordForm:
    """Make the form for a new record, with defaults, and with `given` values such as a name typed elsewhere."""
    form = RecordForm(context, resource, creating=True)
    values = {
        item.name: entered(item, item.default, context) for item in form.fields if item.default is not None
    }
    known = {name: value for name, value in (given or {}).items() if name in form.main}
    form.main.process(None, data={**values, **known})
    for made in form.facet_forms.values():
        made.process(None)
    form.label()
    return form


def form_of_record(context: Context, resource: Resource, record: Any) -> RecordForm:
    """Make the form for changing a record that the actor may see."""
    form = RecordForm(context, resource, getattr(record, "version", None))
    form.main.process(None, data=_data(form.fields, record, context))
    for rows in form.part_rows:
        for number, stored in enumerate(part_records(context, rows.part, record.id)):
            row = form.row(rows.part, number, str(stored.id))
            row.form.process(None, data=_data(form.part_fields(rows.part), stored, context))
            rows.rows.append(row)
    present = facet_rows(context, resource, record.id)
    for facet in form.facets:
        holder = present.get(facet.plugin)
        data = _data(form.facet_fields(facet), holder, context) if holder is not None else {}
        form.facet_forms[facet.plugin].process(None, data=data)
    form.label()
    return form


def form_of_request(
    context: Context, resource: Resource, posted: MultiDict[str, str], *, creating: bool = False
) -> RecordForm:
    """Read a posted form. Names that the form does not have go to the command, which refuses them."""
    form = RecordForm(context, resource, stored_number(posted.get("_version", "")), creating=creating)
    form.opened = posted.get("_opened", "")
    taken = set(RESERVED)
    taken |= _read_parts(form, posted)
    taken |= _read_facets(form, posted)
    known = {item.name: item for item in form.fields}
    form.values = {name: sent(known.get(name), posted, name) for name in posted if name not in taken}
    _add_unticked(form.fields, form.values)
    form.main.process(posted)
    form.label()
    return form


def part_records(context: Context, part: Part, record_id: int) -> Sequence[Any]:
    """Give the visible rows of a part, in their order."""
    model = part.model
    statement = select(model).where(getattr(model, part.key) == record_id)
    if part.only is not None:
        statement = statement.where(part.only(model))
    if part.first is not None:
        statement = statement.order_by(part.first(model).desc())
    return context.session.execute(statement.order_by(getattr(model, part.order), model.id)).scalars().all()


def _data(fields: Iterable[ResourceField], record: Any, context: Context) -> dict[str, Any]:
    return {item.name: entered(item, item.value_of(record), context) for item in fields}


def _read_parts(form: RecordForm, posted: MultiDict[str, str]) -> set[str]:
    taken: set[str] = set()
    for rows in form.part_rows:
        part = rows.part
        known = {item.name for item in part.fields} | {"id"}
        found: dict[int, dict[str, str]] = {}
        for name in posted:
            match = ROW.fullmatch(name)
            if match and match["part"] == part.name and match["field"] in known:
                found.setdefault(int(match["row"]), {})[match["field"]] = posted[name]
                taken.add(name)
        present = f"{part.name}-rows"
        if present in posted:
            taken.add(present)
        elif not found:
            continue
        form.parts[part.name] = [found[number] for number in sorted(found)]
        for place, values in enumerate(form.parts[part.name]):
            _add_unticked(form.part_fields(part), values)
            row = form.row(part, place, values.get("id", ""))
            row.form.process(MultiDict({f"{row.prefix}{name}": value for name, value in values.items()}))
            rows.rows.append(row)
    return taken


def _read_facets(form: RecordForm, posted: MultiDict[str, str]) -> set[str]:
    taken: set[str] = set()
    for facet in form.facets:
        prefix = f"{facet.plugin}."
        values = {name.removeprefix(prefix): posted[name] for name in posted if name.startswith(prefix)}
        taken |= {prefix + name for name in values}
        if values:
            _add_unticked(form.facet_fields(facet), values)
            form.facet_values[facet.plugin] = values
        form.facet_forms[facet.plugin].process(posted)
    return taken


def _add_unticked(fields: Iterable[ResourceField], values: dict[str, Any]) -> None:
    """Browsers send nothing for a box without a tick."""
    for item in fields:
        if item.widget == "checkbox":
            values.setdefault(item.name, "")
