"""Pages of plugins that answer without anybody being signed in: to check a certificate, to register a guarantee.

Whoever asks is a guest, also when somebody is signed in in that browser: what an open page reads and does, it does as the
system, and shows no more than it was written to show. Its address is usually a secret, so it is neither indexed nor told
to other sites, and wrong tries are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from flask import g, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from kernel.access.actor import SYSTEM
from kernel.resources.context import Context
from kernel.web.current import PAGE_TIME, public, runtime, scope
from kernel.web.throttle import Throttle

View = Callable[..., ResponseReturnValue]

WINDOW = 60.0
"""Seconds within which wrong tries are counted."""


def open_page(tries: int = 30) -> Callable[[View], View]:
    """Mark a view that answers without a sign-in.

    After `tries` calls of `wrong_try` within a minute from one network address, the page answers that address 429. They are
    counted in the memory of one process: what must be limited over all processes, a plugin counts in its own tables.
    Forms of open pages carry the token against forgery as all forms do.
    """

    def mark(view: View) -> View:
        guesses = Throttle(tries, WINDOW)

        @wraps(view)
        def opened(*args: Any, **values: Any) -> ResponseReturnValue:
            g.wrong_tries = (guesses, f"{runtime().site.name} {request.remote_addr}")
            if guesses.full(g.wrong_tries[1]):
                raise TooManyRequests()
            answer = make_response(view(*args, **values))
            answer.headers["Referrer-Policy"] = "no-referrer"
            answer.headers["X-Robots-Tag"] = "noindex, nofollow"
            return answer

        return public(opened)

    return mark


def is_open(view: Callable[..., Any] | None) -> bool:
    """Say whether a view answers without a sign-in."""
    return bool(getattr(view, "__public__", False))


def wrong_try() -> None:
    """Count a wrong try of whoever asks: a number that nobody has, a code that does not fit. Call it before refusing.

    Raises `RuntimeError` outside a view that is marked by `open_page`.
    """
    held = g.get("wrong_tries")
    if held is None:
        raise RuntimeError("wrong tries are counted on open pages")
    guesses, whence = held
    guesses.enter(whence)


@contextmanager
def guest(reason: str) -> Iterator[Context]:
    """Give a context that reads as the system for an open page; `reason` says why, in the house's logs.

    It sees everything, so take plain values out of it and render after it: a page holds one connection at a time.
    """
    mine = scope()
    mine.close()
    with mine.runtime.reading(SYSTEM(reason), locale=mine.locale, statement_limit=PAGE_TIME) as context:
        yield context


def run_for_guest(name: str, /, **arguments: Any) -> Any:
    """Run a command as the system for whoever fills in an open page, and give its answer.

    Raises what `Runtime.execute` does: `Invalid` and `Refused` are for the form, and nothing is saved after them.
    """
    mine = scope()
    mine.close()
    return mine.runtime.execute(SYSTEM(f"an open page: {name}"), name, locale=mine.locale, **arguments)
