"""The audit: narrowed by user, kind and days, a page at a time; and the head of its seals as a file."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

from flask import request, send_file, url_for
from flask.typing import ResponseReturnValue

from kernel.administration.audit import GROUPS, Wanted, actors, last_seal, lines
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.resources.fields import Day, FieldError
from kernel.web.current import current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages

LONGEST = 20
"""Characters of an argument that are read."""


@pages.get("/audit")
@administrators
def audit() -> ResponseReturnValue:
    """List what was done, newest first, with the state of the last seal."""
    context = current()
    since, until = _day("since"), _day("until")
    wanted = Wanted(
        user=stored_number(_argument("user")),
        group=_argument("group") or None,
        since=since,
        until=until,
        before=stored_number(_argument("before")),
    )
    found, more = lines(context, wanted)
    kept: dict[str, Any] = {
        name: _argument(name) for name in ("user", "group", "since", "until") if _argument(name)
    }
    return render(
        "administration/audit.html",
        lines=found,
        wanted=wanted,
        groups=GROUPS,
        actors=actors(context),
        seal=last_seal(context),
        first_url=url_for("administration.audit", **kept) if wanted.before else None,
        next_url=url_for("administration.audit", **kept, before=more) if more else None,
    )


@pages.post("/audit/head")
@administrators
def audit_head() -> ResponseReturnValue:
    """Send the head of the seals."""
    head = run_command("audit.head").value
    if head is None:
        tell(_("Nothing is sealed yet."), "error")
        return go("administration.audit")
    content = io.BytesIO(json.dumps(head).encode())
    name = f"head-{head['site']}-{head['number']}.json"
    return send_file(content, mimetype="application/json", as_attachment=True, download_name=name)


def _argument(name: str) -> str:
    return request.args.get(name, "")[:LONGEST]


def _day(name: str) -> date | None:
    """Read a day of the filter; one that cannot be read narrows nothing, and the page says so."""
    try:
        found: date | None = Day(name, _("Day")).read(_argument(name), current())
    except FieldError:
        tell(_("This is not a day of the calendar. Write it like 1405/08/30."), "error")
        return None
    return found
