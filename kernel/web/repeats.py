"""Forms that come twice are done once: each carries a word of its own, and what was sent with it makes a key of the command.

The page locks a form that is on its way (`forms.js`); what comes twice all the same is known here. The same form with other
contents is another one. A page that is fetched again, by going back as well, has a word of its own.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter

from flask import g, request
from markupsafe import Markup

from kernel.resources import submissions
from kernel.resources.context import Context

FIELD = "_once"
UNSIGNED = frozenset({"csrf_token"})
"""Fields that differ in a repeat."""
LONGEST = 64
PIECE = 65536


def field() -> Markup:
    """Give the hidden field that tells one form from the next."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, secrets.token_urlsafe(12))


def next_key(command: str) -> str | None:
    """Give the key of a command that this request runs now; None where its form carries no word.

    A request that runs one several times has a key for each time.
    """
    sent = _sent()
    if sent is None:
        return None
    run: Counter[str] = g.setdefault("commands_run", Counter())
    run[command] += 1
    return f"{sent}:{command}:{run[command]}"


def is_repeat(context: Context, command: str) -> bool:
    """Say whether the form of this request was sent before by who asks, and the command done."""
    sent = _sent()
    return sent is not None and submissions.known(context, f"{sent}:{command}:1")


def _sent() -> str | None:
    if "sent" not in g:
        told = request.method == "POST" and 0 < len(request.form.get(FIELD, "")) <= LONGEST
        g.sent = _hash() if told else None
    found: str | None = g.sent
    return found


def _hash() -> str:
    """Hash address, fields and files of the request."""
    found = hashlib.sha256(repr(request.full_path).encode())
    for name, values in sorted(request.form.lists()):
        if name not in UNSIGNED:
            found.update(repr((name, values)).encode("utf-8", "surrogatepass"))
    for name, files in sorted(request.files.lists()):
        for file in files:
            found.update(repr((name, file.filename)).encode("utf-8", "surrogatepass"))
            while piece := file.stream.read(PIECE):
                found.update(piece)
            file.stream.seek(0)
    return found.hexdigest()
