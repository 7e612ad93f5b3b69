"""Files from and to browsers: what was uploaded, and sending a stored file so that nothing in it ever runs."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Response, request, send_file
from werkzeug.datastructures import FileStorage

from kernel.data.files import FileStore
from kernel.resources.context import Context
from kernel.web.security import DOWNLOAD_POLICY


def uploaded(name: str) -> FileStorage | None:
    """Give the file of a form's field; None where none was chosen."""
    sent = request.files.get(name)
    return sent if sent is not None and sent.filename else None


def stream_of(sent: FileStorage) -> BinaryIO:
    """Give the content of an uploaded file to read."""
    return cast(BinaryIO, sent.stream)


def send_stored(context: Context, content_hash: str, name: str, media_type: str) -> Response:
    """Send a stored file as a download: never shown in the page's origin, never guessed at by the browser."""
    content = FileStore(context.site.files).open(content_hash)
    response = send_file(content, mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
