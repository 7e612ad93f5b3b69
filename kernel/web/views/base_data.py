"""Values of base data for forms: choosing one, and adding one in place, from the form that misses it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from kernel.resources.base_data import suggest
from kernel.resources.errors import Forbidden, NotFound
from kernel.web.current import current, refuse_forms, run_command
from kernel.web.pages import render, triggering
from kernel.web.views.lookups import AT_ONCE, LONGEST

pages = Blueprint("base_data", __name__, url_prefix="/base-data")
pages.before_request(refuse_forms)


@pages.get("/<source>/options")
def options(source: str) -> ResponseReturnValue:
    """Give the values of a list that fit what was typed, as rows of a lookup in the form of a command.

    Base data are for everybody who works here; whoever was given no right at all does not.
    """
    context = current()
    if not (context.actor.is_administrator or context.actor.grants):
        raise Forbidden()
    if source not in context.runtime.declared.base_lists:
        raise NotFound()
    found = suggest(context, source, request.args.get("q", "")[:LONGEST], AT_ONCE)
    return render("records/options.html", options=found, makers=(), typed="")


@pages.route("/<source>/add", methods=["GET", "POST"])
def add(source: str) -> ResponseReturnValue:
    """Show the small form in the dialog, or add the value and choose it in the form that asked."""
    context = current()
    context.require("base_data", "create")
    known = context.runtime.declared.base_lists.get(source)
    if known is None:
        raise NotFound()
    title = request.values.get("title", "")
    error = ""
    if request.method == "POST":
        outcome = run_command("base_data.add", quiet=True, source=source, title=title)
        if outcome.done:
            chosen = {"value": outcome.value, "label": " ".join(title.split())}
            return triggering(Response(status=204), dialog_close=True, lookup_pick=chosen)
        error = current().text(outcome.message) if outcome.message else ""
    return render(
        "records/base_value_form.html",
        status=422 if error else 200,
        list_title=current().text(known.title),
        address=url_for("base_data.add", source=source),
        title=title,
        error=error,
    )
