"""The form of one command of the plugin: shown, read, run, and followed by the page that it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from kernel.api import CommandForm, LazyText, current, fields, render, run_command, tell


def command_page(
    command: str,
    title: LazyText,
    kinds: Sequence[fields.Field],
    *,
    crumb: tuple[LazyText | str, str],
    done: LazyText,
    target: str | Callable[[Any], str],
    start: Mapping[str, Any] | None = None,
    text: LazyText | str = "",
    save: LazyText | None = None,
    danger: bool = False,
    **arguments: Any,
) -> ResponseReturnValue:
    """Show the form of a command with these fields, or run it with what was entered and `arguments`.

    `crumb` is the page it belongs to; `target` the address that follows, or gives it from the command's answer.
    """
    context = current()
    form = CommandForm(context, kinds)
    page = {
        "title": title,
        "crumb": {"label": crumb[0], "url": crumb[1]},
        "text": text,
        "save": save or title,
        "danger": danger,
    }
    if request.method == "GET":
        return render("insurance/form.html", form=form.start(start or {}), **page)
    form.read(request.form)
    outcome = run_command(command, form=form, **form.values, **arguments)
    if not outcome.done:
        return render("insurance/form.html", status=outcome.status, form=form, **page)
    tell(done)
    return redirect(target(outcome.value) if callable(target) else target, code=303)
