"""The process's entry: it chooses the site by host name and hands the request to that site's application.

One Flask application per site and epoch. A request that finds the site at another epoch has changed nothing yet: its
transaction is rolled back, the application is built anew, and the same request is dispatched again.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel.administration.assembly import assemble
from kernel.administration.first_run import is_new
from kernel.administration.tasks import workers_live
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.errors import DatabaseUnavailable
from kernel.data.outage import is_outage
from kernel.data.site import Site
from kernel.data.site_store import SiteStore
from kernel.extension.discovery import discover
from kernel.resources.errors import EpochChanged
from kernel.resources.runtime import Runtime
from kernel.resources.runtimes import Runtimes
from kernel.web.app import build_app
from kernel.web.assets import Assets
from kernel.web.error_pages import ErrorPages
from kernel.web.errors import RETRY_AFTER
from kernel.web.first_run import first_run_app
from kernel.web.rest import problems
from kernel.web.security import CONTENT_SECURITY_POLICY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

SITES_AT_ONCE = 20
"""Applications kept by one process; the one unused for longest gives way."""
REBUILDS = 3
"""How often one request follows a site from epoch to epoch before it gives up."""
HEALTH = "/health"


class PeyvandWSGI:
    """The WSGI application of `peyvand serve`: all sites of one installation."""

    def __init__(
        self,
        config: Config,
        *,
        engines: Engines | None = None,
        limit: int = SITES_AT_ONCE,
    ) -> None:
        assemble()
        self.store = SiteStore(config)
        self.engines = engines or Engines(config, limit)
        self.runtimes = Runtimes(self.engines, limit=limit)
        folders = {name: found.folder / "static" for name, found in discover().plugins.items()}
        self.assets = Assets(plugin_static=folders)
        self.error_pages = ErrorPages(self.assets)
        self._limit = limit
        self._lock = threading.Lock()
        self._apps: OrderedDict[str, tuple[Runtime, Flask]] = OrderedDict()
        self._setup: Flask | None = None
        self._entry = self._wrapped(config.trust_proxy)

    def _wrapped(self, proxies: int) -> WSGIApplication:
        entry = self.assets.serve(self._serve)
        if proxies:
            entry = ProxyFix(entry, x_for=proxies, x_proto=proxies, x_host=proxies)
        return entry

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._entry(environ, start_response)

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        site = self.store.by_host(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", ""))
        if environ.get("PATH_INFO") == HEALTH:
            return self._health(site, start_response, deep=environ.get("QUERY_STRING") == "deep")
        if site is None:
            first = self._first_run()
            return self._error(421, start_response) if first is None else first(environ, start_response)
        try:
            return self._dispatch(site, environ, start_response)
        except (SQLAlchemyError, DatabaseUnavailable) as error:
            if not is_outage(error):
                raise
            log.warning("the database of site %s does not answer", site.name)
            return self._error(503, start_response, site.locale, programs=_for_programs(environ))

    def _dispatch(
        self, site: Site, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        runtime = self.runtimes.known(site) or self.runtimes.of(site)
        for _attempt in range(REBUILDS):
            try:
                return self._app(runtime).wsgi_app(environ, start_response)
            except EpochChanged:
                runtime = self.runtimes.rebuild(site, runtime)
        return self._error(503, start_response, site.locale, programs=_for_programs(environ))

    def application(self, site: Site) -> Flask:
        """Give the application that serves a site at its present epoch."""
        return self._app(self.runtimes.of(site))

    def _app(self, runtime: Runtime) -> Flask:
        name = runtime.site.name
        with self._lock:
            known = self._apps.get(name)
            if known is None or known[0] is not runtime:
                known = (runtime, build_app(runtime, self.assets, self.error_pages))
                self._apps[name] = known
            self._apps.move_to_end(name)
            while len(self._apps) > self._limit:
                self._apps.popitem(last=False)
            return known[1]

    def _first_run(self) -> Flask | None:
        """Give the pages of the first set-up while there is no site at all; None afterwards."""
        with self._lock:
            if not is_new(self.store):
                self._setup = None
            elif self._setup is None:
                self._setup = first_run_app(self.store.config, self.engines, self.assets, self.store.forget)
            return self._setup

    def _health(
        self, site: Site | None, start_response: StartResponse, *, deep: bool = False
    ) -> Iterable[bytes]:
        """Say whether the process serves, and, asked under a site's name, whether its database answers.

        `/health?deep` also asks whether workers have shown themselves lately.
        """
        ill = b""
        if site is not None:
            try:
                self.runtimes.epoch(site)
                if deep and not workers_live(self.runtimes.of(site)):
                    ill = b"workers\n"
            except (SQLAlchemyError, DatabaseUnavailable) as error:
                log.warning("health of site %s: %s", site.name, type(error).__name__)
                ill = b"database\n"
        status, text = (HTTPStatus.SERVICE_UNAVAILABLE, ill) if ill else (HTTPStatus.OK, b"ok\n")
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        start_response(f"{status.value} {status.phrase}", headers)
        return [text]

    def _error(
        self, status: int, start_response: StartResponse, locale: str = "fa", *, programs: bool = False
    ) -> Iterable[bytes]:
        if programs:
            page = problems.bare(status, self.error_pages.title(status, locale))
        else:
            page = self.error_pages.page(status, locale).encode()
        headers = [
            ("Content-Type", problems.MEDIA_TYPE if programs else "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", str(RETRY_AFTER)))
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [page]


def _for_programs(environ: WSGIEnvironment) -> bool:
    return str(environ.get("PATH_INFO", "")).startswith("/api/")
