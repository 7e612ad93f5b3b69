"""Access patterns: what is granted to whom. Changed by administrators alone, and accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.access.models import AccessGrant, Pattern, PatternPlace, UserAccount, UserPattern
from kernel.access.scopes import PLACES, scopes_of
from kernel.administration.pattern_rows import exchange_rows
from kernel.administration.rights import Grants, check_grants, grantable_scopes
from kernel.administration.suggestions import find_suggestion, take_over
from kernel.fa.text import clean
from kernel.i18n import _
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Invalid, NotFound, Problem, Refused

Place = tuple[str, int]
"""A kind of place (`province`, `city`, `district`) and an id."""
LONGEST_TITLE = 100


@dataclass(frozen=True)
class PatternRow:
    """A pattern in the list: how many rights it grants, and to how many users."""

    id: int
    name: str
    title: str
    origin: str | None
    rights: int
    users: int


def pattern_rows(context: Context) -> list[PatternRow]:
    """Give all patterns with their counts, by title; two more queries however many there are."""
    session = context.session
    grants = dict(_counts(session, AccessGrant))
    users = dict(_counts(session, UserPattern))
    patterns = session.execute(select(Pattern).order_by(Pattern.title, Pattern.id)).scalars()
    return [
        PatternRow(each.id, each.name, each.title, each.origin, grants.get(each.id, 0), users.get(each.id, 0))
        for each in patterns
    ]


def find_pattern(context: Context, pattern_id: int, *, lock: bool = False) -> Pattern:
    """Give a pattern; raise `NotFound`."""
    statement = select(Pattern).where(Pattern.id == pattern_id)
    if lock:
        statement = statement.with_for_update()
    pattern = context.session.execute(statement).scalar_one_or_none()
    if pattern is None:
        raise NotFound()
    return pattern


def grants_of(session: Session, pattern_id: int) -> dict[tuple[str, str], frozenset[str]]:
    """Give the scopes that a pattern grants, by (resource, action)."""
    rows = session.execute(
        select(AccessGrant.resource, AccessGrant.action, AccessGrant.scope).where(
            AccessGrant.pattern_id == pattern_id
        )
    )
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        found.setdefault((row.resource, row.action), set()).add(row.scope)
    return {right: frozenset(scopes) for right, scopes in found.items()}


def places_of(session: Session, pattern_id: int) -> set[Place]:
    """Give the places that a pattern reaches by the scope `location`, as (kind, id)."""
    statement = select(PatternPlace.kind, PatternPlace.place_id).where(PatternPlace.pattern_id == pattern_id)
    return {(row.kind, row.place_id) for row in session.execute(statement)}


def holders(context: Context, pattern_id: int) -> list[tuple[int, str]]:
    """Give ids and names of the users who hold a pattern."""
    statement = (
        select(UserAccount.id, UserAccount.display_name)
        .join(UserPattern, UserPattern.user_id == UserAccount.id)
        .where(UserPattern.pattern_id == pattern_id)
        .order_by(UserAccount.display_name, UserAccount.id)
    )
    return [(row.id, row.display_name) for row in context.session.execute(statement)]


@command("pattern.save", _("Change an access pattern"), resource="pattern", action="edit")
def save(
    context: Context,
    *,
    title: str,
    grants: Mapping[tuple[str, str], str | Iterable[str]],
    pattern_id: int | None = None,
    version: int | None = None,
) -> int:
    """Make a pattern, or give one exactly these grants; gives its id.

    A right is granted in one scope or in several. Rights and scopes that cannot be granted here at present, those of a
    paused plugin say, stay as they are. Raises `Invalid` or `EditConflict`.
    """
    administrators_only(context)
    wanted = {right: found for right, scopes in grants.items() if (found := scopes_of(scopes))}
    text = _checked_title(title)
    refused = check_grants(context.runtime, wanted)
    if refused:
        names = ", ".join(f"{resource}: {action}" for resource, action in refused[:5])
        raise Invalid([Problem(None, _("These rights cannot be granted like this: %(names)s.", names=names))])
    pattern = _opened(context, pattern_id, version, text)
    pattern.title = text
    pattern.updated_at = context.now
    context.session.flush()
    with context.system("grants of a pattern") as system:
        offered = grantable_scopes(context.runtime)
        held = grants_of(system.session, pattern.id)
        before = {right: scopes & offered[right] for right, scopes in held.items() if right in offered}
        _write_grants(system.session, pattern.id, before, wanted)
    changes = _changes(before, wanted)
    note(context, "pattern.save", resource="pattern", record_id=pattern.id, detail={"rights": changes})
    return pattern.id


@command("pattern.set_places", _("Change the places of a pattern"), resource="pattern", action="edit")
def set_places(context: Context, *, pattern_id: int, places: Iterable[Place]) -> None:
    """Let a pattern reach exactly these places where it grants by the scope `location`. Raises `Invalid`."""
    administrators_only(context)
    find_pattern(context, pattern_id, lock=True)
    wanted = _checked_places(context, places)
    with context.system("places of a pattern") as system:
        reached = places_of(system.session, pattern_id)
        gone, come = (
            [{"kind": kind, "place_id": number} for kind, number in sorted(places)]
            for places in (reached - wanted, wanted - reached)
        )
        exchange_rows(system.session, PatternPlace, pattern_id, gone, come)
    if wanted != reached:
        detail = {"added": sorted(wanted - reached), "removed": sorted(reached - wanted)}
        note(context, "pattern.set_places", resource="pattern", record_id=pattern_id, detail=detail)


@command("pattern.delete", _("Delete an access pattern"), resource="pattern", action="delete")
def delete(context: Context, *, pattern_id: int) -> None:
    """Delete a pattern that nobody holds. Raises `Refused` naming how many do."""
    administrators_only(context)
    pattern = find_pattern(context, pattern_id, lock=True)
    users = len(holders(context, pattern_id))
    if users:
        raise Refused(
            _("%(count)d users hold this pattern. Take it from them first.", count=users),
            links=[(context.text(_("Users with this pattern")), f"/administration/patterns/{pattern_id}")],
        )
    note(context, "pattern.delete", resource="pattern", record_id=pattern_id, detail={"title": pattern.title})
    with context.system("grants of a pattern") as system:
        system.session.execute(delete_rows(AccessGrant).where(AccessGrant.pattern_id == pattern_id))
    context.session.delete(pattern)
    context.session.flush()


@command("pattern.take_over", _("Take over a suggested pattern"), resource="pattern", action="create")
def adopt(context: Context, *, suggestion: str) -> int:
    """Make a plugin's suggestion a pattern, or put its missing grants into the one that it became; gives its id."""
    administrators_only(context)
    found = find_suggestion(context.runtime, suggestion)
    with context.system("suggested pattern") as system:
        number = take_over(system, found)
    note(context, "pattern.take_over", resource="pattern", record_id=number, detail={"name": suggestion})
    return number


