"""Pages of plugins that answer without anybody being signed in: to check a certificate, to register a guarantee.

Whoever asks is a guest, also when somebody is signed in in that browser: what an open page reads and does, it does as the
system, and shows no more than it was written to show. Its address is usually a secret, so it is neither indexed nor told
to other sites, and wrong tries are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import g, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from kernel.access import tries as wrong_tries
from kernel.access.actor import SYSTEM
from kernel.resources.context import Context
from kernel.web.current import PAGE_TIME, public, runtime, scope

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Asking:
    """Where somebody tries something, from where, and how often it may be wrong."""

    page: str
    whence: str
    most: int


def open_page(tries: int = 30) -> Callable[[View], View]:
    """Mark a view that answers without a sign-in.

    After `tries` calls of `wrong_try` within a minute from one network address, the page answers that address 429,
    whichever processes they came to; of IPv6, the addresses of one house are one. Forms of open pages carry the token
    against forgery as all forms do.
    """

    def mark(view: View) -> View:
        page = f"{view.__module__}.{view.__qualname__}"

        @wraps(view)
        def opened(*args: Any, **values: Any) -> ResponseReturnValue:
            g.asking = asking = Asking(page, wrong_tries.house_of(request.remote_addr or ""), tries)
            context = scope().context()
            with context.system("wrong tries at an open page") as system:
                made = wrong_tries.count_of(system.session, asking.page, asking.whence, system.now)
            if made >= tries:
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

    Where parallel requests tried more often than the page allows, this one is answered 429, too. Call it after `guest` has
    ended: it counts in a transaction of its own. Raises `RuntimeError` outside a view that is marked by `open_page`.
    """
    asking: Asking | None = g.get("asking")
    if asking is None:
        raise RuntimeError("wrong tries are counted on open pages")
    scope().close()
    if wrong_tries.enter(runtime(), asking.page, asking.whence) > asking.most:
        raise TooManyRequests()


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
