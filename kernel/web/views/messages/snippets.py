"""The picker of stored texts in long-text fields: put one in, or store what stands there."""

from __future__ import annotations

import re

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.i18n import _
from kernel.messages.models import Snippet
from kernel.web.current import current, needs, run_command
from kernel.web.pages import go_to, render, triggering, words
from kernel.web.security import local_address
from kernel.web.views.messages.blueprint import pages

MOST = 300
ID = re.compile(r"[\w-]{1,100}", re.ASCII)


@pages.route("/snippets", methods=["GET", "POST"])
@needs("snippet", "view")
def snippets() -> ResponseReturnValue:
    """Show the stored texts for the field whose id the browser names, or store that field's text."""
    found = ID.fullmatch(request.values.get("into", ""))
    into = found[0] if found else ""
    error, status = "", 200
    if request.method == "POST":
        values = {"name": request.form.get("name", ""), "body": request.form.get("body", "")}
        outcome = run_command("record.create", quiet=True, resource="snippet", values=values)
        if outcome.done:
            if request.headers.get("HX-Request") != "true":
                return go_to(local_address(request.form.get("back"), "/snippets"))
            return triggering(
                render("messages/stored.html"), dialog_close=True, toast={"text": words(_("Stored."))}
            )
        error, status = words(outcome.message) if outcome.message else "", outcome.status
    context = current()
    rows = context.session.execute(select(Snippet).order_by(Snippet.search_key).limit(MOST)).scalars()
    return render(
        "messages/snippets.html",
        status=status,
        rows=list(rows),
        into=into,
        error=error,
        name=request.form.get("name", ""),
        address=url_for("outbox.snippets", into=into),
        may_store=context.may("snippet", "create"),
    )
