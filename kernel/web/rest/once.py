"""Requests that come twice: a program that got no answer sends again with the same `Idempotency-Key`.

The key is entered in the transaction of the command. What was not committed was not done, and may be sent again; a repeat
that comes meanwhile waits for the first to end, and is answered alike. Kept is what the answer is made of (status, number,
version, a plain result), never what stands in a record. Keys are those of one token.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from flask import request
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.access.api_models import ApiAnswer
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.submissions import Done
from kernel.web.current import scope
from kernel.web.rest.entry import bearer
from kernel.web.rest.problems import ApiError

LONGEST_KEY = 255
HEADER = "Idempotency-Key"
Compose = Callable[[Context, Any], dict[str, Any]]
"""Makes the answer of what a command gave, in its transaction."""


class Once:
    """One request: its key, where it has one, and the answer that it is given."""

    def __init__(self, token_id: int, key: str | None, request_hash: bytes, compose: Compose) -> None:
        self.token_id = token_id
        self.key = key
        self.request_hash = request_hash
        self.compose = compose
        self.answer: dict[str, Any] = {}

    def claim(self, context: Context) -> Done | None:
        """Enter the key; gives the answer of the request that used it before, and refuses another one."""
        if self.key is None:
            return None
        mine = {"token_id": self.token_id, "key": self.key}
        with context.system("requests that came before") as system:
            row = {**mine, "request_hash": self.request_hash, "at": context.now}
            new = insert(ApiAnswer).values(row).on_conflict_do_nothing().returning(ApiAnswer.id)
            if system.session.execute(new).first() is not None:
                return None
            found = system.session.execute(
                select(ApiAnswer.request_hash, ApiAnswer.answer).filter_by(**mine).with_for_update()
            ).one()
        if found.request_hash != self.request_hash:
            raise ApiError(422, _("This key was used for another request."), name="key-reused")
        self.answer = dict(found.answer or {})
        return Done(None)

    def settle(self, context: Context, value: Any) -> None:
        """Make the answer, and keep it where there is a key."""
        self.answer = self.compose(context, value)
        if self.key is None:
            return
        mine = (ApiAnswer.token_id == self.token_id, ApiAnswer.key == self.key)
        with context.system("requests that came before") as system:
            system.session.execute(update(ApiAnswer).where(*mine).values(answer=self.answer))


def execute(command: str, compose: Compose, /, **arguments: Any) -> dict[str, Any]:
    """Run a command on behalf of who holds the token, once for each key; gives what the answer is made of."""
    mine = scope()
    mine.close()
    once = Once(bearer().token_id, _key(), _request_hash(), compose)
    mine.runtime.execute(mine.actor, command, locale=mine.locale, once=once, **arguments)
    return once.answer


def _key() -> str | None:
    if request.method != "POST" or HEADER not in request.headers:
        return None
    key = request.headers[HEADER].strip()
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable() or not key.isascii() or " " in key:
        raise ApiError(400, _("The header “Idempotency-Key” takes 1 to 255 letters and digits."))
    return key


def _request_hash() -> bytes:
    found = sha256(f"{request.method} {request.full_path}\n".encode("utf-8", "surrogatepass"))
    found.update(request.get_data(cache=True, parse_form_data=False))
    return found.digest()
