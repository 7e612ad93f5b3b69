"""The photo of a party on its page: shown where the party is visible, set and removed where it may be edited."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.parties.photos import open_photo
from kernel.resources.errors import NotFound
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go_to
from kernel.web.security import DOWNLOAD_POLICY
from kernel.web.uploads import stream_of, uploaded
from kernel.web.views.addresses import record_url
from kernel.web.views.parties import is_party

KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
"""First bytes of the pictures that may be stored, and their media types."""


def photo(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Send the photo (`?small=…`: the square beside the name), or store the uploaded one."""
    if not is_party(resource):
        raise NotFound()
    context = current()
    context.require(resource.permission, "view")
    load(context, resource, record_id)
    if request.method == "POST":
        return _store(resource, record_id)
    with open_photo(context, record_id, thumbnail="small" in request.args) as content:
        picture = content.read()
    kind = next((kind for start, kind in KINDS.items() if picture.startswith(start)), None)
    if kind is None:
        raise NotFound()
    headers = {"Content-Security-Policy": DOWNLOAD_POLICY, "Cache-Control": "private, no-cache"}
    return Response(picture, mimetype=kind, headers=headers)


def remove(resource: Resource, record_id: int) -> ResponseReturnValue:
    """Take the photo away."""
    if not is_party(resource):
        raise NotFound()
    if run_command("party.remove_photo", resource=resource.name, party_id=record_id).done:
        tell(SAVED)
    return go_to(record_url(resource, record_id))


def _store(resource: Resource, record_id: int) -> ResponseReturnValue:
    sent = uploaded("photo")
    if sent is None:
        tell(_("Choose a file first."), "error")
    elif run_command(
        "party.set_photo",
        resource=resource.name,
        party_id=record_id,
        stream=stream_of(sent),
        name=sent.filename or "",
    ).done:
        tell(SAVED)
    return go_to(record_url(resource, record_id))
