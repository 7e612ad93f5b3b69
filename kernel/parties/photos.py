"""The photo of a party: one picture, seen where the party is, changed where it may be edited."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, BinaryIO

from sqlalchemy import func, select

from kernel.data.files import FileRefused, FileStore
from kernel.data.pictures import NoPicture, small, upright
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
    select(Party.photo_small).where(Party.photo_small.is_not(None)),
    select(
        func.unnest(func.regexp_matches(PartyMerge.operations, r'"photo(?:_small)?": "([0-9a-f]{64})"', "g"))
    ),
)
"""Photos of parties, also of those that undoing a merge would bring back."""
ALLOWED = ("image/png", "image/jpeg", "image/webp")
SMALL = 112
"""Side in pixels of the small photo beside names, twice what is drawn in the head of a page."""


def open_photo(context: Context, party_id: int, *, thumbnail: bool = False) -> BinaryIO:
    """Open the photo of a visible party; raise `NotFound` where there is none or the party is not visible."""
    column = Party.photo_small if thumbnail else Party.photo
    found = context.session.execute(select(column).where(Party.id == party_id)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return FileStore(context.site.files).open(found)


def small_photos(context: Context, party_ids: Sequence[int]) -> dict[int, str]:
    """Give the hashes of the small photos of those of these visible parties that have one; one query."""
    statement = select(Party.id, Party.photo_small).where(
        Party.id.in_(list(party_ids)), Party.photo_small.is_not(None)
    )
    return {number: found for number, found in context.session.execute(statement) if found}


@command("party.set_photo", _("Set the photo"), resource="party", action="edit")
def set_photo(context: Context, *, resource: str, party_id: int, stream: BinaryIO, name: str) -> None:
    """Store a picture as the photo of a party of `resource`, in place of the former one.

    It is turned upright, and what the camera wrote beside it (place, time) is left out.
    """
    declared = context.runtime.resource(resource)
    editable(context, declared, party_id)
    store = FileStore(context.site.files)
    try:
        sent = store.put(stream, max_bytes=LARGEST, allowed=ALLOWED, name=name)
        with store.open(sent.hash) as content:
            given = content.read()
        picture, thumbnail = upright(given), small(given, SMALL)
        stored = sent if picture == given else store.put(io.BytesIO(picture), max_bytes=2 * LARGEST)
        little = store.put(io.BytesIO(thumbnail), max_bytes=LARGEST)
    except FileRefused as error:
        raise Invalid([Problem("photo", error.text)]) from error
    except NoPicture as error:
        message = _("This picture is damaged or too large to be shown. Choose another one.")
        raise Invalid([Problem("photo", message)]) from error
    _set(load(context, declared, party_id, lock=True), stored.hash, little.hash)
    context.session.flush()


@command("party.remove_photo", _("Remove the photo"), resource="party", action="edit")
def remove_photo(context: Context, *, resource: str, party_id: int) -> None:
    """Take the photo away; the content stays in the store until nothing speaks of it any more."""
    declared = context.runtime.resource(resource)
    editable(context, declared, party_id)
    _set(load(context, declared, party_id, lock=True), None, None)
    context.session.flush()


def _set(party: Any, photo: str | None, thumbnail: str | None) -> None:
    party.photo, party.photo_small = photo, thumbnail
