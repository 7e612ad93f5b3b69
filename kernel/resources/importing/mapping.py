"""Which column of a file fills which field: guessed from the headings, decided by the user, checked here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.field_rules import facet_fields, fields_of
from kernel.resources.fields import Field
from kernel.resources.records.values import writable
from kernel.resources.resource import Facet, Resource

SHORTEST_PART = 4
"""Letters that the name of a field must have to be recognised inside a longer heading."""
GUESSED_LOCALES = ("fa", "en")


@dataclass(frozen=True)
class Target:
    """A field that a column may fill. Facet fields are addressed as `plugin.field`."""

    key: str
    field: Field
    facet: Facet | None = None

    @property
    def title(self) -> LazyText:
        """What the mapping page calls it."""
        return self.field.title


def targets(context: Context, resource: Resource) -> dict[str, Target]:
    """Give the fields that the actor may fill by an import, by key."""
    found = {item.name: Target(item.name, item) for item in writable(context, resource) if item.importable}
    further = fields_of(context, resource.permission, resource.import_fields)
    found |= {item.name: Target(item.name, item) for item in further if item.importable}
    for facet in context.runtime.facets(resource):
        if not context.may(facet.permission, "edit"):
            continue
        for item in facet_fields(context, facet):
            if item.importable:
                found[facet.qualified(item.name)] = Target(facet.qualified(item.name), item, facet)
    return found


def guess_mapping(context: Context, resource: Resource, headings: Sequence[str]) -> dict[int, str]:
    """Guess the field of each column (counted from 0): by titles in both languages, names and aliases, spelling folded.

    First headings that are a name of a field, then those that hold one. No field is guessed twice.
    """
    names = {
        key: {squeeze(name) for name in _names(context, target)}
        for key, target in targets(context, resource).items()
    }
    folded = [_folded(heading) for heading in headings]
    found: dict[int, str] = {}
    for place, variants in enumerate(folded):
        for key, known in names.items():
            if key not in found.values() and any(variant in known for variant in variants):
                found[place] = key
                break
    for place, variants in enumerate(folded):
        if place not in found and variants:
            best = _held(
                variants[0], {key: known for key, known in names.items() if key not in found.values()}
            )
            if best is not None:
                found[place] = best
    return found


def check_mapping(
    context: Context,
    resource: Resource,
    columns: int,
    mapping: Mapping[str, str],
    said: Collection[str] = (),
) -> dict[int, str]:
    """Check what the user decided: column (counted from 0) to field key, empty to leave it out; raise `Invalid`.

    `said` are the fields that need no column, since they were said for all rows.
    """
    known = targets(context, resource)
    problems: list[Problem] = []
    checked: dict[int, str] = {}
    for place, key in mapping.items():
        if not key:
            continue
        if not str(place).isdecimal() or int(place) >= columns:
            problems.append(
                Problem(None, _("There is no column “%(name)s” in the file.", name=str(place)[:20]))
            )
        elif key not in known:
            problems.append(
                Problem(None, _("“%(name)s” cannot be imported.", name=_title(context, resource, str(key))))
            )
        elif key in checked.values():
            title = known[key].title
            problems.append(Problem(key, _("“%(field)s” can be filled from one column only.", field=title)))
        else:
            checked[int(place)] = key
    for key, target in known.items():
        wanted = target.facet is None and target.field.always_required and target.field.default is None
        if wanted and key not in checked.values() and key not in said:
            problems.append(Problem(key, _("Choose the column for “%(field)s”.", field=target.title)))
    if not checked and not problems:
        problems.append(Problem(None, _("Choose at least one column to import.")))
    if problems:
        raise Invalid(problems)
    return checked


def _title(context: Context, resource: Resource, key: str) -> LazyText | str:
    """Give the title of a field that is not the actor's to import; of one that is not there, what was sent."""
    for item in (*resource.fields, *resource.import_fields):
        if item.name == key:
            return item.title
    for facet in context.runtime.facets(resource):
        for item in facet.fields:
            if facet.qualified(item.name) == key:
                return item.title
    return key[:60]


def _names(context: Context, target: Target) -> set[str]:
    titles = {
        context.runtime.translate(target.title, locale) for locale in (*GUESSED_LOCALES, context.locale)
    }
    if target.facet is not None:
        facet = {context.runtime.translate(target.facet.title, locale) for locale in GUESSED_LOCALES}
        titles |= {f"{title} ({name})" for title in titles for name in facet}
    return {*titles, *target.field.aliases, target.key, target.field.name}


def _folded(heading: str) -> list[str]:
    """Give a heading folded, whole and without what stands in parentheses; nothing for an empty one."""
    variants = [squeeze(heading), squeeze(re.sub(r"\([^)]*\)|\[[^]]*]", " ", heading))]
    return [variant for variant in dict.fromkeys(variants) if variant]


def _held(heading: str, names: Mapping[str, set[str]]) -> str | None:
    found: dict[str, int] = {}
    for key, known in names.items():
        lengths = [len(name) for name in known if len(name) >= SHORTEST_PART and name in heading]
        if lengths:
            found[key] = max(lengths)
    best = [key for key, length in found.items() if length == max(found.values())]
    return best[0] if len(best) == 1 else None
