"""Signing in and out, one's own password, and where one is signed in."""

from __future__ import annotations

import tempfile
from typing import IO, cast

from flask import Blueprint, redirect, request, send_file, session
from flask.typing import ResponseReturnValue

from kernel.access import links, own_second_factor, sessions, signin
from kernel.access.actor import SYSTEM
from kernel.access.errors import AccessProblem
from kernel.access.second_step import SecondStepNeeded
from kernel.access.signin import SignedIn
from kernel.administration.mail import can_send
from kernel.administration.own_data import write_own_data
from kernel.administration.own_language import NAMES
from kernel.administration.sign_ins import own_events
from kernel.i18n import LazyText, _
from kernel.resources.errors import Invalid
from kernel.web import auth
from kernel.web.current import SignInNeeded, current, public, run_command, runtime, scope, signed_in, tell
from kernel.web.devices import device
from kernel.web.pages import go, render, words
from kernel.web.security import MEBIBYTE, local_address

pages = Blueprint("account", __name__)

TOO_MANY = "too-many"
"""Code of the refusal of somebody who must wait before the next try."""
FULL = "full"
"""Code of the refusal of somebody for whom the edition has no seat left."""
LONGEST_AGENT = 300
OWN_DATA = "peyvand.zip"
IN_MEMORY = 4 * MEBIBYTE
"""Bytes of a download that are kept in memory; a larger one is written to a temporary file."""
LINK = "password_link"
"""Where the browser's session keeps the token of a link: it leaves the address bar, and with it the history."""
DIFFER = _("The two new passwords differ.")


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Show the sign-in page, or sign in and go where the user was heading."""
    target = local_address(request.values.get("next"))
    if signed_in():
        return redirect(target, code=303)
    if request.method == "GET":
        return _sign_in_page(target, request.args.get("username", "")[:200])
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
    except SecondStepNeeded as half:
        auth.begin_second_step(half.token)
        return go("second_factor.code", next=target)
    except AccessProblem as problem:
        return _sign_in_page(target, username, problem)
    auth.begin(token)
    return redirect(target, code=303)


@pages.route("/forgotten-password", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Ask for a new password; the answer is the same whoever asks, and whether there is such a user."""
    if request.method == "GET":
        return _forgotten_page()
    name = request.form.get("name", "")[:200]
    mine = scope()
    mine.close()
    try:
        mine.runtime.execute(
            SYSTEM("somebody forgot a password"),
            "account.forgotten",
            name=name,
            address=request.remote_addr or "",
            base=request.host_url,
        )
    except Invalid as refused:
        return _forgotten_page(name, words(refused.problems[0].message), status=422)
    return _forgotten_page(asked=True)


@pages.get("/set-password/<token>")
@public
def open_link(token: str) -> ResponseReturnValue:
    """Take the token out of the address, and go on to the form."""
    session[LINK] = token[: links.LONGEST_TOKEN]
    return go("account.set_password")


@pages.route("/set-password", methods=["GET", "POST"])
@public
def set_password() -> ResponseReturnValue:
    """Show the form by which an invited user, or one who forgot the password, sets it; or set it."""
    token = str(session.get(LINK, ""))
    scope().close()
    holder = links.holder_of(runtime(), token)
    if holder is None:
        return render("auth/link_ended.html", status=404)
    if request.method == "GET":
        return _set_password_page(holder)
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _set_password_page(holder, {"again": DIFFER})
    try:
        links.redeem(runtime(), token, new, address=request.remote_addr or "")
    except AccessProblem as problem:
        return _set_password_page(holder, {"password": problem.text})
    auth.end()
    tell(_("Your password is set. Sign in with it."))
    return go("account.sign_in", username=holder.username)


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
        return _page({"again": DIFFER}, 422)
    try:
        signin.change_password(
            runtime(), who(), request.form.get("old_password", ""), new, address=request.remote_addr or ""
        )
    except AccessProblem as problem:
        return _page({problem.field or "old_password": problem.text}, status_of(problem))
    tell(_("Your password is changed; all your other sessions have ended."))
    return go("account.page")


@pages.post("/account/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    sessions.end_own_session(runtime(), user_id(), session_id)
    tell(_("The session has ended."))
    return go("account.page")


@pages.post("/account/sessions/end-others")
def end_other_sessions() -> ResponseReturnValue:
    """End all of one's own sessions but this one."""
    sessions.end_other_sessions(runtime(), user_id(), who().session_id)
    tell(_("All your other sessions have ended."))
    return go("account.page")


@pages.get("/account/sign-ins")
def sign_ins() -> ResponseReturnValue:
    """Show what happened at one's own door."""
    return render("auth/sign_ins.html", events=own_events(current()))


@pages.post("/account/language")
def language() -> ResponseReturnValue:
    """Read the pages in another language from now on."""
    run_command("account.language", language=request.form.get("locale", ""))
    return go("account.page")


@pages.post("/account/data")
def data() -> ResponseReturnValue:
    """Send what the site keeps about the user who asks, and the records he is responsible for."""
    run_command("account.export")
    content = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    write_own_data(scope().patient(), cast(IO[bytes], content))
    content.seek(0)
    return send_file(content, mimetype="application/zip", as_attachment=True, download_name=OWN_DATA)


def _sign_in_page(
    target: str, username: str = "", problem: AccessProblem | None = None
) -> ResponseReturnValue:
    return render(
        "auth/sign_in.html",
        status=200 if problem is None else status_of(problem),
        next=target,
        username=username,
        error=words(problem.text) if problem else "",
    )


def _forgotten_page(
    name: str = "", error: str = "", *, asked: bool = False, status: int = 200
) -> ResponseReturnValue:
    by_mail = can_send(runtime())
    return render("auth/forgotten.html", status=status, name=name, error=error, asked=asked, by_mail=by_mail)


def _set_password_page(
    holder: links.Holder, errors: dict[str, LazyText] | None = None
) -> ResponseReturnValue:
    return render(
        "auth/set_password.html",
        status=422 if errors else 200,
        holder=holder,
        invited=holder.purpose == links.INVITATION,
        errors={name: words(text) for name, text in (errors or {}).items()},
        fields=[("password", words(_("New password"))), ("again", words(_("New password again")))],
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
        sessions=sessions.own_sessions(runtime(), user_id()),
        factor=own_second_factor.state(runtime(), user_id()),
        own=who().session_id,
        device=device,
        languages=NAMES,
    )


def status_of(problem: AccessProblem) -> int:
    """Give the status of the answer to somebody who was refused."""
    return {TOO_MANY: 429, FULL: 403}.get(problem.code, 422)


def who() -> SignedIn:
    """Who is signed in; the pages of the account are not reached without."""
    found = auth.load_user().who
    if found is None:
        raise SignInNeeded()
    return found


def user_id() -> int:
    """The number of who is signed in."""
    number = who().actor.user_id
    if number is None:
        raise SignInNeeded()
    return number
