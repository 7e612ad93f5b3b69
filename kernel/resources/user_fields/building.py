"""Resources with the fields that an administrator defined: what the runtime of an epoch is built with."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kernel.i18n import LazyText, _
from kernel.resources.resource import Resource, Section
from kernel.resources.user_fields.definition import Definition, OwnText
from kernel.resources.user_fields.stored import InUserValues

log = logging.getLogger(__name__)

OWN_SECTION = "user"
COMMON: LazyText = _("Further details")
"""Heading of fields for which no section was named."""
TAKEN = _("Another record already has this value. If you cannot find it, ask an administrator.")


def constraint_of(key: str) -> str:
    """Give the name under which the database refuses a second record with the value of a unique field."""
    return f"uq_user_value_{key}"


def extended(resources: Sequence[Resource], definitions: Iterable[Definition]) -> list[Resource]:
    """Give the resources with their user-defined fields.

    A definition of a resource that is not there, linking to one or asked by a field that is not, rests; so does one whose
    row makes no sense, or whose name a plugin's field has taken since.
    """
    names = {resource.name for resource in resources}
    wanted: dict[str, list[tuple[Definition, InUserValues]]] = {}
    for definition in definitions:
        if definition.retired or (definition.target and definition.target not in names):
            continue
        try:
            made = definition.make()
        except (KeyError, TypeError, ValueError):
            log.exception("the user-defined field %s cannot be used", definition.key)
            continue
        for name in definition.resources:
            wanted.setdefault(name, []).append((definition, made))
    return [
        _with(resource, wanted[resource.name]) if resource.name in wanted else resource
        for resource in resources
    ]


def _with(resource: Resource, wanted: Sequence[tuple[Definition, InUserValues]]) -> Resource:
    fitting = [
        (definition, made)
        for definition, made in wanted
        if definition.subject == resource.table
        and made.stored_in(resource.model)
        and definition.key not in resource.by_name
        and _is_decided(resource, made)
    ]
    made_fields = [made for _definition, made in fitting]
    usual = [made.name for definition, made in fitting if definition.has("in_columns") and made.in_list]
    quick = [made.name for definition, made in fitting if definition.has("quick_filter") and made.filterable]
    unique = {constraint_of(made.name): (made.name, TAKEN) for made in made_fields if made.unique}
    return replace(
        resource,
        fields=(*resource.fields, *made_fields),
        sections=(*resource.sections, *_sections(fitting)),
        list_columns=(*resource.list_columns, *usual) if resource.list_columns else (),
        quick_filters=(*resource.quick_filters, *quick),
        constraints={**resource.constraints, **unique},
        identities=(*resource.identities, *(made.name for made in made_fields if made.unique)),
    )


def _is_decided(resource: Resource, made: InUserValues) -> bool:
    """Whether the field by which this one is asked is there, and always asked itself."""
    if made.when is None:
        return True
    other = resource.by_name.get(made.when.field)
    return other is not None and other.when is None


def _sections(fitting: Sequence[tuple[Definition, InUserValues]]) -> list[Section]:
    grouped: dict[str, list[str]] = {}
    for definition, made in fitting:
        grouped.setdefault(definition.section, []).append(made.name)
    return [
        Section(OwnText(title) if title else COMMON, tuple(names), f"{OWN_SECTION}-{place}")
        for place, (title, names) in enumerate(grouped.items())
    ]
