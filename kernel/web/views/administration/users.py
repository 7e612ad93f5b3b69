"""Users: list, add, change, password, sign out everywhere."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kernel.access.models import UserAccount
from kernel.administration.invitations import address_of, link_state
from kernel.administration.mail import can_send
from kernel.administration.patterns import pattern_rows
from kernel.administration.sign_ins import events_of, has_second_factor
from kernel.administration.units import unit_rows
from kernel.administration.users import (
    FIELDS,
    FIRST_PASSWORD,
    PASSWORD,
    find_user,
    open_sessions,
    patterns_of,
    user_rows,
)
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.web.current import SAVED, current, run_command, runtime, tell
from kernel.web.devices import device
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages


@pages.get("/users")
@administrators
def users() -> ResponseReturnValue:
    """List the users."""
    return render("administration/users.html", users=user_rows(current()))


@pages.route("/users/new", methods=["GET", "POST"])
@administrators
def new_user() -> ResponseReturnValue:
    """Show the form of a new user, or add one."""
    form = CommandForm(current(), (*FIELDS, FIRST_PASSWORD))
    if request.method == "GET":
        form.start({item.name: item.default for item in FIELDS if item.default is not None})
        return _form(form, set())
    form.read(request.form)
    chosen = _chosen()
    outcome = run_command(
        "user.create",
        form=form,
        values=_account(form),
        password=request.form.get("password", ""),
        patterns=chosen,
    )
    if not outcome.done:
        return _form(form, chosen, status=outcome.status)
    if not request.form.get("password"):
        return _invite(outcome.value)
    tell(_("The user can sign in now."))
    return go("administration.users")


@pages.post("/users/<int:user_id>/link")
@administrators
def user_link(user_id: int) -> ResponseReturnValue:
    """Make a link by which a user sets the password, and show it this once."""
    return _link_page(user_id)


@pages.post("/users/<int:user_id>/mail-link")
@administrators
def mail_user_link(user_id: int) -> ResponseReturnValue:
    """Mail a user the link by which he sets the password."""
    if run_command("user.mail_link", user_id=user_id, base=request.host_url).done:
        tell(_("The mail is on its way."))
    return go("administration.user", user_id=user_id)


def _invite(user_id: int) -> ResponseReturnValue:
    """Mail the invitation where that can be done, else show it."""
    if can_send(runtime()) and find_user(current(), user_id).email:
        return mail_user_link(user_id)
    return _link_page(user_id)


def _link_page(user_id: int) -> ResponseReturnValue:
    outcome = run_command("user.make_link", user_id=user_id)
    if not outcome.done:
        return go("administration.user", user_id=user_id)
    context = current()
    return render(
        "administration/user_link.html",
        user=find_user(context, user_id),
        state=link_state(context, user_id),
        address=address_of(request.host_url, outcome.value),
    )


@pages.route("/users/<int:user_id>", methods=["GET", "POST"])
@administrators
def user(user_id: int) -> ResponseReturnValue:
    """Show a user, or save what was changed."""
    context = current()
    found = find_user(context, user_id)
    form = CommandForm(context, FIELDS)
    if request.method == "GET":
        form.start({item.name: getattr(found, _attribute(item.name)) for item in FIELDS})
        return _form(form, patterns_of(context, user_id), found, version=found.version)
    form.read(request.form)
    chosen = _chosen()
    version = request.form.get("_version", "")
    outcome = run_command(
        "user.edit",
        form=form,
        user_id=user_id,
        values=_account(form),
        patterns=chosen,
        version=stored_number(version),
    )
    if not outcome.done:
        found = find_user(current(), user_id)
        return _form(form, chosen, found, version=version, status=outcome.status)
    tell(SAVED)
    return go("administration.users")


@pages.route("/users/<int:user_id>/password", methods=["GET", "POST"])
@administrators
def user_password(user_id: int) -> ResponseReturnValue:
    """Show the small form for another password, or set it; the user is signed out everywhere."""
    context = current()
    found = find_user(context, user_id)
    form = CommandForm(context, (PASSWORD,)).start({})
    name = found.display_name
    if request.method == "POST":
        form.read(request.form)
        outcome = run_command(
            "user.set_password", form=form, user_id=user_id, password=request.form.get("password", "")
        )
        if outcome.done:
            tell(_("The password of %(name)s is set; all sessions have ended.", name=name))
            return go("administration.user", user_id=user_id)
    form["password"].data = ""
    return render(
        "administration/user_password.html",
        status=422 if form.errors else 200,
        form=form,
        name=name,
        user_id=user_id,
    )


@pages.post("/users/<int:user_id>/sign-out")
@administrators
def sign_user_out(user_id: int) -> ResponseReturnValue:
    """End all sessions of a user."""
    if run_command("user.end_sessions", user_id=user_id).done:
        tell(_("All sessions of this user have ended."))
    return go("administration.user", user_id=user_id)


@pages.post("/users/<int:user_id>/second-factor/reset")
@administrators
def reset_second_factor(user_id: int) -> ResponseReturnValue:
    """Take a user's second factor away; the user is signed out everywhere."""
    if run_command("user.reset_second_factor", user_id=user_id).done:
        tell(_("The second step of this user is taken away; all sessions have ended."))
    return go("administration.user", user_id=user_id)


@pages.get("/users/<int:user_id>/sign-ins")
@administrators
def user_sign_ins(user_id: int) -> ResponseReturnValue:
    """Show what happened at a user's door."""
    context = current()
    return render(
        "administration/user_sign_ins.html",
        user=find_user(context, user_id),
        events=events_of(context, user_id),
    )


def _form(
    form: CommandForm,
    chosen: set[int],
    found: UserAccount | None = None,
    *,
    version: Any = None,
    status: int = 200,
) -> ResponseReturnValue:
    context = current()
    if "password" in form.controls:
        form["password"].data = ""
    return render(
        "administration/user.html",
        status=status,
        form=form,
        user=found,
        version=version,
        patterns=pattern_rows(context),
        units=unit_rows(context),
        unit=_unit() if request.method == "POST" else found.unit_id if found else None,
        chosen=chosen,
        sessions=open_sessions(context, found.id) if found else [],
        device=device,
        link=link_state(context, found.id) if found else None,
        second_factor=has_second_factor(context, found.id) if found else False,
        can_mail=bool(found and found.email and can_send(context.runtime)),
        back=url_for("administration.users"),
    )


def _chosen() -> set[int]:
    numbers = (stored_number(text) for text in request.form.getlist("patterns"))
    return {number for number in numbers if number is not None}


def _account(form: CommandForm) -> dict[str, Any]:
    entered = {item.name: form.values[item.name] for item in FIELDS}
    return {**entered, "unit": _unit()}


def _unit() -> int | None:
    return stored_number(request.form.get("unit", ""))


def _attribute(name: str) -> str:
    return "party_id" if name == "person" else name
