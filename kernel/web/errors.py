"""What the browser is told when something cannot be done.

A hidden record and an absent one answer alike. An unexpected failure shows an id that stands in the log; the log names
the code that failed, never what was entered or stored.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from kernel.data.errors import DatabaseUnavailable
from kernel.data.outage import is_outage
from kernel.extension.calling import HookFailed
from kernel.i18n import LazyText, _
from kernel.resources.errors import NO_RIGHT, CommandError, EditConflict, Forbidden, NotFound
from kernel.web.current import SignInNeeded, runtime
from kernel.web.error_pages import TITLES, ErrorPages
from kernel.web.pages import triggering
from kernel.web.rest import problems

log = logging.getLogger(__name__)

TOO_SLOW = _("This took too long and was stopped. Narrow down what you ask for, and try again.")
EXPIRED = _("This form is too old, or your browser sent no cookies. Reload the page and try again.")
RETRY_AFTER = 5
"""Seconds after which a browser or monitor may ask again while the database is away."""
CANCELLED = "57014"
"""SQLSTATE of a statement that ran into its time-out."""


def install(app: Flask, pages: ErrorPages) -> None:
    """Register an answer for everything that can go wrong in a request."""

    def register(kind: type[Exception], page: Callable[[Any], ResponseReturnValue]) -> None:
        app.register_error_handler(
            kind, lambda error: problems.problem(error) if problems.asked() else page(error)
        )

    def plain(status: int) -> Callable[[Exception], ResponseReturnValue]:
        return lambda _error: answer(pages, status)

    def said(status: int) -> Callable[[Exception], ResponseReturnValue]:
        return lambda error: answer(
            pages, status, getattr(error, "message", None), getattr(error, "links", ())
        )

    register(SignInNeeded, _to_sign_in)
    register(Forbidden, lambda error: answer(pages, 403, _beyond_heading(error)))
    register(NotFound, plain(404))
    register(EditConflict, said(409))
    register(CommandError, said(422))
    register(HookFailed, said(422))
    app.register_error_handler(DatabaseUnavailable, plain(503))
    app.register_error_handler(SQLAlchemyError, _database(pages))
    register(CSRFError, lambda _error: answer(pages, 400, EXPIRED))
    register(InternalServerError, plain(500))
    register(HTTPException, _http(pages))
    app.register_error_handler(problems.ApiError, problems.problem)


def answer(
    pages: ErrorPages, status: int, message: LazyText | None = None, links: tuple[tuple[str, str], ...] = ()
) -> Response:
    """Give the answer for a status: a page, or for htmx a short message that leaves the page as it stands."""
    if problems.asked():
        headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else None
        return problems.answer(status, message, headers=headers)
    locale = _locale()
    # What a plugin says is in its own catalogue, which the pages of errors do not know.
    said = None if message is None else runtime().translate(message, locale)
    if request.headers.get("HX-Request") == "true":
        text = said or pages.text(TITLES.get(status, TITLES[500]), locale)
        response = Response("", status, {"HX-Reswap": "none"})
        triggering(response, toast={"text": text, "error": True})
    else:
        error_id = g.get("error_id", "")
        response = Response(
            pages.page(status, locale, message=said, error_id=error_id, links=tuple(links)), status
        )
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _beyond_heading(error: Forbidden) -> LazyText | None:
    """What a refusal says beyond the heading of its page; nothing leaves room for the advice."""
    return None if error.message is NO_RIGHT else error.message


def log_failure(error: BaseException | None) -> str:
    """Write an unexpected error to the log and give the id under which it stands there.

    The message of the error is left out: the database's own may quote what was entered.
    """
    error_id = secrets.token_hex(4)
    g.error_id = error_id
    frames = "".join(traceback.format_tb(error.__traceback__)) if error else ""
    rule = request.url_rule.rule if request.url_rule else "-"
    log.error("error %s: %s in %s %s\n%s", error_id, type(error).__name__, request.method, rule, frames)
    return error_id


def _to_sign_in(_error: Exception) -> ResponseReturnValue:
    if request.headers.get("HX-Request") == "true":
        return Response("", 401, {"HX-Reswap": "none"})
    # A form that was sent too late leads back to itself: the browser has kept what was entered.
    methods = request.url_rule.methods if request.url_rule is not None else None
    wanted = request.full_path.rstrip("?") if "GET" in (methods or ()) else None
    return redirect(url_for("account.sign_in", next=wanted if wanted != "/" else None))


def _database(pages: ErrorPages) -> Callable[[SQLAlchemyError], ResponseReturnValue]:
    def handle(error: SQLAlchemyError) -> ResponseReturnValue:
        if is_outage(error):
            return answer(pages, 503)
        if getattr(getattr(error, "orig", None), "sqlstate", None) == CANCELLED:
            return answer(pages, 503, TOO_SLOW)
        raise error

    return handle


def _http(pages: ErrorPages) -> Callable[[HTTPException], ResponseReturnValue]:
    def handle(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None or error.code is None or error.code < 400:
            return error
        response = answer(pages, error.code)
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                response.headers[name] = value
        return response

    return handle


def _locale() -> str:
    opened = g.get("scope")
    return opened.locale if opened is not None else runtime().site.locale
