"""One run: how far it is, who is left out and why, the first letter before all are printed, and the file."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

from flask import request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.documents.asking import KIND_TITLES, NUMBERINGS
from kernel.documents.engine import DocumentFault, make_pdf, soundly
from kernel.documents.making import compose_items
from kernel.documents.models import (
    DONE,
    FAILED,
    LETTERS,
    PREPARING,
    PRINTING,
    READY,
    STOPPED,
    PrintItem,
    PrintRun,
)
from kernel.documents.ordered import orderer_of
from kernel.documents.printed import document_of
from kernel.documents.runs import (
    RUN_STATES,
    RUN_TONES,
    SUBJECT,
    find_run,
    items_of,
    own_run,
    reasons_of,
)
from kernel.documents.targets import RIGHT, reason_text
from kernel.i18n import _
from kernel.jobs.own_work import work_on
from kernel.parties.models import Party
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Refused
from kernel.resources.lists.searching import any_of
from kernel.web.current import current, needs, run_command, scope, tell
from kernel.web.pages import by_htmx, go, go_to, render
from kernel.web.security import DOWNLOAD_POLICY
from kernel.web.views.addresses import record_url
from kernel.web.views.paper.asking import meant_in_words
from kernel.web.views.paper.blueprint import pages

LISTED = 200
"""Of those left out, how many the page names."""
PREVIEW_LIMIT = 20.0
"""Seconds that the preview of a letter may take."""
DONE_WORDS = {
    "start": _("The letters are being printed."),
    "again": _("The file is being made anew."),
    "stop": _("The letters are given up."),
}


@pages.get("/<int:run_id>")
def run(run_id: int) -> ResponseReturnValue:
    """Show a run of one's own, or one that a grant lets one see."""
    context = current()
    row = find_run(context, run_id)
    if by_htmx() and "part" in request.args:
        if row.state != request.args["part"]:
            return go_to(url_for("paper.run", run_id=run_id))
        return render("paper/standing.html", **_standing(context, row))
    return render("paper/run.html", sample=_sample(context, row), **_standing(context, row))


@pages.get("/<int:run_id>/preview")
@needs(*RIGHT)
def preview(run_id: int) -> ResponseReturnValue:
    """Send the first piece of one's own run as a PDF."""
    context = current()
    row = own_run(context, run_id)
    if row.state != READY:
        raise NotFound()
    _items, pieces = compose_items(context, row, most=1)
    document = document_of(context, row, [each for each in pieces if not each.target.reason])
    scope().close()
    content = io.BytesIO()
    if not document.pieces:
        raise NotFound()
    try:
        soundly(document, content, partial(make_pdf, limit=PREVIEW_LIMIT))
    except DocumentFault as error:
        raise Refused(_("No PDF could be made: %(reason)s", reason=str(error))) from error
    content.seek(0)
    response = send_file(content, mimetype="application/pdf", as_attachment=True, download_name="preview.pdf")
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@pages.post("/<int:run_id>/<any(start, again, stop):what>")
@needs(*RIGHT)
def change(run_id: int, what: str) -> ResponseReturnValue:
    """Print letters that were looked at, make a file anew, or give letters up."""
    if run_command(f"print.{what}", run_id=run_id).done:
        tell(DONE_WORDS[what])
    return go("paper.run", run_id=run_id)


def _standing(context: Context, row: PrintRun) -> dict[str, Any]:
    mine = row.user_id == context.actor.user_id
    own = mine and not row.ordered_by
    return {
        "row": row,
        "mine": mine,
        "kind": KIND_TITLES[row.kind],
        "meant": _meant(context, row),
        "state": RUN_STATES[row.state],
        "tone": RUN_TONES.get(row.state, ""),
        "numbering": NUMBERINGS.get(row.options.get("numbering", "")),
        "reasons": [(reason_text(reason), count) for reason, count in reasons_of(context, row.id)],
        "left_out": _left_out(context, row) if row.left_out else [],
        "work": work_on(context, (SUBJECT, row.id)) if mine else None,
        "at_work": row.state in (PREPARING, PRINTING),
        "may_start": own and row.state == READY and row.pieces > 0,
        "may_stop": own and row.kind == LETTERS and row.state in (PREPARING, READY),
        "may_again": mine and row.state in ((DONE, STOPPED, FAILED) if own else (DONE,)),
        "ordered": _ordered(context, row),
        "url": url_for("paper.run", run_id=row.id),
    }


def _meant(context: Context, row: PrintRun) -> str:
    try:
        return meant_in_words(context, row.source, row.options.get("company"))
    except NotFound:
        return ""


def _ordered(context: Context, row: PrintRun) -> str:
    """Give the address of the page to which a run belongs; empty for one of its own."""
    orderer = orderer_of(row)
    if orderer is None:
        return ""
    with context.system("to what a run belongs") as system:
        return orderer.page(system, row.id)


def _left_out(context: Context, row: PrintRun) -> list[tuple[str, str, Any]]:
    """Name those left out whom the reader sees, each with the address of the page and the reason."""
    items = items_of(context, row.id, PrintItem.reason != "", most=LISTED)
    ids = sorted({item.party_id for item in items if item.party_id is not None})
    statement = select(Party.id, Party.display_name, Party.kind).where(any_of(Party.id, ids))
    known = {each.id: each for each in context.session.execute(statement)}
    found = []
    for item in items:
        party = known.get(item.party_id)
        if party is not None:
            url = record_url(context.runtime.resource(party.kind), party.id)
            found.append((party.display_name, url, reason_text(item.reason)))
    return found


def _sample(context: Context, row: PrintRun) -> dict[str, Any] | None:
    """Give the words of the first letter, as long as letters wait to be looked at."""
    if row.kind != LETTERS or row.state != READY or row.user_id != context.actor.user_id:
        return None
    _items, pieces = compose_items(context, row, most=1)
    return next((dict(each.values) for each in pieces if not each.target.reason), None)
