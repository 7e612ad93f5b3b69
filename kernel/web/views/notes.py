"""Notes on a record's page."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.resources.errors import NotFound
from kernel.resources.notes import notes
from kernel.resources.resource import Resource
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go_to, render
from kernel.web.views.addresses import record_url


def add(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Add a note."""
    outcome = run_command(
        "note.add", resource=resource.name, record_id=record_id, body=request.form.get("body", "")
    )
    if outcome.done:
        tell(SAVED)
    return go_to(record_url(resource, record_id))


def edit(resource: Resource, record_id: int, note_id: int) -> ResponseReturnValue:
    """Show a note's form in the dialog, or save it."""
    error = ""
    body: str | None
    if request.method == "POST":
        body = request.form.get("body", "")
        outcome = run_command(
            "note.edit", quiet=True, resource=resource.name, record_id=record_id, note_id=note_id, body=body
        )
        if outcome.done:
            tell(SAVED)
            return go_to(record_url(resource, record_id))
        error = current().text(outcome.message) if outcome.message else ""
    else:
        written = notes(current(), resource, record_id)
        body = next((note.body for note in written if note.id == note_id), None)
        if body is None:
            raise NotFound()
    address = f"{record_url(resource, record_id)}/notes/{note_id}"
    return render(
        "records/note_form.html", status=422 if error else 200, body=body, error=error, address=address
    )


def delete(resource: Resource, record_id: int, note_id: int) -> ResponseReturnValue:
    """Move a note to the bin."""
    if run_command("note.delete", resource=resource.name, record_id=record_id, note_id=note_id).done:
        tell(_("The note was deleted."))
    return go_to(record_url(resource, record_id))