def _counts(session: Session, model: type[AccessGrant] | type[UserPattern]) -> list[tuple[int, int]]:
    statement = select(model.pattern_id, func.count()).group_by(model.pattern_id)
    return [(row[0], row[1]) for row in session.execute(statement)]


def _checked_title(title: str) -> str:
    text = " ".join(clean(title).split())
    if not text:
        raise Invalid([Problem("title", _("%(field)s is required.", field=_("Title")))])
    if len(text) > LONGEST_TITLE:
        message = _("%(field)s may have %(limit)d characters at most.", field=_("Title"), limit=LONGEST_TITLE)
        raise Invalid([Problem("title", message)])
    return text


def _opened(context: Context, pattern_id: int | None, version: int | None, title: str) -> Pattern:
    twin = select(Pattern.id).where(Pattern.title == title, Pattern.id != (pattern_id or 0)).limit(1)
    if context.session.execute(twin).scalar_one_or_none() is not None:
        raise Invalid([Problem("title", _("There is already a pattern of this title."))])
    if pattern_id is None:
        pattern = Pattern(name=_new_name(context, title), title=title)
        context.session.add(pattern)
        return pattern
    pattern = find_pattern(context, pattern_id, lock=True)
    if version is not None and pattern.version != version:
        raise EditConflict()
    return pattern


def _new_name(context: Context, title: str) -> str:
    """Name a pattern that a person makes; letters that fit no name leave `pattern`, made unique by a number."""
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "pattern"
    taken = set(
        context.session.execute(select(Pattern.name).where(Pattern.name.startswith(f"site.{base}"))).scalars()
    )
    name, number = f"site.{base}", 1
    while name in taken:
        number += 1
        name = f"site.{base}-{number}"
    return name


def _write_grants(session: Session, pattern_id: int, before: Grants, grants: Grants) -> None:
    gone, come = (
        [
            {"resource": resource, "action": action, "scope": scope}
            for (resource, action), scopes in these.items()
            for scope in sorted(scopes - others.get((resource, action), frozenset()))
        ]
        for these, others in ((before, grants), (grants, before))
    )
    exchange_rows(session, AccessGrant, pattern_id, gone, come)


def _checked_places(context: Context, places: Iterable[Place]) -> set[Place]:
    """Give the places if all are there; the registry knows the kinds, since places live in a higher layer."""
    wanted = set(places)
    problem = Problem("places", _("One of these places is gone; reload the form."))
    for kind in {kind for kind, _number in wanted}:
        resource = context.runtime.resources.get(kind)
        if kind not in PLACES or resource is None:
            raise Invalid([problem])
        ids = {number for each, number in wanted if each == kind}
        model = resource.model
        found = context.session.execute(select(model.id).where(model.id.in_(ids)))
        if set(found.scalars()) != ids:
            raise Invalid([problem])
    return wanted


def _changes(before: Grants, after: Grants) -> dict[str, list[str | None]]:
    changes: dict[str, list[str | None]] = {}
    for right in sorted(before.keys() | after.keys()):
        old, new = (", ".join(sorted(held.get(right, ()))) or None for held in (before, after))
        if old != new:
            changes[".".join(right)] = [old, new]
    return changes
