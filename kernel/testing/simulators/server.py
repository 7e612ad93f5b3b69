"""What all simulators have in common: the HTTP server, the book, faults, callbacks."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit


class Fault(Enum):
    """What goes wrong with one request to send."""

    REFUSED = "a wrong key: nothing is accepted"
    CREDIT = "no credit left: nothing is accepted"
    BUSY = "too many requests: nothing is accepted"
    PARTIAL = "every second message is accepted, the others are refused in the answer"
    CREDIT_MIDWAY = "the first message that is asked for is accepted, and then the credit has ended"
    SLOW = "accepted, and answered long after anybody waits"
    DROPPED_BEFORE = "the request is read, nothing accepted, the connection dropped"
    DROPPED_AFTER = "accepted, the connection dropped without an answer"
    CUT = "accepted, the answer broken off in its middle"
    ERROR_BEFORE = "status 500 with a page of HTML, nothing accepted"
    ERROR_AFTER = "status 502 with a page of HTML, accepted all the same"
    GARBAGE = "accepted, answered with something that is no answer"
    EMPTY = "accepted, answered with nothing at all"


ACCEPTING = {Fault.SLOW, Fault.DROPPED_AFTER, Fault.CUT, Fault.ERROR_AFTER, Fault.GARBAGE, Fault.EMPTY}
"""Faults of the answer alone: the messages stand in the book."""


@dataclass(frozen=True)
class Accepted:
    """A line of the book: a message that the provider took over and will send."""

    reference: str
    to: str
    """As the provider writes numbers: `09…`."""
    text: str
    sender: str
    client_id: int | None = None


@dataclass(frozen=True)
class Inbound:
    """A message from a phone to one of the provider's lines."""

    reference: str
    sender: str
    line: str
    text: str
    at: int
    """Unix seconds."""


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """The fields of a form, and those of the address."""
        return {**self.query, **dict(parse_qsl(self.body.decode(), keep_blank_values=True))}

    def json(self) -> Any:
        """The JSON in the body; None where there is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


Answered = tuple[int, Any]
"""Status, and what is answered as JSON."""


@dataclass
class Simulator:
    """A provider. Used as a context manager; `address` is where it listens meanwhile."""

    key: str = "secret-key/with+signs"
    slow: float = 1.0
    """Seconds of a slow answer; whoever tests it waits shorter."""
    book: list[Accepted] = field(default_factory=list)
    inbox: list[Inbound] = field(default_factory=list)
    """What came from phones and was not fetched yet."""
    faults: deque[Fault] = field(default_factory=deque)
    """One for each of the next requests to send."""
    states: dict[str, int] = field(default_factory=dict)
    """The provider's code of state, by reference; the test sets it."""
    bad_numbers: set[str] = field(default_factory=set)
    """Numbers (`09…`) for which the provider refuses a request as a whole."""
    closed_numbers: set[str] = field(default_factory=set)
    """Numbers that closed themselves to advertising."""
    templates: dict[str, str] = field(default_factory=dict)
    """Approved templates by name or number, with the provider's own places for variables."""
    asked: list[str] = field(default_factory=list)
    """Paths of all requests, in order."""
    port: int = 0
    """Where to listen; 0 for a free port."""
    kept: Path | None = None
    """A file that the book is kept in, line by line before anything is answered, so that it outlives the process."""

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._next = 1_000_000_000
        if self.kept is not None:
            self.book += book_in(self.kept)
            self._next = max([self._next, *(int(each.reference) % 10**18 for each in self.book)])
        self._closing = threading.Event()
        simulator = self

        class Handler(_Handler):
            owner = simulator

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # --- What each provider says for itself

    def answer(self, request: Request) -> Answered:
        """Do what the provider does with a request that no fault concerns."""
        raise NotImplementedError

    def is_sending(self, request: Request) -> bool:
        """Say whether a request hands messages over; faults wait for those."""
        raise NotImplementedError

    def refusal(self, fault: Fault) -> Answered:
        """The answer to a request that is refused: `REFUSED`, `CREDIT`, `BUSY`."""
        raise NotImplementedError

    def callbacks(self, inbound: Inbound) -> tuple[str, dict[str, str]]:
        """Method and parameters with which the provider hands a received message to its customer's address."""
        raise NotImplementedError

    # --- The book

    def number(self) -> int:
        """A number that was not given before."""
        with self._lock:
            self._next += 7
            return self._next

    def accept(self, to: str, text: str, sender: str, client_id: int | None = None) -> Accepted:
        """Enter a message into the book; a repeated number of the customer's gives the old entry."""
        with self._lock:
            if client_id is not None:
                for entry in self.book:
                    if entry.client_id == client_id:
                        return entry
            made = Accepted(str(self.number()), to, text, sender, client_id)
            if self.kept is not None:
                with self.kept.open("a") as file:
                    file.write(json.dumps(asdict(made)) + "\n")
            self.book.append(made)
            return made

    def receive(self, sender: str, line: str, text: str, at: int = 1_795_850_000) -> Inbound:
        """A phone writes to a line."""
        made = Inbound(str(self.number()), sender, line, text, at)
        with self._lock:
            self.inbox.append(made)
        return made

    # --- Requests to the customer

    def call_back(self, address: str, inbounds: Iterable[Inbound], *, times: int = 1) -> list[int]:
        """Hand received messages to the customer's address, each `times` times; gives the statuses."""
        return [request(address, *self.callbacks(inbound)) for inbound in inbounds for _time in range(times)]

    # --- Serving

    def take(self, request: Request) -> tuple[Fault | None, Answered]:
        """Answer one request, with the fault that it meets."""
        with self._lock:
            self.asked.append(request.path)
            fault = self.faults.popleft() if self.faults and self.is_sending(request) else None
            if fault in (Fault.DROPPED_BEFORE, Fault.ERROR_BEFORE):
                return fault, (500, None)
            if fault in (Fault.REFUSED, Fault.CREDIT, Fault.BUSY):
                return fault, self.refusal(fault)
            if fault is Fault.CREDIT_MIDWAY:
                self.faults.appendleft(Fault.CREDIT)
            self.partial = fault is Fault.PARTIAL
            return fault, self.answer(request)

    partial: bool = False
    """Whether the request that is just answered meets `PARTIAL`."""


