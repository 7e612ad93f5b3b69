"""Files on any record: seen and opened where the record is visible, added and removed where it may be edited.

Equal contents are stored once, but each record owns its attachment, and nobody learns that others hold the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from sqlalchemy import func, select

from kernel.data.files import FileRefused, FileStore
from kernel.fa.text import clean
from kernel.i18n import _
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.models import Attachment
from kernel.resources.records import editable, load
from kernel.resources.resource import Resource

LARGEST = 25 * 1024 * 1024
"""Largest attachment in bytes."""
ALLOWED = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/tiff",
    "application/pdf",
    "application/zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "audio/*",
    "video/mp4",
    "text/plain",
    "text/csv",
)
"""Media types, as found in the content. No HTML and no SVG: a browser would run what they hold."""


def attachments(context: Context, resource: Resource, record_id: int) -> Sequence[Attachment]:
    """Give the files on a record, newest first; raises `NotFound` for a record that is not visible."""
    load(context, resource, record_id)
    statement = (
        select(Attachment)
        .where(
            Attachment.root == resource.table,
            Attachment.root_id == record_id,
            Attachment.binned_at.is_(None),
        )
        .order_by(Attachment.id.desc())
        .limit(500)
    )
    with context.system("files on a visible record") as system:
        found = list(system.session.execute(statement).scalars())
        for attachment in found:
            system.session.expunge(attachment)
    return found


def counts(context: Context, resource: Resource, ids: Sequence[int]) -> dict[int, int]:
    """Give the number of files on each of these records, which the caller found visible; one query."""
    statement = (
        select(Attachment.root_id, func.count())
        .where(
            Attachment.root == resource.table,
            Attachment.root_id.in_(list(ids)),
            Attachment.binned_at.is_(None),
        )
        .group_by(Attachment.root_id)
    )
    with context.system("files on visible records") as system:
        return {row[0]: row[1] for row in system.session.execute(statement)}


def find(context: Context, resource: Resource, record_id: int, attachment_id: int) -> Attachment:
    """Give one file of a visible record; raise `NotFound` for any other."""
    for attachment in attachments(context, resource, record_id):
        if attachment.id == attachment_id:
            return attachment
    raise NotFound()


@command("attachment.add", _("Attach a file"), checks_itself=True)
def add(context: Context, *, resource: str, record_id: int, stream: BinaryIO, name: str) -> int:
    """Store a file and attach it to a record that the actor may edit; give the attachment's id."""
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id)
    shown = " ".join(clean(name.replace("\\", "/").rsplit("/", 1)[-1]).split())[:150]
    if not shown:
        raise Invalid([Problem("file", _("Choose a file first."))])
    try:
        stored = FileStore(context.site.files).put(stream, max_bytes=LARGEST, allowed=ALLOWED, name=shown)
    except FileRefused as error:
        raise Invalid([Problem("file", error.text)]) from error
    with context.system("a file on an editable record") as system:
        attachment = Attachment(
            root=declared.table,
            root_id=record_id,
            name=shown,
            content_hash=stored.hash,
            size=stored.size,
            media_type=stored.media_type,
        )
        system.session.add(attachment)
        system.session.flush()
        return attachment.id


@command("attachment.delete", _("Remove a file"), checks_itself=True)
def delete(context: Context, *, resource: str, record_id: int, attachment_id: int) -> int:
    """Put an attachment into the bin; the content stays until nothing speaks of it any more."""
    declared = context.runtime.resource(resource)
    editable(context, declared, record_id)
    with context.system("a file on an editable record") as system:
        attachment = system.session.get(Attachment, attachment_id, with_for_update=True)
        if (
            attachment is None
            or attachment.binned_at is not None
            or (attachment.root, attachment.root_id) != (declared.table, record_id)
        ):
            raise NotFound()
        attachment.binned_at = context.now
        attachment.binned_by = context.actor.user_id
        system.session.flush()
    return attachment_id
