"""Commands: the only way anything is written.

A command is a plain function `(context, **typed arguments)`, declared with a title and a right. The kernel opens the
transaction, checks, calls, writes history, and commits; or nothing happened.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from kernel.i18n import LazyText
from kernel.resources.closed_arguments import refuse_closed
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields.base import Field, FieldError

if TYPE_CHECKING:
    from kernel.resources.context import Context

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Command:
    """A declared command. `resource` and `action` name the right it needs; `retry` allows a second try on deadlock.

    `checks_itself` is for commands whose right depends on their arguments (the generic create and edit).
    `allowed_when_ended` is for the few that go on after the end of the site's term: passwords, sessions, stopping.
    `fields` describe its arguments, by name, for other programs: a command that has them is part of the interface under
    `/api/v1/commands/<name>`, one without is not. They are read before it is called, so it is given typed values.
    `of` says by argument which resource's fields it writes, see `closed_arguments`.
    `told` makes what a program is told of what it gave: a number, yes or no, or a `Problem` where that is a no which stays
    written down, such as a wrong try that is counted.
    """

    name: str
    title: LazyText
    function: Callable[..., Any]
    resource: str | None
    action: str | None
    checks_itself: bool = False
    allowed_when_ended: bool = False
    fields: tuple[Field, ...] | None = None
    of: Mapping[str, str] = field(default_factory=dict)
    told: Callable[[Any], int | bool | Problem | None] | None = None

    def call(self, context: Context, arguments: Mapping[str, Any]) -> Any:
        """Check the right, then call; wrong or missing arguments are a programmer's `TypeError`.

        What does not fit a field that the command reads is told at that field, like the problems that it gathers itself.
        """
        if not self.checks_itself:
            if self.resource is None or self.action is None:
                raise TypeError(f"command {self.name} names no right")
            context.require(self.resource, self.action)
        inspect.signature(self.function).bind(context, **arguments)
        refuse_closed(context, self, arguments)
        try:
            return self.function(context, **arguments)
        except FieldError as error:
            raise Invalid([Problem(error.field, error.message)]) from error


def command(
    name: str,
    title: LazyText,
    *,
    resource: str | None = None,
    action: str | None = None,
    checks_itself: bool = False,
    allowed_when_ended: bool = False,
    fields: Sequence[Field] | None = None,
    of: str | Mapping[str, str] = "",
    told: Callable[[Any], int | bool | Problem | None] | None = None,
) -> Callable[[F], F]:
    """Declare a function as the command `name`. The function stays callable; `command_of` gives the declaration.

    `of` names the resource whose fields its arguments of the same name write, or says for single arguments which it is:
    what a pattern keeps of those fields, it keeps of the command, see `closed_arguments`.
    `told` says what programs are told of what it gave, see `Command`.
    """

    def declare(function: F) -> F:
        _check_fields(name, function, fields)
        declared = Command(
            name,
            title,
            function,
            resource,
            action,
            checks_itself,
            allowed_when_ended,
            None if fields is None else tuple(fields),
            _by_argument(function, of),
            told,
        )
        function.__dict__["__command__"] = declared
        return function

    return declare


def _check_fields(name: str, function: Callable[..., Any], declared: Sequence[Field] | None) -> None:
    """Raise `TypeError` where a program could not run the command, because no required field is its argument."""
    if declared is None:
        return
    parameters = list(inspect.signature(function).parameters.values())[1:]
    open_ended = any(each.kind is each.VAR_KEYWORD for each in parameters)
    needed = {
        each.name for each in parameters if each.default is each.empty and each.kind is each.KEYWORD_ONLY
    }
    missing = needed - {item.name for item in declared if item.required}
    unknown = set() if open_ended else {item.name for item in declared} - {each.name for each in parameters}
    if missing or unknown:
        odd = ", ".join(sorted(missing | unknown))
        raise TypeError(f"the fields of the command {name} and the arguments of its function differ: {odd}")


def _by_argument(function: Callable[..., Any], of: str | Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(of, str):
        return of
    return dict.fromkeys(inspect.signature(function).parameters, of) if of else {}


def command_of(function: Callable[..., Any]) -> Command:
    """Give the declaration of a function marked by `command`; raise `TypeError` for another."""
    declared = getattr(function, "__command__", None)
    if not isinstance(declared, Command):
        raise TypeError(f"{function!r} is not a command")
    return declared


def commands_in(*modules: Any) -> tuple[Command, ...]:
    """Collect the commands defined in modules, in the order of their definition."""
    found: list[Command] = []
    for module in modules:
        for value in vars(module).values():
            declared = getattr(value, "__command__", None)
            if isinstance(declared, Command) and declared.function.__module__ == module.__name__:
                found.append(declared)
    return tuple(found)
