"""The Flask application of one site at one epoch."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue

from kernel.resources.errors import EpochChanged
from kernel.resources.runtime import Runtime
from kernel.web import auth, compression, errors, open_pages, pages, security, shell, views
from kernel.web.addresses import SiteRule, StoredNumber, StoredText
from kernel.web.assets import Assets
from kernel.web.current import Scope, SignInNeeded, runtime
from kernel.web.error_pages import ErrorPages
from kernel.web.rest import entry, problems
from kernel.web.rest import routes as rest

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class SiteApp(Flask):
    """A Flask application that hands an epoch's change to who can dispatch anew, and logs without personal data."""

    jinja_options = pages.jinja_options()
    url_rule_class = SiteRule

    def handle_exception(self, e: Exception) -> Any:
        """Answer an unhandled error; `EpochChanged` goes on to `PeyvandWSGI`."""
        if isinstance(e, EpochChanged):
            raise e
        return super().handle_exception(e)

    def log_exception(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        """Log an error under the id that its page shows."""
        errors.log_failure(exc_info[1])


def build_app(served: Runtime, assets: Assets, error_pages: ErrorPages) -> Flask:
    """Build the application: the kernel's pages, and the blueprints of the enabled plugins under `/<plugin>/`."""
    app = SiteApp("kernel.web", static_folder=None)
    app.extensions["peyvand"] = served
    app.url_map.strict_slashes = False
    app.url_map.converters |= {"int": StoredNumber, "default": StoredText, "string": StoredText}
    app.after_request(compression.compress)  # runs last: what is registered first does
    security.configure(app, served.site.secret_key)
    pages.install(app, served, assets)
    auth.install(app)
    app.before_request(_enter)
    app.teardown_request(_leave)
    errors.install(app, error_pages)
    shell.install(app)
    views.install(app, served)
    app.register_blueprint(rest.pages)
    app.after_request(_finish)
    for answer in served.declared.declarations.of("blueprints"):
        app.register_blueprint(answer.value, url_prefix=f"/{answer.plugin}")
    return app


def _enter() -> ResponseReturnValue | None:
    """Find out who asks, open the transaction, and refuse what may not go further. Runs before every view."""
    if problems.asked():
        return entry.enter()
    user = auth.load_user()
    g.scope = Scope(runtime(), user.actor, user.locale)
    g.scope.begin()
    view = _view()
    if view is not None and user.actor.kind != "user" and not open_pages.is_open(view):
        raise SignInNeeded()
    security.check_size()
    if not getattr(view, "__from_machines__", False):
        security.check_forgery()
    if request.method not in READING:
        g.scope.close()
    return None


def _finish(response: Response) -> Response:
    return entry.finish(response) if problems.asked() else response


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint) if request.endpoint else None


def _leave(_error: BaseException | None) -> None:
    opened: Scope | None = g.pop("scope", None)
    if opened is not None:
        opened.close()
