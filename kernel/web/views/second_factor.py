"""The second step of signing in, and the page on which a user sets it up, renews recovery codes or switches it off."""

from __future__ import annotations

from collections.abc import Callable

import segno
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from kernel.access import own_second_factor, second_factor, second_step
from kernel.access.errors import AccessProblem
from kernel.access.signin import SignedIn
from kernel.data.sealing import SealBroken
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.web import auth
from kernel.web.current import public, runtime, scope, signed_in, tell
from kernel.web.pages import go, render, words
from kernel.web.security import local_address
from kernel.web.views.account import LONGEST_AGENT, status_of, user_id, who

pages = Blueprint("second_factor", __name__)

ENDED = "ended"
LONGEST_ENTRY = 100


@pages.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Ask for the code that is owed after the right password, or take it and go where the user was heading."""
    target = local_address(request.values.get("next"))
    if signed_in():
        return redirect(target, code=303)
    scope().close()
    try:
        owing = second_step.owing(runtime(), auth.second_step())
    except SealBroken:
        return _failed(target, second_step.no_key())
    if owing is None:
        return _failed(target, None)
    if request.method == "GET":
        return _code_page(target, owing)
    try:
        token, codes = second_step.finish(
            runtime(),
            auth.second_step(),
            request.form.get("code", "")[:LONGEST_ENTRY],
            address=request.remote_addr or "",
            agent=request.user_agent.string[:LONGEST_AGENT],
        )
    except AccessProblem as problem:
        if problem.code == ENDED:
            return _failed(target, problem)
        return _code_page(target, owing, problem)
    auth.begin(token)
    if codes is not None:
        return render("auth/recovery_codes_first.html", codes=codes, next=target)
    return redirect(target, code=303)


@pages.get("/account/second-factor")
def page() -> ResponseReturnValue:
    """Show how one's second factor stands, and the forms that change it."""
    return _page({})


@pages.post("/account/second-factor/begin")
def begin() -> ResponseReturnValue:
    """Propose a secret, and show it for the device."""
    scope().close()
    try:
        own_second_factor.begin(runtime(), user_id())
    except AccessProblem as problem:
        return _page({problem.field or "code": problem.text}, status_of(problem))
    return go("second_factor.page")


@pages.post("/account/second-factor/set-up")
def set_up() -> ResponseReturnValue:
    """Take the second factor into use, and show the recovery codes this once."""
    return _codes(own_second_factor.set_up)


@pages.post("/account/second-factor/renew")
def renew() -> ResponseReturnValue:
    """Make new recovery codes, and show them this once."""
    return _codes(own_second_factor.renew_codes)


@pages.post("/account/second-factor/off")
def switch_off() -> ResponseReturnValue:
    """Switch the second factor off."""
    scope().close()
    try:
        own_second_factor.switch_off(runtime(), who(), *_entered(), address=request.remote_addr or "")
    except AccessProblem as problem:
        return _page({problem.field or "code": problem.text}, status_of(problem))
    tell(_("The second step is switched off."))
    return go("second_factor.page")


def _codes(act: Callable[..., list[str]]) -> ResponseReturnValue:
    scope().close()
    try:
        codes = act(runtime(), who(), *_entered(), address=request.remote_addr or "")
    except AccessProblem as problem:
        return _page({problem.field or "code": problem.text}, status_of(problem))
    return render("auth/recovery_codes.html", codes=codes)


def _entered() -> tuple[str, str]:
    return request.form.get("old_password", ""), request.form.get("code", "")[:LONGEST_ENTRY]


def _failed(target: str, problem: AccessProblem | None) -> ResponseReturnValue:
    """Send back to the first step, saying why where something went wrong."""
    auth.end()
    if problem is not None:
        return render(
            "auth/sign_in.html",
            status=status_of(problem),
            next=target,
            username="",
            error=words(problem.text),
        )
    return go("account.sign_in", next=target)


def _code_page(
    target: str, owing: second_step.Owing, problem: AccessProblem | None = None
) -> ResponseReturnValue:
    return render(
        "auth/second_step.html",
        status=status_of(problem) if problem else 200,
        next=target,
        secret=owing.secret,
        picture=_picture(owing.secret, owing.username),
        error=words(problem.text) if problem else "",
    )


def _page(errors: dict[str, LazyText], status: int = 200) -> ResponseReturnValue:
    scope().close()
    me: SignedIn = who()
    broken = False
    try:
        state = own_second_factor.state(runtime(), user_id(), with_secret=True)
    except SealBroken:
        state, broken = own_second_factor.state(runtime(), user_id()), True
    return render(
        "auth/second_factor.html",
        status=status,
        state=state,
        left=words(
            ngettext_lazy("%(n)d recovery code is left.", "%(n)d recovery codes are left.", state.codes_left)
        ),
        broken=words(second_step.no_key().text) if broken else "",
        picture=_picture(state.secret, me.username),
        errors={name: words(text) for name, text in errors.items()},
    )


def _picture(secret: str | None, username: str) -> str:
    """Give the picture for the device's camera as an address that holds it; empty where there is no secret to show."""
    if secret is None:
        return ""
    said = second_factor.uri(secret, username, runtime().site.title)
    picture: str = segno.make(said, error="m", micro=False).svg_data_uri(scale=5, border=4, light="#fff")
    return picture
