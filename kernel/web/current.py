"""The request's way into the site: who asks, in whose transaction pages read, and how they run commands.

Only this layer reads Flask's globals; everything below it takes a `Context`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from flask import current_app, flash, g, request

from kernel.access.actor import Actor
from kernel.extension.calling import HookFailed
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, EpochChanged, Forbidden, Invalid, NotFound, Problem, Refused
from kernel.resources.runtime import Runtime
from kernel.resources.term import refuse_read_only
from kernel.web.repeats import next_key
from kernel.web.undo import Undo, sealed

P = ParamSpec("P")
R = TypeVar("R")

PAGE_TIME = 5.0
"""Seconds that one statement of a page may take."""
REPORT_TIME = 60.0
"""Seconds that one statement of an export or report may take."""


class ShowsProblems(Protocol):
    """A form that can show what a command found wrong."""

    def attach(self, problems: tuple[Problem, ...]) -> None:
        """Put each problem beside its field."""


class Scope:
    """The read-only transaction of one request: opened when first needed, closed before a command runs.

    It is closed first so that a request never holds two connections: a pool whose connections are all held by requests
    waiting for their second one would stand still.
    """

    def __init__(self, runtime: Runtime, actor: Actor, locale: str) -> None:
        self.runtime = runtime
        self.actor = actor
        self.locale = locale
        self.seconds = PAGE_TIME
        self._stack = ExitStack()
        self._context: Context | None = None

    def context(self) -> Context:
        """Give the context of the request's read-only transaction."""
        if self._context is None:
            self._context = self._open(lift_bin=False)
        return self._context

    def begin(self) -> None:
        """Open the transaction and see whether this application is still the site's; raise `EpochChanged`."""
        if self.context().session.info["epoch"] != self.runtime.epoch:
            self.close()
            raise EpochChanged()

    def _open(self, *, lift_bin: bool) -> Context:
        reading = self.runtime.reading(
            self.actor, locale=self.locale, lift_bin=lift_bin, statement_limit=self.seconds
        )
        return self._stack.enter_context(reading)

    def lifted(self) -> Context:
        """Give the context with binned rows included, in place of the plain one: for the pages of the bin."""
        self.close()
        self._context = self._open(lift_bin=True)
        return self._context

    def patient(self) -> Context:
        """Give a context whose statements may take as long as a report's."""
        self.close()
        self.seconds = REPORT_TIME
        return self.context()

    def close(self) -> None:
        """End the transaction; the next use opens another."""
        self._context = None
        self._stack.close()


def scope() -> Scope:
    """Give the scope of this request."""
    found: Scope = g.scope
    return found


def runtime() -> Runtime:
    """Give the runtime of the site that this application serves."""
    found: Runtime = current_app.extensions["peyvand"]
    return found


def current() -> Context:
    """Give the context of this request: a read-only transaction behind both walls."""
    return scope().context()


@contextmanager
def in_bin() -> Iterator[Context]:
    """Give a context that sees the bin as well; afterwards the request reads without it again."""
    try:
        yield scope().lifted()
    finally:
        scope().close()


def signed_in() -> bool:
    """Say whether somebody is signed in."""
    return scope().actor.kind == "user"


class SignInNeeded(Exception):
    """Nobody is signed in, and the page is not for everybody."""


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that answers without anybody being signed in: the sign-in page and little else."""
    view.__dict__["__public__"] = True
    return view


def from_machines(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that other programs call: it has no form of ours before it, and proves by itself who may call it."""
    view.__dict__["__from_machines__"] = True
    return view


def needs(resource: str, action: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a view: only who holds the right `action` on `resource` (a permission name), on whatever rows, gets in."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **values: P.kwargs) -> R:
            current().require(resource, action)
            return view(*args, **values)

        return guarded

    return guard


def refuse_forms() -> None:
    """Before a request: raise `TermEnded` where a form is asked for that could not be saved on this site any more."""
    takes_answers = request.url_rule is not None and "POST" in (request.url_rule.methods or ())
    if takes_answers and request.method in ("GET", "HEAD"):
        refuse_read_only(current())


@dataclass(frozen=True)
class Outcome:
    """What became of a command: done, with its answer in `value`, or refused, with the status for the answer."""

    done: bool
    value: Any = None
    status: int = 200
    message: LazyText | None = None
    links: tuple[tuple[str, str], ...] = ()


def run_command(
    name: str, /, *, form: ShowsProblems | None = None, quiet: bool = False, **arguments: Any
) -> Outcome:
    """Run a command on behalf of who asks.

    A form that was sent before and done gets the answer of the first time (`kernel.web.repeats`). What the command refuses
    is shown: beside the fields of `form`, or as a message above the next page; `quiet` leaves that to the caller. A missing
    right and a missing record end the request with their error pages.
    """
    mine = scope()
    mine.close()
    try:
        key = next_key(name) if signed_in() else None
        value = mine.runtime.execute(mine.actor, name, locale=mine.locale, repeat_key=key, **arguments)
    except (Forbidden, NotFound):
        raise
    except Invalid as error:
        return _refused(error.problems, error.message, 422, form, quiet)
    except Refused as error:
        return _refused((), error.message, 422, form, quiet, error.links)
    except EditConflict as error:
        return _refused((), error.message, 409, form, quiet)
    except HookFailed as error:
        return _refused((), error.message, 422, form, quiet)
    return Outcome(True, value)


def _refused(
    problems: tuple[Problem, ...],
    message: LazyText,
    status: int,
    form: ShowsProblems | None,
    quiet: bool,
    links: tuple[tuple[str, str], ...] = (),
) -> Outcome:
    if form is not None:
        form.attach(problems or (Problem(None, message),))
    elif not quiet:
        tell(message, "error")
    return Outcome(False, None, status, message, links)


def tell(message: LazyText | str, kind: str = "done", *, undo: Undo | None = None) -> None:
    """Show a short message on the next page, in the reader's language. `kind` is `done`, `error` or `notice`.

    With `undo` the message offers for some seconds to take back what was done.
    """
    mine = scope()
    text = mine.runtime.translate(message, mine.locale)
    offer = sealed(mine.runtime, mine.actor.user_id, undo) if undo is not None else ""
    flash([text, offer], kind)  # type: ignore[arg-type]


SAVED = _("Saved.")
"""What most commands say when they are done."""
