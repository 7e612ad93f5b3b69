"""Who asks: the signed-in user of a request, read from the row of his session.

Flask-Login keeps the session's token in the signed cookie and nothing else; its "remember me" cookie is off. The row says
whose the session is, until when, and what its user may do.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, session
from flask_login import LoginManager, current_user, login_user, logout_user

from kernel.access import signin
from kernel.access.actor import NOBODY, Actor
from kernel.access.deputies import personal
from kernel.access.sessions import IDLE_MINUTES, idle_from
from kernel.access.signin import SignedIn
from kernel.web.current import runtime

LONGEST_TOKEN = 200
HALF = "second_step"
"""Where the browser's session keeps the token of who owes a code."""


@dataclass(frozen=True)
class WebUser:
    """The user of a request as Flask-Login sees him: a token, and what its row says. `who` is None for nobody."""

    token: str
    locale: str
    who: SignedIn | None = None

    is_active = True

    @property
    def actor(self) -> Actor:
        """On whose behalf the request runs."""
        return NOBODY if self.who is None else self.who.actor

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""
        return self.who is not None

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is."""
        return self.who is None

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token


def install(app: Flask) -> None:
    """Let Flask-Login read the users of an application's requests."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_by_token)
    manager.anonymous_user = _nobody
    app.config["REMEMBER_COOKIE_DURATION"] = 0


def load_user() -> WebUser:
    """Give the user of this request; nobody where there is no session, or one that has ended."""
    found: WebUser = current_user._get_current_object()
    return found


def begin(token: str) -> None:
    """Begin a browser's session: whatever it held before is forgotten, its forms included."""
    session.clear()
    session.permanent = True
    user = _by_token(token)
    if user is not None:
        login_user(user)


def begin_second_step(token: str) -> None:
    """Keep in the browser that its user gave the right password; nobody is signed in by that."""
    session.clear()
    session[HALF] = token


def second_step() -> str:
    """Give the token of who owes a code in this browser; empty where nobody does."""
    token = session.get(HALF, "")
    return token if isinstance(token, str) and len(token) <= LONGEST_TOKEN else ""


def end() -> None:
    """End a browser's session."""
    logout_user()
    session.clear()


def _by_token(token: str) -> WebUser | None:
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        return None
    served = runtime()
    who = signin.user_for_token(
        served.engines.app(served.site),
        served.site,
        token,
        today=served.clock().astimezone(served.site.time_zone).date(),
        records=personal(served.policies),
        idle=idle_from(served.setting(IDLE_MINUTES)),
    )
    return None if who is None else WebUser(token, who.locale, who)


def _nobody() -> WebUser:
    return WebUser("", runtime().site.locale)
