"""Kinds of scope: which rows a grant covers. `all` is built in; the kernel's other kinds are registered here, and plugins
declare theirs (`RowScope`), which count on the sites where these run.

A kind of scope is a function of the owner in the database (wall 2) and the values that an actor holds of it
in the session (wall 1). A table takes part by naming, in its policy, the columns to compare. Grants name a scope
by what users choose: `location` stands for three kinds here, since provinces, cities and districts are numbered
apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select

from kernel.i18n import LazyText, _

if TYPE_CHECKING:
    from kernel.access.actor import Actor

Values = Callable[["Actor", str, str], tuple[int, ...]]
RowsOf = Callable[[ColumnElement[Any]], Select[Any]]
"""Given the number of a user as an expression, a select of one column: the numbers of the rows that are his."""
KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")
"""What a scope of a plugin may be called."""


@dataclass(frozen=True, kw_only=True)
class RowScope:
    """A scope that a plugin declares: a doctor's own patients, a dealer's own customers.

    `rows` says which rows are a user's; it is asked with an expression for the user's number and gives a select of one
    column, of tables of the plugin and of those that it may name. Rows in the bin count unless the select leaves them out.
    `covers` names the models on whose rights the scope may be granted, each with the column that is compared with those
    numbers; what hangs on their rows follows them. Creating is never granted by it: a new row is not among them yet.
    """

    key: str
    title: LazyText
    rows: RowsOf
    covers: Mapping[Any, str]


@dataclass(frozen=True)
class Scope:
    """One kind of scope.

    `function` is the full name of an SQL function `(resource text, action text)`: stable, SECURITY DEFINER,
    with a fixed search path. It gives one bigint, or with `many` an array of bigint, or NULL to an actor who
    does not hold the scope. `values` gives the same numbers to the session; it is asked only where the actor
    holds the scope.
    """

    name: str
    title: LazyText
    function: str
    values: Values
    many: bool = False
    per_right: bool = False
    """Whether the values differ from right to right, as places granted by one pattern and not by another do."""
    granted_as: str = ""
    """What grants call it, where that is not its name; kinds of one such name belong together."""
    plugin: str = ""
    """The plugin that declares it; empty for the kernel's own."""
    rows: RowsOf | None = None
    """For a declared scope, which rows are a user's. Its function takes the user besides, and gives a set of numbers."""
    covers: tuple[tuple[Any, str], ...] = ()
    """For a declared scope, the models that it covers, with the column compared."""

    @property
    def grant(self) -> str:
        """What grants call it."""
        return self.granted_as or self.name


_SCOPES: dict[str, Scope] = {}


def register_scope(scope: Scope) -> None:
    """Make a kind of scope known; the same scope again is welcome, another one of its name is refused."""
    known = _SCOPES.setdefault(scope.name, scope)
    if known != scope or scope.name == "all":
        raise ValueError(f"there is a scope called {scope.name} already")


def find_scope(name: str) -> Scope | None:
    """Give a kind of scope by name; a policy with one that nobody declares (any more) gives no row by it."""
    return _SCOPES.get(name)


def known_scopes() -> tuple[Scope, ...]:
    """Give the kernel's own kinds."""
    return tuple(_SCOPES.values())


def declared_scope(plugin: str, declared: RowScope) -> Scope:
    """Make a plugin's declaration a kind of scope, named `<plugin>.<key>`."""
    return Scope(
        f"{plugin}.{declared.key}",
        declared.title,
        f"{plugin}.scope_{declared.key}",
        _himself,
        plugin=plugin,
        rows=declared.rows,
        covers=tuple(declared.covers.items()),
    )


def scope_names() -> tuple[str, ...]:
    """All scopes that a grant may name on every site, `all` first."""
    return ("all", *dict.fromkeys(scope.grant for scope in _SCOPES.values()))


def _owners(actor: Actor, resource: str, action: str) -> tuple[int, ...]:
    if actor.user_id is None:
        return ()
    return actor.owners.get((resource, action), (actor.user_id,))


def scopes_of(granted: str | Iterable[str]) -> frozenset[str]:
    """Give the scopes of one right, written as one name or several; beside `all` no other has a meaning."""
    found = frozenset((granted,)) if isinstance(granted, str) else frozenset(granted)
    return frozenset(("all",)) if "all" in found else found


def _himself(actor: Actor, _resource: str, _action: str) -> tuple[int, ...]:
    return () if actor.user_id is None else (actor.user_id,)


def _team(actor: Actor, _resource: str, _action: str) -> tuple[int, ...]:
    return actor.team


def _places(kind: str) -> Values:
    def held(actor: Actor, resource: str, action: str) -> tuple[int, ...]:
        return actor.places.get((resource, action, kind), ())

    return held


OWN = Scope("own", _("Own records"), "kernel.my_owners", _owners, many=True, per_right=True)
"""Rows whose owner, creator or assignee (as the policy names them) is the actor himself, or one for whom he stands in."""
TEAM = Scope("team", _("Records of the team"), "kernel.my_team", _team, many=True)
"""Rows of which that is somebody of the actor's unit, or of a unit beneath one that he heads."""
LOCATION = "location"
PLACES: dict[str, Scope] = {
    kind: Scope(
        kind,
        _("Records of the chosen places"),
        f"kernel.my_{plural}",
        _places(kind),
        many=True,
        per_right=True,
        granted_as=LOCATION,
    )
    for kind, plural in {"province": "provinces", "city": "cities", "district": "districts"}.items()
}
"""Rows that stand in one of the places chosen in the pattern that grants it; places that come later are not among them."""

for _scope in (OWN, TEAM, *PLACES.values()):
    register_scope(_scope)
