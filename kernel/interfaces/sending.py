"""One request to an address that others chose: never into the house, never elsewhere than was looked up, never for long.

The name is looked up once, every address that it has is looked at, and the connection goes to one of these: a name that
changes in between changes nothing. Redirects are answers like others. No proxy is used.
"""

from __future__ import annotations

import hmac
import re
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from kernel.data.config import Network, inner_networks
from kernel.i18n import LazyText, _

CONNECT = 5.0
"""Seconds until a connection stands."""
WHOLE = 15.0
"""Seconds for the request and its answer together."""
EXCERPT = 2_000
"""Bytes of an answer that are read."""
LONGEST_URL = 2_000
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(%[a-z0-9._-]+)?")
"""What a host is made of: a name, or an address of either version."""

NO_ADDRESS = _(
    "Enter an address that begins with https:// or http:// and names a server, without a user name in it."
)
NOT_FOUND = _("The name of the server cannot be found.")
INSIDE = _("The address lies within this house or on this machine. The operator can permit its network.")
UNREACHED = _("The server could not be reached.")
UNTRUSTED = _("The certificate of the server is not trusted.")
NO_ANSWER = _("The server gave no answer in time.")

Address = IPv4Address | IPv6Address


class CannotSend(Exception):
    """Nothing was sent, or no answer came; `reason` says why."""

    def __init__(self, reason: LazyText) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What a server answered: its status and the beginning of what it said."""

    status: int
    excerpt: str

    @property
    def taken(self) -> bool:
        """Whether the server says that it has it."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Target:
    """An address taken apart."""

    encrypted: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """Take an address apart. Raises `CannotSend` for what is none."""
    if len(url) <= LONGEST_URL and url.isascii() and url.isprintable() and " " not in url:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if (
            host
            and HOST.fullmatch(host)
            and parts.scheme in ("http", "https")
            and "@" not in parts.netloc
            and not parts.fragment
        ):
            encrypted = parts.scheme == "https"
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            return Target(encrypted, host, port or (443 if encrypted else 80), path)
    raise CannotSend(NO_ADDRESS)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Sign a body: HMAC-SHA-256 over the timestamp, a full stop and the body, in hexadecimal."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()


def is_outside(address: Address, permitted: Sequence[Network]) -> bool:
    """Say whether an address is one of the open net, or of a network that the operator permits."""
    inner: Address = address
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _behind_nat64(address) or address
    if any(inner.version == network.version and inner in network for network in permitted):
        return True
    return inner.is_global and not inner.is_multicast


def resolved(target: Target, permitted: Sequence[Network]) -> list[Address]:
    """Look up the addresses of a server. Raises `CannotSend` where there are none, or one of them lies inside."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CannotSend(NOT_FOUND) from None
    addresses = list(dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found))
    if not addresses:
        raise CannotSend(NOT_FOUND)
    if not all(is_outside(each, permitted) for each in addresses):
        raise CannotSend(INSIDE)
    return addresses


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body and give the answer. Raises `CannotSend`; some of it may have arrived then."""
    target = target_of(url)
    connection = HTTPConnection(target.host, target.port)
    connection.sock = _connected(target, resolved(target, inner_networks()))
    # A server that sends a letter now and then would keep a limit of each reading from ever being reached.
    watch = threading.Timer(WHOLE, _cut, (connection.sock,))
    watch.start()
    try:
        connection.request("POST", target.path, body, {**headers, "Connection": "close"})
        answer = connection.getresponse()
        said = b""
        while len(said) < EXCERPT and (piece := answer.read1(EXCERPT - len(said))):
            said += piece
        return Answer(answer.status, said.decode("utf-8", "replace").replace("\x00", "\ufffd"))
    except (OSError, HTTPException, ValueError):
        raise CannotSend(NO_ANSWER) from None
    finally:
        watch.cancel()
        connection.close()


def _connected(target: Target, addresses: Sequence[Address]) -> socket.socket:
    failure = UNREACHED
    for address in addresses[:3]:
        try:
            plain = socket.create_connection((str(address), target.port), timeout=CONNECT)
        except OSError:
            continue
        plain.settimeout(WHOLE)
        if not target.encrypted:
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
        except (OSError, ValueError) as error:
            plain.close()
            failure = UNTRUSTED if isinstance(error, ssl.SSLCertVerificationError) else UNREACHED
    raise CannotSend(failure)


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _behind_nat64(address: IPv6Address) -> IPv4Address | None:
    packed = address.packed
    return IPv4Address(packed[12:]) if packed[:12] == bytes.fromhex("0064ff9b0000000000000000") else None
