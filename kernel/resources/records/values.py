"""Read what was entered into typed values, field by field, collecting every problem rather than the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.field_rules import facet_fields, part_fields, required_but_closed
from kernel.resources.fields import Field, FieldError, When
from kernel.resources.resource import Facet, Part, Resource


@dataclass
class Read:
    """Typed values by field name, and what was wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_values(
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    context: Context,
    *,
    all_required: bool,
    part: str | None = None,
    row: int | None = None,
    held: Callable[[str], Any] | None = None,
) -> Read:
    """Read the raw values of those fields that are present; with `all_required`, also miss the absent required ones.

    A field that does not apply (`Field.when`) is emptied, and refused where something was entered for it; one that begins
    to apply is missed where it is required. `held` gives what the record holds, for fields that are not among the raw.
    """
    read = Read()
    always = [item for item in fields if item.when is None]
    for item in always:
        if item.name in raw or (all_required and item.required):
            _read(item, raw, context, read, part, row)
    others = {item.name: item for item in fields}
    for item in fields:
        if item.when is None:
            continue
        known, applies = _applies(item.when, read, held)
        begins = held is not None and item.when.field in raw and not held(item.name)
        missed = known and item.required and (all_required or begins)
        if not applies:
            _empty(item, others.get(item.when.field), raw, context, read, part, row)
        elif item.name in raw or missed:
            _read(item, raw, context, read, part, row)
    return read


def _read(
    item: Field, raw: Mapping[str, Any], context: Context, read: Read, part: str | None, row: int | None
) -> None:
    try:
        read.values[item.name] = item.read(raw.get(item.name), context)
    except FieldError as error:
        read.problems.append(item.problem(error, part, row))


def _applies(when: When, read: Read, held: Callable[[str], Any] | None) -> tuple[bool, bool]:
    """Say whether it is known what the other field holds, and whether the field applies; it does where that is unknown."""
    if when.field in read.values:
        return True, when.fits(read.values[when.field])
    if held is None or any(problem.field == when.field for problem in read.problems):
        return False, True
    return True, when.fits(held(when.field))


def _empty(
    item: Field,
    other: Field | None,
    raw: Mapping[str, Any],
    context: Context,
    read: Read,
    part: str | None,
    row: int | None,
) -> None:
    """Empty a field that does not apply; what was entered for it is refused in words rather than dropped."""
    try:
        nothing = item.read("", context)
    except FieldError:
        nothing = None
    try:
        entered = item.read(raw[item.name], context) if item.name in raw else nothing
    except FieldError:
        # Empty and required reads as a problem, and so does what does not fit.
        entered = raw[item.name] or nothing
    if entered and entered != nothing:
        title = other.title if other is not None else item.title
        message = _(
            "“%(field)s” does not apply with this choice of “%(other)s”; leave it empty.",
            field=item.title,
            other=title,
        )
        read.problems.append(Problem(item.name, message, part, row))
    else:
        read.values[item.name] = nothing


def writable(context: Context, resource: Resource) -> list[Field]:
    """Give the fields that this actor may write."""
    return [item for item in resource.visible_fields(context) if not item.read_only]


def may_hand_over(context: Context, resource: Resource, item: Field) -> bool:
    """Say whether a field may be offered for a change: who is in charge is changed by handing over, which is a right."""
    return item.attribute != resource.owner or context.may(resource.permission, "assign")


def offered(context: Context, resource: Resource) -> list[Field]:
    """Give the fields that a form asks of this actor: those he may write, without handing over where he may not."""
    return [item for item in writable(context, resource) if may_hand_over(context, resource, item)]


def edited_alone(context: Context, resource: Resource, item: Field) -> bool:
    """Say whether a field, as the actor has it, is edited by itself: in a cell of a list, or of many records at once."""
    return (
        resource.editable
        and may_hand_over(context, resource, item)
        and not resource.overview
        and not item.read_only
        and item.stored_in(resource.model)
        and item.attribute not in ("id", resource.label)
    )


def visible_parts(context: Context, resource: Resource) -> list[Part]:
    """Give the parts that this actor may see where he sees the record."""
    return [part for part in resource.parts if not part.permission or context.may(part.permission, "view")]


def writable_parts(context: Context, resource: Resource) -> list[Part]:
    """Give the parts that this actor may write where he may edit the record."""
    return [part for part in resource.parts if not part.permission or context.may(part.permission, "edit")]


def written_part_fields(context: Context, resource: Resource, part: Part) -> list[Field]:
    """Give the fields of a part's rows that the actor may write where he may write the part."""
    return [item for item in part_fields(context, resource, part) if not item.read_only]


def refuse_unknown(resource: Resource, raw: Mapping[str, Any], allowed: Sequence[Field]) -> list[Problem]:
    """Name the fields that are not the actor's to write: smuggled names are refused, never ignored."""
    names = {item.name for item in allowed}
    return [
        Problem(None, _("“%(name)s” cannot be entered here.", name=name[:60]))
        for name in raw
        if name not in names
    ]


@dataclass
class PartRows:
    """What is to become of the rows of one part: typed values by id, new rows, ids to remove."""

    part: Part
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)
    row_of: dict[int, int] = field(default_factory=dict)


def written_facet_fields(context: Context, facet: Facet) -> list[Field]:
    """Give the fields of a facet that the actor may write where he may edit the facet."""
    return [item for item in facet_fields(context, facet) if not item.read_only]


def closed_to_new(fields: Sequence[Field], written: Sequence[Field]) -> list[Problem]:
    """Name the fields that something new needs and that the actor's access pattern keeps from him."""
    return [
        Problem(
            None, _("“%(field)s” is required, and your access does not let you fill it.", field=item.title)
        )
        for item in required_but_closed(fields, written)
    ]


def read_part(
    part: Part, raw_rows: Sequence[Mapping[str, Any]], context: Context, fields: Sequence[Field]
) -> tuple[PartRows, list[Problem]]:
    """Read the rows of a part in those fields that the actor may write.

    A row with `id` is kept and changed; one without is new; empty new rows are left out. A value that is not his to write is
    refused, as one of the record is.
    """
    rows = PartRows(part)
    problems: list[Problem] = []
    closed = {item.name for item in part.fields} - {item.name for item in fields}
    if len(raw_rows) > part.most:
        return rows, [Problem(None, _("%(part)s: %(most)d rows at most.", part=part.title, most=part.most))]
    for number, raw in enumerate(raw_rows):
        identity = str(raw.get("id") or "").strip()
        content = {name: value for name, value in raw.items() if name != "id"}
        if not identity and not any(str(value or "").strip() for value in content.values()):
            continue
        problems.extend(
            Problem(
                None, _("“%(name)s” cannot be entered here.", name=f"{part.name}-{name}"), part.name, number
            )
            for name in sorted(closed.intersection(content))
        )
        read = read_values(fields, content, context, all_required=True, part=part.name, row=number)
        problems.extend(read.problems)
        stored = stored_number(identity)
        if stored is not None:
            rows.changed[stored] = read.values
            rows.kept.add(stored)
            rows.row_of[stored] = number
        elif identity:
            problems.append(Problem(None, _("This record was not found."), part.name, number))
        else:
            problems.extend(closed_to_new(part.fields, fields))
            rows.added.append({**_part_defaults(part, fields), **read.values, "__row__": number})
    return rows, problems


def _part_defaults(part: Part, fields: Sequence[Field]) -> dict[str, Any]:
    """Give the defaults of the fields that the actor may not write."""
    names = {item.name for item in fields}
    return {
        item.name: item.default for item in part.fields if item.default is not None and item.name not in names
    }
