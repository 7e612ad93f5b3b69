"""Signing in and out, one's own password, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from kernel.access import signin
from kernel.access.errors import AccessProblem
from kernel.access.signin import SignedIn
from kernel.i18n import LazyText, _
from kernel.web import auth
from kernel.web.current import SignInNeeded, public, runtime, scope, signed_in, tell
from kernel.web.pages import go, render, words
from kernel.web.security import local_address

pages = Blueprint("account", __name__)

TOO_MANY = "too-many"
"""Code of the refusal of somebody who must wait before the next try."""
LONGEST_AGENT = 300


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Show the sign-in page, or sign in and go where the user was heading."""
    target = local_address(request.values.get("next"))
    if signed_in():
        return redirect(target, code=303)
    if request.method == "GET":
        return _sign_in_page(target)
    username = request.form.get("username", "")[:200]
    scope().close()
    try:
        token = signin.sign_in(
            runtime(),
            username,
            request.form.get("password", ""),
            address=request.remote_addr or "",
            agent=request.user_agent.string[:LONGEST_AGENT],
        )
    except AccessProblem as problem:
        return _sign_in_page(target, username, problem)
    auth.begin(token)
    return redirect(target, code=303)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    scope().close()
    signin.sign_out(runtime(), auth.load_user().token)
    auth.end()
    return go("account.sign_in")


@pages.get("/account")
def page() -> ResponseReturnValue:
    """Show the form for one's password, and one's sessions."""
    return _page({})


@pages.post("/account/password")
def password() -> ResponseReturnValue:
    """Change one's own password; all other sessions end."""
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _page({"again": _("The two new passwords differ.")}, 422)
    try:
        signin.change_password(
            runtime(), _who(), request.form.get("old_password", ""), new, address=request.remote_addr or ""
        )
    except AccessProblem as problem:
        return _page({problem.field or "old_password": problem.text}, _status(problem))
    tell(_("Your password is changed; all your other sessions have ended."))
    return go("account.page")


@pages.post("/account/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    signin.end_own_session(runtime(), _user_id(), session_id)
    tell(_("The session has ended."))
    return go("account.page")


def _sign_in_page(
    target: str, username: str = "", problem: AccessProblem | None = None
) -> ResponseReturnValue:
    return render(
        "auth/sign_in.html",
        status=200 if problem is None else _status(problem),
        next=target,
        username=username,
        error=words(problem.text) if problem else "",
    )


def _page(errors: dict[str, LazyText], status: int = 200) -> ResponseReturnValue:
    scope().close()
    return render(
        "auth/account.html",
        status=status,
        errors={name: words(text) for name, text in errors.items()},
        fields=[
            ("old_password", words(_("Present password")), "current-password"),
            ("password", words(_("New password")), "new-password"),
            ("again", words(_("New password again")), "new-password"),
        ],
        sessions=signin.own_sessions(runtime(), _user_id()),
        own=_who().session_id,
    )


def _status(problem: AccessProblem) -> int:
    return 429 if problem.code == TOO_MANY else 422


def _who() -> SignedIn:
    """Who is signed in; the pages of the account are not reached without."""
    who = auth.load_user().who
    if who is None:
        raise SignInNeeded()
    return who


def _user_id() -> int:
    number = _who().actor.user_id
    if number is None:
        raise SignInNeeded()
    return number
