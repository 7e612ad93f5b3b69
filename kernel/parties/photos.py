"""The photo of a party: one picture, seen where the party is, changed where it may be edited."""

from __future__ import annotations

from typing import BinaryIO

from sqlalchemy import func, select

from kernel.data.files import FileRefused, FileStore
from kernel.i18n import _
from kernel.parties.models import Party, PartyMerge
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.records import editable, load

LARGEST = 5 * 1024 * 1024
"""Largest photo in bytes."""
FILES = (
    select(Party.photo).where(Party.photo.is_not(None)),
    select(func.unnest(func.regexp_matches(PartyMerge.operations, r'"photo": "([0-9a-f]{64})"', "g"))),
)
"""Photos of parties, also of those that undoing a merge would bring back."""
ALLOWED = ("image/png", "image/jpeg", "image/webp")


def open_photo(context: Context, party_id: int) -> BinaryIO:
    """Open the photo of a visible party; raise `NotFound` where there is none or the party is not visible."""
    found = context.session.execute(select(Party.photo).where(Party.id == party_id)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return FileStore(context.site.files).open(found)


@command("party.set_photo", _("Set the photo"), resource="party", action="edit")
def set_photo(context: Context, *, resource: str, party_id: int, stream: BinaryIO, name: str) -> None:
    """Store a picture as the photo of a party of `resource`, in place of the former one."""
    declared = context.runtime.resource(resource)
    editable(context, declared, party_id)
    try:
        stored = FileStore(context.site.files).put(stream, max_bytes=LARGEST, allowed=ALLOWED, name=name)
    except FileRefused as error:
        raise Invalid([Problem("photo", error.text)]) from error
    load(context, declared, party_id, lock=True).photo = stored.hash
    context.session.flush()


@command("party.remove_photo", _("Remove the photo"), resource="party", action="edit")
def remove_photo(context: Context, *, resource: str, party_id: int) -> None:
    """Take the photo away; the content stays in the store until nothing speaks of it any more."""
    declared = context.runtime.resource(resource)
    editable(context, declared, party_id)
    load(context, declared, party_id, lock=True).photo = None
    context.session.flush()
