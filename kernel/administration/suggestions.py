"""Access patterns that plugins suggest: made into patterns of the site when a plugin comes, or later by one click."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kernel.access.models import AccessGrant, Pattern, PatternField
from kernel.access.scopes import scopes_of
from kernel.extension.contributions import PatternSuggestion
from kernel.i18n import LazyText
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.runtime import Runtime


@dataclass(frozen=True)
class Suggestion:
    """A pattern that somebody suggests; `name` is unique on the site (`medical.receptionist`)."""

    name: str
    origin: str
    title: LazyText | str
    grants: Mapping[tuple[str, str], frozenset[str]]
    fields: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Rules for single fields."""


def suggestions(runtime: Runtime) -> list[Suggestion]:
    """Give what the plugins of the site suggest, in their order."""
    return [_of(answer.plugin, answer.value) for answer in runtime.declared.declarations.of("patterns")]


def find_suggestion(runtime: Runtime, name: str) -> Suggestion:
    """Give a suggestion by its full name; raise `NotFound`."""
    for suggestion in suggestions(runtime):
        if suggestion.name == name:
            return suggestion
    raise NotFound()


def make_pattern(
    session: Session,
    name: str,
    title: str,
    origin: str | None,
    grants: Mapping[tuple[str, str], str | Iterable[str]],
    fields: Mapping[tuple[str, str], str] | None = None,
) -> int:
    """Make a pattern with these grants and rules for fields, and give its id.

    Into one of that name only missing grants are put; its rules for fields are the administrator's by then and stay.
    """
    number = session.execute(select(Pattern.id).where(Pattern.name == name)).scalar_one_or_none()
    if number is None:
        pattern = Pattern(name=name, title=title, origin=origin)
        session.add(pattern)
        session.flush()
        number = pattern.id
        rules = [
            {"pattern_id": number, "resource": resource, "field": name, "rule": rule}
            for (resource, name), rule in (fields or {}).items()
        ]
        if rules:
            session.execute(insert(PatternField), rules)
    held = select(AccessGrant.resource, AccessGrant.action).where(AccessGrant.pattern_id == number)
    known = {(row.resource, row.action) for row in session.execute(held)}
    rows = [
        {"pattern_id": number, "resource": resource, "action": action, "scope": scope}
        for (resource, action), scopes in grants.items()
        if (resource, action) not in known
        for scope in sorted(scopes_of(scopes))
    ]
    if rows:
        session.execute(insert(AccessGrant), rows)
    return number


def take_over(context: Context, suggestion: Suggestion) -> int:
    """Make a suggestion a pattern of the site, titled in its language; the context acts for the system."""
    title = context.runtime.translate(suggestion.title)
    return make_pattern(
        context.session, suggestion.name, title, suggestion.origin, suggestion.grants, suggestion.fields
    )


def _of(plugin: str, value: PatternSuggestion) -> Suggestion:
    grants = {right: scopes_of(scopes) for right, scopes in value.grants.items()}
    return Suggestion(f"{plugin}.{value.name}", plugin, value.title, grants, value.fields)
