"""Letterheads: the words and the logo of each language, and what a letter looks like with them."""

from __future__ import annotations

import io

from flask import request, send_file
from flask.typing import ResponseReturnValue

from kernel.documents.designs.kinds import kind_of
from kernel.documents.designs.making import preview_document
from kernel.documents.designs.reading import RIGHT, own_design, shipped_design
from kernel.documents.engine import DocumentFault, make_pdf
from kernel.documents.letterheads import FIELDS, LANGUAGES, LOGO_BYTES, letterhead_of
from kernel.documents.models import LETTERS
from kernel.i18n import _
from kernel.resources.errors import NotFound, Refused
from kernel.web.current import SAVED, current, needs, run_command, scope, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render
from kernel.web.security import DOWNLOAD_POLICY
from kernel.web.uploads import stream_of, uploaded
from kernel.web.views.paper.blueprint import pages, tabs
from kernel.web.views.paper.design_preview import LIMIT, fault_words


@pages.get("/letterheads")
@needs(*RIGHT)
def letterheads() -> ResponseReturnValue:
    """Show the letterhead of each language."""
    return _page()


@pages.post("/letterheads/<language>")
@needs(*RIGHT)
def save_letterhead(language: str) -> ResponseReturnValue:
    """Save the words of a letterhead."""
    form = CommandForm(current(), FIELDS).read(request.form)
    outcome = run_command("letterhead.save", form=form, language=language, values=form.values)
    if not outcome.done:
        return _page({language: form}, outcome.status)
    tell(SAVED)
    return go("paper.letterheads", _anchor=f"letterhead-{language}")


@pages.post("/letterheads/<language>/logo")
@needs(*RIGHT)
def letterhead_logo(language: str) -> ResponseReturnValue:
    """Store the logo of a letterhead, or remove it where the button says so."""
    if request.form.get("do") == "remove":
        done = run_command("letterhead.remove_logo", language=language).done
    else:
        sent = uploaded("picture")
        if sent is None:
            tell(_("Choose a file first."), "error")
            return go("paper.letterheads")
        done = run_command(
            "letterhead.set_logo", language=language, stream=stream_of(sent), name=sent.filename or ""
        ).done
    if done:
        tell(SAVED)
    return go("paper.letterheads")


@pages.get("/letterheads/<language>.pdf")
@needs(*RIGHT)
def letterhead_pdf(language: str) -> ResponseReturnValue:
    """Send a letter of samples with the letterhead as it is saved."""
    context = current()
    if language not in LANGUAGES:
        raise NotFound()
    kind = kind_of(context.runtime, LETTERS)
    design = own_design(context, kind, language) or shipped_design(kind)
    document = preview_document(context, kind, language, design)
    scope().close()
    content = io.BytesIO()
    try:
        make_pdf(document, content, limit=LIMIT)
    except DocumentFault as error:
        raise Refused(fault_words(error)) from error
    content.seek(0)
    response = send_file(content, mimetype="application/pdf", download_name=f"letterhead-{language}.pdf")
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(typed: dict[str, CommandForm] | None = None, status: int = 200) -> ResponseReturnValue:
    context = current()
    heads = {language: letterhead_of(context, language) for language in LANGUAGES}
    forms = {
        language: (typed or {}).get(language) or CommandForm(context, FIELDS).start(head.chosen)
        for language, head in heads.items()
    }
    for language, form in forms.items():
        for control in form:
            control.id = f"{language}-{control.name}"  # two forms on one page
    return render(
        "paper/letterheads.html",
        status=status,
        tabs=tabs(context),
        languages=LANGUAGES,
        heads=heads,
        forms=forms,
        most=LOGO_BYTES,
    )
