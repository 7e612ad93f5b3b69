"""One request to a provider over HTTP, and what may be concluded from how it ended.

The phase in which a request fails decides: before anything of it was sent the provider certainly has nothing
(`NotHandedOver`), afterwards it may have everything (`Uncertain`). So each request has a connection of its own, there is no
retrying and no following of redirects, and connecting and reading have separate limits. Addresses may hold keys: no error
names an address, and none carries the error below it.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from kernel.i18n import _
from kernel.messages.gateways import NotHandedOver, Outgoing, Receipt, Text, Uncertain

CONNECT = 10.0
"""Seconds until a connection stands, encryption included."""
READ = 30.0
"""Seconds that an answer may take, from the last byte sent to the last byte read."""
LONGEST = 120.0
"""Seconds after which no more requests are made for one batch: a worker's lease is longer than that and one request."""
LARGEST = 8 * 2**20
"""Bytes of an answer; a longer one is not read."""

UNREACHED = _("The provider could not be reached.")
UNTRUSTED = _("The provider's certificate is not trusted.")
NO_ADDRESS = _("The address of the service must begin with https:// or http:// and name a server.")
UNREADABLE = _("The provider gave no answer that can be read.")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer that came in whole; its status says nothing yet of what it means."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The JSON object in it. Raises `Uncertain` where there is none."""
        try:
            found = json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Uncertain(UNREADABLE)
        return found