def book_in(kept: Path) -> list[Accepted]:
    """Read a book that a simulator keeps in a file; none where there is no file yet."""
    if not kept.exists():
        return []
    return [Accepted(**json.loads(line)) for line in kept.read_text().splitlines()]


class _Handler(BaseHTTPRequestHandler):
    owner: Simulator

    def do_GET(self) -> None:
        """Whatever the method: the simulator looks at it."""
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        fault, (status, content) = self.owner.take(request)
        if fault in (Fault.DROPPED_BEFORE, Fault.DROPPED_AFTER):
            self._drop()
        elif fault is Fault.SLOW:
            self._wait()
            self._drop()
        elif fault in (Fault.ERROR_BEFORE, Fault.ERROR_AFTER):
            self._write(500 if fault is Fault.ERROR_BEFORE else 502, b"<html><h1>Bad Gateway</h1></html>")
        elif fault is Fault.GARBAGE:
            self._write(200, "خطای نامشخص <br>".encode())
        elif fault is Fault.EMPTY:
            self._write(200, b"")
        else:
            self._write(status, json.dumps(content).encode(), cut=fault is Fault.CUT)

    def do_POST(self) -> None:
        """As any other."""
        self.do_GET()

    def do_DELETE(self) -> None:
        """As any other."""
        self.do_GET()

    def _write(self, status: int, body: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)

    def _wait(self) -> None:
        until = time.monotonic() + self.owner.slow
        while time.monotonic() < until and not self.owner._closing.wait(0.02):
            pass

    def _drop(self) -> None:
        # A reset, as of a machine that vanished, not the polite end of a stream.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.close_connection = True
        self.connection.close()

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def log_message(self, *_said: object) -> None:
        """Say nothing: addresses hold keys."""


def request(address: str, method: str, parameters: Mapping[str, str]) -> int:
    """Send parameters to an address as a provider does; gives the status."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    encoded = urlencode(parameters)
    try:
        if method == "GET":
            connection.request("GET", f"{parts.path}?{encoded}")
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, encoded, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def dead_address() -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
