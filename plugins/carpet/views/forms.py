"""The form of one command: shown, read, run, and followed by the page that it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from kernel.api import CommandForm, LazyText, Problem, current, fields, render, run_command, tell

Refusal = Callable[[Any], Problem | None]


def command_page(
    command: str,
    title: LazyText,
    kinds: Sequence[fields.Field],
    *,
    crumb: tuple[LazyText | str, str],
    done: LazyText | Callable[[Any], LazyText],
    target: str | Callable[[Any], str],
    start: Mapping[str, Any] | None = None,
    text: LazyText | str = "",
    danger: bool = False,
    refusal: Refusal | None = None,
    **arguments: Any,
) -> ResponseReturnValue:
    """Show the form of a command with these fields, or run it with what was entered and `arguments`.

    `crumb` is the page it belongs to; `target` the address that follows, or gives it from the command's answer.
    `refusal` says of an answer what is wrong with it, for commands whose refusals are written down.
    """
    context = current()
    form = CommandForm(context, kinds)
    page = {
        "title": title,
        "crumb": {"label": crumb[0], "url": crumb[1]},
        "text": text,
        "danger": danger,
    }
    if request.method == "GET":
        return render("carpet/form.html", form=form.start(start or {}), **page)
    form.read(request.form)
    outcome = run_command(command, form=form, **form.values, **arguments)
    problem = refusal(outcome.value) if outcome.done and refusal is not None else None
    if problem is not None:
        form.attach([problem])
    if not outcome.done or problem is not None:
        return render(
            "carpet/form.html", status=outcome.status if not outcome.done else 422, form=form, **page
        )
    tell(done(outcome.value) if callable(done) else done)
    return redirect(target(outcome.value) if callable(target) else target, code=303)
