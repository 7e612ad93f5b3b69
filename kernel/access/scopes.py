"""Kinds of scope: which rows a grant covers. `all` is built in; each other kind is a `Scope` registered here.

A kind of scope is a function of the owner in the database (wall 2) and the values that an actor holds of it
in the session (wall 1). A table takes part by naming, in its policy, the columns to compare.
"""

from __future__ import annotations

from collections.abc import Callable
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


_SCOPES: dict[str, Scope] = {}


def register_scope(scope: Scope) -> None:
    """Make a kind of scope known; the same scope again is welcome, another one of its name is refused."""
    known = _SCOPES.setdefault(scope.name, scope)
    if known != scope or scope.name == "all":
        raise ValueError(f"there is a scope called {scope.name} already")


def find_scope(name: str) -> Scope | None:
    """Give a kind of scope by name; a grant with one that nobody declares (any more) covers no row."""
    return _SCOPES.get(name)


def scope_names() -> tuple[str, ...]:
    """All scopes that a grant may name, `all` first."""
    return ("all", *_SCOPES)


def _me(actor: Actor, _resource: str, _action: str) -> tuple[int, ...]:
    return () if actor.user_id is None else (actor.user_id,)


OWN = Scope("own", _("Own records"), "kernel.my_own", _me)
"""Rows whose owner, creator or assignee (as the policy names them) is the actor himself."""

register_scope(OWN)
