"""What every answer carries against misuse: content security policy, cookies, cross-site requests, limits, redirects."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from flask.wrappers import Response
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No inline script, no inline style, no evaluation: what a plugin or a name smuggles in does not run."""

DOWNLOAD_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For files that came from users: whatever they hold, a browser that shows them runs nothing."""

MEBIBYTE = 1024 * 1024
LONGEST_REQUEST = 64 * MEBIBYTE
"""Bytes of one request at most; uploads have smaller limits of their own."""
LONGEST_FORM = 4 * MEBIBYTE
"""Bytes of the text fields of one form."""
MOST_FIELDS = 5000
SESSION_LIFE = timedelta(days=30)
"""How long the cookie may live; the row of the session ends earlier (see `kernel.access.signin`)."""

csrf = CSRFProtect()


class Sessions(SecureCookieSessionInterface):
    """Cookies that a browser sends over encrypted connections only, wherever it came by one."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Mark the cookie where this request came encrypted, also to a proxy that is trusted."""
        return request.is_secure


def configure(app: Flask, secret_key: str) -> None:
    """Set the limits, the cookies and the protection against forged requests of one site's application."""
    app.config.update(
        SECRET_KEY=secret_key,
        MAX_CONTENT_LENGTH=LONGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LONGEST_FORM,
        MAX_FORM_PARTS=MOST_FIELDS,
        SESSION_COOKIE_NAME="peyvand",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFE,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.session_interface = Sessions()
    csrf.init_app(app)
    app.after_request(set_headers)


def check_size() -> None:
    """Refuse a form that is too large before it is read: Werkzeug itself limits only forms with files."""
    plain = request.mimetype == "application/x-www-form-urlencoded"
    if plain and (request.content_length or 0) > LONGEST_FORM:
        raise RequestEntityTooLarge()


def check_forgery() -> None:
    """Refuse a change whose form or header does not carry the token of this browser's session."""
    if request.method in {"POST", "PUT", "PATCH", "DELETE"}:
        csrf.protect()


def set_headers(response: Response) -> Response:
    """Add the security headers; pages are never stored, since what they show depends on who asks."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.vary.update(("HX-Request", "Cookie"))
    return response


def local_address(target: str | None, otherwise: str = "/") -> str:
    """Give `target` if it is an address of this site, else `otherwise`: nobody is sent elsewhere after signing in.

    Browsers read a backslash as a slash and leave out control characters, so both are refused outright.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if "\\" in target or any(ord(letter) < 32 or ord(letter) == 127 for letter in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
