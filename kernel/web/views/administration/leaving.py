"""What a user is in charge of, and handing it over when he leaves."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.leaving import belongings, headed
from kernel.administration.users import find_user, user_rows
from kernel.fa.digits import stored_number
from kernel.i18n import _, ngettext_lazy
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages
from kernel.web.views.deputies import of_user


@pages.route("/users/<int:user_id>/leaving", methods=["GET", "POST"])
@administrators
def leaving(user_id: int) -> ResponseReturnValue:
    """Show what a user is in charge of, or hand it over to those who are ticked."""
    user = find_user(current(), user_id)
    name = user.display_name
    if request.method == "GET":
        return _page(user_id)
    numbers = (stored_number(text) for text in request.form.getlist("receivers"))
    receivers = [number for number in numbers if number is not None]
    deactivate = request.form.get("deactivate") == "1"
    kinds = request.form.getlist("kinds")
    if kinds and not receivers:
        return _page(user_id, error=current().text(_("Choose who receives what is ticked.")))
    if not kinds and not deactivate:
        return _page(user_id, error=current().text(_("Tick what is to be handed over.")))
    outcome = run_command(
        "user.hand_over",
        quiet=True,
        user_id=user_id,
        receivers=receivers,
        kinds=kinds,
        deactivate=deactivate,
    )
    if not outcome.done:
        message = current().text(outcome.message) if outcome.message else ""
        return _page(user_id, error=message, status=outcome.status)
    if outcome.value:
        tell(
            ngettext_lazy("%(n)d record was handed over.", "%(n)d records were handed over.", n=outcome.value)
        )
    if deactivate:
        tell(_("%(name)s may not sign in any more.", name=name))
        return go("administration.users")
    return go("administration.leaving", user_id=user_id)


@pages.route("/users/<int:user_id>/deputies", methods=["GET", "POST"])
@administrators
def deputies(user_id: int) -> ResponseReturnValue:
    """Show the deputies of a user, or name another on his behalf."""
    find_user(current(), user_id)
    return of_user(user_id, "administration.deputies", {"user_id": user_id})


def _page(user_id: int, *, error: str = "", status: int = 422) -> ResponseReturnValue:
    context = current()
    asked = request.method == "POST"
    return render(
        "administration/leaving.html",
        status=status if error else 200,
        user=find_user(context, user_id),
        belongings=belongings(context, user_id),
        headed=headed(context, user_id),
        others=[row for row in user_rows(context) if row.active and row.id != user_id],
        error=error,
        chosen=set(request.form.getlist("receivers")),
        kinds=set(request.form.getlist("kinds")) if asked else None,
        deactivate=request.form.get("deactivate") == "1",
    )
