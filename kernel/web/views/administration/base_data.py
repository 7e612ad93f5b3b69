"""Base data: the lists, and the values of one list: add, rename, order, offer or not."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from kernel.administration.base_value_uses import uses_of
from kernel.administration.base_values import list_rows, values_of
from kernel.administration.plugins import titles as plugin_titles
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.base_data import COLOURS
from kernel.resources.errors import NotFound
from kernel.web.current import SAVED, current, needs, run_command, tell
from kernel.web.pages import by_htmx, go, render, triggering, words
from kernel.web.views.administration.blueprint import pages


@pages.get("/base-data")
@needs("base_data", "edit")
def base_lists() -> ResponseReturnValue:
    """Show the lists."""
    context = current()
    return render(
        "administration/base_lists.html",
        lists=list_rows(context),
        plugin_titles=plugin_titles(context),
        administrator=context.actor.is_administrator,
    )


@pages.route("/base-data/<source>", methods=["GET", "POST"])
@needs("base_data", "edit")
def base_list(source: str) -> ResponseReturnValue:
    """Show the values of a list, or add one."""
    typed, error = "", None
    if request.method == "POST":
        typed = request.form.get("title", "")
        outcome = run_command("base_data.add", quiet=True, source=source, title=typed)
        if outcome.done:
            tell(SAVED)
            return go("administration.base_list", source=source)
        error = outcome.message
    context = current()
    values = values_of(context, source)
    return render(
        "administration/base_list.html",
        status=422 if error else 200,
        source=source,
        values=values,
        uses=uses_of(context, source, [each.id for each in values]),
        colours=COLOURS,
        title=context.runtime.declared.base_lists[source].title,
        advice=context.runtime.declared.base_lists[source].advice,
        typed=typed,
        error=error,
    )


@pages.post("/base-data/<source>/<int:value_id>")
@needs("base_data", "edit")
def change_value(source: str, value_id: int) -> ResponseReturnValue:
    """Rename a value, move it, or offer it or not: what the pressed button says."""
    wanted = request.form.get("do", "")
    match wanted:
        case "rename":
            outcome = run_command(
                "base_data.rename",
                value_id=value_id,
                title=request.form.get("title", ""),
                advice=request.form.get("advice"),
                colour=request.form.get("colour"),
                version=stored_number(request.form.get("_version", "")),
            )
        case "up" | "down":
            outcome = run_command("base_data.move", value_id=value_id, up=wanted == "up")
        case "show" | "hide":
            outcome = run_command("base_data.set_active", value_id=value_id, active=wanted == "show")
        case _:
            raise NotFound()
    if outcome.done and wanted == "rename":
        tell(SAVED)
    return go("administration.base_list", source=source, _anchor=f"value-{value_id}")


@pages.post("/base-data/<source>/order")
@needs("base_data", "edit")
def order_values(source: str) -> ResponseReturnValue:
    """Keep the order into which the values were dragged or moved by keys."""
    ids = [number for each in request.form.getlist("order") if (number := stored_number(each)) is not None]
    outcome = run_command("base_data.order", quiet=by_htmx(), source=source, ids=ids)
    if by_htmx():
        if outcome.done:
            return triggering(Response(status=204), toast={"text": words(_("The order is kept."))})
        text = words(outcome.message) if outcome.message else ""
        return triggering(Response(status=outcome.status), toast={"text": text, "error": True})
    return go("administration.base_list", source=source)
