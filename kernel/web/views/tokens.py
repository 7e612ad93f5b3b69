"""Tokens of programs: one's own in the account; everybody's, and those of service users, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.access.errors import AccessProblem
from kernel.access.signin import check_own_password
from kernel.administration import api_tokens
from kernel.administration.api_tokens import FIELDS, TokenRow
from kernel.administration.users import find_user
from kernel.i18n import LazyText, _
from kernel.web.current import current, run_command, runtime, scope, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render
from kernel.web.rest.answers import PREFIX
from kernel.web.views.account import status_of, who
from kernel.web.views.administration.blueprint import administrators

pages = Blueprint("tokens", __name__)

USUAL_DAYS = 90


@pages.route("/account/tokens", methods=["GET", "POST"])
def own() -> ResponseReturnValue:
    """Show one's own tokens and the form of a new one, or make one and show it, once."""
    form = CommandForm(current(), FIELDS)
    if request.method == "GET":
        return _own_page(form.start({"days": USUAL_DAYS}))
    form.read(request.form)
    scope().close()
    try:
        check_own_password(
            runtime(),
            who(),
            request.form.get("old_password", ""),
            address=request.remote_addr or "",
            refusal=_("The password is wrong."),
        )
    except AccessProblem as problem:
        form.context = current()
        return _own_page(form, problem.text, status_of(problem))
    return _made(form, None)


@pages.post("/account/tokens/<int:token_id>/revoke")
def revoke(token_id: int) -> ResponseReturnValue:
    """Make one of one's own tokens worthless, or as an administrator anybody's."""
    if run_command("token.revoke", token_id=token_id).done:
        tell(_("The token is revoked."))
    if request.form.get("back") == "all" and current().actor.is_administrator:
        return go("tokens.everybody")
    return go("tokens.own")


@pages.get("/administration/tokens")
@administrators
def everybody() -> ResponseReturnValue:
    """Show everybody's tokens."""
    return render("administration/tokens.html", tokens=api_tokens.all_tokens(current()))


@pages.route("/administration/users/<int:user_id>/tokens", methods=["GET", "POST"])
@administrators
def of_user(user_id: int) -> ResponseReturnValue:
    """Show a user's tokens; for a service user also the form of a new one."""
    form = CommandForm(current(), FIELDS)
    if request.method == "GET":
        return _page_of(form.start({"days": USUAL_DAYS}), user_id)
    form.read(request.form)
    return _made(form, user_id)


def _made(form: CommandForm, user_id: int | None) -> ResponseReturnValue:
    outcome = run_command(
        "token.make",
        form=form,
        values=form.values,
        user_id=user_id,
        kinds=request.form.getlist("kinds"),
        actions=request.form.getlist("actions"),
    )
    form.context = current()
    if not outcome.done:
        if user_id is None:
            return _own_page(form, status=outcome.status)
        return _page_of(form, user_id, outcome.status)
    back = url_for("tokens.own") if user_id is None else url_for("tokens.of_user", user_id=user_id)
    address = request.host_url.rstrip("/") + PREFIX
    return render(
        "auth/token.html", token=outcome.value, back=back, address=address, plain=not request.is_secure
    )


def _own_page(form: CommandForm, password: LazyText | None = None, status: int = 200) -> ResponseReturnValue:
    context = current()
    return render(
        "auth/tokens.html",
        status=status if status >= 400 or not form.errors else 422,
        form=form,
        password_error="" if password is None else context.text(password),
        may_make=api_tokens.may_make_own(context) and not context.read_only,
        **_lists(api_tokens.own_tokens(context)),
    )


def _page_of(form: CommandForm, user_id: int, status: int = 200) -> ResponseReturnValue:
    context = current()
    user = find_user(context, user_id)
    return render(
        "administration/user_tokens.html",
        status=status,
        form=form,
        user=user,
        service=api_tokens.is_service_user(context, user_id),
        **_lists(api_tokens.tokens_of(context, user_id)),
    )


def _lists(tokens: Sequence[TokenRow]) -> dict[str, Any]:
    kinds, actions = api_tokens.narrowing_choices(current())
    return {
        "tokens": tokens,
        "kinds": kinds,
        "actions": actions,
        "chosen_kinds": request.form.getlist("kinds"),
        "chosen_actions": request.form.getlist("actions") if request.method == "POST" else ["view"],
    }
