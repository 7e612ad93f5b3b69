"""The page of the leak check: a user, a kind of record, and every path by which its rows could reach him."""

from __future__ import annotations

from flask import current_app, request
from flask.typing import ResponseReturnValue

from kernel.administration.explaining import choosable, present_actor
from kernel.fa.digits import stored_number
from kernel.resources.errors import NotFound
from kernel.web.current import current, runtime, scope
from kernel.web.leaks import COUNTED, check, kinds
from kernel.web.pages import render
from kernel.web.views.administration.blueprint import administrators, pages


@pages.get("/leaks")
@administrators
def leaks() -> ResponseReturnValue:
    """Choose a user and a kind; with both, follow the paths."""
    context = current()
    user_id = stored_number(request.args.get("user", "")[:20])
    kind = request.args.get("kind", "")
    found = None
    if user_id is not None and kind:
        resource = next((each for each in kinds(context) if each.name == kind), None)
        if resource is None:
            raise NotFound()
        with context.system("leak check") as system:
            actor = present_actor(system, user_id)
        # One transaction at a time: those of the check are opened after the administrator's is closed.
        scope().close()
        found = check(runtime(), current_app._get_current_object(), actor, resource, context.locale)  # type: ignore[attr-defined]
        context = current()
    return render(
        "administration/leaks.html",
        users=choosable(context),
        kinds=kinds(context),
        user_id=user_id,
        kind=kind,
        found=found,
        most=COUNTED,
    )
