"""Pages travel compressed: a list of persons takes a tenth of its bytes so.

What is compressed together with something that an attacker chooses gives itself away by its length (BREACH). Our cookies are
`SameSite=Lax`, so other sites make no such requests in a user's name; besides, each answer is made longer by a random number
of bytes, as Django does it ("Heal the BREACH", https://ieeexplore.ieee.org/document/9754554).
"""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Response, request

LEAST = 600
"""Bytes below which nothing is won."""
LEVEL = 5
PADDING = 100
"""Random bytes, at most, in the header of the stream."""


def compress(response: Response) -> Response:
    """Compress an HTML answer for a browser that takes it so; anything else goes as it is."""
    if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or response.headers.get("Content-Encoding"):
        return response
    content = response.get_data()
    if request.method == "HEAD" or len(content) < LEAST:
        return response
    target = io.BytesIO()
    name = "x" * secrets.randbelow(PADDING + 1)
    with gzip.GzipFile(name, "wb", compresslevel=LEVEL, fileobj=target, mtime=0) as file:
        file.write(content)
    response.set_data(target.getvalue())
    response.headers["Content-Encoding"] = "gzip"
    return response
