"""Facets on the form: a plugin's own 1:1 row about a record, written in the transaction of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.records.values import closed_to_new, read_values, written_facet_fields
from kernel.resources.resource import Facet, Resource


def facet_rows(context: Context, resource: Resource, record_id: int) -> dict[str, Any]:
    """Give the visible facet rows of a record by plugin name; one query each."""
    found: dict[str, Any] = {}
    for facet in context.runtime.facets(resource):
        if context.may(facet.permission, "view"):
            key = getattr(facet.model, facet.key)
            statement = select(facet.model).where(key == record_id)
            found[facet.plugin] = context.session.execute(statement).scalar_one_or_none()
    return found


def written_facets(context: Context, resource: Resource, *, creating: bool) -> list[Facet]:
    """Give the facets that this actor may write: of a record that he may edit, or along with a new one.

    For what comes along with a new record, the right to create suffices.
    """
    rights = ("create", "edit") if creating else ("edit",)
    return [
        facet
        for facet in context.runtime.facets(resource)
        if any(context.may(facet.permission, right) for right in rights)
        and (not creating or _may_begin(context, facet))
    ]


def read_facets(
    context: Context, resource: Resource, raw: Mapping[str, Mapping[str, Any]], *, creating: bool
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Read what was entered for the facets; a facet that is not the actor's to write is refused."""
    known = {facet.plugin: facet for facet in written_facets(context, resource, creating=creating)}
    values: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for plugin, entered in raw.items():
        facet = known.get(plugin)
        if facet is None:
            problems.append(Problem(None, _("“%(name)s” cannot be entered here.", name=plugin[:60])))
            continue
        fields = written_facet_fields(context, facet)
        unknown = entered.keys() - {item.name for item in fields}
        problems.extend(
            Problem(None, _("“%(name)s” cannot be entered here.", name=facet.qualified(name)[:60]))
            for name in sorted(unknown)
        )
        read = read_values(fields, entered, context, all_required=True)
        values[plugin] = read.values
        if creating and any(filled(value) for value in read.values.values()):
            problems.extend(closed_to_new(facet.fields, fields))
        problems.extend(
            replace(problem, field=facet.qualified(problem.field or "")) for problem in read.problems
        )
    return values, problems


def write_facets(
    context: Context, resource: Resource, record: Any, values: Mapping[str, Mapping[str, Any]]
) -> None:
    """Create or change the facet rows; an untouched, empty facet gets no row. `Invalid` where a facet refuses its values."""
    known: dict[str, Facet] = {facet.plugin: facet for facet in context.runtime.facets(resource)}
    problems: list[Problem] = []
    for plugin, entered in values.items():
        facet = known[plugin]
        key = getattr(facet.model, facet.key)
        row = context.session.execute(select(facet.model).where(key == record.id)).scalar_one_or_none()
        if row is None:
            if not any(filled(value) for value in entered.values()):
                continue
            written = written_facet_fields(context, facet)
            problems.extend(closed_to_new(facet.fields, written))
            if not _may_begin(context, facet):
                problems.append(Problem(None, _("“%(name)s” cannot be entered here.", name=facet.title)))
                continue
            problems.extend(judge_facet(context, facet, {record.id: entered}).get(record.id, ()))
            context.session.add(facet_row(facet, record.id, entered))
            continue
        new = {
            item.name: entered[item.name]
            for item in facet.fields
            if item.name in entered and item.value_of(row) != entered[item.name]
        }
        problems.extend(judge_facet(context, facet, {record.id: new}).get(record.id, ()))
        fill_facet(facet, row, entered)
    if problems:
        raise Invalid(problems)


def _may_begin(context: Context, facet: Facet) -> bool:
    """Say whether the actor may make the first row of a facet, where its rows stand under the facet's own right."""
    policy = context.runtime.policies.for_model(facet.model)
    own = policy is not None and policy.resource == facet.permission
    return not own or context.may(facet.permission, "create")


def filled(value: Any) -> bool:
    """Say whether a value of a facet is worth a row: neither empty nor a box without a tick."""
    return value not in (None, "", False)


def judge_facet(
    context: Context, facet: Facet, values: Mapping[int, Mapping[str, Any]]
) -> dict[int, list[Problem]]:
    """Ask the facet's own rule about values that are new to records, by id; problems name the field as forms do."""
    given = {number: each for number, each in values.items() if each}
    if facet.prepare is None or not given:
        return {}
    return {
        number: [
            replace(problem, field=facet.qualified(problem.field)) if problem.field else problem
            for problem in problems
        ]
        for number, problems in facet.prepare(context, given).items()
    }


def facet_row(facet: Facet, record_id: int, values: Mapping[str, Any]) -> Any:
    """Make the row of a facet about a record out of typed values by field name."""
    row = facet.model(**{facet.key: record_id})
    fill_facet(facet, row, values)
    return row


def fill_facet(facet: Facet, row: Any, values: Mapping[str, Any]) -> None:
    """Write typed values by field name into the row of a facet."""
    for item in facet.fields:
        if item.name in values:
            item.put(row, values[item.name])
