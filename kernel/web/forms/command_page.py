"""The page of one command that is no plain record: its form, what came of it, and the page that it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from kernel.i18n import LazyText
from kernel.resources.closed_arguments import closed_arguments
from kernel.resources.errors import Forbidden, Problem
from kernel.resources.fields import Field
from kernel.web.current import current, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import render

TEMPLATE = "records/command.html"
REFUSED = 422


def command_page(
    command: str,
    title: LazyText,
    kinds: Sequence[Field],
    *,
    crumb: tuple[LazyText | str, str],
    done: LazyText | Callable[[Any], LazyText],
    target: str | Callable[[Any], str],
    start: Mapping[str, Any] | None = None,
    text: LazyText | str = "",
    save: LazyText | None = None,
    danger: bool = False,
    lookups: Mapping[str, str] | None = None,
    refusal: Callable[[Any], Problem | None] | None = None,
    **arguments: Any,
) -> ResponseReturnValue:
    """Show the form of a command with these fields, or run it with what was entered and `arguments`.

    `crumb` is the page that it belongs to; `done` is said, and `target` the address that follows, or both come from the
    command's answer. `start` holds what the form begins with. `lookups` are the addresses at which fields
    look up users and other names. `refusal` says of an answer what is wrong with it, for
    commands that write down what they refuse. What the command says by `of` to be kept from the actor is neither shown nor
    taken: the command is given `None` for it; where that is all, there is no such page. The view that calls this guards
    itself by `needs`.
    """
    context = current()
    closed = closed_arguments(context, context.runtime.command(command))
    if kinds and closed.issuperset(item.name for item in kinds):
        raise Forbidden()
    form = CommandForm(context, [item for item in kinds if item.name not in closed], lookups or {})
    left_out: dict[str, Any] = {item.name: None for item in kinds if item.name in closed}
    page: dict[str, Any] = {
        "title": title,
        "crumb": {"label": crumb[0], "url": crumb[1]},
        "text": text,
        "save": save or title,
        "danger": danger,
    }
    if request.method == "GET":
        return render(TEMPLATE, form=form.start(start or {}), **page)
    form.read(request.form)
    outcome = run_command(command, form=form, **form.values, **left_out, **arguments)
    problem = refusal(outcome.value) if outcome.done and refusal is not None else None
    if problem is not None:
        form.attach([problem])
    if not outcome.done or problem is not None:
        return render(TEMPLATE, status=REFUSED if outcome.done else outcome.status, form=form, **page)
    tell(done(outcome.value) if callable(done) else done)
    return redirect(target(outcome.value) if callable(target) else target, code=303)
