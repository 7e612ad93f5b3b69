"""The log: one JSON object per line in rotated files of the home folder, readable lines on a console.

No personal data goes in. Values under telling names are left out, user names and addresses become marks that can be
compared but not read, and what looks like a phone, a card or an e-mail address in a sentence is blotted out.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import secrets
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import Processor

from kernel.data.log_files import SharedRotatingHandler

_OF_PERSONS = {"name", "first_name", "last_name", "father_name", "display_name", "full_name", "title"}
_OF_REACHING = {"phone", "mobile", "fax", "email", "e_mail", "postal_code", "recipient", "sender"}
_OF_IDENTITY = {"national_code", "foreign_code", "legal_id", "economic_code", "birth_date"}
_OF_MONEY = {"card", "card_number", "iban", "sheba"}
_SECRET = {
    "password",
    "token",
    "secret",
    "secret_key",
    "signing_key",
    "cookie",
    "authorization",
    "csrf_token",
    "otp",
}
_WRITTEN = {"text", "body", "message", "note", "search", "query", "params", "parameters", "form", "args"}

LEFT_OUT = frozenset(_OF_PERSONS | _OF_REACHING | _OF_IDENTITY | _OF_MONEY | _SECRET | _WRITTEN)
"""Keys whose values never reach the log."""
MARKED = frozenset({"username", "user_name", "ip", "remote_addr", "client"})
"""Keys whose values are replaced by a mark: the same within one process, useless elsewhere."""

_SALT = secrets.token_bytes(16)
_DETAIL = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*(\n\s+.*)*", re.MULTILINE)
# Eight digits together, or eleven in groups: shorter groups are dates and times.
_NUMBER = re.compile(r"\+?\d{8,}(?:[ -]?\d)*|\+?\d(?:[ -]?\d){10,}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_SENTENCES = ("event", "exception", "error", "reason")


def set_up_logging(
    home: Path | None, *, level: int = logging.INFO, console: bool = True, process: str = "peyvand"
) -> None:
    """Send the log of this process to `home/logs/<process>.log` and, if wanted, to the console. Call it once.

    Both our own lines and those of libraries go the same way.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    for handler in list(root.handlers):
        if getattr(handler, "of_peyvand", False):
            root.removeHandler(handler)
            handler.close()
    if home is not None:
        lines = SharedRotatingHandler(home / "logs" / f"{process}.log")
        _add(root, lines, shared, structlog.processors.JSONRenderer(ensure_ascii=False, default=str))
    if console:
        colours = sys.stderr.isatty()
        _add(root, logging.StreamHandler(), shared, structlog.dev.ConsoleRenderer(colors=colours))
    root.setLevel(level)


def without_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The structlog processor that keeps personal data out; the last before the line is written."""
    for key in list(event):
        if key in LEFT_OUT:
            event[key] = "[left out]"
        elif key in MARKED:
            event[key] = mark(str(event[key]))
        elif key in _SENTENCES and isinstance(event[key], str):
            event[key] = blotted(event[key])
        elif isinstance(event[key], dict):
            event[key] = without_personal_data(_logger, _method, dict(event[key]))
    return event


def blotted(sentence: str) -> str:
    """A sentence without long numbers, e-mail addresses and the rows that the database quotes in its errors."""
    sentence = _DETAIL.sub(r"\1: [left out]", sentence)
    return _NUMBER.sub("[number]", _EMAIL.sub("[e-mail]", sentence))


def mark(value: str) -> str:
    """A short mark for `value`: equal values have equal marks in this process and its children."""
    return hmac.new(_SALT, value.encode(), hashlib.sha256).hexdigest()[:10]


def _add(root: logging.Logger, handler: logging.Handler, shared: list[Processor], last: Processor) -> None:
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _with_process,
                structlog.processors.format_exc_info,
                without_personal_data,
                last,
            ],
        )
    )
    handler.of_peyvand = True  # type: ignore[attr-defined]
    root.addHandler(handler)


def _with_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["pid"] = os.getpid()
    return event
