"""What a user sees of a record, and why; and who sees it at all."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.explaining import BRIEF, choosable, confirm, explain, label_of, who_sees
from kernel.administration.rights import ACTIONS
from kernel.fa.digits import stored_number
from kernel.web.current import current, runtime, scope
from kernel.web.pages import render
from kernel.web.views.addresses import record_url
from kernel.web.views.administration.blueprint import administrators, pages


@pages.get("/access/<resource>/<int:record_id>")
@administrators
def access(resource: str, record_id: int) -> ResponseReturnValue:
    """Show all users with what they may do with a record, or one user with the reasons."""
    context = current()
    kind = context.runtime.resource(resource)
    user_id = stored_number(request.args.get("user", "")[:20])
    explained, confirmed, users = None, None, []
    if user_id is None:
        users = who_sees(context, kind, record_id)
    else:
        explained = explain(context, kind, record_id, user_id)
        # One transaction at a time: the user's own is opened after the administrator's is closed.
        scope().close()
        confirmed = confirm(runtime(), explained, kind, record_id, context.locale)
    context = current()
    return render(
        "administration/access.html",
        resource=kind,
        label=label_of(context, kind, record_id),
        record_url=record_url(kind, record_id),
        record_id=record_id,
        users=choosable(context),
        user_id=user_id,
        brief=users,
        actions=[(name, context.text(ACTIONS[name])) for name in BRIEF],
        explained=explained,
        confirmed=confirmed,
    )
