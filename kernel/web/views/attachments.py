"""Files on a record's page: add by choosing or dropping, download, remove."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.i18n import _, localise_digits
from kernel.resources.attachments import LARGEST, find
from kernel.resources.context import Context
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go_to
from kernel.web.security import MEBIBYTE
from kernel.web.uploads import send_stored, stream_of
from kernel.web.views.addresses import record_url

FIELD = "file"
AT_ONCE = 20
"""Files of one upload at most."""


def add(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Attach the chosen files, each by itself: one that is refused does not keep the others out."""
    context = current()
    context.require(resource.permission, "view")
    load(context, resource, record_id)
    sent = [item for item in request.files.getlist(FIELD) if item.filename][:AT_ONCE]
    if not sent:
        tell(_("Choose a file first."), "error")
    added = 0
    for item in sent:
        outcome = run_command(
            "attachment.add",
            resource=resource.name,
            record_id=record_id,
            stream=stream_of(item),
            name=item.filename or "",
        )
        added += outcome.done
    if added:
        tell(SAVED)
    return go_to(f"{record_url(resource, record_id)}?tab=files")


def download(resource: Resource, record_id: int, file_id: int) -> ResponseReturnValue:
    """Send a file of a visible record."""
    context = current()
    context.require(resource.permission, "view")
    found = find(context, resource, record_id, file_id)
    return send_stored(context, found.content_hash, found.name, found.media_type)


def delete(resource: Resource, record_id: int, file_id: int) -> ResponseReturnValue:
    """Remove a file from a record."""
    outcome = run_command(
        "attachment.delete", resource=resource.name, record_id=record_id, attachment_id=file_id
    )
    if outcome.done:
        tell(_("The file was removed."))
    return go_to(f"{record_url(resource, record_id)}?tab=files")


def allowed_note(context: Context) -> str:
    """Say what may be attached."""
    return context.text(
        _("Pictures, PDF, office files, sound; at most %(size)d MB each", size=LARGEST // MEBIBYTE)
    )


def size_of(size: int) -> str:
    """Say how large a file is, in kilobytes or megabytes."""
    kibibytes = max(1, round(size / 1024))
    text = f"{size / MEBIBYTE:.1f} MB" if size >= MEBIBYTE else f"{kibibytes} KB"
    return localise_digits(text, current().locale)
