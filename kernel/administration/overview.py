"""Rights to read at a glance: all patterns side by side, and what one user holds of them together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select

from kernel.access.models import AccessGrant, Pattern, UserAccount, UserPattern
from kernel.administration.reasons import action_title, scope_words
from kernel.administration.rights import ACTIONS, ResourceRights, grantable
from kernel.resources.administrators import administrators_only
from kernel.resources.context import Context
from kernel.resources.errors import NotFound


@dataclass(frozen=True)
class Held:
    """One right as it is held: the action, the scopes in words, and the patterns that it comes from."""

    action: str
    title: str
    scopes: tuple[str, ...]
    patterns: tuple[str, ...] = ()


@dataclass
class Line:
    """One kind of record: cells by action for one user, or by pattern for all of them."""

    title: str
    cells: list[list[Held]] = field(default_factory=list)
    special: list[Held] = field(default_factory=list)
    """Rights beside the usual actions."""


@dataclass(frozen=True)
class UserRights:
    """What one user holds."""

    user_id: int
    name: str
    administrator: bool
    active: bool
    patterns: list[tuple[int, str]]
    actions: list[str]
    lines: list[Line]


@dataclass(frozen=True)
class AllPatterns:
    """All patterns, and their rights by kind of record."""

    patterns: list[tuple[int, str]]
    lines: list[Line]


Grant = tuple[str, str, str]
"""A pattern's title, an action, a scope."""


def user_rights(context: Context, user_id: int) -> UserRights:
    """Give what a user's patterns grant together; raise `NotFound`."""
    administrators_only(context)
    user = context.session.get(UserAccount, user_id)
    if user is None:
        raise NotFound()
    patterns = context.session.execute(
        select(Pattern.id, Pattern.title)
        .join(UserPattern, UserPattern.pattern_id == Pattern.id)
        .where(UserPattern.user_id == user_id)
        .order_by(Pattern.title, Pattern.id)
    ).all()
    by_kind: defaultdict[str, list[Grant]] = defaultdict(list)
    for (_number, resource), grants in _grants(context, [row.id for row in patterns]).items():
        by_kind[resource] += grants
    lines = []
    for right in grantable(context.runtime):
        held = _together(context, right, by_kind[right.name])
        if held:
            line = Line(context.text(right.title))
            line.cells = [[each for each in held if each.action == action] for action in ACTIONS]
            line.special = [each for each in held if each.action not in ACTIONS]
            lines.append(line)
    actions = [context.text(title) for title in ACTIONS.values()]
    named = [(row.id, row.title) for row in patterns]
    return UserRights(user.id, user.display_name, user.is_administrator, user.active, named, actions, lines)


def all_patterns(context: Context) -> AllPatterns:
    """Give all patterns with what each grants on each kind of record; kinds that none speaks of are left out."""
    administrators_only(context)
    rows = context.session.execute(select(Pattern.id, Pattern.title).order_by(Pattern.title, Pattern.id))
    patterns = [(row.id, row.title) for row in rows]
    grants = _grants(context, [number for number, _title in patterns])
    lines = []
    for right in grantable(context.runtime):
        cells = [_together(context, right, grants[number, right.name]) for number, _title in patterns]
        if any(cells):
            lines.append(Line(context.text(right.title), cells))
    return AllPatterns(patterns, lines)


def _grants(context: Context, patterns: list[int]) -> defaultdict[tuple[int, str], list[Grant]]:
    """What patterns grant, by pattern and kind of record; one query."""
    statement = (
        select(Pattern.id, Pattern.title, AccessGrant.resource, AccessGrant.action, AccessGrant.scope)
        .join(Pattern, Pattern.id == AccessGrant.pattern_id)
        .where(AccessGrant.pattern_id.in_(patterns))
        .order_by(Pattern.title, Pattern.id, AccessGrant.scope)
    )
    found: defaultdict[tuple[int, str], list[Grant]] = defaultdict(list)
    for number, title, resource, action, scope in context.session.execute(statement):
        found[number, resource].append((title, action, scope))
    return found


def _together(context: Context, right: ResourceRights, grants: list[Grant]) -> list[Held]:
    """The union of grants on one kind of record, by action in the order of the table; `all` makes the rest needless."""
    found = []
    for action in (*ACTIONS, *right.special):
        of_action = [grant for grant in grants if grant[1] == action]
        scopes = list(dict.fromkeys(scope for _title, _action, scope in of_action))
        if scopes:
            told = ["all"] if "all" in scopes else scopes
            titles = dict.fromkeys(title for title, _action, scope in of_action if scope in told)
            words = tuple(scope_words(context, scope) for scope in told)
            found.append(Held(action, action_title(context, right, action), words, tuple(titles)))
    return found
