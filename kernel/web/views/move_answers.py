"""What comes of a move: its command run, and the answers to a drop and to a form."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid
from kernel.resources.lists import ListQuery
from kernel.resources.resource import Resource
from kernel.resources.views.declaration import View
from kernel.resources.views.moving import command_of_move, label_column
from kernel.web.current import Outcome, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import by_htmx, go_to, render, triggering, words
from kernel.web.views.addresses import list_url, with_query


def write(
    context: Context, resource: Resource, view: View, record_id: int, entered: dict[str, Any]
) -> Outcome:
    """Run the command of a move; what was wrong with the values is an outcome as well."""
    version = stored_number(request.form.get("version", ""))
    try:
        name, arguments = command_of_move(context, resource, view, record_id, entered, version)
    except Invalid as error:
        return Outcome(False, None, 422, error.message)
    return run_command(name, quiet=True, **arguments)


def asked(
    context: Context,
    resource: Resource,
    view: View,
    query: ListQuery,
    record: Any,
    form: CommandForm,
    status: int = 200,
) -> ResponseReturnValue:
    """Show the form of a move, in the dialog or as a page of its own where there are no scripts."""
    label = label_column(context, resource, view)
    name = label.field.show(label.field.value_of(record), context) if label else ""
    return render(
        "records/move_time_dialog.html" if by_htmx() else "records/move_time_page.html",
        status=status,
        title=context.text(_("Move “%(name)s”", name=name or context.text(_("(no name)")))),
        list_title=context.text(resource.plural),
        back_url=list_url(resource, query),
        action=with_query(f"/{resource.path}/{record.id}/move", query),
        version=getattr(record, "version", ""),
        form=form,
    )


def refused(message: LazyText | str | None, status: int = 422) -> Response:
    """Answer a drop that may not be: the reason in words, and nothing that changes the page."""
    text = words(message) if message else words(_("This cannot be moved there."))
    return triggering(make_response("", status), toast={"text": text, "error": True})


def back_to_list(
    resource: Resource, query: ListQuery, message: LazyText | str, kind: str = "error"
) -> ResponseReturnValue:
    """Go back to the list with a message."""
    tell(message, kind)
    return go_to(list_url(resource, query))