def exchange(
    address: str,
    *,
    method: str = "POST",
    query: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    data: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send a request with a `form` or with `data` as JSON, and give the answer whatever its status.

    Raises `NotHandedOver` where nothing was sent, `Uncertain` where no whole answer came.
    """
    encrypted, host, port, path = _split(address)
    if query:
        path = f"{path}?{urlencode(query)}"
    sent = {"Accept": "application/json", "Connection": "close", **(headers or {})}
    body = b""
    if form is not None:
        body, sent["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
    elif data is not None:
        body, sent["Content-Type"] = json.dumps(data).encode(), "application/json"
    if not all(_sendable(value) for value in sent.values()):
        raise NotHandedOver(_("A field of the line holds signs that cannot be sent."), temporary=False)
    connection = _connected(encrypted, host, port)
    try:
        reply = _asked(connection, method, path, body, sent)
    finally:
        connection.close()
    if reply is None:
        raise Uncertain(UNREADABLE)
    return reply


def _split(address: str) -> tuple[bool, str, int | None, str]:
    """Give whether to encrypt, server, port and path. Raises `NotHandedOver` for what is no address."""
    if address.isascii() and address.isprintable() and " " not in address:
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = None
        if host and parts.scheme in ("http", "https") and not parts.query and not parts.fragment:
            return parts.scheme == "https", host, port, parts.path or "/"
    raise NotHandedOver(NO_ADDRESS, temporary=False)


def _sendable(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _connected(encrypted: bool, host: str, port: int | None) -> HTTPConnection:
    """Connect, or raise `NotHandedOver`: nothing of the request has left yet."""
    if encrypted:
        connection: HTTPConnection = HTTPSConnection(
            host, port, timeout=CONNECT, context=ssl.create_default_context()
        )
    else:
        connection = HTTPConnection(host, port, timeout=CONNECT)
    try:
        connection.connect()
    except ssl.SSLCertVerificationError:
        problem: NotHandedOver | None = NotHandedOver(UNTRUSTED, temporary=False)
    except (OSError, ValueError):
        problem = NotHandedOver(UNREACHED, temporary=True)
    else:
        problem = None
    if problem is not None:
        # Raised out here: an error that hangs on it as its context would be shown in tracebacks.
        connection.close()
        raise problem
    return connection


def _asked(
    connection: HTTPConnection, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> Reply | None:
    """Send and read; None for whatever goes wrong on the way."""
    connection.sock.settimeout(READ)
    try:
        connection.request(method, path, body or None, dict(headers))
        deadline = time.monotonic() + READ
        answer = connection.getresponse()
        pieces: list[bytes] = []
        held = 0
        while piece := answer.read1(65536):
            pieces.append(piece)
            held += len(piece)
            if held > LARGEST or time.monotonic() > deadline:
                return None
        if answer.length:
            return None  # the connection ended before the length that was announced
    except (OSError, HTTPException, ValueError):
        return None
    return Reply(status=answer.status, body=b"".join(pieces))


Once = Callable[[Sequence[Outgoing]], Sequence[Receipt]]
"""Hands messages over in one request."""


class Declined(Exception):
    """A provider refused a whole request because of what is in it: a bad number, a forbidden word.

    Raised by `once` of `divided`; none of the messages was taken.
    """

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


def divided(
    messages: Sequence[Outgoing],
    once: Once,
    until: float | None = None,
) -> list[Receipt]:
    """Hand over a batch so that one bad message does not spoil it: a declined batch is offered in halves.

    What `once` raises for the whole batch goes on to the caller; after part of it was taken, the rest is told by receipts.
    Nothing more is offered after an answer that cannot be read, nor after `until` (of the monotonic clock; two minutes).
    """
    until = until or time.monotonic() + LONGEST
    try:
        return list(once(messages))
    except Declined as declined:
        if len(messages) == 1:
            return [Receipt(client_id=messages[0].client_id, state="failed", reason=declined.reason)]
    middle = len(messages) // 2
    return _in_turn([(half, once) for half in (messages[:middle], messages[middle:])], until)


def by_form(
    messages: Sequence[Outgoing],
    plain: Once,
    approved: Callable[[Outgoing], Receipt],
) -> list[Receipt]:
    """Hand over plain texts together as `divided` does, then those with approved templates one by one.

    What stops them in the middle is told by receipts, as a part may be there already; of the rest the provider has nothing.
    """
    until = time.monotonic() + LONGEST
    texts = [each for each in messages if each.approved is None]
    groups: list[tuple[Sequence[Outgoing], Once]] = [(texts, plain)] if texts else []
    groups += [([each], lambda one: [approved(one[0])]) for each in messages if each.approved is not None]
    return _in_turn(groups, until)


def _in_turn(groups: Sequence[tuple[Sequence[Outgoing], Once]], until: float) -> list[Receipt]:
    """Offer groups one after the other until something stops them; raise that only where nothing of them was offered."""
    receipts: list[Receipt] = []
    stopped: NotHandedOver | None = None
    for some, once in groups:
        if stopped is None and time.monotonic() > until:
            stopped = NotHandedOver(UNREADABLE, temporary=True)
        if stopped is None:
            try:
                receipts += divided(some, once, until)
                continue
            except NotHandedOver as problem:
                stopped = problem
            except Uncertain as problem:
                stopped = NotHandedOver(problem.reason, temporary=True)
                receipts += [
                    Receipt(client_id=each.client_id, state="unknown", reason=problem.reason) for each in some
                ]
                continue
        receipts += [
            Receipt(client_id=each.client_id, state="failed", reason=stopped.reason, again=True)
            for each in some
        ]
    if stopped is not None and all(each.again for each in receipts):
        raise stopped
    return receipts


def national(number: str) -> str:
    """Write an E.164 number as Iranian providers take it: `09121234567`, and `0044…` for foreign ones."""
    if number.startswith("+98"):
        return "0" + number[3:]
    return "00" + number[1:] if number.startswith("+") else number


def matched(
    messages: Sequence[Outgoing], entries: Sequence[Mapping[str, Any]], receptor: str
) -> list[Mapping[str, Any] | None]:
    """Give each message the entry of an answer that speaks of its number; `receptor` is the key of the number.

    Entries come in the order of the messages, but one that is left out or moved must not shift the others.
    """
    left = list(entries)
    found: list[Mapping[str, Any] | None] = []
    for message in messages:
        wanted = message.to[-10:]
        entry = next((each for each in left if str(each.get(receptor, ""))[-10:] == wanted), None)
        if entry is not None:
            left.remove(entry)
        found.append(entry)
    return found
