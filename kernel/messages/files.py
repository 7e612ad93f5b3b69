"""Files that go along with e-mails and faxes: kept as files of records are, and read again when they are handed over."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import and_, or_, select

from kernel.data.files import FileMissing, FileRefused, FileStore
from kernel.extension.contributions import Setting
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.messages.gateways import Attachment as Sent
from kernel.messages.models import Message, Sending
from kernel.resources.attachments import ALLOWED
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.models import Attachment

FIELD = "files"
"""The field by which what is wrong with files is told."""
MOST = 10
"""Files of one message."""
MEBIBYTE = 1024 * 1024
LARGEST = "messages.largest_files"
SETTINGS = (
    Setting(
        key=LARGEST,
        title=_("The most that the files of one message may have together, in megabytes"),
        help=_("Many mail servers take no mail above 20 megabytes, and files grow by a third on the way."),
        kind="whole",
        default=10,
        bounds=(1, 20),
        order=50,
    ),
)
BY_CHANNEL: Mapping[str, Sequence[str]] = {
    "email": ALLOWED,
    "fax": (
        *("application/pdf", "image/tiff", "image/png", "image/jpeg", "text/plain", "application/msword"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}
"""Channels on which files go along, and the media types that they take, as found in the content."""

TABLES: Mapping[type[Message] | type[Sending], str] = {Message: "kernel.message", Sending: "kernel.sending"}
"""What files may hang on, by the names of their tables."""

MOST_AT_ONCE = 24 * 2**20
"""Bytes of files that a worker reads at once for messages handed over together; a single one may have nearly as many."""

Given = tuple[str, BinaryIO]
"""A file to be attached: its name and its content."""


@dataclass(frozen=True)
class Kept:
    """A file of a message as it is stored."""

    name: str
    media_type: str
    hash: str
    size: int
    """Bytes."""


def attach(
    context: Context, to: type[Message] | type[Sending], number: int, channel: str, files: Iterable[Given]
) -> None:
    """Keep files with a new message or sending, within its command. Raises `Invalid` naming what is wrong."""
    given = list(files)
    if not given:
        return
    if channel not in BY_CHANNEL:
        raise _wrong(_("Files go along with e-mails and faxes only."))
    if len(given) > MOST:
        raise _wrong(_("At most %(most)d files go with one message.", most=MOST))
    most = context.runtime.setting(LARGEST)
    left = most * MEBIBYTE
    for name, stream in given:
        row = _kept(context, to, number, channel, name, stream)
        left -= row.size
        if left < 0:
            raise _wrong(_("The files have more than %(most)d megabytes together.", most=most))
        with context.system("a file of a new message") as system:
            system.session.add(row)
            system.session.flush()


def as_given(files: Iterable[Sent]) -> list[Given]:
    """Give files that a program made as those that are attached."""
    return [(each.name, io.BytesIO(each.content)) for each in files]


def _kept(
    context: Context,
    to: type[Message] | type[Sending],
    number: int,
    channel: str,
    name: str,
    stream: BinaryIO,
) -> Attachment:
    shown = " ".join(clean(name.replace("\\", "/").rsplit("/", 1)[-1]).split())[:150]
    if not shown:
        raise _wrong(_("Choose a file first."))
    try:
        stored = FileStore(context.site.files).put(
            stream,
            max_bytes=context.runtime.setting(LARGEST) * MEBIBYTE,
            allowed=BY_CHANNEL[channel],
            name=shown,
        )
    except FileRefused as error:
        raise _wrong(_("%(name)s: %(problem)s", name=shown, problem=error.text)) from error
    return Attachment(
        root=TABLES[to],
        root_id=number,
        name=shown,
        content_hash=stored.hash,
        size=stored.size,
        media_type=stored.media_type,
    )


def _wrong(text: LazyText) -> Invalid:
    return Invalid([Problem(FIELD, text)])


def files_of(context: Context, messages: Iterable[tuple[int, int | None]]) -> dict[int, list[Kept]]:
    """Give the files of messages, each with the number of its sending, those of the sending included; one query.

    The context acts for the system.
    """
    wanted = list(messages)
    own = [number for number, _sending in wanted]
    sendings = sorted({sending for _number, sending in wanted if sending is not None})
    statement = (
        select(
            *(Attachment.root, Attachment.root_id, Attachment.name, Attachment.media_type),
            *(Attachment.content_hash, Attachment.size),
        )
        .where(
            or_(
                and_(Attachment.root == TABLES[Message], Attachment.root_id.in_(own)),
                and_(Attachment.root == TABLES[Sending], Attachment.root_id.in_(sendings)),
            ),
            Attachment.binned_at.is_(None),
        )
        .order_by(Attachment.id)
    )
    found: dict[tuple[str, int], list[Kept]] = {}
    for row in context.session.execute(statement):
        kept = Kept(row.name, row.media_type, row.content_hash, row.size)
        found.setdefault((row.root, row.root_id), []).append(kept)
    by_message = {
        number: [
            *found.get((TABLES[Message], number), ()),
            *(found.get((TABLES[Sending], sending), ()) if sending is not None else ()),
        ]
        for number, sending in wanted
    }
    return {number: some for number, some in by_message.items() if some}


def that_fit(context: Context, messages: Sequence[tuple[int, int | None]]) -> list[int]:
    """Give the first of these messages (number, and number of the sending) whose files a worker reads at once, one at least.

    A file that several of them carry is read once. The context acts for the system.
    """
    kept = files_of(context, messages)
    read: dict[str, int] = {}
    fitting: list[int] = []
    for number, _sending in messages:
        read.update((each.hash, each.size) for each in kept.get(number, ()))
        if fitting and sum(read.values()) > MOST_AT_ONCE:
            break
        fitting.append(number)
    return fitting


class Reader:
    """Reads stored files; one that many messages of a batch carry is read once."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._read: dict[str, bytes] = {}

    def attachments(self, kept: Sequence[Kept]) -> tuple[Sent, ...]:
        """Give the files of a message with their contents. Raises `FileMissing`."""
        return tuple(
            Sent(name=each.name, mime=each.media_type, content=self._content(each.hash)) for each in kept
        )

    def _content(self, content_hash: str) -> bytes:
        if content_hash not in self._read:
            try:
                with self._store.open(content_hash) as stream:
                    self._read[content_hash] = stream.read()
            except OSError as error:
                raise FileMissing(_("This file is not there any more.")) from error
        return self._read[content_hash]
