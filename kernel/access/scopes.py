"""Kinds of scope: which rows a grant covers. `all` is built in; each other kind is a `Scope` registered here.

A kind of scope is a function of the owner in the database (wall 2) and the values that an actor holds of it
in the session (wall 1). A table takes part by naming, in its policy, the columns to compare. Grants name a scope
by what users choose: `location` stands for three kinds here, since provinces, cities and districts are numbered
apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kernel.access.actor import Actor
from kernel.i18n import LazyText, _

Values = Callable[[Actor, str, str], tuple[int, ...]]


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


def kinds_of(grant: str) -> tuple[Scope, ...]:
    """Give the kinds that a grant's scope stands for; none for one that nobody declares."""
    return tuple(scope for scope in _SCOPES.values() if scope.grant == grant)


def granted_scopes(columns: Iterable[str]) -> tuple[str, ...]:
    """Give what grants may name for a table that compares these kinds, each once, in their order."""
    found = (_SCOPES[name].grant for name in columns if name in _SCOPES)
    return tuple(dict.fromkeys(found))


def scope_names() -> tuple[str, ...]:
    """All scopes that a grant may name, `all` first."""
    return ("all", *dict.fromkeys(scope.grant for scope in _SCOPES.values()))


def _owners(actor: Actor, resource: str, action: str) -> tuple[int, ...]:
    if actor.user_id is None:
        return ()
    return actor.owners.get((resource, action), (actor.user_id,))


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
