"""Arguments of commands that write fields of a resource: what a pattern keeps of the field, it keeps of the argument.

A command says `of=` which resource its arguments write; one writes the field of its own name, and those that its field
names by `same_as`. Whoever may not write that field neither sees the argument on the page of the command nor gives it from
elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel.i18n import _
from kernel.resources.errors import Invalid, Problem
from kernel.resources.field_rules import rule_of

if TYPE_CHECKING:
    from kernel.resources.commands import Command
    from kernel.resources.context import Context
    from kernel.resources.resource import Resource

NOTHING: tuple[Any, ...] = (None, "", False, [], ())


def kept_from(context: Context, resource: Resource, name: str) -> bool:
    """Say whether the actor may not write a field, because a rule hides, masks or closes it or he may not see it at all."""
    item = resource.by_name.get(name)
    if item is None or context.actor.kind == "system":
        return False
    if item.sensitive and not context.may(resource.permission, "see_sensitive"):
        return True
    return rule_of(context, resource.permission, item) is not None


def closed_arguments(context: Context, command: Command) -> frozenset[str]:
    """Name the arguments of a command that are kept from the actor."""
    same_as = {item.name: item.same_as for item in command.fields or ()}
    found = set()
    for argument, name in command.of.items():
        resource = context.runtime.resources.get(name)
        names = (argument, *same_as.get(argument, ()))
        if resource is not None and any(kept_from(context, resource, each) for each in names):
            found.add(argument)
    return frozenset(found)


def refuse_closed(context: Context, command: Command, arguments: Mapping[str, Any]) -> None:
    """Raise `Invalid` where a value is given for what is kept from the actor."""
    if not command.of:
        return
    given = [name for name in closed_arguments(context, command) if arguments.get(name) not in NOTHING]
    if given:
        titles = {item.name: item.title for item in command.fields or ()}
        raise Invalid(
            [
                Problem(name, _("“%(name)s” cannot be entered here.", name=titles.get(name, name)))
                for name in sorted(given)
            ]
        )
